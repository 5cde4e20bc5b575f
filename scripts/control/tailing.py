"""Events as they happen."""

import argparse
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

from scripts.api.api import Api
from scripts.api.patience import persistently
from scripts.api.shown import note, say, say_json
from scripts.control.codes import DONE
from scripts.control.paging import PAGE
from scripts.control.reading import Record, record, records, utc
from scripts.control.wanted import wanted_of
from shared.ledger.envelope import from_text, to_text
from shared.runtime.text import one_line

EACH: Final = 2.0  # seconds between two looks
OVERLAP: Final = timedelta(seconds=10)  # what is found in an index late is still found
_LONGEST: Final = 300  # characters of what an event says
_NOT_TOLD: Final[tuple[Any, ...]] = (None, "", [], {})


def tail(api: Api, path: tuple[str, ...], options: argparse.Namespace) -> int:
    """Until Ctrl-C, which is how it is meant to end."""
    try:
        for event in happening(api, path, options):
            say_json(event) if options.json else say(line_of(event))
    except KeyboardInterrupt:
        note("")
    return DONE


def happening(api: Api, path: tuple[str, ...], options: argparse.Namespace) -> Iterator[Record]:
    """Each once, the oldest first."""
    since = options.since or datetime.now(UTC)
    shown: dict[Any, str] = {}  # id → time
    while True:
        yield from _page(api, path, options, from_=since, shown=shown)
        newest = max(map(_moment, shown.values()), default=since)
        since = max(since, newest - OVERLAP)
        shown = {known: at for known, at in shown.items() if _moment(at) >= since}
        time.sleep(options.interval)


def _page(
    api: Api, path: tuple[str, ...], options: argparse.Namespace, *, from_: datetime, shown: dict[Any, str]
) -> Iterator[Record]:
    query = {"event_type": options.type, **wanted_of(options), "since": to_text(from_), "order": "asc", "limit": PAGE}
    cursor: str | None = None
    while True:
        ask = partial(api.ask, "GET", *path, query={**query, "cursor": cursor}, repeatable=True)
        body = persistently(ask, time.sleep).body
        for event in records(body, "events"):
            if event.get("id") not in shown:
                shown[event.get("id")] = str(event.get("time"))
                yield event
        cursor = record(body).get("next_cursor")
        if not cursor:
            return


def line_of(event: Record) -> str:
    """For people: when, what, about what, by whom, and what it says."""
    data = event.get("data")
    told = {name: value for name, value in data.items() if value not in _NOT_TOLD} if isinstance(data, dict) else {}
    said = " ".join(f"{name}={value}" for name, value in told.items())
    line = f"{event.get('type')} {event.get('id')} by {event.get('actor')}  {said}"
    return f"{utc(event.get('time'))}  {one_line(line, _LONGEST)}"


def _moment(text: str) -> datetime:
    """What is no time is of no time."""
    try:
        found = from_text(text)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
