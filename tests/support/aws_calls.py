"""What code asks of AWS, seen where every call of boto3 passes; and a process that dies on the way."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

from botocore.client import BaseClient


@dataclass(frozen=True)
class Call:
    service: str
    operation: str
    parameters: dict[str, Any]


class KilledError(BaseException):
    """The process is gone. Not an Exception: nothing in it gets to clean up."""


@contextmanager
def watched(kill: tuple[int, Literal["before", "after"]] | None = None) -> Iterator[list[Call]]:
    """The calls made inside, in order; with `kill`, the process dies before or after the call of that index."""
    calls: list[Call] = []
    original: Any = BaseClient._make_api_call  # type: ignore[attr-defined]

    def make_api_call(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
        calls.append(Call(client.meta.service_model.service_name, operation, parameters))
        dies = kill is not None and len(calls) - 1 == kill[0]
        if dies and kill is not None and kill[1] == "before":
            raise KilledError
        answer = original(client, operation, parameters)
        if dies:
            raise KilledError
        return answer

    BaseClient._make_api_call = make_api_call  # type: ignore[attr-defined]
    try:
        yield calls
    finally:
        BaseClient._make_api_call = original  # type: ignore[attr-defined]
