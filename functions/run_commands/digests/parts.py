"""The parts of a digest, each in a field of its own: a number, how it has changed, and what is wrong with it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, TypeVar

from functions.run_commands.wording import list_within
from shared.discord.answers import LONGEST_FIELD, Field, link, shown
from shared.sinks.names import TITLES
from shared.status.activity import MOST_EVENTS, Activity
from shared.status.brought import Brought
from shared.status.digest import (
    MEDIAN,
    SLOWEST,
    SUCCESS,
    Count,
    Digest,
    Figures,
    Unread,
    changes,
    figures_of,
    of_service,
)
from shared.status.judging import Level, judge
from shared.status.queues import Depth
from shared.status.runs import Runs
from shared.status.sampled import Checked

T = TypeVar("T")

ICONS: Final = {Level.HEALTHY: "🟢", Level.UNKNOWN: "⚪", Level.DEGRADED: "🟡", Level.CRITICAL: "🔴"}
_SHOWN_SERVICES: Final = 15  # as fields of their own
_SHOWN_QUEUES: Final = 6
_SHOWN_ERRORS: Final = 3
_LONGEST_NAME: Final = 80


class Trend:
    """By how much figures have changed. It says nothing where one of the two is not known."""

    def __init__(self, digest: Digest, before: Figures) -> None:
        self._changes = changes(figures_of(digest), before)

    def __call__(self, figure: str, *, tenths: bool = False) -> str:
        change = self._changes.get(figure)
        if change is None:
            return ""
        number = f"{abs(change) / 10:g}" if tenths else f"{abs(change):,}"
        return f" {'▲' if change > 0 else '▼'} {number}" if change else " ="


def fields_of(digest: Digest, trend: Trend) -> Iterator[Field]:
    """Addresses last: there may be more of them than a message has fields, and what is wrong stands above in words."""
    yield _field("Queues", digest.queues, lambda part: _queues(part, trend))
    yield _field("Deliveries", digest.brought, lambda part: _deliveries(part, trend))
    yield _field("Listings now", digest.listings, lambda part: _listings(part, trend))
    yield _field("Events", digest.activity, lambda part: _events(part, trend))
    yield _field("Workflow runs", digest.runs, lambda part: _runs(part, trend))
    yield from _services(digest.services, trend)


def _services(services: Sequence[Checked], trend: Trend) -> Iterator[Field]:
    """Those that were not asked have to do with a line."""
    shown_ones = services[:_SHOWN_SERVICES]
    yield from (_service(one, trend) for one in shown_ones)
    if rest := [shown(one.target.name, _LONGEST_NAME) for one in services[_SHOWN_SERVICES:]]:
        yield Field(name=f"… and {len(rest)} more addresses", value=list_within(rest, LONGEST_FIELD), inline=False)


def _field(name: str, part: T | Unread, lines: Callable[[T], Iterator[str]]) -> Field:
    if isinstance(part, Unread):
        return Field(name=name, value=f"unknown: {shown(part.why)}", inline=False)
    return Field(name=name, value="\n".join(lines(part)), inline=False)


def _service(one: Checked, trend: Trend) -> Field:
    name = f"{ICONS[judge('service', one).level]} {shown(one.target.name, _LONGEST_NAME)}"
    return Field(name=name, value="\n".join(_answers(one, trend)), inline=False)


def _answers(one: Checked, trend: Trend) -> Iterator[str]:
    if one.permille is None:
        yield f"unknown: {shown(one.target.problem or 'it was not asked')}"
        return
    name = one.target.name
    success = f"{one.permille / 10:g} % of {one.asked}{trend(of_service(SUCCESS, name), tenths=True)}"
    p50 = f"p50 {_ms(one.p50, 'unknown')}{trend(of_service(MEDIAN, name))}"
    p95 = f"p95 {_ms(one.p95, 'too few')}{trend(of_service(SLOWEST, name))}"
    yield " · ".join([success, p50, p95])
    yield from (f"{times} times: {shown(error)}" for error, times in list(one.errors.items())[:_SHOWN_ERRORS])


def _queues(depths: tuple[Depth, ...], trend: Trend) -> Iterator[str]:
    waiting, dead = (_together([one for one in depths if one.is_dead is is_dead]) for is_dead in (False, True))
    yield f"{waiting} waiting{trend('waiting')} · {dead} given up{trend('dead')}"
    told = sorted((one for one in depths if one.messages != 0), key=lambda one: (not one.is_dead, -(one.messages or 0)))
    for one in told[:_SHOWN_QUEUES]:
        number = "unknown" if one.messages is None else f"{one.messages:,}{' given up' if one.is_dead else ''}"
        yield f"{shown(one.name, _LONGEST_NAME)}: {number}"
    if len(told) > _SHOWN_QUEUES:
        yield f"… and {len(told) - _SHOWN_QUEUES} more"


def _together(depths: list[Depth]) -> str:
    known = [one.messages for one in depths if one.messages is not None]
    return f"{sum(known):,}{'' if len(known) == len(depths) else '+'}" if known else "?"


def _deliveries(brought: Brought, trend: Trend) -> Iterator[str]:
    if not brought.by_sink:
        yield f"none{trend('deliveries')}"
        return
    yield f"{brought.total:,}{trend('deliveries')} · {brought.failed:,} failed or in doubt{trend('deliveries failed')}"
    for sink, counted in brought.by_sink.items():
        statuses = (f"{number:,} {status.replace('_', ' ')}" for status, number in sorted(counted.items()))
        yield f"{shown(TITLES.get(sink, sink), _LONGEST_NAME)}: {', '.join(statuses)}"
    if brought.is_cut:
        yield "of the newest only: there were too many to look at"


def _listings(counts: Mapping[str, Count], trend: Trend) -> Iterator[str]:
    shown_counts = [
        f"{state} {one.number:,}{'+' if one.is_more else ''}{trend(f'listings {state}')}"
        for state, one in counts.items()
        if one.number
    ]
    yield " · ".join(shown_counts) or "none"


def _events(activity: Activity, trend: Trend) -> Iterator[str]:
    groups = ", ".join(f"{number:,} {name}" for name, number in activity.groups.items())
    yield f"{activity.total:,}{trend('events')}{f': {groups}' if groups else ''}"
    if activity.is_cut:
        yield f"the newest {MOST_EVENTS:,} only: there were more"


def _runs(runs: Runs, trend: Trend) -> Iterator[str]:
    yield f"{len(runs.runs):,}{trend('runs')} · {runs.failed:,} failed{trend('runs failed')}"
    counted = {"succeeded": runs.succeeded, "running": runs.running, "otherwise ended": runs.others}
    if words := ", ".join(f"{number:,} {word}" for word, number in counted.items() if number):
        yield words
    if runs.median_seconds is not None:
        yield f"median {_duration(runs.median_seconds)}"
    if failure := runs.latest_failure:
        yield f"latest failure: {link(failure.name, failure.url)}"
    if runs.is_cut:
        yield "of the newest only: there were more"


def _ms(number: int | None, otherwise: str) -> str:
    return otherwise if number is None else f"{number:,} ms"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "h"), (minutes, "min"), (rest, "s"))
    return " ".join(f"{number} {unit}" for number, unit in parts if number) or "0 s"
