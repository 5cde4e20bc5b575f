"""The message menu "Send to sinks": the message it was used on is sorted and brought to the sinks, once."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from functions.run_commands.command import Command, Use
from functions.run_commands.messages.posting import channel_url, post
from shared.discord.answers import Reply
from shared.discord.interaction import Message
from shared.discord.options import Acknowledge
from shared.runtime.auth import Role
from shared.runtime.errors import InvalidInputError


def as_posted(said: Message, guild_id: str | None, channel_name: str | None = None) -> dict[str, Any]:
    """The message as POST /messages would take it. Raises InvalidInputError for one there is nothing to read in."""
    if not (said.content.strip() or said.attachments):
        raise InvalidInputError("this message has neither text nor files: there is nothing to send")
    raw: dict[str, Any] = {
        "id": said.id,
        "content": said.content,
        "author": said.author_name,
        "channel": channel_name or said.channel_id,
        "created_at": said.created_at,
        "url": channel_url(guild_id, said.channel_id, said.id),
        "metadata": {"author_id": said.author_id},
    }
    if said.attachments:
        raw["metadata"]["attachments"] = [_without_query(one) for one in said.attachments]
    if not said.content.strip():
        raw["metadata"]["title"] = _named(said.attachments)
    return raw


def _named(attachments: Sequence[str]) -> str:
    names = [urlsplit(one).path.rpartition("/")[2] for one in attachments]
    return f"{len(names)} {'file' if len(names) == 1 else 'files'}: {', '.join(names)}"[:200]


def _without_query(address: str) -> str:
    """Discord signs the address of a file anew each time, and for a day: what stays is what it is known by."""
    return address.partition("?")[0]


class SendToSinks(Command):
    name = "Send to sinks"
    description = "Bring this message to the sinks that the rules name"
    needs = Role.OPERATOR
    acknowledge = Acknowledge.DEFER_PRIVATE
    is_message_menu = True
    example = "a message → Apps → Send to sinks"

    def run(self, use: Use) -> Reply:
        said = use.interaction.target
        if said is None:
            raise InvalidInputError("this is used on a message")
        return post(use, as_posted(said, use.interaction.guild_id, use.interaction.channel_name))
