"""Doing a job: nobody else does it meanwhile, and what came of it is on record, whatever that is."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol
from uuid import uuid4

from shared.control.jobs.job import COMPLETED, FAILED, STARTED, BusyJobError, Job
from shared.ledger.envelope import Cause, Event
from shared.runtime.attempts import Pause, attempts
from shared.runtime.clock import Clock
from shared.runtime.errors import ConflictError, DependencyError, DomainError
from shared.runtime.redaction import redacted_text

ATTEMPTS: Final = 5
_LONGEST_ERROR: Final = 500  # characters

Work = Callable[[Mapping[str, Any], Cause], Mapping[str, Any]]  # parameters, and why; what came of it, as JSON values


class Jobs(Protocol):
    def get(self, name: str) -> Job: ...
    def save(self, job: Job, cause: Cause) -> Job:
        """Raises ConflictError where it was changed since it was read."""


class JobFailedError(Exception):
    """The work failed, and that is on record; `error` is what it raised."""

    def __init__(self, error: DomainError | ConflictError | DependencyError) -> None:
        super().__init__(str(error))
        self.error = error


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    jobs: Jobs
    clock: Clock
    pause: Pause


def do_job(name: str, work: Work, parameters: Mapping[str, Any], cause: Cause, ports: Ports) -> Mapping[str, Any]:
    """What came of it. Raises BusyJobError where somebody is at it, JobFailedError."""
    begun = _begin(name, parameters, cause, ports)
    try:
        result = work(parameters, cause)
    except (DomainError, ConflictError, DependencyError) as error:
        _end(begun, begun.failed(redacted_text(str(error))[:_LONGEST_ERROR], at=ports.clock()), cause, ports)
        raise JobFailedError(error) from error
    except BaseException as error:  # a fault of ours: its words may say what nobody should read
        _end(begun, begun.failed(type(error).__name__, at=ports.clock(), broke_down=True), cause, ports)
        raise
    _end(begun, begun.completed(result, at=ports.clock()), cause, ports)
    return result


def request_job(name: str, parameters: Mapping[str, Any], cause: Cause, ports: Ports) -> None:
    """It is done by whoever hears of it. Raises ConflictError where others write each time."""
    for _ in attempts(ATTEMPTS, pause=ports.pause):
        try:
            ports.jobs.save(ports.jobs.get(name).requested(parameters, at=ports.clock()), cause)
        except ConflictError:
            continue
        return
    raise ConflictError(f"{name} is changed by others all the time; try again")


def has_ended(request_id: str, since: Iterable[Event]) -> bool:
    """Whether it was done for this request, well or not. `since`: what happened to the job after that, oldest first.

    Requests come again: from the queue, by the relay, out of dead letters, in a replay. One that broke down counts as
    never begun.
    """
    begun = set()
    for event in since:
        if event.type == STARTED and event.causation_id == request_id:
            begun.add(event.data["run_id"])
        elif event.type in (COMPLETED, FAILED) and event.data["run_id"] in begun and not event.data.get("broke_down"):
            return True
    return False


def _begin(name: str, parameters: Mapping[str, Any], cause: Cause, ports: Ports) -> Job:
    run_id = uuid4().hex
    for _ in attempts(ATTEMPTS, pause=ports.pause):
        begun = ports.jobs.get(name).started(run_id, parameters, at=ports.clock())
        try:
            return ports.jobs.save(begun, cause)
        except ConflictError:
            continue
    raise BusyJobError(f"{name} is begun by others all the time")


def _end(begun: Job, ended: Job, cause: Cause, ports: Ports) -> None:
    """Where others have written meanwhile, the same is said of what is now there; a run that was given up is not."""
    for _ in attempts(ATTEMPTS, pause=ports.pause):
        try:
            ports.jobs.save(ended, cause)
        except ConflictError:
            known = ports.jobs.get(begun.name)
            if known.run_id != begun.run_id:
                return
            ended = replace(ended, version=known.version)
            continue
        return
    raise ConflictError(f"{begun.name}: what came of it could not be put on record")
