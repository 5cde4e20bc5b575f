"""A source behind an agent service of its own, which knows the source so that we need not. See docs/ingestion.md."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import ValidationError

from shared.control.ingestion.contracts import BroughtIn
from shared.control.ingestion.source import PATIENCE, Page, Reading, SourceRefusedError, for_good
from shared.runtime.errors import InvalidInputError
from shared.runtime.http import Answer, Call, Service, ServiceError

_LARGEST: Final = 8 * 1024 * 1024
_LONGEST_CURSOR: Final = 2_000


class Agent:
    """A place is a scope: what a cursor of the agent's means, the agent knows."""

    by: str = "agent"

    def __init__(self, service: Service, *, source: str) -> None:
        self.source = source
        self._service = service

    def places(self, scope: Mapping[str, Any]) -> Sequence[str]:
        return [json.dumps(scope, sort_keys=True, separators=(",", ":"))]

    def page(self, reading: Reading) -> Page:
        asked = _asked(reading)
        call = ingest_call(self.source, json.loads(reading.place), reading.correlation_id, asked)
        try:
            answer = self._service.ask(call)
        except ServiceError as error:
            raise for_good(error) from None
        brought = read_brought(answer, self._service.name)
        following = self._checked(brought.next_cursor)
        try:
            documents = tuple(one.envelope(self.source, reading.correlation_id) for one in brought.documents)
        except InvalidInputError as error:
            raise SourceRefusedError(f"{self._service.name}: {error}") from None
        if brought.is_last:
            return Page(documents=documents, removed=tuple(brought.removed), cursor={"cursor": following})
        if following == asked:
            raise SourceRefusedError(f"{self._service.name}: it says it goes on, from where it was")
        return Page(documents=documents, removed=tuple(brought.removed), position={"text": json.dumps(following)})

    def _checked(self, cursor: Any) -> Any:
        if len(json.dumps(cursor, default=str)) > _LONGEST_CURSOR:
            raise SourceRefusedError(f"{self._service.name}: its cursor has more than {_LONGEST_CURSOR} characters")
        return cursor


def _asked(reading: Reading) -> Any:
    """The agent's cursor. Within a reading it is kept as text: a checkpoint has no fractions, and is not that deep."""
    if "text" in reading.position:
        return json.loads(reading.position["text"])
    return reading.cursor.get("cursor")


def ingest_call(source: str, scope: Mapping[str, Any], correlation_id: str, cursor: Any) -> Call:
    body = {"source": source, "scope": dict(scope), "correlation_id": correlation_id, "cursor": cursor}
    return Call(method="POST", path="/ingest", json=body, repeatable=True, max_answer=_LARGEST, seconds=PATIENCE)


def read_brought(answer: Answer, name: str) -> BroughtIn:
    """Raises SourceRefusedError where it is not what an agent is to answer."""
    try:
        return BroughtIn.model_validate(answer.json())
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "the answer"
        raise SourceRefusedError(f"{name}: {where}: {first['msg']}") from None
