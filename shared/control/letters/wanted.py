"""Which letters somebody means."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.control.letters.letter import Letter


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """All of what is said has to fit; what is not said fits all.

    Letters of messages that were sent after `sent_before` are never meant: what somebody tries again, and fails again,
    is a new letter, which nobody has looked at yet.
    """

    letter_id: str | None = None
    cause: str | None = None
    event_type: str | None = None
    sent_before: datetime | None = None

    def takes(self, letter: Letter) -> bool:
        fits = self.letter_id in (None, letter.id) and self.event_type in (None, letter.event_type)
        is_old_enough = self.sent_before is None or letter.message.sent_at < self.sent_before
        return fits and is_old_enough and self.cause in (None, letter.reason.cause)

    def said(self) -> Mapping[str, Any]:
        """As the parameters of a run."""
        asked = {"letter_id": self.letter_id, "cause": self.cause, "event_type": self.event_type}
        return {name: value for name, value in asked.items() if value is not None}
