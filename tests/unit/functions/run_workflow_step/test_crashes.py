"""Whoever dies before or after any write, on the way forward or back, the record is right in the end."""

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from shared.control.runs.run import Status
from shared.control.runs.settling import NOT_BACK
from shared.control.runs.starting import run_id_of
from shared.control.runs.step import StepCall
from shared.runtime.errors import IllegalTransitionError
from tests.unit.functions.run_workflow_step.world import KilledError, World, again, busy, wrong

IN_PARTS = 3  # what was done in one process and not put on record is done again

Story = Callable[[World], None]
OF_A_TRY = ("calls", "tries", "lease_until", "not_before", "started_at", "ended_at", "undone_at", "ended", "progress")


def all_is_well(world: World) -> None:
    pass


def in_parts(world: World) -> None:
    """Two steps are done in three parts each; one of them waits in between."""

    def part(seconds: float) -> Callable[[StepCall], Any]:
        def act(call: StepCall) -> Any:
            at = call.checkpoint.get("at", 0)
            return again(at + 1, seconds) if at < 2 else None

        return act

    world.steps.always |= {"second": part(60), "tell": part(0)}


def a_step_fails(world: World) -> None:
    world.steps.always["tell"] = lambda _: wrong()


def a_step_is_busy(world: World) -> None:
    world.steps.always["look"] = lambda _: busy()


def nothing_can_be_undone(world: World) -> None:
    world.steps.always |= {"tell": lambda _: wrong(), "-second": lambda _: busy(), "-first": lambda _: wrong()}


def it_is_undone_in_parts(world: World) -> None:
    world.steps.always |= {
        "look": lambda _: wrong(),
        "-second": lambda call: None if call.checkpoint.get("at") else again(1, 60),
    }


STORIES: list[Story] = [
    all_is_well,
    in_parts,
    a_step_fails,
    a_step_is_busy,
    nothing_can_be_undone,
    it_is_undone_in_parts,
]
ENDS: dict[Story, Status] = {
    all_is_well: Status.COMPLETED,
    in_parts: Status.COMPLETED,
    nothing_can_be_undone: Status.FAILED,
}


def insist(act: Callable[[], object]) -> None:
    """Who is cut off asks again."""
    try:
        act()
    except KilledError:
        with suppress(IllegalTransitionError):  # it was written all the same
            act()


def play(story: Story, kill: tuple[int, str] | None, *, is_machine_lost: bool = False) -> World:
    """The story, with everything that is parked tried once more; then all can be undone."""
    world = World()
    story(world)
    world.ledger.kill = kill
    insist(world.start)
    world.id = run_id_of("tidy-up", "order 7")
    drive(world, is_machine_lost=is_machine_lost)
    if world.now().status is Status.FAILED:
        for name in ("-second", "-first"):
            world.steps.always.pop(name, None)
        insist(world.redrive)
        drive(world, is_machine_lost=is_machine_lost)
    return world


def drive(world: World, *, is_machine_lost: bool) -> None:
    """Where the machine dies with the process, the sweep has to find the run and start another one."""
    if is_machine_lost and world.ledger.kill:
        with suppress(KilledError):
            while world.now().is_open:
                what = world.decide()
                for name in what["steps"]:
                    if world.do(name) == "killed":
                        raise KilledError
                world.clock.put_on(seconds=what["seconds"])
        if world.now().is_open:
            world.clock.put_on(seconds=600)
            assert world.sweep() == (world.id,)
    world.drive()


def record(world: World) -> dict[str, Any]:
    """Less what is of one try."""
    run = world.now()
    steps = {
        step.name: {name: getattr(step, name) for name in step.__slots__ if name not in OF_A_TRY} for step in run.steps
    }
    whole = {"status": run.status, "error": run.error, "parameters": run.parameters, "steps": steps}
    # Whoever does not come back from the last attempt does not say why it failed.
    return json.loads(json.dumps(whole, default=str).replace(NOT_BACK, str(busy())))  # type: ignore[no-any-return]


def ended(world: World) -> list[str]:
    """The steps that were done or given up, in that order."""
    return [event.data["step"] for event in world.events() if event.type in ("saga.step_completed", "saga.step_failed")]


def undone(world: World) -> list[str]:
    """The steps whose undoing was begun, in the order of the first time."""
    begun = [event.data["step"] for event in world.events() if event.type == "saga.step_started" and event.data["undo"]]
    return list(dict.fromkeys(begun))


@pytest.mark.parametrize("is_machine_lost", [False, True])
@pytest.mark.parametrize("story", STORIES)
def test_whoever_dies_before_or_after_any_write_leaves_the_right_record(story: Story, is_machine_lost: bool) -> None:
    undisturbed = play(story, None)
    writes = undisturbed.ledger.writes
    assert writes >= 9
    for number in range(writes):
        for moment in ("before", "after"):
            world = play(story, (number, moment), is_machine_lost=is_machine_lost)
            where = f"{moment} write {number}"
            assert record(world) == record(undisturbed), where
            assert sorted(ended(world)) == sorted(ended(undisturbed)), where
            assert undone(world) == [name for name in reversed(ended(world)) if name in undone(undisturbed)], where
            assert set(world.steps.effects) == set(undisturbed.steps.effects), where
            assert len(world.steps.effects) <= len(undisturbed.steps.effects) + IN_PARTS, where


@pytest.mark.parametrize("story", STORIES)
def test_undisturbed_each_story_ends_as_it_should(story: Story) -> None:
    world = World()
    story(world)
    world.start()
    world.drive()
    assert world.now().status is ENDS.get(story, Status.COMPENSATED)
    assert len(world.steps.effects) == len(set(world.steps.effects)) or story is in_parts


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("number", range(3))
def test_who_is_cut_off_while_cancelling_asks_again(number: int, moment: str) -> None:
    world = World()
    world.start()
    world.do("first")
    world.ledger.kill = (world.ledger.writes + number, moment)
    insist(world.cancel)
    world.drive()
    assert (world.now().status, world.steps.effects) in (
        (Status.COMPENSATED, ["first", "-first"]),
        (Status.COMPENSATED, ["first", "-first", "-first"]),  # its end was not heard
    )
    assert world.now().cancelled_by == "key:2"
