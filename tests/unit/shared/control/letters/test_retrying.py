"""Letters are tried again: only what is accepted leaves, whatever goes wrong on the way, and whoever else is at it."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.control.letters.hand import IN_HAND
from shared.control.letters.retrying import Pace
from shared.control.letters.store import MOST_IN_ONE
from shared.control.letters.wanted import Wanted
from shared.ledger.memory import MemoryLedger
from shared.runtime.errors import ConflictError, DependencyError
from tests.support.builders import NOON
from tests.support.letters import TRACE, a_given_up, a_relay_failure, an_event
from tests.unit.in_memory import HeldClock
from tests.unit.shared.control.letters.world import World


@pytest.fixture
def world() -> World:
    return World()


def lay(world: World, number: int) -> list[str]:
    return [world.queue.lay(an_event(one)) for one in range(1, number + 1)]


def sent(world: World) -> list[str]:
    return [parcel.id for parcel in world.queue.sent]


# well


@pytest.mark.parametrize("number", [0, 1, 10, 11, 237])
def test_all_go_back_and_are_gone_and_it_is_said(world: World, number: int) -> None:
    letters = lay(world, number)
    tally = world.retry()
    assert (tally.retried, tally.looked_at, tally.is_through) == (number, number, True)
    assert sorted(sent(world)) == sorted(world.named()) == sorted(letters)
    assert world.queue.ids() == []
    assert all(len(event.data["letters"]) == event.data["count"] <= MOST_IN_ONE for event in world.told())


def test_what_is_sent_is_the_message_and_what_is_said_names_its_event(world: World) -> None:
    letter = world.queue.lay(an_event(4))
    world.retry(run_id="a-run")
    assert json.loads(world.queue.sent[0].body) == an_event(4)
    (event,) = world.told()
    assert (event.type, event.actor, event.subject) == ("dead_letters.retried", "key:anna", "NotionDeadLetters")
    assert event.data == {
        "queue": "NotionDeadLetters",
        "source": "NotionQueue",
        "count": 1,
        "letters": [{"letter_id": letter, "event_id": "listing:7:4", "event_type": "listing.created"}],
        "run_id": "a-run",
    }


def test_the_queue_adds_up_what_was_done_with_its_letters(world: World) -> None:
    lay(world, 120)
    world.retry()
    assert world.ledger.get("DEAD_LETTERS", "NotionDeadLetters").fields == {"retried": 120}


def test_what_cannot_be_tried_again_stays_and_is_counted_by_why(world: World) -> None:
    world.queue.lay({"task": "sweep"})
    tally = world.retry()
    assert (tally.retried, tally.refused.total(), tally.is_through) == (0, 1, True)
    assert (len(world.queue.visible()), world.queue.sent, world.told()) == (1, [], [])


def test_one_that_nobody_can_read_keeps_no_other_one_back(world: World) -> None:
    letters = [world.queue.lay(body) for body in ("no JSON", an_event(), "[" * 50_000, {"detail": 7}, an_event(2))]
    assert world.retry().retried == 5
    assert sorted(sent(world)) == sorted(letters)


def test_what_the_relay_lost_is_published_again(world: World) -> None:
    queue = world.queue = world.also("RelayFailureQueue", None)
    queue.lay(a_relay_failure())
    assert world.retry().retried == 1
    assert (len(world.republished), queue.ids(), queue.sent) == (1, [], [])
    assert world.told()[0].data["source"] is None


def test_without_a_way_to_publish_it_stays(world: World) -> None:
    queue = world.queue = world.also("RelayFailureQueue", None)
    queue.lay(a_relay_failure())
    world._republish = None  # type: ignore[assignment, method-assign]
    tally = world.retry()
    assert (tally.retried, list(tally.refused)) == (0, ["its events are in the history: replay those of its time"])


# which, and how many


def test_only_what_is_meant_is_tried_and_the_rest_lies_there_as_before(world: World) -> None:
    meant = world.queue.lay(a_given_up(reason="notion: 400 no"))
    other = world.queue.lay(a_given_up(reason="notion: 401 who are you"))
    world.retry(wanted=Wanted(cause="notion: 400 no"))
    assert (sent(world), world.queue.visible()) == ([meant], [other])


def test_a_cause_that_was_noted_is_a_cause(world: World) -> None:
    letters = lay(world, 2)
    world.failures.note(letters[1], KeyError("title"))
    world.retry(wanted=Wanted(cause="KeyError: 'title'"))
    assert sent(world) == letters[1:]


@pytest.mark.parametrize(("limit", "retried"), [(1, 1), (10, 10), (11, 11), (25, 25), (1_000, 30)])
def test_not_more_than_was_asked_for(world: World, limit: int, retried: int) -> None:
    lay(world, 30)
    tally = world.retry(limit=limit)
    assert (tally.retried, len(world.queue.sent), len(world.queue.visible())) == (retried, retried, 30 - retried)


def test_one_of_many(world: World) -> None:
    letters = lay(world, 35)
    world.retry(wanted=Wanted(letter_id=letters[33]))
    assert sent(world) == [letters[33]]
    assert len(world.queue.visible()) == 34


def test_a_message_that_was_sent_later_is_not_meant(world: World) -> None:
    world.queue.lay(an_event(), sent_at=NOON)
    old = world.queue.lay(an_event(), sent_at=NOON - timedelta(microseconds=1))
    world.retry(wanted=Wanted(sent_before=NOON))
    assert sent(world) == [old]


# how fast


@pytest.mark.parametrize(("rate", "number"), [(1, 5), (3, 20), (10, 35), (50, 120), (500, 230)])
def test_it_goes_no_faster_than_was_asked_for(world: World, rate: int, number: int) -> None:
    moments: list[float] = []
    send = world.queue.send_back

    def timed(parcels: Any) -> Any:
        moments.extend([(world.clock() - NOON).total_seconds()] * len(parcels))
        return send(parcels)

    world.queue.send_back = timed  # type: ignore[method-assign]
    lay(world, number)
    assert world.retry(rate=rate).retried == number
    in_any_second = max(sum(at <= other < at + 1 for other in moments) for at in moments)
    assert in_any_second <= rate + min(rate, 10)  # a handful may go at once
    assert (world.clock() - NOON).total_seconds() == pytest.approx((number - 1) / rate, abs=10 / rate + 0.01)


def test_who_was_slow_does_not_make_up_for_it_later() -> None:
    clock = HeldClock()
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        clock.put_on(seconds=seconds)

    pace = Pace(2, clock=clock, pause=pause)
    pace.wait(2)
    clock.put_on(seconds=60)
    for _ in range(3):
        pace.wait(2)
    assert pauses == [1.0, 1.0]


def test_when_the_time_is_over_it_ends_and_nothing_is_left_in_hand(world: World) -> None:
    lay(world, 100)
    tally = world.retry(rate=10, seconds=3)
    assert 20 <= tally.retried <= 40
    assert not tally.is_through
    assert len(world.queue.visible()) == len(world.queue.ids()) == 100 - tally.retried


def test_what_was_in_hand_for_too_long_is_not_sent(world: World) -> None:
    lay(world, 10)
    send = world.queue.send_back

    def slow(parcels: Any) -> Any:
        world.clock.put_on(seconds=IN_HAND.total_seconds())
        return send(parcels)

    world.queue.send_back = slow  # type: ignore[method-assign]
    tally = world.retry(rate=1, seconds=30)
    assert tally.retried == 1


# what goes wrong


def test_what_the_source_does_not_accept_stays(world: World) -> None:
    letters = lay(world, 25)
    world.queue.refuses = set(letters[3:7])
    tally = world.retry()
    assert (tally.retried, tally.not_accepted) == (21, 4)
    assert sorted(world.queue.visible()) == sorted(letters[3:7])
    assert set(world.named()) == set(letters) - set(letters[3:7])


def test_one_that_is_not_removed_at_once_is_removed_then(world: World) -> None:
    letters = lay(world, 3)
    world.queue.sticks = {letters[1]: 1}
    world.retry()
    assert (world.queue.ids(), len(world.queue.sent)) == ([], 3)


def test_one_that_cannot_be_removed_is_there_again_and_not_lost(world: World) -> None:
    letters = lay(world, 3)
    world.queue.sticks = {letters[1]: 9}
    assert world.retry().retried == 3
    assert world.queue.visible() == [letters[1]]


@pytest.mark.parametrize("operation", ["take", "send_back"])
def test_where_the_queue_is_unwell_nothing_has_happened(world: World, operation: str) -> None:
    letters = lay(world, 3)
    world.queue.unwell = {operation}
    with pytest.raises(DependencyError):
        world.retry()
    assert (world.queue.visible(), world.queue.sent, world.told()) == (letters, [], [])


def test_what_was_accepted_leaves_though_the_queue_is_unwell_after_that(world: World) -> None:
    letters = lay(world, 25)
    fails_after(world, "send_back", 2)
    with pytest.raises(DependencyError):
        world.retry()
    assert sorted(sent(world)) == sorted(world.named())
    assert sorted(world.queue.visible()) == sorted(set(letters) - set(sent(world)))


def test_who_cannot_give_back_fails_for_what_went_wrong_before(world: World) -> None:
    lay(world, 3)
    world.queue.unwell = {"send_back", "hide"}
    with pytest.raises(DependencyError):
        world.retry()
    assert world.queue.visible() == []
    world.clock.put_on(seconds=IN_HAND.total_seconds())
    assert len(world.queue.visible()) == 3


class UnwellLedger(MemoryLedger):
    is_well = False

    def commit(self, change: Any) -> None:
        if not self.is_well:
            raise DependencyError("the ledger cannot answer now")
        super().commit(change)


def test_nothing_leaves_unsaid() -> None:
    """What was sent is there again, and is sent once more: who reads it knows it by its event."""
    world = World(ledger=UnwellLedger())
    letters = lay(world, 3)
    with pytest.raises(DependencyError):
        world.retry()
    assert world.queue.visible() == letters
    world.ledger.is_well = True
    assert world.retry().retried == 3
    assert (world.queue.ids(), sorted(world.named())) == ([], letters)


def fails_after(world: World, operation: str, times: int) -> None:
    """The call after so many of this operation fails, once."""
    real: Callable[..., Any] = getattr(world.queue, operation)
    left = [times]

    def call(*given: Any, **said: Any) -> Any:
        left[0] -= 1
        if left[0] == -1:
            raise DependencyError("AWS cannot be reached")
        return real(*given, **said)

    setattr(world.queue, operation, call)


@pytest.mark.parametrize("operation", ["take", "send_back", "remove", "depth", "hide"])
@pytest.mark.parametrize("times", range(4))
def test_whatever_call_fails_no_letter_is_lost_and_in_the_end_all_have_left(operation: str, times: int) -> None:
    world = World()
    letters = lay(world, 25)
    fails_after(world, operation, times)
    for _ in range(3):
        try:
            world.retry()
        except DependencyError:
            assert set(letters) == set(world.queue.ids()) | set(sent(world))
        world.clock.put_on(seconds=IN_HAND.total_seconds())
    assert (world.queue.ids(), set(sent(world)), set(world.named())) == ([], set(letters), set(letters))


# two at once


def test_two_who_take_turns_never_send_the_same(world: World) -> None:
    letters = lay(world, 95)
    other = world.retrying(rate=1)
    world_send = world.queue.send_back
    began: list[bool] = []

    def meanwhile(parcels: Any) -> Any:
        if not began:
            began.append(True)
            other.go(until=world.in_seconds(30))
        return world_send(parcels)

    world.queue.send_back = meanwhile  # type: ignore[method-assign]
    world.retry()
    world.clock.put_on(seconds=IN_HAND.total_seconds())
    world.retry()
    assert sorted(sent(world)) == sorted(letters)
    assert (world.queue.ids(), other.tally.retried > 0) == ([], True)


def test_what_others_have_in_hand_may_come_back_so_the_way_is_not_over(world: World) -> None:
    lay(world, 3)
    world.queue.take(2, hidden_for=timedelta(seconds=30))
    tally = world.retry()
    assert (tally.retried, tally.is_through, tally.is_shared) == (1, False, True)


def test_whose_letters_came_into_other_hands_meanwhile_removes_none_of_them(world: World) -> None:
    """His receipts do not count any more. What both have sent is the same message twice, which its reader knows."""
    lay(world, 1)
    retrying = world.retrying()
    send = world.queue.send_back

    def slow(parcels: Any) -> Any:
        world.clock.put_on(seconds=IN_HAND.total_seconds() + 1)
        world.queue.take(10, hidden_for=IN_HAND)
        return send(parcels)

    world.queue.send_back = slow  # type: ignore[method-assign]
    retrying.go(until=world.in_seconds(10))
    assert len(world.queue.ids()) == 1


class ContestedLedger(MemoryLedger):
    """Somebody else writes first, as often as that."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.left = times

    def commit(self, change: Any) -> None:
        if self.left:
            self.left -= 1
            raise ConflictError("somebody was faster")
        super().commit(change)


