"""Runs are driven on: once by each machine, and by another one where nobody does."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.control.runs import resuming
from shared.control.runs.machines import MemoryMachines
from shared.control.runs.resuming import drive, resume_runs
from shared.control.runs.run import OPEN, Run, Status
from shared.control.runs.store import LedgerRuns
from shared.control.runs.turning import PATIENCE, cancelled
from shared.ledger.envelope import Cause
from shared.ledger.memory import MemoryLedger
from shared.runtime.errors import ConflictError, DependencyError, NotFoundError
from tests.support.builders import NOON, a_cause
from tests.support.pauses import no_pause
from tests.unit.shared.control.runs.samples import a_run, in_status, took
from tests.unit.shared.control.runs.test_store import keep

LONG_AFTER = NOON + timedelta(days=1)


class Unwell(MemoryMachines):
    def start(self, run: Run) -> None:
        raise DependencyError("Step Functions cannot answer now")


@pytest.fixture
def runs() -> LedgerRuns:
    return LedgerRuns(MemoryLedger())


@pytest.fixture
def machines() -> MemoryMachines:
    return MemoryMachines()


def resume(runs: LedgerRuns, machines: MemoryMachines, *, at: datetime = LONG_AFTER) -> Any:
    return resume_runs(runs=runs, machines=machines, clock=lambda: at, pause=no_pause)


@pytest.mark.parametrize("status", Status)
def test_what_is_open_is_driven_by_the_machine_of_its_number_once(
    runs: LedgerRuns, machines: MemoryMachines, status: Status
) -> None:
    run = keep(runs, in_status(status))
    for _ in range(2):
        drive(run.id, runs=runs, machines=machines)
    assert machines.started == ([f"{run.id}-1"] if status in OPEN else [])


def test_what_is_not_there_is_not_driven(runs: LedgerRuns, machines: MemoryMachines) -> None:
    with pytest.raises(NotFoundError):
        drive("0" * 32, runs=runs, machines=machines)


@pytest.mark.parametrize("status", Status)
def test_what_stands_still_gets_another_machine(runs: LedgerRuns, machines: MemoryMachines, status: Status) -> None:
    run = keep(runs, in_status(status))
    done = resume(runs, machines)
    if status not in OPEN:
        assert (done.resumed, machines.started) == ((), [])
        return
    assert (done.resumed, machines.started) == ((run.id,), [f"{run.id}-2"])
    assert runs.get(run.id).machine == 2
    assert list(runs.events(run.id))[-1].data == {"workflow": "tidy-up", "machine": 2}


def test_what_has_just_changed_is_left_alone(runs: LedgerRuns, machines: MemoryMachines) -> None:
    run = keep(runs, a_run())
    assert resume(runs, machines, at=NOON + PATIENCE / 2).resumed == ()
    assert resume(runs, machines).resumed == (run.id,)
    assert resume(runs, machines, at=LONG_AFTER + PATIENCE).resumed == ()
    assert resume(runs, machines, at=LONG_AFTER + 2 * PATIENCE).resumed == (run.id,)
    assert machines.started == [f"{run.id}-2", f"{run.id}-3"]


def test_many_are_resumed_a_part_at_a_time(
    runs: LedgerRuns, machines: MemoryMachines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resuming, "MOST_RESUMED", 2)
    for number in range(3):
        keep(runs, a_run(), id=f"{number:032x}")
    assert [len(resume(runs, machines).resumed) for _ in range(3)] == [2, 1, 0]


def test_what_cannot_be_started_is_tried_again_by_the_next_sweep(runs: LedgerRuns, machines: MemoryMachines) -> None:
    run = keep(runs, a_run())
    assert resume(runs, Unwell()).failed == (run.id,)
    assert runs.get(run.id) == run
    assert resume(runs, machines).resumed == (run.id,)
    assert machines.started == [f"{run.id}-2"]


def test_what_somebody_is_at_is_left_to_them(machines: MemoryMachines) -> None:
    class Contested(LedgerRuns):
        def save(self, run: Run, cause: Cause) -> Run:
            raise ConflictError("somebody was faster")

    ledger = MemoryLedger()
    keep(LedgerRuns(ledger), a_run())
    done = resume(Contested(ledger), machines)
    assert (done.resumed, done.failed) == ((), ())


def test_a_machine_that_has_got_on_before_it_is_noted_keeps_its_number(runs: LedgerRuns) -> None:
    class Fast(MemoryMachines):
        def start(self, run: Run) -> None:
            super().start(run)
            runs.save(took(runs.get(run.id), "first")[0], a_cause())

    run = keep(runs, a_run())
    assert resume(runs, Fast()).resumed == (run.id,)
    assert (runs.get(run.id).machine, runs.get(run.id).status) == (2, Status.RUNNING)


def test_a_run_that_ends_before_its_machine_is_noted_stays_as_it_is(runs: LedgerRuns) -> None:
    class Last(MemoryMachines):
        def start(self, run: Run) -> None:
            runs.save(cancelled(runs.get(run.id), "key:1", "no", at=NOON), a_cause())

    run = keep(runs, a_run())
    assert resume(runs, Last()).resumed == (run.id,)
    assert (runs.get(run.id).machine, runs.get(run.id).status) == (1, Status.COMPENSATED)


def test_a_run_that_cannot_be_put_on_record_holds_up_no_other(machines: MemoryMachines) -> None:
    class Full(LedgerRuns):
        def save(self, run: Run, cause: Cause) -> Run:
            if run.id.startswith("f"):
                raise RuntimeError("Item size has exceeded the maximum allowed size")
            return super().save(run, cause)

    ledger = MemoryLedger()
    keep(LedgerRuns(ledger), a_run(), id="f" * 32)
    other = keep(LedgerRuns(ledger), a_run(), id="0" * 32)
    done = resume(Full(ledger), machines)
    assert (done.resumed, done.failed) == ((other.id,), ("f" * 32,))
    assert f"{other.id}-2" in machines.started
