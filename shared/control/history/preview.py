"""What a replay would send, counted without sending any of it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from shared.control.history.choosing import Events, Way
from shared.control.history.cleared import Cleared
from shared.control.history.known import KINDS
from shared.control.history.pages import cut
from shared.control.history.plan import Plan

MOST_COUNTED: Final = 10_000  # events that are looked at
MOST_SHOWN: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """`first` are ids. Where `is_all` is false there may be more: it was not looked at all of it."""

    would_replay: int
    by_type: Mapping[str, int]
    first: Sequence[str]
    is_all: bool


def preview(plan: Plan, *, ledger: Events, cleared: Cleared) -> Preview:
    """Raises DependencyError."""
    wanted = plan.wanted
    assert wanted.until is not None, "a plan has an end"
    found = cut(
        Way(ledger=ledger, kinds=KINDS, newest_first=False).to(wanted, at=wanted.until),
        behind=None,
        takes=lambda event: wanted.takes(event) and (plan.include_cleared or not cleared.hides(event)),
        limit=plan.limit or MOST_COUNTED,
        most=MOST_COUNTED,
    )
    types = Counter(event.type for event in found.events)
    return Preview(
        would_replay=len(found.events),
        by_type=dict(sorted(types.items())),
        first=[event.id for event in found.events[:MOST_SHOWN]],
        is_all=found.place is None or len(found.events) == plan.limit,
    )
