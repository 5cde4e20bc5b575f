"""A sink in memory, and a clock that moves only while somebody pauses."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from scripts.route.bringing import Ports
from shared.deliveries.delivery import Deliveries
from shared.runtime.errors import InvalidInputError
from shared.runtime.http import Call
from shared.sinks.sink import Detail, Made

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


class MemorySink:
    """`fails` says what is raised for an event before or after it is made; None where all goes well."""

    def __init__(self, name: str = "notion", *, can_look: bool = True) -> None:
        self.name = name
        self.can_look = can_look
        self.gives_up_after = timedelta(days=3)
        self.settles_after = timedelta(0)
        self.made: list[str] = []
        self.asked: list[tuple[str, str]] = []
        self.before: Callable[[], Exception | None] = lambda: None
        self.after: Callable[[], Exception | None] = lambda: None
        self.reason: str | None = None
        self.refusal: str | None = None

    def skips(self, event: Detail) -> str | None:
        return self.reason

    def request(self, event: Detail) -> Call:
        if self.refusal:
            raise InvalidInputError(self.refusal)
        return Call(method="POST", path="/things", json={"id": event["id"]}, repeatable=False)

    def send(self, event: Detail) -> Made:
        self.asked.append(("send", event["id"]))
        if error := self.before():
            raise error
        self.made.append(event["id"])
        if error := self.after():
            raise error
        return Made(external_id=f"thing {len(self.made)}", url="https://provider.example/thing")

    def find(self, event: Detail) -> Made | None:
        self.asked.append(("find", event["id"]))
        return Made(external_id="found") if event["id"] in self.made else None


class Pauses:
    """Where time goes."""

    def __init__(self) -> None:
        self.now = NOON
        self.taken: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)
        self.now += timedelta(seconds=seconds)

    def clock(self) -> datetime:
        return self.now


def ports(deliveries: Deliveries, pauses: Pauses, run: str = "1") -> Ports:
    return Ports(deliveries=deliveries, clock=pauses.clock, pause=pauses, run=run)


def event(name: str = "a") -> Detail:
    return {"id": f"message:{name}:1", "type": "task.created", "data": {}}
