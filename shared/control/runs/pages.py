"""Pages of runs, the last first."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from shared.control.runs.items import just_after
from shared.control.runs.run import Run, Status
from shared.runtime.cursor import seal, unseal

MOST_LOOKED_AT: Final = 1_000  # for one page; what is rare gives short pages, never slow ones
_AT_A_TIME: Final = 50

Secret = Callable[[], bytes]


class ListedRuns(Protocol):
    def in_status(
        self, statuses: Sequence[Status], *, before: str | None = None, at_a_time: int = 100
    ) -> Iterator[tuple[str, Run]]: ...
    def begun(
        self,
        *,
        workflow: str | None = None,
        correlation_id: str | None = None,
        before: str | None = None,
        at_a_time: int = 50,
    ) -> Iterator[tuple[str, Run]]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedRuns:
    """`since` and `until` are about when they began."""

    workflow: str | None = None
    status: Status | None = None
    correlation_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    limit: int = 50
    cursor: str | None = None

    @property
    def scope(self) -> str:
        return f"runs|{self.workflow}|{self.status}|{self.since}|{self.until}|{self.correlation_id}"

    @property
    def is_by_status(self) -> bool:
        """Of a status they are found by their last change, else by when they began."""
        return self.status is not None and self.correlation_id is None

    def takes(self, run: Run) -> bool:
        return (
            self.workflow in (None, run.workflow)
            and self.status in (None, run.status)
            and self.correlation_id in (None, run.correlation_id)
            and (self.since is None or run.created_at >= self.since)
            and (self.until is None or run.created_at <= self.until)
        )

    def is_behind(self, run: Run) -> bool:
        """Nothing that is wanted comes after it."""
        moment = run.changed_at if self.is_by_status else run.created_at
        return self.since is not None and moment < self.since


def page_of_runs(wanted: WantedRuns, *, runs: ListedRuns, secret: Secret) -> tuple[list[Run], str | None]:
    """With the cursor of what follows. Raises InvalidInputError for a cursor of another list, DependencyError."""
    before = unseal(wanted.cursor, scope=wanted.scope, secret=secret()) if wanted.cursor else None
    page: list[Run] = []
    last = ""
    for looked_at, (place, run) in enumerate(_found(wanted, runs, before)):
        if len(page) == wanted.limit or looked_at == MOST_LOOKED_AT:
            return page, seal(last, scope=wanted.scope, secret=secret())
        if wanted.is_behind(run):
            break
        last = place
        if wanted.takes(run):
            page.append(run)
    return page, None


def _found(wanted: WantedRuns, runs: ListedRuns, before: str | None) -> Iterator[tuple[str, Run]]:
    at_a_time = min(wanted.limit + 1, _AT_A_TIME)
    if wanted.is_by_status and wanted.status:
        return runs.in_status([wanted.status], before=before, at_a_time=at_a_time)
    return runs.begun(
        workflow=wanted.workflow,
        correlation_id=wanted.correlation_id,
        before=before or (just_after(wanted.until) if wanted.until else None),
        at_a_time=at_a_time,
    )
