"""Replays: what is meant is sent once, in order, at its pace, from any point on; what is counted is what is sent."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from shared.control.history.cleared import Cleared, Mark
from shared.control.history.consumers import CONSUMERS
from shared.control.history.plan import USUAL_RATE, plan_of
from shared.control.history.preview import MOST_COUNTED, MOST_SHOWN, preview
from shared.control.history.replaying import REST, SLICE, SPARE, Replaying
from shared.control.history.wanted import COMMANDS
from shared.control.runs.shipped import find_workflow
from shared.control.runs.step import Again, Done, StepCall
from shared.ledger.envelope import Event, to_text
from shared.ledger.memory import MemoryLedger
from shared.runtime.errors import DependencyError, InvalidInputError, NotFoundError
from tests.support.builders import NOON, a_cause
from tests.unit.in_memory import HeldClock
from tests.unit.shared.control.history.ledgers import SECOND, a_row, an_event, ids, keep

RUN = "0" * 31 + "7"
ASKED_AT = NOON + timedelta(hours=1)
ALL_OF_IT = {"start_time": "2026-03-01T00:00:00Z"}


class Bus:
    """Takes all; or, in turn, as many as `takes` says, None for nothing at all."""

    def __init__(self) -> None:
        self.sent: list[Event] = []
        self.calls: list[tuple[str, str, int]] = []
        self.takes: list[int | None] = []

    def replay(self, events: Sequence[Event], *, name: str, to: str) -> int:
        self.calls.append((name, to, len(events)))
        takes = self.takes.pop(0) if self.takes else len(events)
        if takes is None:
            raise DependencyError("the bus cannot answer now")
        self.sent += events[:takes]
        return min(takes, len(events))


class World:
    """A ledger, a run that was asked for, and a clock that goes on only while somebody waits."""

    def __init__(self, *events: Event, **parameters: Any) -> None:
        self.ledger = MemoryLedger()
        self.bus = Bus()
        self.clock = HeldClock(ASKED_AT + timedelta(minutes=1))
        self.marks: list[Mark] = []
        self.waited = 0.0
        self.parameters = parameters
        keep(self.ledger, *events)
        keep(self.ledger, an_event("SAGA", RUN, type="saga.created", time=ASKED_AT))

    def cleared(self) -> Cleared:
        return Cleared(self.marks)

    def pause(self, seconds: float) -> None:
        self.waited += seconds
        self.clock.put_on(seconds=seconds)

    def step(self, checkpoint: Any = None, *, seconds: float = 100) -> Done | Again:
        work = Replaying(ledger=self.ledger, bus=self.bus, marks=self, clock=self.clock, pause=self.pause)
        return work(
            StepCall(
                run_id=RUN,
                workflow="replay",
                step="replay",
                scope={},
                parameters=self.parameters,
                outputs={},
                checkpoint=checkpoint or {},
                attempt=1,
                cause=a_cause(),
                until=self.clock() + timedelta(seconds=seconds),
            )
        )

    def run(self, **how: Any) -> tuple[Done, list[Again]]:
        """To the end, whatever lies between."""
        slices: list[Again] = []
        while isinstance(came := self.step(slices[-1].checkpoint if slices else None, **how), Again):
            slices.append(came)
            self.clock.put_on(seconds=came.after.total_seconds())
            assert len(slices) < 200
        return came, slices


def test_what_is_meant_is_sent_once_the_oldest_first_for_whom_it_is() -> None:
    events = a_row(25)
    world = World(*events, event_types=["listing"], to="notion", rate=500)
    done, slices = world.run()
    assert ids(world.bus.sent) == ids(events)
    assert [(to, number) for _, to, number in world.bus.calls] == [("notion", 10), ("notion", 10), ("notion", 5)]
    assert done.output == {
        "name": RUN,
        "to": "notion",
        "published": 25,
        "looked_at": 25,
        "at": to_text(events[-1].time),
    }
    assert slices == []


def test_a_replay_has_the_name_it_is_given() -> None:
    world = World(*a_row(1), **ALL_OF_IT, name="after the fire")
    world.run()
    assert world.bus.calls == [("after the fire", "all", 1)]


def test_what_happens_after_it_was_asked_for_is_none_of_it() -> None:
    events = a_row(3, begin=ASKED_AT - SECOND)  # before, at that very moment, and after
    late = {"end_time": to_text(ASKED_AT + timedelta(days=9))}
    for said in ({}, late):
        world = World(*events, event_types=["listing.created"], **said)
        world.run()
        assert ids(world.bus.sent) == ids(events[:1])


@pytest.mark.parametrize(("rate", "seconds"), [(1, 24), (10, 2), (50, 0.4), (500, 0.04)])
def test_events_leave_no_faster_than_is_wanted(rate: int, seconds: float) -> None:
    world = World(*a_row(25), **ALL_OF_IT, rate=rate)
    began = world.clock()
    world.run()
    assert (world.clock() - began).total_seconds() >= seconds
    assert max(number for _, _, number in world.bus.calls) <= rate


def test_a_slice_ends_in_time_and_the_next_goes_on_where_it_was() -> None:
    events = a_row(3 * 20 + 7)
    world = World(*events, **ALL_OF_IT, rate=1)
    done, slices = world.run()
    assert ids(world.bus.sent) == ids(events)
    assert len(slices) == 3
    assert [one.progress["published"] for one in slices] == [20, 40, 60]
    assert slices[0].progress["at"] == to_text(events[19].time)
    assert done.output["published"] == 67


def test_who_has_little_time_does_little_and_is_back_by_then() -> None:
    world = World(*a_row(50), **ALL_OF_IT, rate=10)
    began, allowed = world.clock(), SPARE + 3 * SECOND
    world.step(seconds=allowed.total_seconds())
    assert world.clock() - began <= allowed
    assert 10 <= len(world.bus.sent) <= 40


@pytest.mark.parametrize("number", [0, 1, 9, 10, 11, 25])
def test_who_has_no_time_at_all_still_gets_on_and_comes_to_an_end(number: int) -> None:
    events = a_row(number)
    world = World(*events, **ALL_OF_IT, rate=500)
    done, slices = world.run(seconds=0)
    assert ids(world.bus.sent) == ids(events)
    assert len(slices) == number // 10
    assert len({str(one.checkpoint) for one in slices}) == len(slices)
    assert done.output["published"] == number


def test_a_slice_that_is_cut_off_is_done_again_and_leaves_nothing_out() -> None:
    events = a_row(60)
    world = World(*events, **ALL_OF_IT, rate=1)
    first = world.step()
    assert isinstance(first, Again)
    world.step(first.checkpoint)  # its answer is lost
    world.step(first.checkpoint)
    assert ids(world.bus.sent) == ids(events[:20] + events[20:40] + events[20:40])


@pytest.mark.parametrize("takes", [[10, 3], [10, 0], [10, None], [7]])
def test_what_the_bus_refuses_is_sent_later_and_nothing_is_left_out(takes: list[int | None]) -> None:
    events = a_row(35)
    world = World(*events, **ALL_OF_IT, rate=500)
    world.bus.takes = list(takes)
    done, slices = world.run()
    assert ids(world.bus.sent) == ids(events)
    assert [one.after for one in slices] == [REST]
    assert done.output["published"] == 35


@pytest.mark.parametrize("takes", [0, None])
def test_where_the_bus_takes_nothing_at_all_it_is_a_failure(takes: int | None) -> None:
    world = World(*a_row(5), **ALL_OF_IT)
    world.bus.takes = [takes]
    with pytest.raises(DependencyError):
        world.step()


@pytest.mark.parametrize("limit", [1, 9, 10, 11, 24, 25, 26])
def test_as_many_are_sent_as_are_wanted_at_most(limit: int) -> None:
    events = a_row(25)
    world = World(*events, **ALL_OF_IT, limit=limit, rate=500)
    done, _ = world.run()
    assert ids(world.bus.sent) == ids(events[:limit])
    assert done.output["published"] == min(limit, 25)


def test_a_limit_holds_over_slices() -> None:
    world = World(*a_row(60), **ALL_OF_IT, limit=33, rate=1)
    world.run()
    assert len(world.bus.sent) == 33


def test_where_nothing_is_meant_for_long_a_slice_ends_all_the_same() -> None:
    world = World(*a_row(3_000, step=timedelta(milliseconds=1)), event_types=["claim.created"], actor="webhook:scraper")
    world.parameters = {"actor": "webhook:scraper", "subject": "nobody"} | ALL_OF_IT
    done, _ = world.run()
    assert done.output["published"] == 0
    world.parameters = ALL_OF_IT | {"start_time": "2025-01-01T00:00:00Z", "event_types": []}
    done, _ = world.run()
    assert done.output["published"] == 3_000


def test_what_people_do_in_discord_and_what_was_cleared_is_not_replayed() -> None:
    command = an_event("COMMAND", type="command.invoked", source=COMMANDS)
    old, new = an_event(), an_event(time=NOON + SECOND)
    world = World(command, old, new, **ALL_OF_IT, end_time=to_text(NOON + SECOND))
    world.marks = [Mark(before=new.time)]
    world.run()
    assert ids(world.bus.sent) == [new.id]
    world.parameters = world.parameters | {"include_cleared": True}
    world.bus.sent = []
    world.run()
    assert ids(world.bus.sent) == [old.id, new.id]


def test_a_replay_that_nobody_asked_for_is_none() -> None:
    world = World(**ALL_OF_IT)
    world.ledger = MemoryLedger()
    with pytest.raises(NotFoundError):
        world.step()


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"end_time": "2026-03-01T00:00:00Z"},
        {"to": "nobody", "actor": "timer"},
        {"start_time": "yesterday"},
        {"start_time": "2026-03-01"},
        {"start_time": "2026-03-01T12:00:00"},
        {"start_time": "2026-03-02T00:00:00Z", "end_time": "2026-03-01T00:00:00Z"},
        {"event_types": ["listing.vanished"]},
    ],
    ids=str,
)
def test_a_replay_that_makes_no_sense_is_refused_by_who_plans_it_and_by_who_does_it(parameters: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError):
        plan_of(parameters, name=RUN, at=ASKED_AT)
    with pytest.raises(InvalidInputError):
        World(**parameters).step()


@pytest.mark.parametrize("to", ["all", *CONSUMERS])
def test_a_replay_may_be_for_everybody_who_is_known(to: str) -> None:
    assert plan_of(ALL_OF_IT | {"to": to}, name=RUN, at=ASKED_AT).to == to


def test_whom_a_replay_may_be_for_is_known_before_a_run_begins() -> None:
    workflow = find_workflow("replay")
    assert workflow.parameters["to"].allowed == ("all", *CONSUMERS)
    with pytest.raises(InvalidInputError, match="to: one of all, listings"):
        workflow.values({"to": "nobody"})


def test_what_is_not_said_is_as_the_workflow_s_file_says() -> None:
    plan = plan_of(find_workflow("replay").values(ALL_OF_IT), name=RUN, at=ASKED_AT)
    assert plan == plan_of(ALL_OF_IT, name=RUN, at=ASKED_AT)
    assert (plan.to, plan.rate, plan.limit, plan.name) == ("all", USUAL_RATE, None, RUN)
    assert plan.wanted.until == ASKED_AT - timedelta(microseconds=1)


@pytest.mark.parametrize(
    "parameters",
    [
        ALL_OF_IT,
        {"event_types": ["listing.created", "claim"]},
        {"actor": "timer"},
        ALL_OF_IT | {"limit": 7},
        {"trace_id": "a" * 32},
    ],
    ids=str,
)
def test_what_a_dry_run_counts_is_what_is_sent(parameters: dict[str, Any]) -> None:
    events = [*a_row(25), *a_row(30, actor="timer", type="claim.created")]
    world = World(*events, **parameters, rate=500)
    counted = preview(plan_of(parameters, name=RUN, at=ASKED_AT), ledger=world.ledger, cleared=Cleared())
    assert world.bus.sent == []
    world.run()
    assert (counted.would_replay, counted.is_all) == (len(world.bus.sent), True)
    assert counted.first == ids(world.bus.sent)[:MOST_SHOWN]
    assert counted.by_type == {
        kind: sum(event.type == kind for event in world.bus.sent) for kind in {event.type for event in world.bus.sent}
    }


def test_a_dry_run_says_where_there_is_more_than_it_counted() -> None:
    world = World(*a_row(MOST_COUNTED + 1, step=timedelta(milliseconds=1)), **ALL_OF_IT)
    counted = preview(plan_of(ALL_OF_IT, name=RUN, at=ASKED_AT), ledger=world.ledger, cleared=Cleared())
    assert (counted.would_replay, counted.is_all) == (MOST_COUNTED, False)


def test_slices_are_short_enough_for_who_wants_to_stop() -> None:
    assert timedelta(seconds=30) >= SLICE
