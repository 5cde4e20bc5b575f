"""Events of workflow runs, which are sagas."""

from collections.abc import Mapping
from typing import Any

from pydantic import AwareDatetime

from shared.ledger.event_data import EventData


class SagaNews(EventData):
    """What every event about a run says: of which workflow it is."""

    workflow: str


class SagaCreated(SagaNews):
    """Somebody wants a workflow to run; nothing of it has begun."""

    scope: dict[str, Any]
    parameters: dict[str, Any]
    redrive_of: str | None  # the run that this one tries once more


class SagaStarted(SagaNews):
    """The first step of a run begins."""


class SagaStepStarted(SagaNews):
    """A step of a run is taken in hand: to do it or, with `undo`, to take it back."""

    step: str
    attempt: int
    undo: bool


class SagaStepCompleted(SagaNews):
    """A step of a run is done."""

    step: str
    output: dict[str, Any]
    seconds: int


class SagaStepRetried(SagaNews):
    """A step of a run has not succeeded, and is tried again."""

    step: str
    attempt: int
    undo: bool
    error: str
    not_before: AwareDatetime


class SagaStepFailed(SagaNews):
    """A step of a run was given up; what was done is taken back."""

    step: str
    error: str


class SagaProgressed(SagaNews):
    """A step of a run is done in part, or taken back in part."""

    step: str
    undo: bool
    progress: dict[str, Any]


class SagaCancelRequested(SagaNews):
    """Somebody does not want a run to go on."""

    reason: str


class SagaCompensating(SagaNews):
    """A run has turned back: what its steps did is taken back, the last first."""

    reason: str


class SagaStepCompensated(SagaNews):
    """What a step of a run did is taken back."""

    step: str


class SagaParked(SagaNews):
    """What a step of a run did could not be taken back; somebody has to look at it."""

    step: str
    error: str


class SagaCompleted(SagaNews):
    """All steps of a run are done."""

    seconds: int


class SagaCompensated(SagaNews):
    """What a run did, as far as its steps can be taken back, is taken back."""

    reason: str
    seconds: int


class SagaFailed(SagaNews):
    """Something that a run did could not be taken back: those steps are parked."""

    reason: str
    parked: list[str]
    seconds: int


class SagaRedriven(SagaNews):
    """What could not be taken back of a run is tried again."""

    machine: int


class SagaResumed(SagaNews):
    """Nobody went on with a run: another machine drives it from now on."""

    machine: int


EVENTS: Mapping[str, type[EventData]] = {
    "saga.created": SagaCreated,
    "saga.started": SagaStarted,
    "saga.step_started": SagaStepStarted,
    "saga.step_completed": SagaStepCompleted,
    "saga.step_retried": SagaStepRetried,
    "saga.step_failed": SagaStepFailed,
    "saga.progressed": SagaProgressed,
    "saga.cancel_requested": SagaCancelRequested,
    "saga.compensating": SagaCompensating,
    "saga.step_compensated": SagaStepCompensated,
    "saga.parked": SagaParked,
    "saga.completed": SagaCompleted,
    "saga.compensated": SagaCompensated,
    "saga.failed": SagaFailed,
    "saga.redriven": SagaRedriven,
    "saga.resumed": SagaResumed,
}
