"""Workflows and runs to try the rules with."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

from shared.control.runs.run import Run, Status, Step, StepStatus
from shared.control.runs.shipped import read_workflow
from shared.control.runs.starting import planned
from shared.control.runs.taking import Hold, done, stumbled, taken
from shared.control.runs.turning import cancelled
from shared.control.runs.workflow import Workflow
from tests.support.builders import NOON, a_cause

RUN_ID = "c2ef8bd2be9aff817017707f77ed0083"
# Two at once, then one that cannot be undone, then one that can.
TEXT = """\
name: tidy-up
description: Bring things in, look at them, tell of them
role: operator
parameters:
  sources: {type: list, of: string, allowed: [github, jira], default: [github]}
  rate: {type: integer, minimum: 1, maximum: 500, default: 50}
  note: {type: string}
steps:
  - {name: first, does: work, undo: unwork, with: {source: github}}
  - {name: second, does: work, undo: unwork, after: [], attempts: 2}
  - {name: look, does: work, after: [first, second]}
  - {name: tell, does: work, undo: unwork}
"""


@cache
def a_workflow(text: str = TEXT) -> Workflow:
    return read_workflow(text, name=text.partition("name: ")[2].partition("\n")[0])


def a_run(workflow: Workflow | None = None, *, at: datetime = NOON, **changes: Any) -> Run:
    """That has just been asked for, recorded as version 1."""
    run = planned(workflow or a_workflow(), RUN_ID, scope={}, parameters={"rate": 50}, cause=a_cause(), at=at)
    return replace(run, version=1, facts=(), **changes)


def took(run: Run, name: str, *, at: datetime = NOON) -> tuple[Run, Hold]:
    """The step is in hand."""
    before = run.step(name).calls
    run = taken(run, name, at=at)
    assert run.step(name).calls == before + 1
    return run, Hold(step=name, call=before + 1)


def with_done(run: Run, *names: str, at: datetime = NOON) -> Run:
    """These steps are done, or undone, one after the other."""
    for name in names:
        run, hold = took(run, name, at=at)
        run = done(run, hold, {"by": name}, at=at)
    return run


def with_failed(run: Run, name: str, error: str = "no", *, at: datetime = NOON) -> Run:
    """It is given up at once."""
    run, hold = took(run, name, at=at)
    return stumbled(run, hold, error, wait=None, at=at)


def statuses(run: Run) -> dict[str, StepStatus]:
    return {step.name: step.status for step in run.steps}


def facts(run: Run) -> list[str]:
    return [fact.type.removeprefix("saga.") for fact in run.facts]


def in_status(status: Status) -> Run:
    """The shortest way there."""
    return _WAYS[status]()


def _compensating() -> Run:
    return cancelled(with_done(a_run(), "first"), "key:1", "not wanted", at=NOON)


_WAYS: Mapping[Status, Callable[[], Run]] = {
    Status.PENDING: a_run,
    Status.RUNNING: lambda: took(a_run(), "first")[0],
    Status.COMPLETED: lambda: with_done(a_run(), "first", "second", "look", "tell"),
    Status.COMPENSATING: _compensating,
    Status.COMPENSATED: lambda: with_done(_compensating(), "first"),
    Status.FAILED: lambda: with_failed(_compensating(), "first"),
}


def a_step(name: str = "only", **changes: Any) -> Step:
    return Step(**{"name": name, "does": "work"} | changes)
