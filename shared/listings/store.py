"""Listings in the ledger: a listing as an aggregate and back, and its column on the board."""

import zlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, fields, replace
from datetime import datetime
from typing import Any

from shared.ledger.catalogue import recorded
from shared.ledger.envelope import Cause, Event, from_text, to_text
from shared.ledger.ledger import Aggregate, Change, Ledger
from shared.listings.lifecycle import State
from shared.listings.listing import Listing, Trouble
from shared.runtime.errors import NotFoundError

KIND = "LISTING"
# Every listing starts in FOUND: its column takes all the writes of a large scrape.
BOARD_SHARDS: Mapping[State, int] = {State.FOUND: 4}

_ENVELOPE = frozenset({"id", "version", "changed_at", "facts"})
_FIELDS = tuple(field.name for field in fields(Listing) if field.name not in _ENVELOPE)
_READERS: Mapping[str, Callable[[Any], Any]] = {
    "state": State,
    "photos": tuple,
    "photos_coming": tuple,
    "product_id": int,
    "times_seen": int,
    "entered_version": int,
    "trouble": lambda value: _trouble(value),
    **{name: from_text for name in _FIELDS if name.endswith("_at")},
}


class LedgerListings:
    """The collection of listings. Its promises are the ledger's: all or nothing, and only over what was read."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def get(self, listing_id: str) -> Listing:
        """Raises NotFoundError."""
        return _from_aggregate(self._ledger.get(KIND, listing_id))

    def get_many(self, listing_ids: Collection[str]) -> dict[str, Listing]:
        """Those that exist, by id."""
        return {i: _from_aggregate(a) for i, a in self._ledger.get_many(KIND, listing_ids).items()}

    def save(self, listing: Listing, cause: Cause) -> Listing:
        """Record the listing with its facts, and return it as it now stands; without facts there is nothing to record.

        Raises ConflictError where it was changed since it was read.
        """
        if not listing.facts:
            return listing
        change = _change(listing, cause, None)
        self._ledger.commit(change)
        return replace(listing, version=change.aggregate.version, facts=())

    def save_all(
        self, listings: Sequence[Listing], cause: Cause, *, claims: Mapping[str, str] | None = None
    ) -> set[str]:
        """Record each listing for itself; return the ids of those that lost to someone else.

        `claims` names, by listing id, what may be recorded only once.
        """
        changes = [_change(listing, cause, (claims or {}).get(listing.id)) for listing in listings]
        return {change.aggregate.id for change in self._ledger.commit_all(changes)}

    def claimed(self, claims: Collection[str]) -> set[str]:
        """Those of the claims that were recorded before."""
        return self._ledger.claimed(claims)

    def newest(
        self, states: Collection[State], *, before: str | None = None, at_a_time: int = 100
    ) -> Iterator[tuple[str, Listing]]:
        """The listings in these states, newest change first, each with its position for `before`.

        They are read lazily, `at_a_time` from each column of the board.
        """
        places = [place for state in states for place in _places(state)]
        for aggregate in self._ledger.board(KIND, places, before=before, at_a_time=at_a_time):
            yield aggregate.position, _from_aggregate(aggregate)

    def history(self, listing_id: str) -> list[Event]:
        """Oldest first. Raises NotFoundError."""
        events = list(self._ledger.history(KIND, listing_id))
        if not events:
            raise NotFoundError(f"there is no listing {listing_id}")
        return events


def _places(state: State) -> list[str]:
    shards = BOARD_SHARDS.get(state, 1)
    return [f"{state}#{shard}" for shard in range(shards)]


def _place(listing: Listing) -> str:
    places = _places(listing.state)
    return places[zlib.crc32(listing.id.encode()) % len(places)]


def _change(listing: Listing, cause: Cause, claim: str | None) -> Change:
    events = recorded(KIND, listing.id, listing.facts, after=listing.version, cause=cause)
    aggregate = Aggregate(
        kind=KIND,
        id=listing.id,
        version=listing.version + len(events),
        changed_at=listing.changed_at,
        place=_place(listing),
        fields={name: _to_value(getattr(listing, name)) for name in _FIELDS},
    )
    return Change(aggregate=aggregate, events=events, claims=(claim,) if claim else ())


def _from_aggregate(aggregate: Aggregate) -> Listing:
    values = {name: _from_value(name, value) for name, value in aggregate.fields.items()}
    return Listing(id=aggregate.id, version=aggregate.version, changed_at=aggregate.changed_at, **values)


def _trouble(kept: Mapping[str, Any]) -> Trouble:
    times = {name: from_text(kept[name]) for name in ("first_at", "last_at")}
    return Trouble(**{**kept, **times, "times": int(kept["times"])})


def _to_value(value: Any) -> Any:
    match value:
        case Trouble():
            return {name: _to_value(part) for name, part in asdict(value).items()}
        case datetime():
            return to_text(value)
        case tuple():
            return list(value) or None
        case State():
            return str(value)
        case _:
            return value


def _from_value(name: str, value: Any) -> Any:
    return _READERS[name](value) if value is not None and name in _READERS else value
