"""Runs in the ledger: their place on the board is their status, and lists say when they began and how they ended."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Final, Protocol

from shared.control.runs.items import (
    BEGUN,
    ENDINGS,
    KIND,
    aggregate_of,
    begun_of_correlation,
    begun_of_workflow,
    entries_of,
    run_from,
)
from shared.control.runs.run import Run, Status
from shared.ledger.catalogue import recorded
from shared.ledger.envelope import Cause, Event
from shared.ledger.ledger import Aggregate, Change, Entry, Ledger
from shared.runtime.attempts import Pause, attempts
from shared.runtime.errors import ConflictError
from shared.runtime.observability import count, logger

ATTEMPTS: Final = 20  # as many as eight steps that end at the same moment may need


class Runs(Protocol):
    """Every method may raise DependencyError."""

    def get(self, run_id: str) -> Run:
        """Raises NotFoundError."""

    def save(self, run: Run, cause: Cause) -> Run:
        """Raises ConflictError where it was changed since it was read."""


class LedgerRuns:
    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def get(self, run_id: str) -> Run:
        return run_from(self._ledger.get(KIND, run_id))

    def save(self, run: Run, cause: Cause) -> Run:
        if not run.facts:
            return run
        events = recorded(KIND, run.id, run.facts, after=run.version, cause=cause)
        version = events[-1].version
        entries = tuple(entries_of(run, version))
        self._ledger.commit(Change(aggregate=aggregate_of(run, version), events=events, entries=entries))
        return replace(run, version=version, facts=())

    def events(self, run_id: str) -> Iterator[Event]:
        """What happened in its course, oldest first."""
        return self._ledger.history(KIND, run_id)

    def in_status(
        self, statuses: Sequence[Status], *, before: str | None = None, at_a_time: int = 100
    ) -> Iterator[tuple[str, Run]]:
        """Each with its place, the newest change first; read lazily. `before`: the place of one of them.

        One that cannot be read is passed over, and told of: it is not to hide the others.
        """
        found = self._ledger.board(KIND, [str(one) for one in statuses], before=before, at_a_time=at_a_time)
        for aggregate in found:
            if run := _readable(aggregate):
                yield aggregate.position, run

    def begun(
        self,
        *,
        workflow: str | None = None,
        correlation_id: str | None = None,
        before: str | None = None,
        at_a_time: int = 50,
    ) -> Iterator[tuple[str, Run]]:
        """Each with its place, the one that began last first; read lazily. Of these two at most one is looked for.

        Passes over as `in_status`.
        """
        name = BEGUN
        if correlation_id is not None:
            name = begun_of_correlation(correlation_id)
        elif workflow is not None:
            name = begun_of_workflow(workflow)
        lines = self._ledger.entries(name, before=before, newest_first=True, at_a_time=at_a_time)
        while lot := list(islice(lines, at_a_time)):
            known = self._ledger.get_many(KIND, [line.fields["run_id"] for line in lot])
            for line in lot:
                aggregate = known.get(line.fields["run_id"])
                if aggregate and (run := _readable(aggregate)):
                    yield line.key, run

    def lines(self) -> Iterator[Entry]:
        """Of all runs, the one that began last first: `run_id` and `workflow`."""
        return self._ledger.entries(BEGUN, newest_first=True)

    def endings(self) -> Iterator[Entry]:
        """The last first: `run_id` and `status`. A run may end, be driven on and end again."""
        return self._ledger.entries(ENDINGS, newest_first=True)


def _readable(aggregate: Aggregate) -> Run | None:
    try:
        return run_from(aggregate)
    except (LookupError, TypeError, ValueError):
        logger.exception("run cannot be read", run_id=aggregate.id)
        count("RunsUnreadable")
        return None


def change_run(
    run_id: str, change: Callable[[Run], Run], *, runs: Runs, pause: Pause, cause: Cause | None = None
) -> Run:
    """The run as it then is. Over what others write, the change is made anew; the same run again is not written.

    Without a cause it happens by itself, in the run's course. Raises NotFoundError; what `change` raises;
    ConflictError where others write each time.
    """
    for _ in attempts(ATTEMPTS, pause=pause):
        known = runs.get(run_id)
        changed = change(known)
        if changed is known:
            return known
        because = replace(cause, correlation_id=known.correlation_id) if cause else known.cause()
        try:
            return runs.save(changed, because)
        except ConflictError:
            continue
    raise ConflictError(f"run {run_id} is changed by others all the time; look at it again")
