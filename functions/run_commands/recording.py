"""That a command was used, by whom, and what came of it: one event for each use."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from shared.discord.interaction import Interaction, Kind
from shared.ledger.catalogue import recorded
from shared.ledger.envelope import Cause, Fact
from shared.ledger.ledger import Aggregate, Change, Ledger
from shared.runtime.auth import Role
from shared.runtime.errors import ConflictError

KIND: Final = "COMMAND"
PLACE: Final = "used"  # one for all: what nobody knows any more is found too
_KINDS: Final = {Kind.COMMAND: "command", Kind.COMPONENT: "component", Kind.MODAL: "form"}


class Outcome(StrEnum):
    DONE = "done"
    REFUSED = "refused"  # who asked may not
    WRONG = "wrong"  # it cannot be done so
    FAILED = "failed"  # it went wrong here, or at a service


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """`began_at` is when Discord was answered first."""

    interaction: Interaction
    role: Role | None
    outcome: Outcome
    began_at: datetime
    ended_at: datetime

    @property
    def duration_ms(self) -> int:
        return max(round((self.ended_at - self.began_at).total_seconds() * 1_000), 0)


def record(account: Account, cause: Cause, *, ledger: Ledger) -> None:
    """Once: the use is the event's subject. What was written or chosen stands nowhere."""
    used = account.interaction
    said = {
        "command": used.name,
        "kind": _KINDS[used.kind],
        "user_id": used.user_id,
        "guild_id": used.guild_id,
        "channel_id": used.channel_id,
        "role": str(account.role) if account.role else None,
        "outcome": str(account.outcome),
        "duration_ms": account.duration_ms,
    }
    fact = Fact(type="command.invoked", time=account.ended_at, data=said)
    aggregate = Aggregate(kind=KIND, id=used.id, version=1, changed_at=account.ended_at, place=PLACE, fields=said)
    try:
        ledger.commit(Change(aggregate=aggregate, events=recorded(KIND, used.id, [fact], after=0, cause=cause)))
    except ConflictError:
        return  # an earlier try has said so
