"""Events of Discord's commands."""

from collections.abc import Mapping
from typing import Literal

from shared.ledger.event_data import EventData


class CommandInvoked(EventData):
    """Somebody used a command, button, menu or form in Discord. What they wrote stands nowhere."""

    command: str  # its name, with its subcommand, or the prefix of a button, menu or form
    kind: Literal["command", "component", "form"]
    user_id: str
    guild_id: str | None
    channel_id: str | None
    role: str | None
    outcome: Literal["done", "refused", "wrong", "failed"]  # not allowed; cannot be done; went wrong here
    duration_ms: int


EVENTS: Mapping[str, type[EventData]] = {
    "command.invoked": CommandInvoked,
}
