"""What a message in a dead-letter queue is, why it lies there, and what trying it once more would mean."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from shared.control.letters.cause import UNKNOWN, Reason
from shared.control.letters.message import Message, Parcel


class Kind(StrEnum):
    EVENT = "event"  # as a rule sends it
    PUT_BACK = "put_back"  # a consumer has sent it to itself, for later
    GIVEN_UP = "given_up"  # a consumer has sent it here, with the reason
    INTERACTION = "interaction"  # a use of a command, button or form in Discord
    RELAY = "relay"  # the stream of the ledger: which records never reached the bus
    CALL = "call"  # a function was called by the clock, and failed
    SCHEDULE = "schedule"  # what the clock wanted to call a function with
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """When what is lost was written, both ends included."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """It can be sent back as `parcel`, or its events published again from `window`; or neither, and `why_not` says why.

    `event_id`, `event_type` and `trace_id` are those of the event it is about, where there is one. `of_command`: it
    says who used which command in Discord.
    """

    message: Message
    kind: Kind
    queue: str
    source: str | None
    content: Any = field(repr=False)  # the body as JSON, or as text where it is none
    reason: Reason = UNKNOWN
    event_id: str | None = None
    event_type: str | None = None
    trace_id: str | None = None
    parcel: Parcel | None = None
    window: Window | None = None
    why_not: str | None = None
    of_command: bool = False

    @property
    def id(self) -> str:
        return self.message.id

    @property
    def is_retryable(self) -> bool:
        return self.why_not is None

    def refused(self, why_not: str) -> "Letter":
        return replace(self, parcel=None, window=None, why_not=why_not)

    def note(self) -> Mapping[str, Any]:
        """What the history says of it."""
        return {"letter_id": self.id, "event_id": self.event_id, "event_type": self.event_type}
