"""The workflow that tries dead letters again, in slices of time, whatever happens between them."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from functions.run_workflow_step.working import SAVED_EVERY
from shared.control.letters.message import Parcel
from shared.control.letters.step import MARGIN, SLICE, WORKFLOW, retry_dead_letters
from shared.control.runs.shipped import find_workflow
from shared.control.runs.step import Again, Done, StepCall
from shared.runtime.errors import DependencyError, InvalidInputError, NotFoundError
from tests.support.letters import a_given_up, an_event
from tests.unit.shared.control.letters.world import BY, World

TIME = timedelta(seconds=100)


@pytest.fixture
def world() -> World:
    return World()


def call(world: World, left: Any, asked: Any) -> StepCall:
    return StepCall(
        run_id="a-run",
        workflow=WORKFLOW,
        step="retry",
        scope={},
        parameters=find_workflow(WORKFLOW).values(asked),
        outputs={},
        checkpoint=json.loads(json.dumps(left)),
        attempt=1,
        cause=BY,
        until=world.clock() + TIME,
    )


def once(world: World, left: Any = None, **asked: Any) -> Done | Again:
    return retry_dead_letters(world.ports)(call(world, left or {}, asked))


def whole(world: World, *, most: int = 200, **asked: Any) -> tuple[Done, list[Again]]:
    """To its end, and the ways it was gone on."""
    agains: list[Again] = []
    while isinstance(came := once(world, agains[-1].checkpoint if agains else {}, **asked), Again):
        agains.append(came)
        world.clock.put_on(seconds=came.after.total_seconds())
        assert len(agains) < most, "it does not come to an end"
    return came, agains


def test_the_workflow_takes_what_the_step_reads() -> None:
    workflow = find_workflow(WORKFLOW)
    assert set(workflow.parameters) == {"queue", "letter_id", "cause", "event_type", "rate", "limit"}
    assert workflow.values({}) == {"rate": 50}
    assert [step.does for step in workflow.steps] == [WORKFLOW]
    for wrong in ({"rate": 0}, {"rate": 501}, {"limit": 0}, {"dry_run": True}):
        with pytest.raises(InvalidInputError):
            workflow.values(wrong)


def test_letters_of_all_queues_go_back(world: World) -> None:
    other = world.also("ListingDeadLetters", "ListingQueue")
    for one in range(30):
        (world.queue if one % 2 else other).lay(an_event(one))
    world.queue.lay({"task": "sweep"})
    done, _ = whole(world)
    assert done.output == {
        "retried": 30,
        "refused": 1,
        "not_accepted": 0,
        "left": 1,
        "why": {"the clock calls the function again by itself; this call is over": 1},
    }
    assert (len(world.queue.sent), len(other.sent)) == (15, 15)
    assert {event.data["run_id"] for event in world.told()} == {"a-run"}


def test_of_one_queue_only(world: World) -> None:
    other = world.also("ListingDeadLetters", "ListingQueue")
    other.lay(an_event())
    world.queue.lay(an_event())
    done, _ = whole(world, queue="ListingDeadLetters")
    assert (done.output["retried"], done.output["left"], len(world.queue.ids())) == (1, 0, 1)


def test_there_is_no_such_queue(world: World) -> None:
    with pytest.raises(NotFoundError):
        once(world, queue="NotionQueue")


def test_what_takes_long_is_gone_on_with_where_it_was(world: World) -> None:
    for one in range(1_000):
        world.queue.lay(an_event(one))
    done, agains = whole(world, rate=5)
    assert done.output["retried"] == len({parcel.id for parcel in world.queue.sent}) == len(world.queue.sent) == 1_000
    assert len(agains) == pytest.approx(1_000 / 5 / SLICE.total_seconds(), abs=2)
    assert [one.progress["retried"] for one in agains] == sorted(one.progress["retried"] for one in agains)
    assert agains[0].progress["left"] == 1_000 - agains[0].progress["retried"]


def test_every_slice_is_back_in_time(world: World) -> None:
    for one in range(1_000):
        world.queue.lay(an_event(one))
    began = world.clock()
    assert isinstance(once(world, rate=1), Again)
    assert world.clock() - began < SLICE + timedelta(seconds=2) < TIME


def test_where_there_is_little_time_it_is_back_before_that(world: World) -> None:
    for one in range(100):
        world.queue.lay(an_event(one))
    began, asked = world.clock(), call(world, {}, {"rate": 1})
    assert isinstance(retry_dead_letters(world.ports)(replace(asked, until=began + MARGIN + SLICE / 3)), Again)
    assert world.clock() - began < SLICE / 2


def test_letters_that_are_not_meant_are_seen_once_however_many_slices_there_are(world: World) -> None:
    for one in range(600):
        world.queue.lay(a_given_up(one, reason="a" if one % 3 == 0 else "b"))
    done, agains = whole(world, cause="a", rate=1)
    assert (done.output["retried"], done.output["left"]) == (200, 400)
    assert len(agains) >= 2
    assert world.queue.calls.count("take") < 200


def test_after_the_end_all_are_there_for_others(world: World) -> None:
    for one in range(20):
        world.queue.lay(a_given_up(one, reason="a" if one % 2 else "b"))
    whole(world, cause="a")
    assert len(world.queue.visible()) == 10


@pytest.mark.parametrize("limit", [1, 10, 55, 400])
def test_not_more_than_was_asked_for_over_all_queues_and_slices(world: World, limit: int) -> None:
    other = world.also("ListingDeadLetters", "ListingQueue")
    for one in range(150):
        world.queue.lay(an_event(one))
        other.lay(an_event(one))
    done, _ = whole(world, limit=limit, rate=1)
    assert done.output["retried"] == len(world.queue.sent) + len(other.sent) == min(limit, 300)


def test_one_letter_wherever_it_lies(world: World) -> None:
    other = world.also("ListingDeadLetters", "ListingQueue")
    world.queue.lay(an_event())
    other.lay(an_event(2))
    letter = [other.lay(an_event(one)) for one in range(3, 90)][-1]
    done, _ = whole(world, queue="ListingDeadLetters", letter_id=letter)
    assert done.output["retried"] == 1
    assert [parcel.id for parcel in other.sent] == [letter]


def test_a_call_that_is_repeated_does_no_harm(world: World) -> None:
    """Its answer was lost: what was sent is sent, and the rest goes on from what is there."""
    letters = {world.queue.lay(an_event(one)) for one in range(300)}
    first = once(world, rate=2)
    assert isinstance(first, Again)
    repeated = once(world, rate=2)
    while isinstance(repeated, Again):
        repeated = once(world, repeated.checkpoint, rate=2)
    assert {parcel.id for parcel in world.queue.sent} == letters
    assert len(world.queue.sent) == 300


def test_where_aws_is_unwell_it_is_tried_again_from_there(world: World) -> None:
    letters = {world.queue.lay(an_event(one)) for one in range(30)}
    world.queue.unwell = {"send_back"}
    with pytest.raises(DependencyError):
        once(world)
    world.queue.unwell = set()
    whole(world)
    assert {parcel.id for parcel in world.queue.sent} == letters


def dies_again(world: World) -> None:
    """The cause lasts: what is sent back fails at once, and is a new letter."""
    send = world.queue.send_back

    def fail(parcels: list[Parcel]) -> set[str]:
        accepted = send(parcels)
        for parcel in parcels:
            world.queue.lay(parcel.body, sent_at=world.clock())
        return accepted

    world.queue.send_back = fail  # type: ignore[method-assign, assignment]


def test_while_the_cause_lasts_each_is_tried_once_and_none_is_lost(world: World) -> None:
    for one in range(40):
        world.queue.lay(an_event(one))
    dies_again(world)
    done, _ = whole(world)
    assert (done.output["retried"], done.output["left"]) == (40, 40)
    assert sorted(json.loads(parcel.body)["detail"]["version"] for parcel in world.queue.sent) == list(range(40))


def test_when_it_is_gone_all_of_them_leave(world: World) -> None:
    for one in range(40):
        world.queue.lay(an_event(one))
    well = world.queue.send_back
    dies_again(world)
    whole(world)
    world.queue.send_back = well  # type: ignore[method-assign]
    world.clock.put_on(seconds=1)
    done, _ = whole(world)
    assert (done.output["retried"], done.output["left"], world.queue.ids()) == (40, 0, [])


def test_what_others_have_in_hand_is_waited_for(world: World) -> None:
    for one in range(4):
        world.queue.lay(an_event(one))
    world.queue.take(3, hidden_for=timedelta(seconds=30))
    done, agains = whole(world)
    assert (done.output["retried"], done.output["left"]) == (4, 0)
    assert [again.after > timedelta(0) for again in agains] == [True, True]


def test_who_keeps_letters_in_hand_is_not_waited_for_for_ever(world: World) -> None:
    world.queue.lay(an_event())
    world.queue.take(1, hidden_for=timedelta(hours=10))
    done, agains = whole(world)
    assert (done.output["retried"], done.output["left"], len(agains)) == (0, 1, 3)


def test_two_runs_at_once_share_the_work(world: World) -> None:
    letters = {world.queue.lay(an_event(one)) for one in range(400)}
    ways: list[Any] = [{}, {}]
    while any(way is not None for way in ways):
        for number, way in enumerate(ways):
            if way is None:
                continue
            came = once(world, way, rate=2)
            ways[number] = came.checkpoint if isinstance(came, Again) else None
    assert len(world.queue.sent) == 400
    assert {parcel.id for parcel in world.queue.sent} == letters


def test_what_is_kept_between_slices_is_small(world: World) -> None:
    for one in range(500):
        world.queue.lay(an_event(one))
    came = once(world, rate=1)
    assert isinstance(came, Again)
    assert len(json.dumps(came.checkpoint)) < 1_000


def test_one_letter_that_cannot_be_tried_again_is_dealt_with_once(world: World) -> None:
    letter_id = world.queue.lay({"task": "sweep"})
    world.queue.lay(an_event())
    done, agains = whole(world, letter_id=letter_id)
    assert (done.output["retried"], done.output["refused"], agains) == (0, 1, [])


def test_one_letter_that_its_queue_does_not_accept_is_dealt_with_once(world: World) -> None:
    letter_id = world.queue.lay(an_event())
    world.queue.refuses = {letter_id}
    done, agains = whole(world, letter_id=letter_id)
    assert (done.output["retried"], done.output["not_accepted"], agains) == (0, 1, [])


def test_where_the_time_is_too_short_to_begin_the_process_ends_and_the_next_goes_on(world: World) -> None:
    """Else it would be asked once more, at once and for just the same, which is a standstill."""
    world.queue.lay(an_event())
    asked = replace(call(world, {}, {}), until=world.clock() + MARGIN)
    came = retry_dead_letters(world.ports)(asked)
    assert isinstance(came, Again)
    assert came.after >= SAVED_EVERY
    done, _ = whole(world)
    assert done.output["retried"] == 1
