"""The process may die before or after anything it writes: what is there in the end is the same."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import pytest

from shared.control.ingestion.source import Page
from shared.control.runs.step import Done, StepHandler
from shared.ledger.ledger import Change
from shared.ledger.memory import MemoryLedger
from tests.unit.shared.control.ingestion.samples import an_envelope
from tests.unit.shared.control.ingestion.world import World

WRITES = range(6)  # no step of these has more


class KilledError(BaseException):
    """The process is gone. Not an Exception: nothing in it gets to clean up."""


class MortalLedger(MemoryLedger):
    """Its process dies before or after the write of this number, once."""

    def __init__(self) -> None:
        super().__init__()
        self.left: int | None = None
        self.when = "before"

    def commit(self, change: Change) -> None:
        is_last = self.left == 0
        self.left = None if self.left in (None, 0) else self.left - 1
        if is_last and self.when == "before":
            raise KilledError
        super().commit(change)
        if is_last:
            raise KilledError


class Mortal(World):
    def __init__(self) -> None:
        super().__init__()
        self.mortal = MortalLedger()
        for part in (self.documents, self.findings, self.ingestions, self.feeds):
            part._ledger = self.mortal
        self.ledger = self.mortal

    def survive(self, handler: StepHandler, run_id: str, number: int, when: str) -> Done:
        """It dies at one write, and is asked again."""
        self.mortal.left, self.mortal.when = number, when
        with suppress(KilledError):
            self.run(handler, run_id)
        self.mortal.left = None
        return self.run(handler, run_id)[0]

    def shown(self) -> Mapping[str, Any]:
        """All that can be seen of it from outside."""
        return {
            "documents": {record.id: (record.version, record.content_hash) for _, record in self.documents.newest()},
            "cursor": self.feeds.cursor("github", "a"),
            "events": sorted((event.id, event.type) for event in self.events("")),
        }


def first(world: World) -> StepHandler:
    names = ("a.md", "b.md")
    page = Page(documents=tuple(an_envelope(name, name) for name in names), cursor={"tree": "1"})
    return world.ingest(world.source(a=[page]))


def second(world: World) -> StepHandler:
    page = Page(
        documents=(an_envelope("a.md", "new"), an_envelope("c.md", "c")),
        removed=(an_envelope("b.md").id,),
        cursor={"tree": "2"},
    )
    return world.ingest(world.source(a=[page]))


def forgotten(world: World) -> StepHandler:
    return world.forget


def analysed(world: World) -> StepHandler:
    return world.analyse


def prepared(*before: tuple[Callable[[World], StepHandler], str]) -> Mortal:
    world = Mortal()
    for step, run_id in before:
        world.run(step(world), run_id)
    return world


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", WRITES)
@pytest.mark.parametrize(
    ("before", "step"),
    [
        ((), first),
        (((first, "run-1"),), second),
        (((first, "run-1"), (second, "run-2")), forgotten),
        (((first, "run-1"),), analysed),
    ],
    ids=["first", "second", "forgotten", "analysed"],
)
def test_a_step_that_died_leaves_what_one_leaves_that_did_not(
    before: tuple[tuple[Callable[[World], StepHandler], str], ...],
    step: Callable[[World], StepHandler],
    number: int,
    when: str,
) -> None:
    well, mortal = prepared(*before), prepared(*before)
    expected = well.run(step(well), "run-2")[0]
    done = mortal.survive(step(mortal), "run-2", number, when)
    assert mortal.shown() == well.shown()
    counts = ("documents", "removed", "forgotten", "count")
    assert [done.output.get(name) for name in counts] == [expected.output.get(name) for name in counts]
