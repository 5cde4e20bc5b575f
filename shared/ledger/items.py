"""Ledger values as DynamoDB items and back: every key of the ledger table is built here.

aggregate  `<KIND>#<id>` / `STATE`               with `version`, and a place on the board if it has one
event      `<KIND>#<id>` / `EVENT#<version>`     immutable
claim      `UNIQUE#<what>#<sha256>` / `UNIQUE`   a name that can be taken once
entry      `LIST#<name>` / `<key>`               a line of a list, immutable
"""

import zlib
from collections.abc import Callable, Mapping
from datetime import UTC, date
from decimal import Decimal
from hashlib import sha256
from typing import Any

from shared.ledger.envelope import Event, from_text, to_text
from shared.ledger.ledger import Aggregate, Entry

Item = dict[str, Any]  # attribute name -> {type letter: value}, as DynamoDB's API speaks

EVENT_SHARDS = 4  # one partition takes 1,000 writes a second, and a day, a type, an actor is one but for this
EVENT_PREFIX = "EVENT#"
LAST_VERSION = 10**10 - 1  # that has ten digits
_AGGREGATE_ATTRIBUTES = frozenset({"pk", "sk", "version", "changed_at", "board_pk", "board_sk"})
_SCALARS: Mapping[type, str] = {str: "S", bool: "BOOL", int: "N", Decimal: "N"}
_EVENT_TEXTS = ("id", "type", "source", "subject", "actor", "trace_id", "correlation_id")


def subject_key(kind: str, aggregate_id: str) -> str:
    return f"{kind}#{aggregate_id}"


def aggregate_key(kind: str, aggregate_id: str) -> Item:
    return {"pk": {"S": subject_key(kind, aggregate_id)}, "sk": {"S": "STATE"}}


def event_key(kind: str, aggregate_id: str, version: int) -> Item:
    return {"pk": {"S": subject_key(kind, aggregate_id)}, "sk": {"S": f"{EVENT_PREFIX}{version:010}"}}


def claim_key(claim: str) -> Item:
    """`claim` is `<what>#<value>`; the value may be long or private, so only its hash is kept."""
    what, _, value = claim.partition("#")
    return {"pk": {"S": f"UNIQUE#{what}#{sha256(value.encode()).hexdigest()}"}, "sk": {"S": "UNIQUE"}}


def list_key(name: str) -> str:
    return f"LIST#{name}"


def entry_item(entry: Entry) -> Item:
    keys = {"pk": {"S": list_key(entry.list)}, "sk": {"S": entry.key}}
    return keys | serialized({name: value for name, value in entry.fields.items() if value is not None})


def entry_from(item: Item) -> Entry:
    values = deserialized(item, Decimal)
    name = values.pop("pk").partition("#")[2]
    return Entry(list=name, key=values.pop("sk"), fields=values)


def board_partition(kind: str, place: str) -> str:
    return f"{kind}#{place}"


def timeline_partition(day: date, shard: int) -> str:
    return sharded(day.isoformat(), shard)


def sharded(value: str, shard: int) -> str:
    """The partition of an index where a part of the events with this day, type or actor stand."""
    return f"{value}#{shard}"


def aggregate_item(aggregate: Aggregate) -> Item:
    values = {name: value for name, value in aggregate.fields.items() if value is not None}
    values |= {"version": aggregate.version, "changed_at": to_text(aggregate.changed_at)}
    if aggregate.place is not None:
        values["board_pk"] = board_partition(aggregate.kind, aggregate.place)
        values["board_sk"] = aggregate.position
    return aggregate_key(aggregate.kind, aggregate.id) | serialized(values)


def aggregate_from(item: Item) -> Aggregate:
    values = deserialized(item, Decimal)
    kind, _, aggregate_id = values["pk"].partition("#")
    place = values["board_pk"].partition("#")[2] if "board_pk" in values else None
    return Aggregate(
        kind=kind,
        id=aggregate_id,
        version=int(values["version"]),
        changed_at=from_text(values["changed_at"]),
        place=place,
        fields={name: value for name, value in values.items() if name not in _AGGREGATE_ATTRIBUTES},
    )


def event_item(kind: str, event: Event) -> Item:
    values: dict[str, Any] = {name: getattr(event, name) for name in _EVENT_TEXTS}
    values |= {"version": event.version, "time": to_text(event.time), "data": dict(event.data)}
    values |= {"causation_id": event.causation_id} if event.causation_id else {}
    values |= {"tags": list(event.tags)} if event.tags else {}
    return event_key(kind, event.subject, event.version) | serialized(values | _places(event))


def _places(event: Event) -> dict[str, str]:
    """Where it stands in the indexes of events, beside that of traces. Most correlation ids are their trace's."""
    shard = zlib.crc32(event.id.encode()) % EVENT_SHARDS
    places = {
        "timeline_pk": timeline_partition(event.time.astimezone(UTC).date(), shard),
        "type_pk": sharded(event.type, shard),
        "actor_pk": sharded(event.actor, shard),
    }
    return places if event.correlation_id == event.trace_id else places | {"correlation_pk": event.correlation_id}


def event_from(item: Item) -> Event:
    """Takes the item of a table as well as the new image of a stream."""
    values = deserialized(item, int)  # JSON's integers: fractions travel as text
    return Event(
        **{name: values[name] for name in _EVENT_TEXTS},
        version=values["version"],
        time=from_text(values["time"]),
        causation_id=values.get("causation_id"),
        tags=tuple(values.get("tags", ())),
        data=values["data"],
    )


def serialized(values: Mapping[str, Any]) -> Item:
    return {name: _attribute(value) for name, value in values.items()}


def _attribute(value: Any) -> dict[str, Any]:
    """A value as DynamoDB types it. boto3 has the same, at the price of importing all it has for S3."""
    match value:
        case None:
            return {"NULL": True}
        case list():
            return {"L": [_attribute(inner) for inner in value]}
        case dict():
            return {"M": serialized(value)}
        case _:
            kind = _SCALARS[type(value)]
            return {kind: str(value) if kind == "N" else value}


def deserialized(item: Item, number: Callable[[str], Any]) -> dict[str, Any]:
    return {name: _value(attribute, number) for name, attribute in item.items()}


def _value(attribute: dict[str, Any], number: Callable[[str], Any]) -> Any:
    ((kind, content),) = attribute.items()
    match kind:
        case "NULL":
            return None
        case "N":
            return number(content)
        case "L":
            return [_value(inner, number) for inner in content]
        case "M":
            return deserialized(content, number)
        case _:
            return content
