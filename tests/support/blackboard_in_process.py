"""A blackboard among the functions of this process: people and agents ask, and the arbiter hears what is recorded."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlencode
from uuid import uuid4

from functions.arbitrate_claims import app as arbitrate_claims
from functions.serve_blackboard import app as serve_blackboard
from shared.blackboard.artefact import claim_id_of
from shared.ledger.envelope import from_text
from shared.ledger.items import EVENT_PREFIX, event_from
from shared.runtime import wiring
from shared.runtime.clock import system_clock
from tests.support.aws_calls import Call, Kill, KilledError, watched
from tests.support.fresh_process import forget
from tests.support.http_events import LambdaContext, api_event, json_of
from tests.support.in_process import client
from tests.support.queue_events import message_of, queue_batch
from tests.support.travel import Travel
from tests.unit.template_parts import RULES, is_matched

INSTANCE: Final = "studio"
COMES_AGAIN_AFTER: Final = timedelta(minutes=6)  # as the template says of ClaimQueue
_MOST: Final = 100
_NEWS: Final = RULES["ClaimRule"]["Properties"]["EventPattern"]
_CHANGES: Final = frozenset({"TransactWriteItems", "PutItem", "PutObject", "SendMessage"})
# Of a moment, or of one call; and moments within texts.
_PASSING: Final = frozenset({"trace_id", "correlation_id", "causation_id", "timeline_pk", "latency_ms"})
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.\d]*Z")

Where = tuple[int, Kill]  # in which step, and where in it


def asking(
    method: str,
    path: str,
    body: Any = None,
    *,
    role: str = "operator",
    agent: str | None = None,
    instance: str = INSTANCE,
    **query: Any,
) -> dict[str, Any]:
    """A request below `/blackboard/`, of somebody of this role, or of an agent with its own key."""
    known = {"principalId": "key:0123456789abcdef", "role": "agent" if agent else role, "sources": ""}
    known |= {"sources": f"{instance}/{agent}"} if agent else {}
    target = f"/blackboard/{path}{'&' if '?' in path else '?'}{urlencode({'instance': instance} | query)}"
    return api_event(method, target, body=body, authorizer=known)


def answer_to(method: str, path: str, body: Any = None, **how: Any) -> Any:
    """What is said to a request that is taken."""
    answer = serve_blackboard.handler(asking(method, path, body, **how), LambdaContext())
    assert answer["statusCode"] in (200, 201), answer
    return json_of(answer)


def work_of(agent: str) -> list[dict[str, Any]]:
    """What it is to do, as it is told."""
    work: list[dict[str, Any]] = answer_to("GET", f"work?agent={agent}", agent=agent)["work"]
    return work


def news_in(calls: list[Call]) -> Iterator[str]:
    """What the rule of the arbiter's queue hands over of what was written, in the order in which it happened."""
    for call in (one for one in calls if one.operation == "TransactWriteItems" and one.answered):
        items = [write["Put"]["Item"] for write in call.parameters["TransactItems"]]
        for event in (event_from(item) for item in items if item["sk"]["S"].startswith(EVENT_PREFIX)):
            if is_matched({"source": event.source, "detail-type": event.type}, _NEWS):
                yield message_of(event)


class Telling:
    """One step after the other, the arbiter's and those of who asks; at one of them the process may die.

    What is killed is done again, later; what is put back waits for its time.
    """

    def __init__(self, travel: Travel) -> None:
        self.steps: list[list[Call]] = []
        self._travel = travel
        self._where: Where | None = None
        self._waiting: list[str] = []

    def go_on_to(self, where: Where | None) -> None:
        """The steps are counted from here on, and the process dies in the given one."""
        self.steps, self._where = [], where

    def ask(self, method: str, path: str, body: Any = None, **how: Any) -> Any:
        if (done := self._step(lambda: answer_to(method, path, body, **how))) is None:
            done = self._step(lambda: answer_to(method, path, body, **how))
        return done

    def hear(self) -> None:
        """All the news, until nothing follows from them any more."""
        for _ in range(_MOST):
            due = next((one for one in self._waiting if _is_due(one)), None)
            if due is None:
                return
            self._waiting.remove(due)
            if self._step(lambda due=due: self._deal_with(due)) is None:  # type: ignore[misc]
                self._travel.go_on(COMES_AGAIN_AFTER)
                self._waiting.append(due)
        raise AssertionError(f"it goes on and on: {[json.loads(one)['detail-type'] for one in self._waiting]}")

    def _deal_with(self, message: str) -> bool:
        assert arbitrate_claims.handler(queue_batch(message), LambdaContext()) == {"batchItemFailures": []}
        return True

    def _step(self, work: Callable[[], Any]) -> Any | None:
        """None where the process died."""
        kill = self._where[1] if self._where and self._where[0] == len(self.steps) else None
        try:
            with watched(kill) as calls:
                self.steps.append(calls)
                return work()
        except KilledError:
            forget()
            return None
        finally:
            self._waiting += [call.parameters["MessageBody"] for call in calls if _is_put_back(call)]
            self._waiting += news_in(calls)


def _is_put_back(call: Call) -> bool:
    return call.operation == "SendMessage" and call.answered


def _is_due(message: str) -> bool:
    not_before = json.loads(message).get("not_before")
    return not_before is None or from_text(not_before) <= system_clock()


def what_is_left() -> dict[str, Any]:
    """The ledger by key, less what depends on when and in how many tries it was done."""
    found: list[dict[str, Any]] = client("dynamodb").scan(TableName="ledger")["Items"]
    return {f"{item['pk']['S']} {_lasting(item['sk'])['S']}": _lasting(item) for item in found}


def _lasting(value: Any) -> Any:
    match value:
        case dict():
            return {name: _lasting(inner) for name, inner in value.items() if name not in _PASSING}
        case list():
            return [_lasting(one) for one in value]
        case str():
            return _MOMENT.sub("<moment>", value)
        case _:
            return value


def deaths(steps: list[list[Call]]) -> Iterator[Where]:
    """Before the first call of a step that changes something, and after each that does.

    Who dies anywhere between has done just what the call before has done: reading leaves nothing behind.
    """
    for number, calls in enumerate(steps):
        changes = [place for place, call in enumerate(calls) if call.operation in _CHANGES]
        yield from ((number, (place, "before")) for place in changes[:1])
        yield from ((number, (place, "after")) for place in changes)


def hear(*subjects: str) -> None:
    """The arbiter is told of all that happened to these: `ARTEFACT <id>`, `CLAIM <id>`. They are read one by one, as
    the function itself may read.
    """
    for kind, _, known_id in (subject.partition(" ") for subject in subjects):
        for event in wiring.ledger().history(kind, known_id):
            told = queue_batch(message_of(event))
            assert arbitrate_claims.handler(told, LambdaContext()) == {"batchItemFailures": []}


def a_question(question_id: str | None = None) -> str:
    """The claim of one that waits for people."""
    question = question_id or str(uuid4())
    asked = {"question_text": "How much?", "routing": "human"}
    answer_to("POST", "artefacts", {"id": question, "type": "Q", "structural_type": "Question", "payload": asked})
    hear(f"ARTEFACT {question}")
    return claim_id_of(question)
