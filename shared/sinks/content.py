"""What a message says, as the sinks read it from its event."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from shared.ledger.envelope import from_text
from shared.sinks.sink import Detail

UNTITLED: Final = "Untitled"
_LONGEST_TITLE: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """`price` is a decimal number as text; times are in UTC."""

    event_id: str
    type: str
    origin: str  # `discord`
    text: str
    author: str | None
    channel: str | None
    created_at: datetime
    url: str | None
    scheduled_for: datetime | None
    duration_minutes: int | None
    attendees: tuple[str, ...]
    location: str | None
    priority: str | None
    item: str | None
    price: str | None
    currency: str | None
    quantity: int | None
    tags: tuple[str, ...]
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The first line that says something, of bounded length."""
        lines = (line.strip() for line in self.text.splitlines())
        line = next((line for line in lines if line), "") or self._title_without_text()
        return line if len(line) <= _LONGEST_TITLE else f"{line[: _LONGEST_TITLE - 1]}…"

    def _title_without_text(self) -> str:
        said = str(self.metadata.get("title") or "").strip()
        return said or self.item or self.url or UNTITLED


def content_of(event: Detail) -> Content:
    """Of the event of a message."""
    data = event["data"]
    scheduled_for = data["scheduled_for"]
    return Content(
        event_id=event["id"],
        type=event["type"],
        origin=data["origin"],
        text=data["content"],
        author=data["author"],
        channel=data["channel"],
        created_at=from_text(data["created_at"]),
        url=data["url"],
        scheduled_for=from_text(scheduled_for) if scheduled_for else None,
        duration_minutes=data["duration_minutes"],
        attendees=tuple(data["attendees"]),
        location=data["location"],
        priority=data["priority"],
        item=data["item"],
        price=data["price"],
        currency=data["currency"],
        quantity=data["quantity"],
        tags=tuple(event["tags"]),
        metadata=data["metadata"],
    )


def title_of(event: Detail) -> str:
    """What people call it, whatever it is about."""
    if "message_id" in event["data"]:
        return content_of(event).title
    return str(event["data"].get("title") or event["type"])
