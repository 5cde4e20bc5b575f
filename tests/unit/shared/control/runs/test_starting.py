"""A run begins once, under an id that follows from what it is called for."""

from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest

from shared.control.runs.json_values import MOST_SCOPE_BYTES
from shared.control.runs.run import Run, Status
from shared.control.runs.starting import run_anew, start_run
from shared.control.runs.store import LedgerRuns
from shared.ledger.envelope import Cause
from shared.ledger.memory import MemoryLedger
from shared.runtime.errors import (
    ConflictError,
    ContradictionError,
    IllegalTransitionError,
    InvalidInputError,
)
from tests.support.builders import NOON, a_cause
from tests.unit.shared.control.runs.samples import TEXT, a_workflow, in_status

LATER = NOON + timedelta(hours=1)


@pytest.fixture
def runs() -> LedgerRuns:
    return LedgerRuns(MemoryLedger())


def start(runs: LedgerRuns, correlation_id: str | None = "order 7", **told: Any) -> tuple[Run, bool]:
    whole: dict[str, Any] = {"scope": {"shop": "leeds"}, "parameters": {}, "cause": a_cause("key:1"), "at": NOON}
    return start_run(a_workflow(), correlation_id=correlation_id, runs=runs, **whole | told)


def test_a_run_is_known_by_what_it_is_called_for(runs: LedgerRuns) -> None:
    run, is_new = start(runs)
    assert is_new
    assert run.id == sha256(b"tidy-up\norder 7").hexdigest()[:32]
    assert (run.status, run.correlation_id, run.created_by) == (Status.PENDING, "order 7", "key:1")
    assert run.parameters == {"sources": ["github"], "rate": 50}
    assert runs.get(run.id) == run


def test_its_first_event_says_what_was_asked_for(runs: LedgerRuns) -> None:
    run, _ = start(runs)
    (event,) = runs.events(run.id)
    assert (event.id, event.type, event.correlation_id) == (f"saga:{run.id}:1", "saga.created", "order 7")
    assert event.data == {
        "workflow": "tidy-up",
        "scope": {"shop": "leeds"},
        "parameters": {"sources": ["github"], "rate": 50},
        "redrive_of": None,
    }


def test_asked_for_again_it_is_the_same_run(runs: LedgerRuns) -> None:
    first, _ = start(runs)
    second, is_new = start(runs, at=LATER, parameters={"rate": 50}, cause=a_cause("key:2"))
    assert (second, is_new) == (first, False)


@pytest.mark.parametrize("other", [{"scope": {}}, {"parameters": {"rate": 51}}])
def test_asked_for_with_something_else_it_is_refused(runs: LedgerRuns, other: dict[str, Any]) -> None:
    start(runs)
    with pytest.raises(ContradictionError, match="was asked for with something else"):
        start(runs, **other)


def test_without_a_correlation_id_each_is_another_run_in_the_thread_of_who_asks(runs: LedgerRuns) -> None:
    cause = Cause(actor="key:1", trace_id="a" * 32, correlation_id="their thread")
    ids = {start(runs, None, cause=cause)[0].id for _ in range(3)}
    assert len(ids) == 3
    assert {run.correlation_id for _, run in runs.begun()} == {"their thread"}


@pytest.mark.parametrize("given", ["", "a" * 129, "ä", "a\n", "a\x7f"])
def test_a_correlation_id_is_a_short_line(runs: LedgerRuns, given: str) -> None:
    with pytest.raises(InvalidInputError, match=r"^correlation_id: "):
        start(runs, given)


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"scope": {"a": "x" * MOST_SCOPE_BYTES}}, "scope: at most 4,096 bytes"),
        ({"scope": {"a": 0.5}}, "scope.a: "),
        ({"parameters": {"rate": 0}}, "rate: "),
    ],
)
def test_what_cannot_be_used_starts_nothing(runs: LedgerRuns, told: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidInputError, match=f"^{reason}"):
        start(runs, **told)
    assert list(runs.lines()) == []


def test_who_meets_one_that_is_still_writing_asks_again(runs: LedgerRuns) -> None:
    class Slow(LedgerRuns):
        def save(self, run: Run, cause: Cause) -> Run:
            raise ConflictError("somebody is writing")

    with pytest.raises(ConflictError, match="is being started"):
        start(Slow(MemoryLedger()))


def test_one_that_was_taken_back_begins_anew_as_another_run(runs: LedgerRuns) -> None:
    old = in_status(Status.COMPENSATED)
    new, is_new = run_anew(old, a_workflow(), cause=a_cause("key:2"), runs=runs, at=LATER)
    assert is_new
    assert (new.redrive_of, new.status, new.created_by) == (old.id, Status.PENDING, "key:2")
    assert new.id != old.id
    assert (new.correlation_id, new.scope) == (old.correlation_id, old.scope)
    assert next(runs.events(new.id)).data["redrive_of"] == old.id


def test_no_correlation_id_that_somebody_chooses_stands_in_for_a_run_that_begins_anew(runs: LedgerRuns) -> None:
    old = in_status(Status.COMPENSATED)
    start(runs, f"redrive of {old.id}")
    new, is_new = run_anew(old, a_workflow(), cause=a_cause(), runs=runs, at=LATER)
    assert (is_new, new.redrive_of) == (True, old.id)


def test_it_begins_anew_once(runs: LedgerRuns) -> None:
    old = in_status(Status.COMPENSATED)
    new, _ = run_anew(old, a_workflow(), cause=a_cause(), runs=runs, at=NOON)
    again, is_new = run_anew(old, a_workflow(), cause=a_cause(), runs=runs, at=LATER)
    assert (again, is_new) == (new, False)


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.COMPENSATED])
def test_only_what_was_taken_back_begins_anew(runs: LedgerRuns, status: Status) -> None:
    with pytest.raises(IllegalTransitionError, match="only one that is compensated"):
        run_anew(in_status(status), a_workflow(), cause=a_cause(), runs=runs, at=NOON)


def test_what_the_workflow_does_not_take_any_more_does_not_begin_anew(runs: LedgerRuns) -> None:
    narrower = a_workflow(TEXT.replace("maximum: 500, default: 50", "maximum: 5"))
    with pytest.raises(InvalidInputError, match=r"^rate: "):
        run_anew(in_status(Status.COMPENSATED), narrower, cause=a_cause(), runs=runs, at=NOON)
    assert list(runs.lines()) == []
