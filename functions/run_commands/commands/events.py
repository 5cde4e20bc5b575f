"""/events: what happened on a day, or by somebody, or in one correlation; newest first, one line each."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from functions.run_commands.command import Command, Use
from functions.run_commands.recording import KIND as COMMAND
from functions.run_commands.wording import actor_of, lines_within, title_of
from shared.control.history.cleared import Cleared
from shared.discord.access import may
from shared.discord.answers import MAX_MENU, Embed, Item, Menu, Reply, moment, shown
from shared.discord.options import Option, OptionType
from shared.ledger.catalogue import SOURCES
from shared.ledger.envelope import Event
from shared.ledger.ledger import By, Ledger
from shared.runtime.auth import Role
from shared.runtime.errors import InvalidInputError

MAX_READ: Final = 2_000  # events
TRACE: Final = "trace.open"
_LONGEST_LIST: Final = 4_000
_AT_A_TIME: Final = 100
_PERSON: Final = re.compile(r"<@!?([0-9]{15,20})>|([0-9]{15,20})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """`type` and `subject` may be the beginning of one; what is empty, or None, fits all."""

    type: str = ""
    subject: str = ""
    actor: str = ""
    correlation_id: str = ""
    day: date | None = None

    def takes(self, event: Event) -> bool:
        return (
            f"{event.type}.".startswith(f"{self.type}." if self.type else "")
            and event.subject.startswith(self.subject)
            and self.actor in ("", event.actor)
            and self.correlation_id in ("", event.correlation_id)
        )

    def read(self, ledger: Ledger) -> Iterator[Event]:
        """Newest first, from where the least beside it stands. Some of what is read may not be asked for."""
        by, value = (By.CORRELATION, self.correlation_id) if self.correlation_id else (By.ACTOR, self.actor)
        if not value:
            assert self.day is not None, "all of it is more than anybody reads"
            return ledger.timeline(self.day, newest_first=True)
        since, until = _ends(self.day) if self.day else (None, None)
        return ledger.found(by, value, since=since, until=until, newest_first=True, at_a_time=_AT_A_TIME)


@dataclass(slots=True)
class Found:
    """`is_cut`: it was not read to the end, so there may be more; `read` events were."""

    events: list[Event] = field(default_factory=list)
    read: int = 0
    is_cut: bool = False


def is_for(event: Event, role: Role | None) -> bool:
    """Who uses which command is for admins, as `/analytics` is."""
    return event.source != SOURCES[COMMAND] or may(role, Role.ADMIN)


def find(events: Iterator[Event], asked: Asked, cleared: Cleared, *, limit: int, role: Role | None) -> Found:
    """The first that are asked for, and are not out of view."""
    found = Found()
    for event in events:
        if len(found.events) >= limit or found.read >= MAX_READ:
            found.is_cut = True
            break
        found.read += 1
        if asked.takes(event) and is_for(event, role) and not cleared.hides(event):
            found.events.append(event)
    return found


def actor_id(text: str) -> str:
    """As events say it; people of Discord may be written as Discord writes them."""
    said = text.strip()
    person = _PERSON.fullmatch(said)
    return f"discord:{person[1] or person[2]}" if person else said


def _ends(day: date) -> tuple[datetime, datetime]:
    return datetime.combine(day, time.min, UTC), datetime.combine(day, time.max, UTC)


def line_of(event: Event, *, with_day: bool = False) -> str:
    when = moment(event.time.timestamp(), "f" if with_day else "T")
    who, trace = actor_of(event.actor), shown(event.trace_id[:8], 16)
    return f"{when} **{shown(event.type, 70)}** {title_of(event, 60)} · {who} · {trace}"


def menu_of(events: list[Event]) -> Menu:
    """Each trace once."""
    first: dict[str, Event] = {}
    for event in events:
        first.setdefault(event.trace_id, event)
    items = [
        Item(label=f"{event.type} · {event.time:%H:%M:%S} UTC", value=trace_id, description=trace_id)
        for trace_id, event in first.items()
    ]
    return Menu(custom_id=TRACE, items=items[:MAX_MENU], placeholder="What came of what: see a trace")


def read_day(text: str | None, *, at: datetime) -> date:
    """Today (UTC) where none is given; takes `2026-12-31`, `today` and `yesterday`. Raises InvalidInputError."""
    said = (text or "today").strip().lower()
    if said in ("today", "yesterday"):
        return at.date() - timedelta(days=said == "yesterday")
    try:
        day = date.fromisoformat(said)
    except ValueError:
        raise InvalidInputError("day: a date like 2026-12-31 is needed, or today, or yesterday") from None
    return day


class Events(Command):
    name = "events"
    description = "What happened, newest first: on a day, of one type or thing, by somebody, in one correlation"
    needs = Role.VIEWER
    example = "/events type:listing.state day:yesterday"
    options = (
        Option(name="type", description="Like listing.state.sold, or the beginning of it: listing", longest=64),
        Option(name="subject", description="The id of a listing, message, job …, or the beginning of it", longest=200),
        Option(name="actor", description="By whom: @somebody, key:…, webhook:scraper, timer …", longest=200),
        Option(name="correlation", description="Of this correlation id", longest=128),
        Option(
            name="day",
            description="Like 2026-12-31 (UTC); today if you name no actor and no correlation",
            longest=10,
        ),
        Option(
            name="limit",
            description="How many; 15 if you do not say",
            type=OptionType.INTEGER,
            minimum=1,
            maximum=MAX_MENU,
        ),
        Option(name="cleared", description="Also what was cleared from view", type=OptionType.BOOLEAN),
    )

    def run(self, use: Use) -> Reply:
        asked = _read(use)
        limit = int(use.option("limit", 15))
        cleared = Cleared() if use.option("cleared", False) else use.ports.marks.cleared()
        found = find(asked.read(use.ports.ledger), asked, cleared, limit=limit, role=use.role)
        lines = (line_of(event, with_day=asked.day is None) for event in found.events)
        text = lines_within(lines, _LONGEST_LIST) or "None."
        embed = Embed(title=_title(asked), description=text, footer=_footer(found, asked))
        return Reply(embeds=[embed], menu=menu_of(found.events) if found.events else None)


def _read(use: Use) -> Asked:
    """Raises InvalidInputError."""
    actor, correlation = actor_id(str(use.option("actor", ""))), str(use.option("correlation", "")).strip()
    day = use.option("day")
    return Asked(
        type=str(use.option("type", "")).strip().lower().rstrip(".*"),
        subject=str(use.option("subject", "")).strip(),
        actor=actor,
        correlation_id=correlation,
        day=read_day(day, at=use.at) if day or not (actor or correlation) else None,
    )


def _title(asked: Asked) -> str:
    parts = [f"Events of {asked.day} (UTC)" if asked.day else "Events"]
    parts += [f"by {shown(asked.actor, 80)}"] if asked.actor else []
    parts += [f"of correlation {shown(asked.correlation_id, 100)}"] if asked.correlation_id else []
    return " ".join(parts)


def _footer(found: Found, asked: Asked) -> str:
    if found.read >= MAX_READ and found.is_cut:
        return f"Only the newest {MAX_READ:,} events{' of the day' if asked.day else ''} were looked through."
    return f"There are more events{' on this day' if asked.day else ''}." if found.is_cut else ""
