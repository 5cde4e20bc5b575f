"""A provider far away: answers what it was told to, keeps what it was asked."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from shared.runtime.http import Address, Answer, Call, Service, ServiceError
from shared.sinks.sink import Sink

Said = Answer | Exception


def an_answer(body: Any, status: int = 200, **headers: str) -> Answer:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status=status, headers=named, body=content)


class Far:
    """Says one thing after the other, and the last one for ever."""

    def __init__(self, *said: Said) -> None:
        self._said = list(said)
        self.asked: list[Call] = []
        self.service = Service("far", self._locate, send=self._send)

    def _locate(self, *, fresh: bool = False) -> Address:
        return Address(url="https://far.example", headers={"Authorization": "Bearer token"})

    def _send(self, url: str, call: Call, headers: Mapping[str, str]) -> Answer:
        assert url == f"https://far.example{call.path}"
        self.asked.append(call)
        said = self._said.pop(0) if len(self._said) > 1 else self._said[0]
        if isinstance(said, Exception):
            raise said
        return said


def refused(sink: Sink, event: Mapping[str, Any], *, looking: bool = False) -> ServiceError:
    """What sending raises, or finding."""
    with pytest.raises(ServiceError) as caught:
        sink.find(event) if looking else sink.send(event)
    return caught.value
