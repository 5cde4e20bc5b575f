"""How long a listing may stay in a state, and when somebody is reminded of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.listings.lifecycle import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """From an entry into a state until it is too late."""

    reminder_at: datetime
    deadline_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """The time each state is given; a state without a row may last for ever."""

    periods: Mapping[State, timedelta]
    reminder_after: float = 0.5  # of the period

    def term(self, state: State, *, at: datetime) -> Term | None:
        """The term of an entry into `state` at that moment; None where there is none."""
        period = self.periods.get(state)
        return self.until(at + period, at=at) if period else None

    def until(self, deadline: datetime, *, at: datetime) -> Term:
        """The term that is left at that moment of a wait with this end."""
        return Term(reminder_at=at + (deadline - at) * self.reminder_after, deadline_at=deadline)


NO_DEADLINES = Deadlines(periods={})
