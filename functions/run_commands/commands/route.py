"""/route: a form is filled in, and what it says is sorted and brought to the sinks like any message."""

from typing import Any, Final

from functions.run_commands.command import Command, Component, Use
from functions.run_commands.messages.event_card import LOOK, card
from functions.run_commands.messages.looking import look_at
from functions.run_commands.messages.posting import channel_url, post
from shared.discord.answers import Reply
from shared.discord.interaction import SEPARATOR
from shared.discord.options import Acknowledge, Modal, TextInput
from shared.ledger.events.messages import EVENTS
from shared.runtime.auth import Role
from shared.runtime.errors import InvalidInputError

FORM: Final = Modal(
    prefix="route.form",
    title="Route a message",
    inputs=(
        TextInput(name="content", label="Message", paragraph=True, placeholder="Buy more tape"),
        TextInput(
            name="event_type",
            label="Type",
            description="message, task, meeting or sale; or a dotted name of your own",
            placeholder="message",
            required=False,
            longest=64,
        ),
        TextInput(
            name="scheduled_for",
            label="When",
            description="UTC, unless it says otherwise",
            placeholder="2026-12-01 15:00",
            required=False,
            longest=40,
        ),
        TextInput(name="priority", label="Priority", placeholder="high", required=False, longest=50),
        TextInput(
            name="details",
            label="Details",
            description="One in a line: item, price, currency, quantity, location, attendees, author…",
            placeholder="price: 12.50",
            paragraph=True,
            required=False,
            longest=2_000,
        ),
    ),
)
# People say "task"; its type is `task.created`.
_TYPES: Final = {name.partition(".")[0]: name for name in EVENTS}
_OURS: Final = frozenset({"id", "content", "metadata"} | {one.name for one in FORM.inputs})


def fill_in(use: Use) -> Reply:
    """Raises InvalidInputError, for the first thing that is wrong."""
    said = {name: text for name, text in use.interaction.fields.items() if text.strip() and name != "details"}
    if "content" not in said:
        raise InvalidInputError("message: it has to say something")
    kind = said.get("event_type", "").strip().lower()
    said |= {"event_type": _TYPES.get(kind, kind)} if kind else {}
    return post(use, _where(use) | read_details(use.interaction.fields.get("details", "")) | said)


def _where(use: Use) -> dict[str, Any]:
    """Who says it where; the details may say otherwise. The id is the use's: it is one message, done once or twice."""
    used = use.interaction
    return {
        "id": f"discord-{use.key}",
        "author": used.user_name,
        "channel": used.channel_name or used.channel_id,
        "url": channel_url(used.guild_id, used.channel_id),
    }


def read_details(text: str) -> dict[str, str]:
    """`name: value` in each line. Raises InvalidInputError."""
    details: dict[str, str] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        name, colon, value = line.partition(":")
        name = "_".join(name.lower().split())
        if not (colon and name and value.strip()):
            raise InvalidInputError("details: each line has a name and a value, like price: 12.50")
        if name in _OURS or name in details:
            raise InvalidInputError(f"details: {name[:50]} is said elsewhere already")
        details[name] = value.strip()
    return details


def look_again(use: Use) -> Reply:
    """Raises NotFoundError."""
    event_id = SEPARATOR.join(use.interaction.arguments)
    return card(look_at(event_id, ports=use.ports, at=use.at))


class Route(Command):
    name = "route"
    description = "Write a message that is sorted by the rules and brought to Notion, the calendar, Shopify …"
    needs = Role.OPERATOR
    acknowledge = Acknowledge.MODAL
    opens = FORM
    example = "/route"
    components = (
        Component(prefix=FORM.prefix, run=fill_in, needs=Role.OPERATOR, acknowledge=Acknowledge.DEFER_PRIVATE),
        Component(prefix=LOOK, run=look_again, needs=Role.VIEWER),
    )
