"""Events of what is posted in chat."""

from collections.abc import Mapping
from typing import Any

from pydantic import AwareDatetime

from shared.ledger.event_data import Amount, EventData


class MessageRecorded(EventData):
    """A message was posted; its type is what the poster says it is, its tags and sinks what the rules made of it."""

    message_id: str
    origin: str
    content: str
    author: str | None
    channel: str | None
    created_at: AwareDatetime
    url: str | None
    scheduled_for: AwareDatetime | None
    duration_minutes: int | None
    attendees: list[str]
    location: str | None
    priority: str | None
    item: str | None
    price: Amount | None
    currency: str | None
    quantity: int | None
    metadata: dict[str, Any]  # what else the message said
    rules: list[str]  # those that fired, by name
    sinks: list[str]  # where it goes


EVENTS: Mapping[str, type[EventData]] = {
    "message.created": MessageRecorded,
    "task.created": MessageRecorded,
    "meeting.created": MessageRecorded,
    "sale.recorded": MessageRecorded,
}
