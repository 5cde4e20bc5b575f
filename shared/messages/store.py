"""Messages in the ledger: one aggregate and one event each, written once and never changed."""

import json
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from shared.ledger.catalogue import recorded
from shared.ledger.envelope import Cause
from shared.ledger.ledger import Aggregate, Change, Ledger
from shared.messages.message import KIND, Recording, raw_text, recording

_BYTES_AT_ONCE: Final = 3 * 1024 * 1024  # DynamoDB takes 4 MB in one transaction
_OVERHEAD: Final = 2_048  # of the keys, the envelope and the digest of one message


class LedgerMessages:
    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def known(self, keys: Collection[str]) -> dict[str, str]:
        """The digests of those that were recorded, by key."""
        kept = self._ledger.get_many(KIND, set(keys))
        return {key: aggregate.fields["digest"] for key, aggregate in kept.items()}

    def save_all(self, recordings: Sequence[Recording], cause: Cause, *, at: datetime) -> set[str]:
        """Record each message for itself; return the keys of those that somebody else recorded first.

        No two of them may have the same key.
        """
        changes = [_change(each, cause, at) for each in recordings]
        lost = (change for group in _groups(changes) for change in self._ledger.commit_all(group))
        return {change.aggregate.id for change in lost}

    def raw(self, keys: Collection[str]) -> dict[str, Any]:
        """The messages as they came, by key; those that were recorded."""
        kept = self._ledger.get_many(KIND, set(keys))
        return {key: json.loads(aggregate.fields["raw"]) for key, aggregate in kept.items()}


def _change(each: Recording, cause: Cause, at: datetime) -> Change:
    message = each.message
    events = recorded(KIND, message.key, [recording(message, each.decision, at=at)], after=0, cause=cause)
    aggregate = Aggregate(
        kind=KIND,
        id=message.key,
        version=1,
        changed_at=at,
        fields={"digest": message.digest, "type": message.type, "raw": raw_text(each.raw)},
    )
    return Change(aggregate=aggregate, events=events)


def _size(change: Change) -> int:
    """Bytes, roughly: the raw text and the event's data."""
    (event,) = change.events
    texts = (change.aggregate.fields["raw"], json.dumps(event.data, ensure_ascii=False))
    return sum(len(text.encode()) for text in texts) + _OVERHEAD


def _groups(changes: Sequence[Change]) -> Iterator[list[Change]]:
    """As many as one transaction takes in bytes; by number, the ledger sees to it."""
    group: list[Change] = []
    size = 0
    for change in changes:
        width = _size(change)
        if group and size + width > _BYTES_AT_ONCE:
            yield group
            group, size = [], 0
        group.append(change)
        size += width
    if group:
        yield group
