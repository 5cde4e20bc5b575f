"""Runs in every ledger: what comes back is what was kept, and they are found by status, time, workflow, correlation."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from shared.control.runs.pages import WantedRuns, page_of_runs
from shared.control.runs.run import OPEN, Run, Status, StepStatus
from shared.control.runs.starting import start_run
from shared.control.runs.stats import stats_of
from shared.control.runs.step import Again
from shared.control.runs.store import LedgerRuns, change_run
from shared.control.runs.taking import Hold, done, got_on, taken
from shared.control.runs.turning import cancelled
from shared.ledger.ledger import Ledger
from shared.runtime.errors import ConflictError, ContradictionError
from tests.support.builders import NOON, a_cause
from tests.support.pauses import no_pause
from tests.support.places import MANY, at_once
from tests.unit.shared.control.runs.samples import a_run, a_workflow, in_status, took, with_done
from tests.unit.shared.control.runs.test_store import keep


@pytest.fixture
def runs(any_ledger: Ledger) -> LedgerRuns:
    return LedgerRuns(any_ledger)


def secret() -> bytes:
    return b"the key under the cursors"


def test_a_run_comes_back_whole(runs: LedgerRuns) -> None:
    run, hold = took(with_done(a_run(), "first"), "second", at=NOON + timedelta(microseconds=7))
    run = got_on(run, hold, Again(checkpoint={"p": [1, None, {}]}, progress={"n": 2}), stays=True, at=NOON)
    kept = keep(runs, cancelled(run, "key:1", "no", at=NOON), scope={"a": {"b": True}}, correlation_id="x#y/z")
    assert runs.get(kept.id) == kept
    assert [event.version for event in runs.events(kept.id)] == list(range(1, kept.version + 1))


def test_runs_are_found_and_counted(runs: LedgerRuns) -> None:
    for number, status in enumerate(Status):
        at = NOON + timedelta(hours=number)
        keep(runs, in_status(status), id=f"{number:032x}", workflow="ab"[number % 2], created_at=at, changed_at=at)
    ids = [run.id for _, run in runs.begun()]
    assert ids == [f"{number:032x}" for number in reversed(range(len(Status)))]
    for status in Status:
        assert [run.status for _, run in runs.in_status([status])] == [status]
    page, cursor = page_of_runs(WantedRuns(workflow="a", limit=2), runs=runs, secret=secret)
    rest, end = page_of_runs(WantedRuns(workflow="a", limit=2, cursor=cursor), runs=runs, secret=secret)
    assert ([run.id for run in (*page, *rest)], end) == (ids[1::2], None)
    known = stats_of(runs, at=NOON)
    assert (known.total, known.by_status, known.by_workflow) == (6, dict.fromkeys(Status, 1), {"a": 3, "b": 3})
    assert len(list(runs.in_status(OPEN))) == 3


def test_of_two_who_change_a_run_one_is_told_so(runs: LedgerRuns) -> None:
    kept = keep(runs, a_run())
    runs.save(took(kept, "first")[0], a_cause())
    with pytest.raises(ConflictError):
        runs.save(took(kept, "second")[0], a_cause())


def test_of_many_who_start_the_same_one_does_and_all_see_it(racing_ledger: Ledger) -> None:
    runs = LedgerRuns(racing_ledger)

    def start(number: int) -> tuple[str, bool] | None:
        """The half of them wants something else."""
        try:
            run, is_new = start_run(
                a_workflow(),
                scope={},
                parameters={"rate": 1 + number % 2},
                correlation_id="order 7",
                cause=a_cause(f"key:{number}"),
                runs=runs,
                at=NOON,
            )
        except ContradictionError:
            return None
        return run.id, is_new

    found = [one for one in _insisting(start) if one]
    assert len({run_id for run_id, _ in found}) == 1
    assert [is_new for _, is_new in found].count(True) == 1
    assert len(found) == MANY / 2
    assert len(list(runs.lines())) == 1


def _insisting(act: Callable[[int], tuple[str, bool] | None]) -> list[tuple[str, bool] | None]:
    """Who is told to ask again does."""

    def insist(number: int) -> tuple[str, bool] | None:
        for _ in range(50):
            try:
                return act(number)
            except ConflictError:
                continue
        raise AssertionError("it is never there")

    return list(at_once(insist))


def test_of_many_who_want_a_step_one_has_it_and_its_end_is_put_on_record_once(racing_ledger: Ledger) -> None:
    runs = LedgerRuns(racing_ledger)
    kept = keep(runs, a_run())

    def take(_: int) -> int:
        took: list[int] = []

        def change(run: Run) -> Run:
            changed = taken(run, "first", at=NOON)
            took.append(changed.step("first").calls - run.step("first").calls)
            return changed

        change_run(kept.id, change, runs=runs, pause=no_pause)
        return took[-1]

    assert sum(at_once(take)) == 1
    over = change_run(
        kept.id, lambda run: done(run, Hold(step="first", call=1), {}, at=NOON), runs=runs, pause=no_pause
    )
    assert over.step("first").status is StepStatus.COMPLETED
