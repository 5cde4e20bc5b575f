"""A message as it lies in a dead-letter queue, and the queue as those who work on its letters see it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

MOST_AT_ONCE: Final = 10  # messages that SQS takes, gives or removes in one call


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """`sent_at` is when it was first sent: SQS keeps that when it moves a message to the dead letters."""

    id: str
    body: str = field(repr=False)
    sent_at: datetime
    receive_count: int  # of all times it was handed out, here and where it came from
    attributes: Mapping[str, Any] = field(default_factory=dict, repr=False)  # as SQS has them: name, type and value
    trace_header: str | None = None  # X-Ray's
    was_moved: bool = False  # by SQS, from the queue it failed in; else somebody has sent it here
    receipt: str = field(default="", repr=False)  # what it is let go, or given back, with

    def said(self, name: str) -> str | None:
        """The text of an attribute."""
        text: str | None = self.attributes.get(name, {}).get("StringValue")
        return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A message that is to be sent to the queue it came from; `id` is that of the letter."""

    id: str
    body: str = field(repr=False)
    attributes: Mapping[str, Any] = field(default_factory=dict, repr=False)
    trace_header: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Depth:
    """About how many messages there are: SQS counts them now and then."""

    waiting: int
    in_hand: int = 0  # of somebody who looks at them, or works on them
    delayed: int = 0

    @property
    def all(self) -> int:
        return self.waiting + self.in_hand + self.delayed


class LetterQueue(Protocol):
    """A dead-letter queue. Every method raises DependencyError where it cannot be reached."""

    @property
    def name(self) -> str:
        """What the template calls it."""

    @property
    def source(self) -> str | None:
        """What the template calls the queue its letters go back to; None where there is none."""

    def depth(self) -> Depth: ...

    def take(self, most: int, *, hidden_for: timedelta, is_sure: bool) -> list[Message]:
        """Up to `most` that nobody has in hand; nobody else is handed them for so long. None, where none are left.

        Where it `is_sure` that there are some, they are looked for in earnest: it takes a second where there are not.
        """

    def send_back(self, parcels: Sequence[Parcel]) -> set[str]:
        """To the source. The ids of those it has accepted."""

    def remove(self, messages: Sequence[Message]) -> set[str]:
        """For good. The ids of those that are gone."""

    def hide(self, messages: Collection[Message], *, hidden_for: timedelta) -> None:
        """For so long from now on; for no time, and everybody may have them at once."""
