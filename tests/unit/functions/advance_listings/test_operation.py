"""Doing something outside once: what is looked for, done, kept and raised, over everything that may come together."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import product

import pytest

from functions.advance_listings.operation import BusyError, FailedError, Operation, Request, perform
from shared.deliveries.delivery import HELD_FOR, Delivery, MemoryDeliveries, Status, first_try
from shared.runtime.http import CircuitOpenError, ServiceDownError, ServiceError, Verdict
from tests.support.builders import NOON, a_listing

LISTING = a_listing()
SINK, OLD_KEY, NEW_KEY = "chatterbot", "listing:old:1", "listing:new:9"
SENT, PENDING = "sent", "pending"

Outcome = str | None | ServiceError


def failures() -> Iterator[ServiceError]:
    for verdict in Verdict:
        if verdict not in (Verdict.OK, Verdict.ALREADY_DONE):
            yield ServiceError(SINK, verdict, f"said {verdict}", retry_after=30)
    yield ServiceDownError(SINK, Verdict.AMBIGUOUS, "did not answer in time")
    yield CircuitOpenError(SINK, Verdict.RETRY_AFTER, "is down, and is given time", retry_after=20)


# Those that an operation makes; the others are of sinks.
MADE = (Status.SENDING, Status.ACCEPTED, Status.DELIVERED, Status.FAILED, Status.IN_DOUBT)


def known_as(status: Status, *, ago: timedelta = HELD_FOR) -> Delivery:
    return replace(first_try(LISTING.entry_id, SINK, at=NOON - ago), status=status, key=OLD_KEY)


KNOWN: dict[str, Delivery | None] = {
    "nothing": None,
    "held": known_as(Status.SENDING, ago=HELD_FOR - timedelta(microseconds=1)),
    **{status: known_as(status) for status in MADE},
}
REQUESTS = {
    "nobody": Request(),
    "a person": Request(by_person=True, key=NEW_KEY),
    "a person who has looked": Request(by_person=True, confirmed_not_done=True, key=NEW_KEY),
}
FOUND: list[Outcome] = [SENT, PENDING, None, *failures()]
DONE: list[Outcome] = [SENT, PENDING, *failures()]
CASES = [pytest.param(known, who, id=f"{known}-{who}") for known, who in product(KNOWN, REQUESTS)]


@dataclass
class Trial:
    """One call of `perform`, and all that can be seen of it."""

    known: Delivery | None
    request: Request
    found: Outcome
    done: Outcome

    def __post_init__(self) -> None:
        self.calls: list[str] = []
        self.deliveries = MemoryDeliveries()
        if self.known:
            self.known = self.deliveries.save(self.known)
        self.raised: Exception | None = None
        self.result: str | None = None
        self.record: Delivery | None = None
        try:
            outcome = perform(self._operation(), LISTING, self.request, deliveries=self.deliveries, clock=lambda: NOON)
        except (FailedError, BusyError) as error:
            self.raised = error
        else:
            self.result, self.record = outcome or (None, None)

    def _operation(self) -> Operation[str]:
        def find() -> str | None:
            return self._called("find", self.found)

        def do(key: str) -> str:
            result = self._called(f"do {key}", self.done)
            assert result
            return result

        return Operation(
            name="message_seller",
            sink=SINK,
            find=find,
            do=do,
            is_pending=lambda result: result == PENDING,
            external_id=lambda result: f"id of {result}",
        )

    def _called(self, name: str, outcome: Outcome) -> str | None:
        stored = self.kept
        assert stored, "it is on record before anybody is asked"
        assert stored.status is Status.SENDING
        self.calls.append(name)
        if isinstance(outcome, ServiceError):
            raise outcome
        return outcome

    @property
    def kept(self) -> Delivery | None:
        return self.deliveries.get(LISTING.entry_id, SINK)


def trials(known: str, who: str) -> Iterator[Trial]:
    for found, done in product(FOUND, DONE):
        yield Trial(KNOWN[known], REQUESTS[who], found, done)


def is_left_alone(trial: Trial) -> bool:
    known = trial.known
    accepted = known is not None and known.status is Status.ACCEPTED and not trial.request.by_person
    return accepted or (known is not None and known.is_held(at=NOON))


def looks_first(trial: Trial) -> bool:
    may_have_been_done = trial.known is not None and trial.known.status is not Status.FAILED
    return may_have_been_done and not trial.request.confirmed_not_done


def key_of(trial: Trial) -> str:
    if trial.known is None:
        return LISTING.entry_id
    return OLD_KEY if looks_first(trial) else (trial.request.key or OLD_KEY)


def decisive(trial: Trial) -> Outcome:
    """What the last one who was asked said."""
    return trial.done if any(call.startswith("do") for call in trial.calls) else trial.found


@pytest.mark.parametrize(("known", "who"), CASES)
def test_who_is_at_it_or_has_it_in_hand_is_left_alone(known: str, who: str) -> None:
    for trial in trials(known, who):
        if is_left_alone(trial):
            assert (trial.calls, trial.kept, trial.result) == ([], trial.known, None)
            assert isinstance(trial.raised, BusyError) == (known == "held")
        else:
            assert trial.calls
            assert not isinstance(trial.raised, BusyError)


@pytest.mark.parametrize(("known", "who"), CASES)
def test_what_may_have_been_done_is_looked_for_and_done_only_where_it_is_not_there(known: str, who: str) -> None:
    for trial in trials(known, who):
        if is_left_alone(trial):
            continue
        does = [f"do {key_of(trial)}"]
        looks = ["find", *(does if trial.found is None else [])]
        assert trial.calls == (looks if looks_first(trial) else does)


@pytest.mark.parametrize(("known", "who"), CASES)
def test_what_came_of_it_is_handed_back_and_not_yet_called_done(known: str, who: str) -> None:
    """The listing is written first: were it the other way round, a crash between would leave it behind for ever."""
    for trial in trials(known, who):
        said = decisive(trial)
        if is_left_alone(trial) or not isinstance(said, str):
            continue
        assert trial.raised is None
        assert trial.result == said
        assert trial.kept
        assert trial.record
        assert trial.kept.status is Status.SENDING
        assert trial.record.status is (Status.ACCEPTED if said == PENDING else Status.DELIVERED)
        assert (trial.record.external_id, trial.record.key) == (f"id of {said}", trial.kept.key)
        assert trial.deliveries.save(trial.record).attempts == (trial.known.attempts if trial.known else 0) + 1


@pytest.mark.parametrize(("known", "who"), CASES)
def test_a_failure_leaves_on_record_what_is_known_after_it(known: str, who: str) -> None:
    for trial in trials(known, who):
        said = decisive(trial)
        if is_left_alone(trial) or not isinstance(said, ServiceError):
            continue
        assert isinstance(trial.raised, FailedError)
        assert trial.kept
        only_looked = trial.calls == ["find"]
        surely_not_done = said.verdict is Verdict.TERMINAL if only_looked else said.verdict is not Verdict.AMBIGUOUS
        assert trial.kept.status is (Status.FAILED if surely_not_done else Status.IN_DOUBT)
        assert trial.raised.in_doubt == (not surely_not_done)
        assert trial.kept.last_error == said.said


@pytest.mark.parametrize(("known", "who"), CASES)
def test_a_person_is_asked_where_trying_again_is_of_no_use(known: str, who: str) -> None:
    for trial in trials(known, who):
        if not isinstance(trial.raised, FailedError):
            continue
        said = trial.raised.error
        of_no_use = {Verdict.TERMINAL, Verdict.REFRESH_CREDENTIAL}
        of_no_use |= {Verdict.AMBIGUOUS} if trial.calls == ["find"] else set()
        assert trial.raised.final == (said.verdict in of_no_use)
        assert trial.raised.was_asked != isinstance(said, CircuitOpenError)


@pytest.mark.parametrize("seconds", [0.5, 1, 30, 3_600])
def test_who_says_when_to_come_back_is_believed(seconds: float) -> None:
    error = ServiceError(SINK, Verdict.RETRY_AFTER, "429", retry_after=seconds)
    assert FailedError(error, attempts=1, in_doubt=False, final=False).wait == timedelta(seconds=seconds)


@pytest.mark.parametrize("attempts", [1, 2, 10, 1_000])
def test_who_does_not_say_is_given_longer_and_longer_and_never_more_than_five_minutes(attempts: int) -> None:
    error = ServiceError(SINK, Verdict.RETRY_BACKOFF, "503")
    waits = [FailedError(error, attempts=attempts, in_doubt=False, final=False).wait for _ in range(50)]
    assert timedelta(0) <= min(waits) <= max(waits) <= timedelta(seconds=min(2 * 2 ** (attempts - 1), 300))


def test_of_two_who_start_at_once_one_does_it() -> None:
    deliveries = MemoryDeliveries()
    done: list[str] = []

    def try_it(meanwhile: Callable[[], object]) -> object:
        def do(key: str) -> str:
            meanwhile()
            done.append(key)
            return SENT

        operation = Operation(name="x", sink=SINK, find=lambda: None, do=do)
        return perform(operation, LISTING, Request(), deliveries=deliveries, clock=lambda: NOON)

    def second() -> None:
        with pytest.raises(BusyError):
            try_it(lambda: None)

    try_it(second)
    assert done == [LISTING.entry_id]


class Overtaken(MemoryDeliveries):
    """Just before our write somebody else takes it."""

    def save(self, delivery: Delivery) -> Delivery:
        super().save(replace(delivery, key="listing:rival:1"))
        return super().save(delivery)


@pytest.mark.parametrize("status", [None, Status.FAILED, Status.IN_DOUBT])
def test_who_is_overtaken_between_look_and_write_does_nothing(status: Status | None) -> None:
    deliveries = Overtaken()
    if status:
        MemoryDeliveries.save(deliveries, known_as(status))

    def never(*_: str) -> str:
        raise AssertionError("somebody else is at it")

    operation = Operation(name="x", sink=SINK, find=never, do=never)
    with pytest.raises(BusyError):
        perform(operation, LISTING, Request(), deliveries=deliveries, clock=lambda: NOON)


def asked_after(known: Delivery, ago: timedelta) -> list[str]:
    """What is called for somebody who looked so long ago, and asked then."""
    request = Request(by_person=True, confirmed_not_done=True, key=NEW_KEY, asked_at=NOON - ago)
    return Trial(known, request, SENT, SENT).calls


@pytest.mark.parametrize("status", [Status.IN_DOUBT, Status.ACCEPTED, Status.DELIVERED])
def test_who_looked_has_seen_only_what_was_known_by_then(status: Status) -> None:
    tried = known_as(status, ago=timedelta(hours=1))
    assert asked_after(tried, timedelta(minutes=59)) == [f"do {NEW_KEY}"]
    assert asked_after(tried, timedelta(hours=1)) == ["find"]
    assert asked_after(tried, timedelta(minutes=61)) == ["find"]


def test_who_looked_while_somebody_was_at_it_has_not_seen_what_came_of_it() -> None:
    """That one died over it after they had looked, and after it was done."""
    died = known_as(Status.SENDING, ago=timedelta(hours=1))
    assert asked_after(died, timedelta(hours=1) - timedelta(seconds=2)) == ["find"]
    assert asked_after(died, timedelta(hours=1) - HELD_FOR) == [f"do {NEW_KEY}"]


def test_a_fault_of_ours_leaves_it_as_something_that_may_have_been_done() -> None:
    deliveries = MemoryDeliveries()

    def broken(_: str) -> str:
        raise ZeroDivisionError

    operation = Operation(name="x", sink=SINK, find=lambda: None, do=broken)
    with pytest.raises(ZeroDivisionError):
        perform(operation, LISTING, Request(), deliveries=deliveries, clock=lambda: NOON)
    kept = deliveries.get(LISTING.entry_id, SINK)
    assert kept
    assert not kept.is_surely_not_done
    assert kept.is_held(at=NOON + HELD_FOR - timedelta(microseconds=1))
    assert not kept.is_held(at=NOON + HELD_FOR)
