"""Runs are driven: by a machine when they begin, and by another one where nobody goes on with them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, Protocol

from shared.control.runs.machines import Machines
from shared.control.runs.run import OPEN, Run, Status
from shared.control.runs.store import Runs, change_run
from shared.control.runs.turning import resumed, stands_still
from shared.runtime.attempts import Pause
from shared.runtime.clock import Clock
from shared.runtime.errors import ConflictError, DependencyError
from shared.runtime.observability import logger

MOST_RESUMED: Final = 100  # in one sweep; the others are found by the next


class OpenRuns(Runs, Protocol):
    def in_status(self, statuses: Sequence[Status]) -> Iterator[tuple[str, Run]]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed:
    """Ids of runs: which are driven on, and which could not be."""

    resumed: tuple[str, ...]
    failed: tuple[str, ...]


def drive(run_id: str, *, runs: Runs, machines: Machines) -> None:
    """Its machine runs from now on, if it is open and did not before. Raises NotFoundError, DependencyError."""
    run = runs.get(run_id)
    if run.is_open:
        machines.start(run)


def resume_runs(*, runs: OpenRuns, machines: Machines, clock: Clock, pause: Pause) -> Resumed:
    """Those in which something was due long ago get another machine; one that cannot holds up no other.

    Raises DependencyError.
    """
    resumed_ids: list[str] = []
    failed: list[str] = []
    still = (run for _, run in runs.in_status(OPEN) if stands_still(run, at=clock()))
    for run in islice(still, MOST_RESUMED):
        try:
            _resume(run, runs=runs, machines=machines, clock=clock, pause=pause)
            resumed_ids.append(run.id)
        except ConflictError:
            pass  # somebody is at it
        except DependencyError:
            failed.append(run.id)
        except Exception:  # a fault of ours, or of this run: those behind it are not to wait for its repair
            logger.exception("run cannot be resumed", run_id=run.id)
            failed.append(run.id)
    return Resumed(resumed=tuple(resumed_ids), failed=tuple(failed))


def _resume(run: Run, *, runs: Runs, machines: Machines, clock: Clock, pause: Pause) -> None:
    """The machine comes first: where it cannot be started nothing is on record, and the next sweep tries again.

    Who dies in between has started it all the same; under its number it is started once.
    """
    following = resumed(run, at=clock())
    machines.start(following)

    def noted(known: Run) -> Run:
        """The machine may have got on with it already."""
        return resumed(known, at=clock()) if known.is_open and known.machine < following.machine else known

    change_run(run.id, noted, runs=runs, pause=pause)
