"""/trace: what came of what: the events of one thread, as a tree by their causes; and the work, where it is kept."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Final

from functions.run_commands.command import Command, Component, Use
from functions.run_commands.commands.events import TRACE, is_for
from functions.run_commands.recording import KIND as COMMAND
from functions.run_commands.system.work import work_of
from functions.run_commands.wording import actor_of, lines_within, title_of
from shared.discord.answers import Embed, Reply, moment, shown
from shared.discord.options import Option
from shared.ledger.envelope import Event
from shared.ledger.ledger import Ledger
from shared.messages.message import KIND as MESSAGE
from shared.runtime.auth import Role
from shared.runtime.errors import NotFoundError

MAX_READ: Final = 500  # events of one trace
_TRACE_ID: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)
_SNOWFLAKE: Final = re.compile(r"[0-9]{15,20}", re.ASCII)
_LONGEST_LIST: Final = 3_000
_DEEPEST: Final = 8  # steps that are still indented
_INDENT: Final = "\u2003"


def trace_id_of(text: str, ledger: Ledger) -> str:
    """Of a trace's own id, an event's, or that of an interaction or message of Discord. Raises NotFoundError."""
    said = text.strip()
    if _TRACE_ID.fullmatch(said.lower()):
        return said.lower()
    if not _SNOWFLAKE.fullmatch(said):
        return ledger.event(said).trace_id
    for kind in (COMMAND, MESSAGE):
        for event in ledger.history(kind, said):
            return event.trace_id
    raise NotFoundError(f"nothing is known of the interaction or message {said}")


def in_tree(events: Sequence[Event]) -> Iterator[tuple[int, Event]]:
    """Each event once, behind the one that led to it, with how many lead to it; those of one cause in order of time."""
    following: dict[str | None, list[Event]] = {}
    known = {event.id for event in events}
    for event in events:
        following.setdefault(event.causation_id if event.causation_id in known else None, []).append(event)
    seen: set[str] = set()
    for first in [*following.get(None, []), *events]:  # what causes itself in a circle has no first one
        waiting = [(0, first)]
        while waiting:
            depth, event = waiting.pop()
            if event.id not in seen:
                seen.add(event.id)
                yield depth, event
                waiting += [(depth + 1, one) for one in reversed(following.get(event.id, []))]


def shown_trace(known_by: str, use: Use) -> Reply:
    """Raises NotFoundError."""
    trace_id = trace_id_of(known_by, use.ports.ledger)
    embeds = [*work_of(trace_id, use), *_events_of(trace_id, use)]
    if not embeds:
        raise NotFoundError("nothing is known of this trace, or not yet: look again in a moment")
    return Reply(embeds=embeds)


def _events_of(trace_id: str, use: Use) -> Iterator[Embed]:
    visible = (event for event in use.ports.ledger.trace(trace_id) if is_for(event, use.role))
    read = list(islice(visible, MAX_READ + 1))
    if not read:
        return
    events = read[:MAX_READ]
    began = events[0]
    lines = (_line(depth, event, since=began) for depth, event in in_tree(events))
    yield Embed(
        title=f"{len(events)} {'event' if len(events) == 1 else 'events'}",
        description=lines_within([f"Began {moment(began.time.timestamp(), 'f')}", *lines], _LONGEST_LIST),
        footer=f"trace {trace_id}{f' · only the first {MAX_READ} events' if len(read) > MAX_READ else ''}",
    )


def _line(depth: int, event: Event, *, since: Event) -> str:
    offset = round((event.time - since.time).total_seconds() * 1_000)
    step = f"{_INDENT * min(depth, _DEEPEST)}└ " if depth else ""
    who = actor_of(event.actor)
    return f"{step}+{offset:,} ms **{shown(event.type, 70)}** {title_of(event, 60)} · {who}"


def open_trace(use: Use) -> Reply:
    """Beside the list, which stays. Raises NotFoundError."""
    for trace_id in use.interaction.values:
        return replace(shown_trace(trace_id, use), private=True)
    raise NotFoundError("this says nothing that can be looked up; use the command anew")


class Trace(Command):
    name = "trace"
    description = "What came of what: the events of one trace as a tree, with times; and the work, where it is kept"
    needs = Role.VIEWER
    example = "/trace id:message:1290000000000000000:1"
    options = (
        Option(
            name="id",
            description="Of a trace, an event, or an interaction or message of Discord",
            required=True,
            longest=300,
        ),
    )
    components = (Component(prefix=TRACE, run=open_trace, needs=Role.VIEWER),)

    def run(self, use: Use) -> Reply:
        return shown_trace(use.option("id"), use)