@pytest.mark.parametrize(("times", "is_said"), [(1, True), (9, True), (10, False)])
def test_two_who_write_the_same_history_do_so_one_after_the_other(times: int, is_said: bool) -> None:
    world = World(ledger=ContestedLedger(times))
    lay(world, 1)
    if is_said:
        world.retry()
    else:
        with pytest.raises(ConflictError):
            world.retry()
    assert (len(world.told()), world.queue.ids() == []) == (int(is_said), is_said)


@given(
    bodies=st.lists(st.sampled_from(["good", "schedule", "unreadable", "refused", "sticks"]), max_size=40),
    rate=st.sampled_from([None, 1, 7, 500]),
    limit=st.sampled_from([None, 1, 10, 33]),
    seconds=st.sampled_from([0.0, 2.0, 600.0]),
)
def test_nothing_is_lost_and_nothing_is_said_that_was_not_sent(
    bodies: list[str], rate: int | None, limit: int | None, seconds: float
) -> None:
    world = World()
    made: dict[str, Any] = {"schedule": {"task": "sweep"}, "unreadable": "{"}
    laid = [(kind, world.queue.lay(made.get(kind, an_event()))) for kind in bodies]
    world.queue.refuses = {one for kind, one in laid if kind == "refused"}
    world.queue.sticks = {one: 9 for kind, one in laid if kind == "sticks"}
    tally = world.retry(rate=rate, limit=limit, seconds=seconds)
    everything, there = {one for _, one in laid}, set(world.queue.ids())
    assert everything == there | set(sent(world))
    assert there & set(sent(world)) <= set(world.queue.sticks)
    assert sorted(world.named()) == sorted(sent(world))
    assert tally.retried == len(world.queue.sent) <= (limit or 1_000)
    assert world.queue.visible() == world.queue.ids()


def test_the_trace_of_the_event_stays_in_the_message(world: World) -> None:
    lay(world, 1)
    world.retry()
    assert TRACE in world.queue.sent[0].body
