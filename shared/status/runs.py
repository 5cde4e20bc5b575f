"""Runs of workflows on GitHub: how they ended, and what fails now."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from shared.status.sampled import percentile

_FAILED: Final = frozenset({"failure", "timed_out", "startup_failure"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """`conclusion` is None while it runs."""

    workflow_id: int
    name: str
    conclusion: str | None
    seconds: float | None
    url: str

    @property
    def has_failed(self) -> bool:
        return self.conclusion in _FAILED


@dataclass(frozen=True, slots=True, kw_only=True)
class Runs:
    """The newest first."""

    runs: Sequence[Run]
    is_cut: bool = False  # there were more than were read

    @property
    def succeeded(self) -> int:
        return sum(run.conclusion == "success" for run in self.runs)

    @property
    def failed(self) -> int:
        return sum(run.has_failed for run in self.runs)

    @property
    def running(self) -> int:
        return sum(run.conclusion is None for run in self.runs)

    @property
    def others(self) -> int:
        """Cancelled, skipped and the like."""
        return len(self.runs) - self.succeeded - self.failed - self.running

    @property
    def median_seconds(self) -> float | None:
        """Of those that came to an end."""
        known = [run.seconds for run in self.runs if run.seconds is not None]
        return percentile(known, 50) if known else None

    @property
    def latest_failure(self) -> Run | None:
        return next((run for run in self.runs if run.has_failed), None)

    @property
    def failing(self) -> list[str]:
        """The workflows of which the latest run to tell, good or bad, has failed."""
        latest: dict[int, Run] = {}
        for run in self.runs:
            if run.has_failed or run.conclusion == "success":
                latest.setdefault(run.workflow_id, run)
        return [run.name for run in latest.values() if run.has_failed]
