"""What happens to listings, as JSON says it: money is text, times are ISO 8601."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from shared.ledger.envelope import Fact, to_text


def fact(event_type: str, at: datetime, listing_id: str, data: Mapping[str, Any]) -> Fact:
    return Fact(type=event_type, time=at, data=plain({"listing_id": listing_id, **data}))


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value(value) for name, value in values.items()}


def amount(value: Decimal) -> str:
    """A decimal in plain digits, without zeros that say nothing: 400.50 -> 400.5, 4E+2 -> 400."""
    return format(value.normalize(), "f")


def _value(value: Any) -> Any:
    match value:
        case Decimal():
            return amount(value)
        case datetime():
            return to_text(value)
        case tuple():
            return list(value)
        case _:
            return value
