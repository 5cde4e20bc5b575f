"""What the proxies' tests stand on: events and documents that are there, services that answer as they are told."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from shared.control.proxies.documents import Document, MemoryDocuments
from shared.control.proxies.ports import Ports
from shared.ledger.catalogue import SOURCES
from shared.ledger.envelope import Cause, Event
from shared.runtime.errors import NotFoundError
from shared.runtime.guard import UrlGuard
from shared.runtime.http import Address, Answer, Call, NotSentError, Service
from tests.support.builders import NOON, a_cause

CAUSE: Final[Cause] = a_cause("key:0123456789abcdef")
PUBLIC: Final = "93.184.216.34"


def happened(event_type: str, *, subject: str = "s-1", version: int = 1, ago: float = 1.0, **said: Any) -> Event:
    """So many hours before noon. `said` is its data; `correlation_id` and `trace_id` go to the envelope."""
    kind = event_type.partition(".")[0]
    thread = {name: said.pop(name, CAUSE.trace_id) for name in ("correlation_id", "trace_id")}
    return Event(
        id=f"{kind}:{subject}:{version}",
        type=event_type,
        source=SOURCES.get(kind.upper(), "switchyard.messages"),
        subject=subject,
        version=version,
        time=NOON - timedelta(hours=ago),
        actor=CAUSE.actor,
        data=said,
        **thread,
    )


class MemoryEvents:
    """What reports need of the ledger."""

    def __init__(self, *events: Event) -> None:
        self._events = sorted(events, key=lambda event: event.time)
        self.days: list[date] = []  # that were asked for

    def timeline(
        self, day: date, *, since: datetime | None = None, until: datetime | None = None, newest_first: bool = False
    ) -> Iterator[Event]:
        self.days.append(day)
        found = reversed(self._events) if newest_first else iter(self._events)
        first, last = since or datetime.min.replace(tzinfo=UTC), until or datetime.max.replace(tzinfo=UTC)
        return (event for event in found if event.time.date() == day and first <= event.time <= last)

    def history(self, kind: str, aggregate_id: str, *, newest_first: bool = False) -> Iterator[Event]:
        found = [event for event in self._events if event.id.startswith(f"{kind.lower()}:{aggregate_id}:")]
        return iter(found[::-1] if newest_first else found)


def a_document(id: str = "github:acme/shop:README.md", content: str = "", **known: Any) -> Document:
    told: dict[str, Any] = {
        "id": id,
        "source": "github",
        "title": "How we ship",
        "updated_at": NOON - timedelta(days=2),
        "content_hash": sha256(content.encode()).hexdigest(),
        "read": lambda: content,
    }
    return Document(**told | known)


class Far:
    """A service that gives these answers, one after the other, the last one for ever: a body, or what goes wrong."""

    def __init__(self, name: str, *said: Any) -> None:
        self._said = list(said)
        self.calls: list[tuple[str, Call]] = []
        self.service = Service(name, self._locate, send=self.send)

    def send(self, url: str, call: Call, headers: Mapping[str, str]) -> Answer:
        self.calls.append((url, call))
        said = self._said.pop(0) if len(self._said) > 1 else self._said[0]
        if isinstance(said, Exception):
            raise said
        return said if isinstance(said, Answer) else an_answer(200, said)

    def asked(self, number: int = -1) -> tuple[str, str, Any]:
        url, call = self.calls[number]
        return call.method, url.removeprefix("https://far.example"), call.json

    def _locate(self, *, fresh: bool = False) -> Address:
        return Address(url="https://far.example", headers={"x-api-key": "our-own-key"})


def gone() -> str:
    """What is read of a document that is no longer there."""
    raise NotFoundError("there is no such document")


def an_answer(status: int, body: Any = None, **headers: str) -> Answer:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(
        status=status, headers={name.replace("_", "-"): value for name, value in headers.items()}, body=content
    )


def a_guard(send: Callable[..., Answer] | None = None, *, leads_to: Sequence[str] = (PUBLIC,)) -> UrlGuard:
    """Every name leads there; what is called is `send`'s to answer, nobody's otherwise."""

    class Guard(UrlGuard):
        def send_guarded(self, url: str, call: Call, headers: Mapping[str, str]) -> Answer:
            if send is None:
                raise NotSentError("cannot be reached")
            return send(url, call, headers)

    return Guard(resolve=lambda host, port: leads_to)


def some_ports(*events: Event, documents: Sequence[Document] = (), **more: Any) -> Ports:
    known: dict[str, Any] = {
        "ledger": MemoryEvents(*events),
        "documents": MemoryDocuments(*documents),
        "guard": a_guard(),
        "clock": lambda: NOON,
    }
    return Ports(**known | more)
