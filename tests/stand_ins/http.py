"""What goes in and out of a stand-in: a request, an answer, a refusal."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote

MAX_BYTES = 1_000_000  # of a request
CONTROL = "/_control"


class RefusedError(Exception):
    """The request is answered with a 4xx. A `violation` is our own mistake and is kept; a `missing` thing is not.

    `code` is what the service calls it, where it has a name for it.
    """

    def __init__(self, reason: str, *, status: int = 400, violation: bool = True, code: Any = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status
        self.violation = violation
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Header names in lower case; `query` has each name with all its values."""

    method: str
    path: str
    query: Mapping[str, list[str]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def line(self) -> str:
        return f"{self.method} {self.path}"

    def parts(self) -> list[str]:
        """The path's segments, unquoted."""
        return [unquote(segment) for segment in self.path.split("/")[1:]]

    def form(self) -> dict[str, str]:
        """The body, a form. Raises RefusedError where it is anything else."""
        kind = self.headers.get("content-type", "nothing").partition(";")[0].strip().lower()
        if kind != "application/x-www-form-urlencoded":
            raise RefusedError(f"the content is {kind}, not a form")
        return dict(parse_qsl(self.body.decode(errors="replace"), keep_blank_values=True))

    def json(self) -> dict[str, Any]:
        """The body, an object. Raises RefusedError where it is anything else."""
        try:
            body = json.loads(self.body, parse_constant=_no_json)
        except ValueError as error:
            raise RefusedError(f"the body is no JSON: {error}") from error
        if not isinstance(body, dict):
            raise RefusedError("the body is no JSON object")
        return body


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`body` is JSON to be, or bytes as they are; `afterwards` is begun when the answer has been given.

    With a `pause` (seconds) or where the answer is never given (`silent`), it is begun before.
    """

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    afterwards: tuple[Callable[[], object], ...] = ()
    pause: float = 0.0
    silent: bool = False

    def content(self) -> bytes:
        if self.status == 204:
            return b""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body, default=str).encode()


def _no_json(constant: str) -> None:
    raise ValueError(f"{constant} is not in JSON")
