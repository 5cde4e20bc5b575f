"""Pages of the history, each bounded in what is looked at for it: what is rare gives short pages, never slow ones."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from shared.control.history.reading import Reading
from shared.ledger.envelope import Event

MOST_LOOKED_AT: Final = 2_000  # events, for one page
DAY_WEIGHS: Final = 64  # to look whether anything happened on a day is as much work as so many events


# Of the data of the events of one page: Lambda answers with six million at most, and JSON within JSON takes more.
MOST_BYTES: Final = 3_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """`place` is where the next one begins; None at the end."""

    events: list[Event] = field(default_factory=list)
    place: str | None = None


def cut(
    reading: Reading,
    *,
    behind: str | None,
    takes: Callable[[Event], bool],
    limit: int,
    most: int = MOST_LOOKED_AT,
    most_bytes: int | None = None,
) -> Page:
    """The next that are taken behind a place; `most` says how much is looked at for them.

    With `most_bytes` the page ends with the event that fills it.
    """
    events: list[Event] = []
    looked_at, size, last = 0, 0, behind
    for place, event in reading.behind(behind):
        if len(events) == limit or looked_at >= most or (most_bytes is not None and size >= most_bytes):
            return Page(events=events, place=last)
        last = place
        looked_at += DAY_WEIGHS if event is None else 1
        if event is not None and takes(event):
            events.append(event)
            size += len(json.dumps(event.data)) if most_bytes is not None else 0
    return Page(events=events)
