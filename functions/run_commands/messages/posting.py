"""What somebody says in Discord becomes an event, as at POST /messages; the answer follows it to its sinks."""

from collections.abc import Mapping
from typing import Any

from functions.run_commands.command import Use
from functions.run_commands.messages.event_card import card
from functions.run_commands.messages.looking import Look, follow
from functions.run_commands.wording import actor_of
from shared.discord.answers import Reply, moment
from shared.ledger.envelope import Event, event_id
from shared.messages.message import KIND, key_of
from shared.messages.recording import Outcome, record, route
from shared.messages.routing import Decision
from shared.runtime.errors import InvalidInputError, NotFoundError


def post(use: Use, raw: Mapping[str, Any]) -> Reply:
    """Recorded once under its id. What is known already stays as it was. Raises InvalidInputError."""
    known_as = event_id(KIND, key_of(str(raw["id"])), 1)
    event, decision = _found(use, known_as), None
    if event is None:
        decision = _record(use, raw)
        event = use.ports.ledger.event(known_as)
    is_ours = event.trace_id == use.cause.trace_id  # this use's, which may be carried out a second time
    note = "" if is_ours else f"This was sent before, by {actor_of(event.actor)} {_when(event)}: nothing happens again."

    def shown(look: Look) -> Reply:
        return card(look, note=note, decision=decision if is_ours else None)

    return follow(use, known_as, shown)


def channel_url(guild_id: str | None, channel_id: str | None, message_id: str | None = None) -> str | None:
    """Where people see it. Source: the addresses of Discord's own "Copy Message Link"."""
    if channel_id is None:
        return None
    parts = (guild_id or "@me", channel_id, *([message_id] if message_id else []))
    return f"https://discord.com/channels/{'/'.join(parts)}"


def _found(use: Use, known_as: str) -> Event | None:
    try:
        return use.ports.ledger.event(known_as)
    except NotFoundError:
        return None


def _record(use: Use, raw: Mapping[str, Any]) -> Decision:
    """Somebody else may be faster: then theirs is what is found. Raises InvalidInputError."""
    ports = use.ports
    outcome = route([dict(raw)], rules=ports.rules(), at=use.at, default_currency=ports.default_currency)
    _check(outcome)
    decision = outcome.routed[0].decision
    record(outcome, use.cause, messages=ports.messages, at=use.at, pause=ports.pause)
    return decision


def _check(outcome: Outcome) -> None:
    for reason in outcome.refused.values():
        raise InvalidInputError(reason)


def _when(event: Event) -> str:
    return moment(event.time.timestamp())
