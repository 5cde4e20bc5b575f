"""What a step of a workflow is given, and what it may answer: the seam between runs and the work of other parts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from shared.ledger.envelope import Cause


@dataclass(frozen=True, slots=True, kw_only=True)
class StepCall:
    """One try of one step. All mappings are JSON values."""

    run_id: str
    workflow: str
    step: str
    scope: Mapping[str, Any]
    parameters: Mapping[str, Any]  # the run's, and over them the step's own constants
    outputs: Mapping[str, Mapping[str, Any]]  # of the steps that are done, by their names
    checkpoint: Mapping[str, Any]  # what `Again` left; empty at first
    attempt: int  # from 1
    cause: Cause
    until: datetime  # be back by then


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """It is done, and what came of it: at most 8 KB as JSON."""

    output: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """A part of it is done: it is asked to go on from `checkpoint` after so long. `progress` is shown to people."""

    checkpoint: Mapping[str, Any]
    after: timedelta = timedelta()
    progress: Mapping[str, Any] = field(default_factory=dict)


# May be called again with the same checkpoint after a crash, so it does nothing that must not be repeated. It raises
# DependencyError or ConflictError where another try may help, and DomainError where none will.
StepHandler = Callable[[StepCall], Done | Again]
