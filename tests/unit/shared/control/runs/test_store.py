"""Runs in the ledger: what comes back is what was kept, and lists of them are cheap."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.control.runs.items import aggregate_of
from shared.control.runs.json_values import (
    MOST_CONSTANT_BYTES,
    MOST_OUTPUT_BYTES,
    MOST_PARAMETER_BYTES,
    MOST_PROGRESS_BYTES,
    MOST_SCOPE_BYTES,
)
from shared.control.runs.reading import MOST_STEPS
from shared.control.runs.run import ENDED, OPEN, Run, Status, StepStatus
from shared.control.runs.step import Again
from shared.control.runs.store import ATTEMPTS, LedgerRuns, change_run
from shared.control.runs.taking import got_on
from shared.control.runs.turning import cancelled, redriven, resumed
from shared.ledger.envelope import Cause
from shared.ledger.items import aggregate_item
from shared.ledger.ledger import Change
from shared.ledger.memory import MemoryLedger
from shared.runtime.errors import ConflictError, NotFoundError
from tests.support.builders import NOON, a_cause
from tests.support.pauses import no_pause
from tests.unit.shared.control.runs.samples import a_run, a_step, in_status, took, with_done, with_failed


@pytest.fixture
def runs() -> LedgerRuns:
    return LedgerRuns(MemoryLedger())


def keep(runs: LedgerRuns, run: Run, **changes: Any) -> Run:
    """As if it had been asked for just now."""
    asked = replace(run, version=0, facts=(), **changes)
    told: dict[str, Any] = {"scope": {}, "parameters": {}, "redrive_of": None}
    facts = (*asked.told("created", at=asked.changed_at, **told).facts, *run.facts)
    return runs.save(replace(asked, facts=facts), a_cause())


@pytest.mark.parametrize("status", Status)
def test_a_run_comes_back_as_it_was_kept(runs: LedgerRuns, status: Status) -> None:
    kept = keep(runs, in_status(status))
    assert runs.get(kept.id) == kept


def test_a_run_comes_back_whole(runs: LedgerRuns) -> None:
    run, hold = took(with_done(a_run(), "first"), "second", at=NOON + timedelta(microseconds=7))
    run = got_on(run, hold, Again(checkpoint={"p": [1, None]}, progress={"n": 2}), stays=True, at=NOON)
    run = resumed(cancelled(run, "key:1", "no", at=NOON), at=NOON)
    whole = replace(run, scope={"a": {"b": True}}, redrive_of="0" * 32, started_at=NOON, correlation_id="x#y/z")
    kept = keep(runs, whole)
    assert runs.get(kept.id) == kept


def test_a_run_that_is_not_there_is_not_found(runs: LedgerRuns) -> None:
    with pytest.raises(NotFoundError):
        runs.get("0" * 32)


def test_without_news_nothing_is_written(runs: LedgerRuns) -> None:
    run = a_run()
    assert runs.save(run, a_cause()) is run
    assert list(runs.lines()) == []


def test_of_two_who_change_a_run_one_is_told_so(runs: LedgerRuns) -> None:
    kept = keep(runs, a_run())
    runs.save(took(kept, "first")[0], a_cause())
    with pytest.raises(ConflictError):
        runs.save(took(kept, "second")[0], a_cause())


@pytest.mark.parametrize("status", Status)
def test_a_run_is_found_by_its_status(runs: LedgerRuns, status: Status) -> None:
    kept = keep(runs, in_status(status))
    for other in Status:
        assert [run for _, run in runs.in_status([other])] == ([kept] if other is status else [])


def test_runs_are_found_by_when_they_began_by_workflow_and_by_correlation(runs: LedgerRuns) -> None:
    kept = [
        keep(
            runs, a_run(), id=f"{number:032x}", workflow=w, correlation_id=c, created_at=NOON + timedelta(hours=number)
        )
        for number, (w, c) in enumerate([("a", "x"), ("b", "x"), ("a", "y")])
    ]
    newest_first = kept[::-1]
    assert [run for _, run in runs.begun()] == newest_first
    assert [run for _, run in runs.begun(at_a_time=1)] == newest_first
    assert [run for _, run in runs.begun(workflow="a")] == [kept[2], kept[0]]
    assert [run for _, run in runs.begun(correlation_id="x")] == [kept[1], kept[0]]
    places = [place for place, _ in runs.begun()]
    assert [run for _, run in runs.begun(before=places[1])] == [kept[0]]


@pytest.mark.parametrize("status", Status)
def test_every_end_of_a_run_is_in_the_list_of_ends(runs: LedgerRuns, status: Status) -> None:
    run = keep(runs, in_status(status))
    said = [(line.fields["run_id"], line.fields["status"]) for line in runs.endings()]
    assert said == ([(run.id, str(status))] if status in ENDED else [])


def test_a_run_may_end_more_than_once(runs: LedgerRuns) -> None:
    failed = keep(runs, in_status(Status.FAILED))
    again = runs.save(redriven(failed, at=NOON), a_cause())
    runs.save(with_failed(again, "first"), a_cause())
    assert [line.fields["status"] for line in runs.endings()] == ["failed", "failed"]
    assert [run.id for _, run in runs.in_status([Status.FAILED])] == [failed.id]
    assert list(runs.in_status(OPEN)) == []


def test_a_run_with_all_it_may_leave_is_small_enough_for_dynamodb() -> None:
    def most(size: int) -> dict[str, str]:
        return {"x": "x" * (size - 8)}

    told: dict[str, Any] = {
        "status": StepStatus.PARKED,
        "constants": most(MOST_CONSTANT_BYTES),
        "output": most(MOST_OUTPUT_BYTES),  # a checkpoint is kept only until there is one
        "undo_checkpoint": most(MOST_OUTPUT_BYTES),
        "progress": most(MOST_PROGRESS_BYTES),
        "undo_error": "x" * 300,
        **dict.fromkeys(("started_at", "ended_at", "undone_at"), NOON),
    }
    run = replace(
        a_run(),
        steps=tuple(a_step(f"step-{number}", **told) for number in range(MOST_STEPS)),
        scope=most(MOST_SCOPE_BYTES),
        parameters=most(MOST_PARAMETER_BYTES),
    )
    assert len(str(aggregate_item(aggregate_of(run, 1)))) < 400 * 1_024  # the names of types count here, too


# changing


class Contested(LedgerRuns):
    """Just before each of the first writes, a rival does something of its own."""

    def __init__(self, rivals: list[Any]) -> None:
        super().__init__(ledger := MemoryLedger())
        self.free, self.rivals = LedgerRuns(ledger), rivals

    def save(self, run: Run, cause: Cause) -> Run:
        if self.rivals:
            self.rivals.pop()(self.free)
        return super().save(run, cause)


def test_over_what_others_wrote_a_change_is_made_anew() -> None:
    def rival(runs: LedgerRuns) -> None:
        runs.save(took(runs.get(a_run().id), "second")[0], a_cause())

    runs = Contested([])
    kept = keep(runs, a_run())
    runs.rivals.append(rival)
    changed = change_run(kept.id, lambda run: took(run, "first")[0], runs=runs, pause=no_pause)
    assert [changed.step(name).status for name in ("first", "second")] == [StepStatus.RUNNING] * 2
    assert runs.get(kept.id) == changed


def test_what_is_not_changed_is_not_written() -> None:
    def rival(runs: LedgerRuns) -> None:
        raise AssertionError("nothing should have been written")

    runs = Contested([])
    kept = keep(runs, a_run())
    runs.rivals.append(rival)
    assert change_run(kept.id, lambda run: run, runs=runs, pause=no_pause) == kept


def test_a_change_that_is_always_overtaken_is_given_up() -> None:
    tries = []

    class Lost(LedgerRuns):
        def save(self, run: Run, cause: Cause) -> Run:
            tries.append(run)
            raise ConflictError("somebody was faster")

    ledger = MemoryLedger()
    kept = keep(LedgerRuns(ledger), a_run())
    with pytest.raises(ConflictError, match="all the time"):
        change_run(kept.id, lambda run: took(run, "first")[0], runs=Lost(ledger), pause=no_pause)
    assert len(tries) == ATTEMPTS


def test_what_happens_by_itself_is_the_workflow_s_doing_and_what_somebody_does_is_theirs(runs: LedgerRuns) -> None:
    kept = keep(runs, a_run(), correlation_id="order 7")
    change_run(kept.id, lambda run: took(run, "first")[0], runs=runs, pause=no_pause)
    somebody = Cause(actor="key:2", trace_id="b" * 32, correlation_id="another thread")
    change_run(kept.id, lambda run: cancelled(run, "key:2", "no", at=NOON), runs=runs, pause=no_pause, cause=somebody)
    said = {event.type: event for event in runs.events(kept.id)}
    by_itself, theirs = said["saga.step_started"], said["saga.cancel_requested"]
    assert (by_itself.actor, by_itself.trace_id) == ("workflow:tidy-up", kept.trace_id)
    assert by_itself.causation_id == f"saga:{kept.id}:1"
    assert (theirs.actor, theirs.trace_id, theirs.correlation_id) == ("key:2", "b" * 32, "order 7")


@pytest.mark.parametrize("spoiled", [{"steps": None}, {"created_at": "yesterday"}, {"scope": "{"}])
def test_a_record_that_cannot_be_read_hides_no_other(spoiled: dict[str, Any]) -> None:
    ledger = MemoryLedger()
    runs = LedgerRuns(ledger)
    strange = aggregate_of(keep(runs, a_run(), id="f" * 32), 2)
    (event,) = runs.events(strange.id)
    kept = replace(strange, fields={**strange.fields, **spoiled})
    ledger.commit(Change(aggregate=kept, events=(replace(event, id="x", version=2),)))
    other = keep(runs, a_run(), id="0" * 32)
    assert [run.id for _, run in runs.in_status(OPEN)] == [other.id]
    assert [run.id for _, run in runs.begun()] == [other.id]
