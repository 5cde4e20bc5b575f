"""How commands are used: how often, by how many, with what outcome, how long it took."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median
from typing import TypeVar

from functions.run_commands.recording import Outcome
from shared.ledger.ledger import Aggregate
from shared.status.sampled import ENOUGH_FOR_P95, percentile

T = TypeVar("T", str, date)


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """One use, as it is on record. `took` is in milliseconds, from Discord's answer to the end of the work."""

    command: str
    user_id: str
    outcome: str
    took: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """All uses of one command. `p95` is None where there are too few to tell."""

    command: str
    uses: int
    went_wrong: int  # here or at a service; what was refused did not
    median: int
    p95: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    uses: int
    people: Sequence[tuple[str, int]]  # ids, who used most first
    outcomes: Sequence[tuple[str, int]]
    days: Sequence[tuple[date, int]]  # UTC, busiest first
    overall: Row | None  # of all commands together; None where there is nothing
    rows: Sequence[Row]  # most used first


def used(kept: Aggregate) -> Used:
    said = kept.fields
    return Used(
        command=said["command"],
        user_id=said["user_id"],
        outcome=said["outcome"],
        took=int(said["duration_ms"]),
        at=kept.changed_at,
    )


def summed_up(uses: Iterable[Used]) -> Summary:
    found = list(uses)
    by_command: dict[str, list[Used]] = {}
    for one in found:
        by_command.setdefault(one.command, []).append(one)
    rows = sorted((_row(name, many) for name, many in by_command.items()), key=lambda row: (-row.uses, row.command))
    return Summary(
        uses=len(found),
        people=_most([one.user_id for one in found]),
        outcomes=_most([one.outcome for one in found]),
        days=_most([one.at.date() for one in found]),
        overall=_row("all", found) if found else None,
        rows=rows,
    )


def _row(name: str, many: Sequence[Used]) -> Row:
    took = [one.took for one in many]
    return Row(
        command=name,
        uses=len(many),
        went_wrong=sum(one.outcome == Outcome.FAILED for one in many),
        median=round(median(took)),
        p95=round(percentile(took, 95)) if len(took) >= ENOUGH_FOR_P95 else None,
    )


def _most(values: Iterable[T]) -> list[tuple[T, int]]:
    """Each with how often it is there, most often first; of those alike the least first."""
    return sorted(Counter(values).items(), key=lambda pair: (-pair[1], pair[0]))
