"""What is wanted of the history: events by type, subject, correlation, trace, actor and time, in any combination."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from shared.ledger.envelope import Event
from shared.runtime.clock import in_utc
from shared.runtime.errors import InvalidInputError

FIRST_MOMENT: Final = datetime(2025, 1, 1, tzinfo=UTC)  # no ledger is older
COMMANDS: Final = "switchyard.discord"  # what people do in Discord


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """None for any. `subject` is an aggregate's id, alone or as `kind:id`; both ends of the time are included."""

    event_types: tuple[str, ...] = ()  # in full; none for any
    subject: str | None = None
    correlation_id: str | None = None
    trace_id: str | None = None
    actor: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    with_commands: bool = False  # who uses which command is for admins

    @property
    def is_all(self) -> bool:
        """Nothing is said but a time, if that."""
        return not (self.event_types or self.subject or self.correlation_id or self.trace_id or self.actor)

    def takes(self, event: Event) -> bool:
        return (
            (not self.event_types or event.type in self.event_types)
            and (self.subject is None or self.subject in (event.subject, event.id.rpartition(":")[0]))
            and self.correlation_id in (None, event.correlation_id)
            and self.trace_id in (None, event.trace_id)
            and self.actor in (None, event.actor)
            and (self.since is None or event.time >= self.since)
            and (self.until is None or event.time <= self.until)
            and (self.with_commands or event.source != COMMANDS)
        )


def types_like(said: Iterable[str], known: Collection[str], own: Collection[str]) -> tuple[str, ...]:
    """The types that are meant: each by its name, or all that begin with its first parts (`listing.state`).

    `known` are those of the catalogue, `own` the first parts that nobody else may use: what is posted may have any
    other type, which is looked for under just this name. Raises InvalidInputError for a type there cannot be.
    """
    meant: dict[str, None] = {}
    for text in said:
        name = text.strip().lower().removesuffix(".*")
        found = [one for one in known if is_like(one, name)]
        if not name or (not found and name.partition(".")[0] in own):
            raise InvalidInputError(f"there is no type of event like {text[:100]}")
        meant |= dict.fromkeys(found if name.partition(".")[0] in own else [name, *found])
    return tuple(meant)


def is_like(event_type: str, name: str) -> bool:
    """Of this name, or it begins with its parts."""
    return f"{event_type}.".startswith(f"{name}.")


def checked_span(since: datetime | None, until: datetime | None) -> tuple[datetime | None, datetime | None]:
    """In UTC. Raises InvalidInputError where it ends before it begins, or tells a moment that there is not."""
    begins, ends = (None if moment is None else in_utc(moment) for moment in (since, until))
    if begins and ends and begins > ends:
        raise InvalidInputError("the time ends before it begins")
    return begins, ends
