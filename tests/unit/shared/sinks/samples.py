"""A message as it travels, with much or little in it."""

import json
from typing import Any

from shared.ledger.catalogue import recorded
from shared.ledger.envelope import Fact, to_detail
from shared.sinks.content import Content, content_of
from tests.support.builders import NOON, a_cause

SAID: dict[str, Any] = {
    "message_id": "discord:123",
    "origin": "discord",
    "content": "Kickoff with ACME\nBring the plan.",
    "author": "ada",
    "channel": "general",
    "created_at": "2026-03-01T12:00:00Z",
    "url": "https://discord.com/channels/1/2/3",
    "scheduled_for": "2026-11-20T10:00:00Z",
    "duration_minutes": 90,
    "attendees": ["ada", "grace"],
    "location": "Leeds",
    "priority": "high",
    "item": None,
    "price": None,
    "currency": None,
    "quantity": None,
    "metadata": {},
    "rules": [],
    "sinks": [],
}
_LITTLE: dict[str, Any] = {
    **dict.fromkeys(SAID),
    **{name: SAID[name] for name in ("message_id", "origin", "content", "created_at", "metadata", "rules", "sinks")},
    "attendees": [],
}
SALE: dict[str, Any] = {"item": "Sony A6400, boxed", "price": "499.5", "currency": "GBP", "quantity": 2}


def a_message(type: str = "meeting.created", tags: tuple[str, ...] = ("urgent",), **changes: Any) -> dict[str, Any]:
    return _travelled({**SAID, **changes}, type, tags)


def a_short_message(**changes: Any) -> dict[str, Any]:
    """With nothing in it but its text."""
    return _travelled({**_LITTLE, **changes}, "message.created", ())


def a_content(**changes: Any) -> Content:
    return content_of(a_message(**changes))


def _travelled(data: dict[str, Any], type: str, tags: tuple[str, ...]) -> dict[str, Any]:
    fact = Fact(type=type, time=NOON, data=data, tags=tags)
    (event,) = recorded("MESSAGE", "discord:123", [fact], after=0, cause=a_cause())
    detail: dict[str, Any] = json.loads(json.dumps(to_detail(event)))
    return detail
