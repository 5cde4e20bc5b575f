"""One use is carried out by one worker at a time, and never again once it is over, however often SQS repeats it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from shared.ledger.envelope import from_text, to_text
from shared.runtime.errors import ConflictError
from shared.state.store import StateStore

LEASE: Final = timedelta(seconds=90)  # longer than the function may run: who has not ended by then never will
_KEPT: Final = 86_400  # seconds; what is so old is not carried out any more in any case


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """`number` counts the tries from 1. With an `outcome` it was carried out and answered."""

    key: str
    number: int
    outcome: str | None = None
    is_faulty: bool = False  # it went wrong here: that is not tried again

    @property
    def is_repeated(self) -> bool:
        return self.number > 1

    def kept(self, *, until: datetime, is_over: bool = False) -> dict[str, Any]:
        known = {"number": self.number, "outcome": self.outcome, "faulty": self.is_faulty}
        return known | {"until": to_text(until), "over": is_over}


def claim(interaction_id: str, *, state: StateStore, at: datetime) -> Claim | timedelta | None:
    """The claim; how long somebody else still has it; None where it is over.

    Raises ConflictError where somebody else took it this moment.
    """
    key = f"use:{interaction_id}"
    known = state.get(key)
    if known is None:
        taken = Claim(key=key, number=1)
    elif known["over"]:
        return None
    elif (left := from_text(known["until"]) - at) > timedelta(0):
        return left
    else:
        taken = Claim(key=key, number=known["number"] + 1, outcome=known["outcome"], is_faulty=known["faulty"])
    if not state.compare_and_set(key, known, taken.kept(until=at + LEASE), ttl=_KEPT):
        raise ConflictError("somebody else is at it")
    return taken


def finish(over: Claim, *, state: StateStore, at: datetime) -> None:
    state.put(over.key, over.kept(until=at, is_over=True), ttl=_KEPT)


def release(left: Claim, *, state: StateStore, at: datetime) -> None:
    """It is not over: who comes next goes on from what is known."""
    state.put(left.key, left.kept(until=at), ttl=_KEPT)
