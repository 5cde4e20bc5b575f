"""Events brought to sinks from a terminal: once, with patience that ends."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import NoReturn

import pytest

from scripts.route.bringing import LEFT_IN_A_ROW, MOST_TRIES, Bringing, Doubtful, Ports, Threads, pausing
from scripts.route.preview import ALREADY_THERE, preview
from shared.deliveries.delivery import Deliveries, Delivery, MemoryDeliveries, Status, first_try
from shared.runtime.errors import DependencyError
from shared.runtime.http import GrantRefusedError, ServiceDownError, ServiceError, Verdict
from shared.sinks.sink import Detail, Made
from tests.unit.scripts.route.a_sink import NOON, MemorySink, Pauses, event, ports

DOWN = ServiceDownError("notion", Verdict.RETRY_BACKOFF, "503 busy")
LOST = ServiceDownError("notion", Verdict.AMBIGUOUS, "did not answer in time")
REFUSED = ServiceError("notion", Verdict.TERMINAL, "400 no such field")
STRANGER = ServiceError("notion", Verdict.REFRESH_CREDENTIAL, "401 who are you")
NO_TOKEN = GrantRefusedError("notion", Verdict.TERMINAL, "no token: 400 invalid_grant")


def busy(seconds: float) -> ServiceError:
    return ServiceError("notion", Verdict.RETRY_AFTER, "429 slow down", retry_after=seconds)


def failing(error: Exception, times: int = 10_000) -> Callable[[], Exception | None]:
    left = [error] * times
    return lambda: left.pop() if left else None


class Unseen(MemorySink):
    """`unseen` says what is raised when something is looked for."""

    def __init__(self, unseen: Callable[[], Exception | None]) -> None:
        super().__init__()
        self._unseen = unseen

    def find(self, event: Detail) -> Made | None:
        found = super().find(event)
        if error := self._unseen():
            raise error
        return found


@pytest.fixture
def pauses() -> Pauses:
    return Pauses()


@pytest.fixture
def sink() -> MemorySink:
    return MemorySink()


@pytest.fixture
def kept() -> MemoryDeliveries:
    return MemoryDeliveries()


def bringing(sink: MemorySink, kept: Deliveries, pauses: Pauses, run: str = "1") -> Bringing:
    return Bringing(sink, ports(kept, pauses, run))


def asked(sink: MemorySink, how: str) -> list[str]:
    """The events it was asked to look for, or to send."""
    return [event_id for word, event_id in sink.asked if word == how]


def test_what_was_brought_is_already_there_in_the_next_run(
    sink: MemorySink, kept: MemoryDeliveries, pauses: Pauses
) -> None:
    first = bringing(sink, kept, pauses).bring(0, event())
    again = bringing(sink, kept, pauses, run="2").bring(0, event())

    assert (first.word, again.word) == (Status.DELIVERED, ALREADY_THERE)
    assert first.delivery["external_id"] == again.delivery["external_id"] == "thing 1"
    assert asked(sink, "send") == ["message:a:1"]


def test_a_wait_that_is_asked_for_is_kept(sink: MemorySink, kept: MemoryDeliveries, pauses: Pauses) -> None:
    sink.before = failing(busy(17), times=2)
    assert bringing(sink, kept, pauses).bring(0, event()).word == Status.DELIVERED
    assert pauses.taken == [17, 17]


def test_a_long_wait_is_taken_in_parts_and_ends(sink: MemorySink, kept: MemoryDeliveries, pauses: Pauses) -> None:
    sink.before = failing(busy(3_600))
    done = bringing(sink, kept, pauses).bring(0, event())
    assert done.word == Status.PENDING
    assert done.reason == "429 slow down"
    assert pauses.taken == [60] * (MOST_TRIES - 1)
    assert len(asked(sink, "send")) == 1


def test_a_sink_that_is_unwell_is_left_in_peace(sink: MemorySink, kept: MemoryDeliveries, pauses: Pauses) -> None:
    sink.before = failing(DOWN)
    bringer = bringing(sink, kept, pauses)
    done = [bringer.bring(index, event(str(index))) for index in range(LEFT_IN_A_ROW + 2)]

    assert {one.word for one in done} == {Status.PENDING}
    assert len(asked(sink, "send")) == LEFT_IN_A_ROW * MOST_TRIES
    assert done[-1].reason == "not asked any more: 3 events in a row could not be brought"
    assert kept.get("message:4:1", "notion") is None


@pytest.mark.parametrize("error", [STRANGER, NO_TOKEN])
def test_a_token_that_is_refused_is_shown_to_nobody_a_second_time(
    sink: MemorySink, kept: MemoryDeliveries, pauses: Pauses, error: ServiceError
) -> None:
    sink.before = failing(error)
    bringer = bringing(sink, kept, pauses)
    first, second = (bringer.bring(index, event(str(index))) for index in range(2))
    assert first.reason == error.said
    assert second.reason == "not asked any more: its token was refused"
    assert (len(asked(sink, "send")), pauses.taken) == (1, [])

    sink.before = lambda: None
    assert bringing(sink, kept, pauses, run="2").bring(0, event("0")).word == Status.DELIVERED


def test_one_event_that_a_sink_does_not_take_leaves_the_others_alone(
    sink: MemorySink, kept: MemoryDeliveries, pauses: Pauses
) -> None:
    bringer = bringing(sink, kept, pauses)
    words = []
    for index in range(2 * LEFT_IN_A_ROW):
        sink.before = failing(REFUSED if index % 2 else DOWN, times=MOST_TRIES)
        words.append(bringer.bring(index, event(str(index))).word)
    assert words == [Status.PENDING, Status.FAILED] * LEFT_IN_A_ROW


def test_what_failed_is_tried_again_by_the_next_run(sink: MemorySink, kept: MemoryDeliveries, pauses: Pauses) -> None:
    sink.before = failing(REFUSED, times=1)
    assert bringing(sink, kept, pauses).bring(0, event()).word == Status.FAILED
    assert bringing(sink, kept, pauses, run="2").bring(0, event()).word == Status.DELIVERED


def test_what_was_left_waiting_is_tried_again_by_the_next_run_at_once(
    sink: MemorySink, kept: MemoryDeliveries, pauses: Pauses
) -> None:
    sink.before = failing(busy(3_600), times=1)
    bringing(sink, kept, pauses).bring(0, event())
    pauses.taken.clear()
    assert bringing(sink, kept, pauses, run="2").bring(0, event()).word == Status.DELIVERED
    assert pauses.taken == []


def test_after_a_lost_answer_it_is_looked_for(sink: MemorySink, kept: MemoryDeliveries, pauses: Pauses) -> None:
    sink.after = failing(LOST, times=1)
    assert bringing(sink, kept, pauses).bring(0, event()).word == Status.DELIVERED
    assert sink.made == ["message:a:1"]


def test_what_may_be_there_and_cannot_be_looked_for_is_not_repeated_by_any_run(
    kept: MemoryDeliveries, pauses: Pauses
) -> None:
    sink = MemorySink("telegram", can_look=False)
    sink.after = failing(LOST, times=1)
    words = [bringing(sink, kept, pauses, run=run).bring(0, event()).word for run in "123"]
    assert words == [Status.IN_DOUBT] * 3
    assert sink.made == ["message:a:1"]


@pytest.mark.parametrize("doubtful", Doubtful)
def test_what_is_in_doubt_is_as_somebody_says_who_has_looked(
    kept: MemoryDeliveries, pauses: Pauses, doubtful: Doubtful
) -> None:
    sink = MemorySink("telegram", can_look=False)
    sink.after = failing(LOST, times=1)
    bringing(sink, kept, pauses).bring(0, event())

    done = Bringing(sink, replace(ports(kept, pauses, "2"), doubtful=doubtful)).bring(0, event())
    expected = {
        Doubtful.LEAVE: (Status.IN_DOUBT, Status.IN_DOUBT, 1),
        Doubtful.SENT: (ALREADY_THERE, Status.DELIVERED, 1),
        Doubtful.AGAIN: (Status.DELIVERED, Status.DELIVERED, 2),
    }
    assert (done.word, done.delivery["status"], len(sink.made)) == expected[doubtful]
    assert ("--doubtful sent" in (done.delivery["last_error"] or "")) is (doubtful is Doubtful.SENT)
    later = bringing(sink, kept, pauses, run="3").bring(0, event())
    assert later.word == (Status.IN_DOUBT if doubtful is Doubtful.LEAVE else ALREADY_THERE)


def test_what_is_sent_again_and_is_in_doubt_again_is_sent_once_more_by_nobody(
    kept: MemoryDeliveries, pauses: Pauses
) -> None:
    sink = MemorySink("telegram", can_look=False)
    sink.after = failing(LOST)
    bringing(sink, kept, pauses).bring(0, event())
    again = Bringing(sink, replace(ports(kept, pauses, "2"), doubtful=Doubtful.AGAIN)).bring(0, event())
    assert again.word == Status.IN_DOUBT
    assert bringing(sink, kept, pauses, run="3").bring(0, event()).word == Status.IN_DOUBT
    assert len(sink.made) == 2


@pytest.mark.parametrize("doubtful", Doubtful)
def test_what_can_be_looked_for_is_never_in_doubt_for_a_person(
    sink: MemorySink, kept: MemoryDeliveries, pauses: Pauses, doubtful: Doubtful
) -> None:
    kept.save(first_try("message:a:1", "notion", at=NOON).ended(Status.IN_DOUBT, at=NOON))
    assert Bringing(sink, replace(ports(kept, pauses), doubtful=doubtful)).bring(0, event()).word == Status.DELIVERED
    assert sink.asked == [("find", "message:a:1"), ("send", "message:a:1")]


def test_without_a_record_of_it_it_is_looked_for_first(
    sink: MemorySink, kept: MemoryDeliveries, pauses: Pauses
) -> None:
    sink.made.append("message:a:1")
    bringer = bringing(sink, kept, pauses)
    assert bringer.bring(0, event("a")).word == ALREADY_THERE
    assert bringer.bring(1, event("b")).word == Status.DELIVERED
    assert sink.made == ["message:a:1", "message:b:1"]
    found = kept.get("message:a:1", "notion")
    assert found
    assert (found.status, found.external_id) == (Status.DELIVERED, "found")


def test_where_nobody_can_look_what_has_no_record_is_sent(kept: MemoryDeliveries, pauses: Pauses) -> None:
    sink = MemorySink("telegram", can_look=False)
    assert bringing(sink, kept, pauses).bring(0, event()).word == Status.DELIVERED
    assert sink.asked == [("send", "message:a:1")]


def test_a_first_look_that_fails_makes_nothing_and_is_repeated_as_soon_as_the_provider_says(
    kept: MemoryDeliveries, pauses: Pauses
) -> None:
    sink = Unseen(failing(busy(2), times=2))
    sink.settles_after = timedelta(seconds=30)
    assert bringing(sink, kept, pauses).bring(0, event()).word == Status.DELIVERED
    assert pauses.taken == [2, 2]
    assert asked(sink, "find") == ["message:a:1"] * 3

    sink.after = failing(LOST, times=1)
    assert bringing(sink, kept, pauses).bring(1, event("b")).word == Status.DELIVERED
    assert pauses.taken[2:] == [30]


def test_what_could_not_be_looked_for_is_not_made(kept: MemoryDeliveries, pauses: Pauses) -> None:
    sink = Unseen(failing(DOWN))
    assert bringing(sink, kept, pauses).bring(0, event()).word == Status.IN_DOUBT
    assert sink.made == []


def test_a_record_that_cannot_be_had_is_told_and_nobody_is_asked(sink: MemorySink, pauses: Pauses) -> None:
    class Unwell(MemoryDeliveries):
        def save(self, delivery: Delivery) -> NoReturn:
            raise DependencyError("the disk is full")

    done = bringing(sink, Unwell(), pauses).bring(0, event())
    assert (done.word, done.reason) == (Status.PENDING, "the disk is full")
    assert sink.asked == []


def test_every_sink_gets_its_events_in_their_order(kept: MemoryDeliveries, pauses: Pauses) -> None:
    sinks = {name: MemorySink(name) for name in ("notion", "shopify")}
    with Threads(sinks, ports(kept, pauses), stopped=threading.Event()) as threads:
        for index in range(500):
            for name in sinks:
                threads.submit(name, index, event(str(index)))
        done = list(threads.done(wait=True))

    assert len(done) == 1_000
    for sink in sinks.values():
        assert sink.made == [f"message:{index}:1" for index in range(500)]
    assert threads.open == 0


def test_a_fault_of_ours_ends_the_run(kept: MemoryDeliveries, pauses: Pauses) -> None:
    sink = MemorySink()
    sink.before = failing(ZeroDivisionError())

    def run() -> None:
        with Threads({"notion": sink}, ports(kept, pauses), stopped=threading.Event()) as threads:
            threads.submit("notion", 0, event())
            list(threads.done(wait=True))

    with pytest.raises(ZeroDivisionError):
        run()


def test_who_stops_the_run_does_not_wait_for_pauses(kept: MemoryDeliveries) -> None:
    sink, stopped, is_asked = MemorySink(), threading.Event(), threading.Event()

    def ask() -> Exception:
        is_asked.set()
        return busy(50)

    sink.before = ask
    real = Ports(deliveries=kept, clock=lambda: NOON, pause=pausing(stopped), run="1")

    def run() -> None:
        with Threads({"notion": sink}, real, stopped=stopped) as threads:
            threads.submit("notion", 0, event())
            threads.submit("notion", 1, event("b"))
            assert is_asked.wait(5)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run()
    assert stopped.is_set()
    assert kept.get("message:b:1", "notion") is None


@pytest.mark.parametrize(
    ("reason", "refusal", "word"),
    [(None, None, Status.DRY_RUN), ("it has no time", None, Status.SKIPPED), (None, "too long", Status.FAILED)],
)
def test_a_preview_asks_nobody(sink: MemorySink, reason: str | None, refusal: str | None, word: str) -> None:
    sink.reason, sink.refusal = reason, refusal
    shown = preview(3, event(), sink, at=NOON, known=None)
    assert (shown.word, shown.reason) == (word, reason or refusal)
    assert shown.delivery["status"] == word
    assert (shown.call is not None) is (word == Status.DRY_RUN)
    assert sink.asked == []


def test_a_preview_leaves_what_earlier_runs_did(sink: MemorySink, kept: MemoryDeliveries, pauses: Pauses) -> None:
    bringing(sink, kept, pauses).bring(0, event())
    shown = preview(0, event(), sink, at=NOON, known=kept.get("message:a:1", "notion"))
    assert (shown.word, shown.delivery["status"]) == (ALREADY_THERE, "delivered")

    sink.before = failing(REFUSED)
    bringing(sink, kept, pauses).bring(1, event("b"))
    shown = preview(1, event("b"), sink, at=NOON, known=kept.get("message:b:1", "notion"))
    assert (shown.word, shown.delivery["status"]) == (Status.DRY_RUN, "failed")
