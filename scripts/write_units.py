"""What a change of the ledger costs, by DynamoDB's own rules.

A write takes a unit for every kilobyte begun, twice that in a transaction. An index takes a unit for every kilobyte of
the item it shows, and a second where its key changed: the old entry goes, the new one comes.
Source: DynamoDB developer guide, "Read and write operations" and "Global secondary indexes".
"""

from typing import Any, Final

from shared.ledger import items
from shared.ledger.items import Item
from shared.ledger.ledger import Change

_INDEX_KEYS: Final = (
    ("board_pk", "board_sk"),
    ("timeline_pk", "time"),
    ("type_pk", "time"),
    ("actor_pk", "time"),
    ("trace_id", "time"),
    ("correlation_pk", "time"),
)


def write_units(change: Change, before: Change | None = None) -> int:
    """Write request units of a change; `before` is the change that wrote the aggregate it replaces."""
    old = items.aggregate_item(before.aggregate) if before else None
    units = item_units(items.aggregate_item(change.aggregate), old)
    units += sum(item_units(items.event_item(change.aggregate.kind, event)) for event in change.events)
    units += sum(item_units(items.entry_item(entry)) for entry in change.entries)
    return units + sum(item_units(items.claim_key(claim)) for claim in change.claims)


def item_units(item: Item, old: Item | None = None, *, in_transaction: bool = True) -> int:
    """Write request units of putting an item of the ledger in the place of an old one."""
    size = max(kilobytes(item), kilobytes(old) if old else 0)
    return (2 if in_transaction else 1) * size + sum(_index_units(keys, item, old) for keys in _INDEX_KEYS)


def _index_units(keys: tuple[str, str], item: Item, old: Item | None) -> int:
    now = [item.get(key) for key in keys]
    then = [old.get(key) for key in keys] if old else [None, None]
    shown, was_shown = None not in now, None not in then
    if now == then or not (shown and was_shown):
        return kilobytes(item) if shown else 0
    return 2 * kilobytes(item)


def kilobytes(item: Item) -> int:
    """That are begun."""
    return -(-size_of(item) // 1024)


def size_of(item: Item) -> int:
    """Bytes, as they count for units. Source: DynamoDB developer guide, "Item sizes and formats"."""
    return sum(len(name.encode()) + _size(value) for name, value in item.items())


def _size(value: dict[str, Any]) -> int:
    ((kind, content),) = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "N":
            return len(content.strip("-").replace(".", "")) // 2 + 2
        case "M":
            return 3 + sum(1 + len(name.encode()) + _size(inner) for name, inner in content.items())
        case "L":
            return 3 + sum(1 + _size(inner) for inner in content)
        case _:
            return 1
