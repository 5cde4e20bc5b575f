"""A message as everything after the edge knows it, what is recorded of it, and how it is told apart from others."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from shared.ledger.envelope import Fact, event_id, to_text
from shared.messages.amounts import plain

if TYPE_CHECKING:
    from shared.messages.routing import Decision

KIND: Final = "MESSAGE"
ORIGIN: Final = "discord"
DEFAULT_TYPE: Final = "message.created"

_KEY: Final = re.compile(r"[A-Za-z0-9._:@-]{1,128}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Something posted. Times are UTC; `metadata` holds JSON values, without fractions."""

    id: str  # as its sender gave it, or made of what it says
    key: str  # the id as the ledger keeps it, see `key_of`
    type: str  # of its event, `task.created`
    origin: str = ORIGIN
    content: str
    author: str | None = None
    channel: str | None = None  # without the #
    created_at: datetime
    url: str | None = None
    scheduled_for: datetime | None = None
    duration_minutes: int | None = None
    attendees: tuple[str, ...] = ()
    location: str | None = None
    priority: str | None = None
    item: str | None = None
    price: Decimal | None = None
    currency: str | None = None
    quantity: int | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    digest: str  # of what the sender said: what we add, as the time where none was given, does not count

    @property
    def event_id(self) -> str:
        return event_id(KIND, self.key, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A message with what the rules made of it, and as it came."""

    message: Message
    decision: "Decision"
    raw: Any = field(repr=False)


def key_of(message_id: str) -> str:
    """The id itself where it fits a key of the ledger, else its hash."""
    return message_id if _KEY.fullmatch(message_id) else f"h-{sha256(message_id.encode()).hexdigest()[:32]}"


def made_id(digest: str) -> str:
    """For a message without an id: what says the same, time and all, is the same message."""
    return f"d-{digest[:32]}"


def canonical(values: Any) -> bytes:
    """JSON in UTF-8, the same whatever the order of keys. Times and decimals are as in the event."""
    return _CANONICAL(values).encode()


def raw_text(raw: Any) -> str:
    """What came, as JSON. A decimal that a float cannot tell apart from its neighbours becomes text."""
    return _RAW(raw)


def recording(message: Message, decision: "Decision", *, at: datetime) -> Fact:
    """That it was posted: data of `MessageRecorded`, with the tags for whoever routes by them.

    `rules` names the tag rules that fired and then the routes that were taken; no name is in both.
    """
    said = {
        "message_id": message.id,
        "origin": message.origin,
        "content": message.content,
        "author": message.author,
        "channel": message.channel,
        "created_at": to_text(message.created_at),
        "url": message.url,
        "scheduled_for": to_text(message.scheduled_for) if message.scheduled_for else None,
        "duration_minutes": message.duration_minutes,
        "attendees": list(message.attendees),
        "location": message.location,
        "priority": message.priority,
        "item": message.item,
        "price": plain(message.price) if message.price is not None else None,
        "currency": message.currency,
        "quantity": message.quantity,
        "metadata": dict(message.metadata),
        "rules": list(decision.rules),
        "sinks": list(decision.sinks),
    }
    return Fact(type=message.type, time=at, data=said, tags=decision.tags)


def _told(value: Any) -> str:
    return plain(value) if isinstance(value, Decimal) else to_text(value)


def _plain_number(value: Any) -> float | str:
    if not isinstance(value, Decimal):
        raise TypeError("only values of JSON are kept")
    return float(value) if Decimal(repr(float(value))) == value else str(value)


# Made once: `json.dumps` makes its encoder anew each time.
_JSON: Final = partial(json.JSONEncoder, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
_CANONICAL: Final = _JSON(sort_keys=True, default=_told).encode
_RAW: Final = _JSON(default=_plain_number).encode
