"""The HTTP API, as what is typed at a terminal asks it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlencode

from scripts.api.place import Place
from shared.runtime.http import Address, Answer, Call, Send, Service, ServiceError, Verdict, send

_LARGEST_ANSWER: Final = 32 * 1024 * 1024  # bytes: a thread has the payloads of all its versions


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """`body` is what `text` says in JSON; nothing is None."""

    text: str
    body: Any


class Api:
    """What is refused, or cannot be asked, is a ServiceError with the reason; so is an answer that cannot be read."""

    def __init__(self, place: Place, *, name: str = "the API", send: Send = send) -> None:
        headers = {"Authorization": f"Bearer {place.key}"} if place.key else {}
        address = Address(url=place.url, headers=headers)
        self._name = name
        self._service = Service(name, lambda fresh=False: address, send=send)

    def ask(
        self,
        method: str,
        *path: str,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        repeatable: bool,
        seconds: float | None = None,
    ) -> Reply:
        """`repeatable`: sent twice it does the same as once. `seconds` for the answer, where the usual are few."""
        call = Call(
            method=method,
            path=_path(path, query or {}),
            json=body,
            repeatable=repeatable,
            max_answer=_LARGEST_ANSWER,
            seconds=seconds,
        )
        return self.read(self._service.ask(call))

    def text(self, *path: str, query: Mapping[str, Any]) -> str:
        """Of what is written for people."""
        call = Call(method="GET", path=_path(path, query), repeatable=True, max_answer=_LARGEST_ANSWER)
        return self._service.ask(call).body.decode(errors="replace")

    def read(self, answer: Answer) -> Reply:
        """Raises ServiceError: what lies between may cut an answer, or give one of its own."""
        if not answer.body:
            return Reply(text="", body=None)
        try:
            text = answer.body.decode()
            return Reply(text=text, body=json.loads(text, parse_constant=_refuse))
        except (ValueError, RecursionError):
            raise ServiceError(self._name, Verdict.TERMINAL, "the answer is no JSON", answer=answer) from None


def _path(steps: tuple[str, ...], query: Mapping[str, Any]) -> str:
    """What is None is left out of the query, a list is said one by one."""
    asked = urlencode({name: _said(value) for name, value in query.items() if value is not None}, doseq=True)
    path = "".join(f"/{quote(step, safe='')}" for step in steps)
    return f"{path}?{asked}" if asked else path


def _said(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number")
