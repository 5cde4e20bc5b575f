"""Runs in figures."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final, Protocol

from shared.control.runs.run import OPEN, Run, Status, Step, StepStatus
from shared.ledger.ledger import Entry

MOST_COUNTED: Final = 20_000  # lines are small: some megabytes
MOST_PARKED: Final = 50


class CountedRuns(Protocol):
    def in_status(self, statuses: Sequence[Status]) -> Iterator[tuple[str, Run]]: ...
    def lines(self) -> Iterator[Entry]: ...
    def endings(self) -> Iterator[Entry]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """`is_all` is false where there are more than are counted; what is open, or parked, is exact all the same."""

    total: int
    by_status: Mapping[Status, int]
    by_workflow: Mapping[str, int]
    oldest_open_seconds: int | None
    parked: tuple[tuple[Run, Step], ...]
    is_all: bool


def stats_of(runs: CountedRuns, *, at: datetime) -> Stats:
    """Raises DependencyError."""
    being_open = {run.id: run for _, run in runs.in_status(OPEN)}
    lines = list(islice(runs.lines(), MOST_COUNTED + 1))
    counted = {line.fields["run_id"]: line.fields["workflow"] for line in lines[:MOST_COUNTED]}
    last: dict[str, Status] = {}
    for ending in islice(runs.endings(), 2 * MOST_COUNTED):
        last.setdefault(ending.fields["run_id"], Status(ending.fields["status"]))
    statuses = {run_id: being_open[run_id].status if run_id in being_open else last.get(run_id) for run_id in counted}
    oldest = min((run.created_at for run in being_open.values()), default=None)
    return Stats(
        total=len(counted),
        by_status=dict.fromkeys(Status, 0) | Counter(status for status in statuses.values() if status),
        by_workflow=dict(sorted(Counter(counted.values()).items())),
        oldest_open_seconds=max(int((at - oldest).total_seconds()), 0) if oldest else None,
        parked=tuple(islice(_parked(runs), MOST_PARKED)),
        is_all=len(lines) <= MOST_COUNTED,
    )


def _parked(runs: CountedRuns) -> Iterator[tuple[Run, Step]]:
    for _, run in runs.in_status([Status.FAILED]):
        yield from ((run, step) for step in run.steps if step.status is StepStatus.PARKED)
