"""Instances with a registry each, in memory, and the net between them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from shared.control.registry.contracts import ServiceIn
from shared.control.registry.peer_store import LedgerPeers
from shared.control.registry.ports import Ports
from shared.control.registry.receiving import read_batch, take_batch
from shared.control.registry.registering import Caller, register
from shared.control.registry.seen import Seen
from shared.control.registry.service import Service
from shared.control.registry.statuses import Presence
from shared.control.registry.store import LedgerServices
from shared.control.registry.syncing import PATH, sync_peers
from shared.files.store import MemoryFiles
from shared.ledger.envelope import Event
from shared.ledger.memory import MemoryLedger
from shared.runtime.clock import Clock
from shared.runtime.errors import ConflictError, DependencyError, InvalidInputError, UnauthorizedError
from shared.runtime.guard import UrlGuard
from shared.runtime.http import Answer, Call, NotSentError
from shared.runtime.request import Request, read_json
from shared.runtime.signed import SignedMessages
from shared.state.memory import MemoryState
from tests.support.builders import NOON, a_cause
from tests.support.pauses import no_pause

SECRET: Final = b"what only peers know, and no one else"
KEY: Final = "0123456789abcdef"
PUBLIC: Final = "93.184.216.34"

Serve = Callable[[str, Call, Mapping[str, str]], Answer]  # raises NotSentError, NoAnswerError


def said(status: int = 200, body: bytes = b"{}", **headers: str) -> Answer:
    return Answer(
        status=status, headers={name.lower().replace("_", "-"): one for name, one in headers.items()}, body=body
    )


class Net:
    """Who serves what: by the beginning of the URL. Where nobody does nobody is reached."""

    def __init__(self) -> None:
        self.served: dict[str, Serve] = {}
        self.asked: list[tuple[str, Mapping[str, str]]] = []

    def send(self, url: str, call: Call, headers: Mapping[str, str]) -> Answer:
        self.asked.append((url, headers))
        for start, serve in self.served.items():
            if url == start or url.startswith(f"{start}/"):
                return serve(url, call, headers)
        raise NotSentError("cannot be reached")

    def answers(self, start: str, *answers: Answer | Exception) -> None:
        """One after the other; the last one stays."""
        left = list(answers)

        def serve(url: str, call: Call, headers: Mapping[str, str]) -> Answer:
            answer = left.pop(0) if len(left) > 1 else left[0]
            if isinstance(answer, Exception):
                raise answer
            return answer

        self.served[start] = serve


@dataclass
class Time:
    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **span: float) -> None:
        self.now += timedelta(**span)


class Instance:
    """One Switchyard with its registry, which others reach at its origin."""

    def __init__(
        self,
        origin: str = "https://a.example",
        *,
        net: Net | None = None,
        time: Time | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.origin = origin
        self.net = net or Net()
        self.time = time or Time()
        clock = clock or self.time
        self.ledger, self.state = MemoryLedger(), MemoryState(clock=clock)
        self.secrets: list[bytes] = [SECRET]
        self.taken: list[Any] = []  # replies to messages of peers
        self.is_down = False
        self.net.served[origin] = self.serve
        self.ports = Ports(
            services=LedgerServices(self.ledger),
            seen=Seen(self.state),
            peers=LedgerPeers(self.ledger, state=self.state),
            files=MemoryFiles(),
            check=UrlGuard(resolve=lambda host, port: [PUBLIC]).check,
            send=self.net.send,
            secrets=self.read_secrets,
            origin=origin,
            own_urls=(origin,),
            clock=clock,
            pause=no_pause,
        )
        self.messages = SignedMessages("replicate", self.read_secrets, state=self.state, clock=clock)

    def read_secrets(self, *, fresh: bool = False) -> list[bytes]:
        return self.secrets

    def names(self, *urls: str) -> "Instance":
        """As its peers."""
        self.ports = replace(self.ports, wanted_peers=urls)
        return self

    @property
    def services(self) -> LedgerServices:
        return LedgerServices(self.ledger)

    def register(self, name: str = "docs", *, key: str = KEY, is_person: bool = False, **said: Any) -> Service:
        return self.registered(name, key=key, is_person=is_person, **said)[0]

    def registered(
        self, name: str = "docs", *, key: str = KEY, is_person: bool = False, **said: Any
    ) -> tuple[Service, bool]:
        wanted = ServiceIn.model_validate({"name": name, "base_url": f"https://{name}.example"} | said)
        return register(wanted, a_caller(key, is_person=is_person), self.ports)

    def events(self, name: str = "docs", kind: str = "SERVICE") -> list[Event]:
        return list(self.ledger.history(kind, name))

    def types(self, name: str = "docs", kind: str = "SERVICE") -> list[str]:
        return [event.type for event in self.events(name, kind)]

    def sync(self, **how: Any) -> dict[str, Any]:
        return sync_peers(self.ports, a_cause("clock"), until=self.time() + timedelta(seconds=5), **how)

    def known(self) -> dict[str, tuple[Any, ...]]:
        """What it knows of every service that was ever registered, but for how it came to know."""
        found = self.services.all(list(Presence))
        return {one.name: (one.said, one.presence, one.stamp) for one in found}

    def serve(self, url: str, call: Call, headers: Mapping[str, str]) -> Answer:
        if self.is_down:
            raise NotSentError("cannot be reached")
        assert url == f"{self.origin}{PATH}"
        return self.replicate(call.content or b"", headers)

    def replicate(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        """As the route does it."""
        many: Mapping[str, Sequence[str]] = {name.lower(): [one] for name, one in headers.items()}
        request = Request(method="POST", path=PATH, headers=many, trace_id="0" * 32, body=body)
        try:
            self.messages.check(request)
            reply = take_batch(read_batch(read_json(body.decode())), a_cause("peer"), self.ports)
            self.messages.remember(request)
        except (UnauthorizedError, InvalidInputError, ConflictError, DependencyError) as error:
            return said(_STATUS[type(error)])
        self.taken.append(reply)
        return said(200, reply.model_dump_json().encode())


_STATUS: Final[Mapping[type[Exception], int]] = {
    UnauthorizedError: 401,
    InvalidInputError: 422,
    ConflictError: 409,
    DependencyError: 503,
}


def a_caller(key: str = KEY, *, is_person: bool = False) -> Caller:
    return Caller(key_id=key, is_person=is_person, cause=a_cause(f"key:{key}"))
