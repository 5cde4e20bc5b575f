"""What a message says beside its text, in words: for a sink that has no field of its own for it."""

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from shared.runtime.text import clean, one_line, units
from shared.sinks.content import Content
from shared.sinks.sink import Detail

MESSAGES: Final = "switchyard.messages"  # source of the events of messages
NO_MESSAGE: Final = "it is no message"

LABELS: Final[Mapping[str, str]] = {
    "origin": "Source",
    "type": "Type",
    "author": "Author",
    "channel": "Channel",
    "created_at": "Created",
    "scheduled_for": "When",
    "duration_minutes": "Minutes",
    "location": "Location",
    "attendees": "Attendees",
    "priority": "Priority",
    "item": "Item",
    "price": "Price",
    "currency": "Currency",
    "quantity": "Quantity",
    "tags": "Tags",
    "url": "Link",
    "event_id": "Event",
}
METADATA: Final = "metadata."
LONGEST_LABEL: Final = 100


def is_message(event: Detail) -> bool:
    return bool(event["source"] == MESSAGES)


def value_of(content: Content, field: str) -> Any:
    """Of `title`, a field of LABELS, or `metadata.<key>`; None where the message does not say."""
    if field.startswith(METADATA):
        return content.metadata.get(field.removeprefix(METADATA))
    return getattr(content, field)


def facts_of(content: Content, *, without: Collection[str] = ()) -> list[tuple[str, str]]:
    """What is said, each with its label, as text; `without` these fields."""
    more = {f"{METADATA}{key}": one_line(key, LONGEST_LABEL) for key in sorted(content.metadata)}
    fields = {field: label for field, label in {**LABELS, **more}.items() if field not in without}
    said = ((label, in_words(value_of(content, field)).strip()) for field, label in fields.items())
    return [(label, text) for label, text in said if text]


def in_words(value: Any) -> str:
    """Empty for what is not there."""
    if value is None:
        return ""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, datetime):
        return f"{value.isoformat(' ')[:16]} UTC"
    if isinstance(value, tuple):
        return clean(", ".join(value))
    return clean(json.dumps(value, ensure_ascii=False, sort_keys=True))


def web_address(text: str | None, *, longest: int = 2_000) -> str | None:
    """Only what a browser opens as a page, of at most so many units; nothing that runs."""
    address = (text or "").strip()
    try:
        parts = urlsplit(address)
        is_web = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return None
    is_plain = address.isprintable() and not any(one.isspace() for one in address)
    return address if is_web and is_plain and units(address) <= longest else None
