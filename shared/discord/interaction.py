"""An interaction: somebody used a command, pressed a button, chose from a menu or filled in a form.

Source: discord.com/developers/docs/interactions/receiving-and-responding, API v10.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Final

from shared.runtime.errors import InvalidInputError

_SUBCOMMANDS: Final = (1, 2)  # option types SUB_COMMAND, SUB_COMMAND_GROUP
SEPARATOR: Final = ":"  # in a custom_id: `<prefix>:<argument>:<argument>`


class Kind(IntEnum):
    PING = 1
    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message of a channel, as a message menu hands it over. One that was forwarded says what it brings."""

    id: str
    channel_id: str
    content: str
    author_id: str
    author_name: str
    created_at: str  # ISO 8601
    attachments: tuple[str, ...] = ()  # addresses


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """`name` is a command's, with its subcommand after a space, or the prefix of the `custom_id` that was used."""

    id: str
    application_id: str
    token: str = field(repr=False)  # answers with it for 15 minutes
    kind: Kind
    name: str
    arguments: tuple[str, ...] = ()  # what follows the prefix in a custom_id
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)
    values: tuple[str, ...] = ()  # chosen from a menu
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)  # written into a form
    target: Message | None = field(default=None, repr=False)  # what a message menu was used on
    user_id: str
    user_name: str
    role_ids: frozenset[str] = frozenset()
    guild_id: str | None = None
    channel_id: str | None = None
    channel_name: str | None = None  # as people see it, without a sign before it
    message_id: str | None = None  # on which the button or menu is


def read_interaction(raw: Mapping[str, Any]) -> Interaction:
    """Raises InvalidInputError for what is no interaction as Discord describes it."""
    try:
        return _read(raw)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InvalidInputError(f"this is no interaction: {type(error).__name__}") from None


def _read(raw: Mapping[str, Any]) -> Interaction:
    kind, data = Kind(raw["type"]), raw.get("data") or {}
    member = raw.get("member") or {}
    user = member.get("user") or raw["user"]
    used = _used_command(data) if kind in (Kind.COMMAND, Kind.AUTOCOMPLETE) else _used_component(data)
    return Interaction(
        id=_snowflake(raw["id"]),
        application_id=_snowflake(raw["application_id"]),
        token=str(raw["token"]),
        kind=kind,
        user_id=_snowflake(user["id"]),
        user_name=str(user.get("global_name") or user["username"]),
        role_ids=frozenset(map(_snowflake, member.get("roles", ()))),
        guild_id=raw.get("guild_id"),
        channel_id=raw.get("channel_id"),
        channel_name=(raw.get("channel") or {}).get("name"),
        message_id=(raw.get("message") or {}).get("id"),
        **used,
    )


def _used_command(data: Mapping[str, Any]) -> dict[str, Any]:
    path, options = [str(data["name"])], data.get("options", [])
    while options and options[0]["type"] in _SUBCOMMANDS:
        path.append(str(options[0]["name"]))
        options = options[0].get("options", [])
    return {
        "name": " ".join(path),
        "options": {option["name"]: option["value"] for option in options},
        "target": _target(data),
    }


def _target(data: Mapping[str, Any]) -> Message | None:
    messages = (data.get("resolved") or {}).get("messages") or {}
    if data.get("type") != 3 or "target_id" not in data:
        return None
    said = messages[data["target_id"]]
    author, parts = said["author"], (said, *_forwarded(said))
    return Message(
        id=_snowflake(said["id"]),
        channel_id=_snowflake(said["channel_id"]),
        content="\n".join(filter(None, (str(part.get("content") or "") for part in parts))),
        author_id=_snowflake(author["id"]),
        author_name=str(author.get("global_name") or author["username"]),
        created_at=str(said["timestamp"]),
        attachments=tuple(str(one["url"]) for part in parts for one in part.get("attachments") or ()),
    )


def _forwarded(said: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """What people see in a message that somebody has forwarded: its own text is empty."""
    for snapshot in said.get("message_snapshots") or ():
        yield snapshot["message"]


def _used_component(data: Mapping[str, Any]) -> dict[str, Any]:
    if "custom_id" not in data:
        return {"name": ""}
    prefix, *arguments = str(data["custom_id"]).split(SEPARATOR)
    return {
        "name": prefix,
        "arguments": tuple(arguments),
        "values": tuple(map(str, data.get("values", ()))),
        "fields": {str(one["custom_id"]): str(one["value"]) for one in _inputs(data.get("components", []))},
    }


def _inputs(components: Any) -> Iterator[Mapping[str, Any]]:
    """The inputs of a form, which stand in labels (one each) or, in older forms, in rows."""
    for one in components:
        if "component" in one:
            yield from _inputs([one["component"]])
        elif "components" in one:
            yield from _inputs(one["components"])
        elif "value" in one and "custom_id" in one:
            yield one


def _snowflake(value: Any) -> str:
    """Digits, as text. Raises ValueError."""
    text = str(value)
    if not (text.isascii() and text.isdigit() and len(text) <= 20):
        raise ValueError("this is no snowflake")
    return text
