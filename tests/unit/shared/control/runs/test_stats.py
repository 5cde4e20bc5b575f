"""Runs in figures."""

from datetime import timedelta

import pytest

from shared.control.runs import stats
from shared.control.runs.run import Status
from shared.control.runs.stats import stats_of
from shared.control.runs.store import LedgerRuns
from shared.control.runs.turning import redriven
from shared.ledger.memory import MemoryLedger
from tests.support.builders import NOON, a_cause
from tests.unit.shared.control.runs.samples import in_status
from tests.unit.shared.control.runs.test_store import keep

AN_HOUR = timedelta(hours=1)


def some_runs(*told: tuple[Status, str]) -> LedgerRuns:
    """Each begins an hour before the one that follows."""
    runs = LedgerRuns(MemoryLedger())
    for number, (status, workflow) in enumerate(told):
        at = NOON - number * AN_HOUR
        keep(runs, in_status(status), id=f"{number:032x}", workflow=workflow, created_at=at)
    return runs


def test_nothing_is_counted_where_nothing_is() -> None:
    known = stats_of(some_runs(), at=NOON)
    assert (known.total, known.by_workflow, known.oldest_open_seconds, known.parked) == (0, {}, None, ())
    assert known.by_status == dict.fromkeys(Status, 0)
    assert known.is_all


def test_runs_are_counted_by_status_and_by_workflow() -> None:
    told = [(status, "a") for status in Status] + [(Status.RUNNING, "b"), (Status.COMPLETED, "b")]
    known = stats_of(some_runs(*told), at=NOON)
    assert known.total == 8
    assert known.by_status == dict.fromkeys(Status, 1) | {Status.RUNNING: 2, Status.COMPLETED: 2}
    assert known.by_workflow == {"a": 6, "b": 2}
    assert [(run.status, step.name) for run, step in known.parked] == [(Status.FAILED, "first")]


def test_the_oldest_that_is_open_is_known() -> None:
    runs = some_runs((Status.RUNNING, "a"), (Status.COMPENSATING, "a"), (Status.COMPLETED, "a"))
    assert stats_of(runs, at=NOON + AN_HOUR).oldest_open_seconds == 7_200
    assert stats_of(runs, at=NOON - 9 * AN_HOUR).oldest_open_seconds == 0  # clocks differ


def test_a_run_that_is_driven_on_after_its_end_is_counted_once() -> None:
    runs = some_runs((Status.FAILED, "a"))
    runs.save(redriven(runs.get("0" * 32), at=NOON), a_cause())
    known = stats_of(runs, at=NOON)
    assert (known.total, known.by_status[Status.FAILED], known.by_status[Status.COMPENSATING]) == (1, 0, 1)
    assert known.parked == ()


def test_of_very_many_those_that_began_last_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stats, "MOST_COUNTED", 2)
    runs = some_runs((Status.COMPLETED, "a"), (Status.COMPLETED, "b"), (Status.RUNNING, "c"))
    known = stats_of(runs, at=NOON)
    assert (known.total, known.by_workflow, known.is_all) == (2, {"a": 1, "b": 1}, False)
    assert known.oldest_open_seconds == 7_200
