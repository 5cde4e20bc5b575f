"""A provider that keeps what it makes and may fail in every way, and records that may be lost beside it.

`fates` say what happens at each call and at each write, one after the other; when they are used up, all goes well.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final

from shared.deliveries.delivery import Delivery, MemoryDeliveries, Status
from shared.runtime.errors import ConflictError, DependencyError, InvalidInputError
from shared.runtime.http import Call, CircuitOpenError, GrantRefusedError, ServiceDownError, ServiceError, Verdict
from shared.sinks.delivering import Outcome, deliver
from shared.sinks.sink import Detail, Made
from tests.support.builders import NOON

EVENT: Final[Detail] = {"id": "message:m-1:1", "type": "task.created", "data": {}}
NAME: Final = "notion"
WAIT: Final = 17.0  # seconds a provider asks for

REFUSALS: Final[Mapping[str, ServiceError]] = {
    "told to wait": ServiceError(NAME, Verdict.RETRY_AFTER, "429 slow down", retry_after=WAIT),
    "busy": ServiceDownError(NAME, Verdict.RETRY_BACKOFF, "503 busy"),
    "circuit open": CircuitOpenError(NAME, Verdict.RETRY_AFTER, "is down, and is given time", retry_after=25),
    "not believed": ServiceError(NAME, Verdict.REFRESH_CREDENTIAL, "401 who are you"),
    "no token": GrantRefusedError(NAME, Verdict.TERMINAL, "400 invalid_grant"),
    "refused": ServiceError(NAME, Verdict.TERMINAL, "400 no such field"),
}
LOST: Final = ServiceDownError(NAME, Verdict.AMBIGUOUS, "did not answer in time")
CALL_FATES: Final = (
    *REFUSALS,
    "lost before",
    "lost after",
    "killed before",
    "killed after",
    "slow",
    "somebody comes",
    "somebody comes, lost after",
)
WRITE_FATES: Final = ("killed before", "killed after", "unwell", "answer lost", "own write met", "somebody comes")


class KilledError(BaseException):
    """The function is stopped from outside."""


class Provider:
    """What is made is found after `settles_after`."""

    name = NAME

    def __init__(self, *, can_look: bool = True, settles_after: timedelta = timedelta(0)) -> None:
        self.can_look = can_look
        self.gives_up_after = timedelta(days=3)
        self.settles_after = settles_after
        self.now = NOON
        self.things: list[datetime] = []  # by when they are found
        self.asked: list[str] = []
        self.fates: list[str] = []
        self.reason: str | None = None
        self.refuses: str | None = None
        self.body: Any = {"title": "Buy more tape"}
        self.meanwhile: Callable[[], object] = lambda: None

    def skips(self, event: Detail) -> str | None:
        return self.reason

    def request(self, event: Detail) -> Call:
        if self.refuses:
            raise InvalidInputError(self.refuses)
        return Call(method="POST", path="/things", json=self.body, headers={"x-key": "secret"}, repeatable=False)

    def send(self, event: Detail) -> Made:
        fate = self._called("send")
        if fate != "lost before":
            self.things.append(self.now + self.settles_after)
        self._after(fate)
        return Made(external_id=f"thing {len(self.things)}", url="https://provider.example/thing")

    def find(self, event: Detail) -> Made | None:
        fate = self._called("find")
        number = next((n for n, found in enumerate(self.things, start=1) if found <= self.now), None)
        self._after(fate)
        return Made(external_id=f"thing {number}", url="https://provider.example/thing") if number else None

    def _called(self, name: str) -> str:
        self.asked.append(name)
        fate = self.fates.pop(0) if self.fates else "well"
        if fate in REFUSALS:
            raise REFUSALS[fate]
        if fate == "killed before":
            raise KilledError
        if fate.startswith("somebody comes"):
            self.meanwhile()
        if fate == "slow":
            self.now += timedelta(seconds=60)
        return fate

    def _after(self, fate: str) -> None:
        if fate == "killed after":
            raise KilledError
        if fate in ("lost before", "lost after", "somebody comes, lost after"):
            raise LOST


class Records(MemoryDeliveries):
    """Counts what is asked of it."""

    def __init__(self) -> None:
        super().__init__()
        self.fates: list[str] = []
        self.reads = 0
        self.writes = 0
        self.meanwhile: Callable[[], object] = lambda: None

    def get(self, event_id: str, sink: str) -> Delivery | None:
        self.reads += 1
        return super().get(event_id, sink)

    def save(self, delivery: Delivery) -> Delivery:
        fate = self.fates.pop(0) if self.fates else "well"
        self.writes += 1
        if fate == "killed before":
            raise KilledError
        if fate == "unwell":
            raise DependencyError("the ledger cannot answer now")
        if fate == "somebody comes":
            self.meanwhile()
        reads = self.reads
        kept = super().save(delivery)
        self.reads = reads  # a condition is part of the write
        return self._answered(kept, fate)

    def _answered(self, kept: Delivery, fate: str) -> Delivery:
        if fate == "killed after":
            raise KilledError
        if fate == "answer lost":
            raise DependencyError("the ledger did not answer")
        if fate == "own write met":  # boto tries again after a lost answer, and meets what it wrote
            raise ConflictError("was changed by someone else")
        return kept


class World:
    """One event on its way to one provider, however often it comes."""

    def __init__(self, provider: Provider | None = None) -> None:
        self.provider = provider or Provider()
        self.records = Records()
        self.provider.meanwhile = self.records.meanwhile = self.come_somehow
        self.is_live = True

    def come(self, trigger: str | None = None) -> Outcome:
        return deliver(
            EVENT,
            self.provider,
            live=self.is_live,
            deliveries=self.records,
            clock=lambda: self.provider.now,
            trigger=trigger,
        )

    def come_somehow(self, trigger: str | None = None) -> None:
        """Whatever happens: the message comes again."""
        with suppress(KilledError, DependencyError, ConflictError):
            self.come(trigger)

    def come_with(self, *fates: str, trigger: str | None = None) -> Outcome:
        """With these fates of calls."""
        self.provider.fates = list(fates)
        return self.come(trigger)

    def come_until_over(self, trigger: str | None = None) -> Outcome:
        """All goes well from now on."""
        self.provider.fates, self.records.fates = [], []
        for _ in range(20):
            outcome = self.come(trigger)
            if outcome.wait is None:
                return outcome
            self.pass_time(outcome.wait)
        raise AssertionError("it comes again and again")

    def pass_time(self, span: timedelta) -> None:
        self.provider.now += span

    @property
    def kept(self) -> Delivery:
        known = MemoryDeliveries.get(self.records, EVENT["id"], NAME)
        assert known
        return known

    @property
    def is_to_be_asked_for(self) -> bool:
        """Operators may ask for it once more."""
        known = MemoryDeliveries.get(self.records, EVENT["id"], NAME)
        rests = known is not None and known.status in (Status.DRY_RUN, Status.SKIPPED)
        return known is not None and (rests or known.is_given_up)
