"""What operators ask of all listings together: what they add up to, and all of them as a table."""

import json
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain, islice
from typing import Final, Protocol
from uuid import uuid4

from functions.serve_reports.table import csv_chunks
from shared.files.store import Files
from shared.listings.lifecycle import State
from shared.listings.listing import Listing
from shared.listings.report import Selection, Tally, tally
from shared.runtime.clock import Clock
from shared.runtime.errors import InvalidInputError

CSV: Final = "text/csv; charset=utf-8"
AT_A_TIME: Final = 1_000  # about what one answer of DynamoDB holds
CHUNK_BYTES: Final = 5 * 1024 * 1024
MAX_ANSWER_BYTES: Final = 6_000_000  # Lambda's answers are JSON, and end at 6 MB
LINK_SECONDS: Final = 15 * 60


class Listings(Protocol):
    def newest(
        self, states: Collection[State], *, before: str | None = None, at_a_time: int = 100
    ) -> Iterator[tuple[str, Listing]]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Either all of it, or where it is for a quarter of an hour."""

    filename: str
    text: str | None = None
    link: str = ""


def summary_of(selection: Selection, *, listings: Listings) -> Tally:
    return tally(_all(listings, list(State)), selection)


def table_of(
    states: Collection[State], selection: Selection, *, listings: Listings, files: Callable[[], Files], clock: Clock
) -> Table:
    """What fits an answer is answered; anything larger goes to the files, which are asked for only then."""
    filename = f"listings-{clock():%Y-%m-%d}.csv"
    wanted = (listing for listing in _all(listings, states) if selection.takes(listing))
    chunks = csv_chunks(wanted, size=CHUNK_BYTES)
    first = list(islice(chunks, 2))
    if len(first) == 1 and _fits_an_answer(text := first[0].decode()):
        return Table(filename=filename, text=text)
    store, key = files(), f"reports/{uuid4()}.csv"
    store.upload(key, chain(first, chunks), CSV)
    return Table(filename=filename, link=store.link(key, LINK_SECONDS, filename=filename))


def found_between(since: str | None, until: str | None, *, brand: str | None) -> Selection:
    """Dates or times in ISO 8601, UTC where they do not say; a last day is included, a last moment is not.

    Raises InvalidInputError.
    """
    selection = Selection(
        brand=brand,
        since=_moment(since, "since") if since else None,
        until=_moment(until, "until", whole_day=True) if until else None,
    )
    if selection.since and selection.until and selection.since >= selection.until:
        raise InvalidInputError("nothing is between since and until")
    return selection


def _all(listings: Listings, states: Collection[State]) -> Iterator[Listing]:
    """A listing that changes while we read may be missing, and none is there twice."""
    return (listing for _, listing in listings.newest(states, at_a_time=AT_A_TIME))


def _fits_an_answer(text: str) -> bool:
    return len(json.dumps(text)) <= MAX_ANSWER_BYTES


def _moment(text: str, name: str, *, whole_day: bool = False) -> datetime:
    try:
        return _end_of_day(text) if whole_day and _is_date(text) else _utc(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        raise InvalidInputError(f"{name} takes a date or a time: 2026-03-31, 2026-03-31T12:00:00Z") from None


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _end_of_day(text: str) -> datetime:
    return datetime.combine(date.fromisoformat(text) + timedelta(days=1), time(), tzinfo=UTC)


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
