"""Interactions as Discord sends them, and signs them.

Source: discord.com/developers/docs/interactions/receiving-and-responding, API v10.
"""

import json
import time
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any, Final

from nacl.signing import SigningKey

from scripts.discord.places import APPLICATION, CHANNELS, GUILD, ROLES
from scripts.discord.signing import signature_headers, snowflake
from tests.support.http_events import api_event

KEY: Final = SigningKey(b"\x07" * 32)  # of the application, where a test has no other
CHANNEL: Final = CHANNELS["operations"]
VIEWER, OPERATOR, ADMIN = (ROLES[role] for role in ("viewer", "operator", "admin"))
USER: Final = "1180000000000000501"
MESSAGE: Final = "1180000000000000021"
PATH: Final = "/discord/interactions"

Interaction = dict[str, Any]
_numbers = count(1)
_OPTION_TYPES: Final[Mapping[type, int]] = {str: 3, int: 4, bool: 5, float: 10}


def ping() -> Interaction:
    return {
        "id": new_id(),
        "application_id": APPLICATION,
        "type": 1,
        "token": "a-token",
        "version": 1,
        "entitlements": [],
        "app_permissions": "0",
        "authorizing_integration_owners": {},
        "attachment_size_limit": 10_485_760,
        "user": _user(USER),
    }


def slash(path: str, /, options: Mapping[str, Any] | None = None, **by: Any) -> Interaction:
    """`path` is a command's name, with its subcommand after a space. `by`: see `_used`."""
    chosen = [{"name": name, "type": _OPTION_TYPES[type(v)], "value": v} for name, v in (options or {}).items()]
    return _used(2, _command(path, chosen), **by)


def autocomplete(path: str, option: str, typed: str, **by: Any) -> Interaction:
    return _used(4, _command(path, [{"name": option, "type": 3, "value": typed, "focused": True}]), **by)


def component(custom_id: str, *, values: Sequence[str] | None = None, **by: Any) -> Interaction:
    """A button; with `values`, a menu from which they were chosen."""
    data: dict[str, Any] = {"id": 2, "custom_id": custom_id, "component_type": 2}
    if values is not None:
        data |= {"component_type": 3, "values": list(values)}
    return _used(3, data, **by) | {"message": _message(MESSAGE, APPLICATION)}


def form(custom_id: str, fields: Mapping[str, str], *, on_message: bool = True, **by: Any) -> Interaction:
    """Filled in; `on_message`: it was opened by a button."""
    labels = [
        {"type": 18, "id": number, "component": {"type": 4, "id": number + 50, "custom_id": name, "value": value}}
        for number, (name, value) in enumerate(fields.items(), start=1)
    ]
    sent = _used(5, {"custom_id": custom_id, "components": labels}, **by)
    return sent | ({"message": _message(MESSAGE, APPLICATION)} if on_message else {})


def message_menu(
    name: str, content: str, *, message_id: str = MESSAGE, author_id: str = USER, **by: Any
) -> Interaction:
    resolved = {"messages": {message_id: _message(message_id, author_id, content=content)}}
    data = {"id": new_id(), "name": name, "type": 3, "target_id": message_id, "resolved": resolved}
    return _used(2, data, **by)


def body_of(interaction: Any) -> bytes:
    return json.dumps(interaction).encode()


def signed(interaction: Any, key: SigningKey = KEY, *, at: float | None = None) -> tuple[dict[str, str], bytes]:
    """Headers and body, as Discord posts them; `at` in seconds since 1970, now unless said."""
    body = body_of(interaction)
    headers = signature_headers(body, at=time.time() if at is None else at, key=key)
    return {"Content-Type": "application/json", "User-Agent": "Discord-Interactions/1.0", **headers}, body


def posted(interaction: Any, key: SigningKey = KEY, *, at: float | None = None) -> dict[str, Any]:
    """The same as API Gateway hands it to the function."""
    headers, body = signed(interaction, key, at=at)
    return api_event("POST", PATH, body=body.decode(), headers=headers)


def new_id() -> str:
    """Of this process another each time."""
    return str(int(snowflake(time.time())) + next(_numbers) % 4_096)


def _used(
    kind: int, data: Mapping[str, Any], *, roles: Sequence[str] = (OPERATOR,), user_id: str = USER, guild: bool = True
) -> Interaction:
    """By a person with these roles; without `guild`, in a direct message, where nobody has roles."""
    known: Interaction = {
        "id": new_id(),
        "application_id": APPLICATION,
        "type": kind,
        "token": "aW50ZXJhY3Rpb246dG9rZW4",
        "version": 1,
        "data": dict(data),
        "channel_id": CHANNEL,
        "channel": {"id": CHANNEL, "type": 0 if guild else 1},
        "app_permissions": "2248473465835073",
        "locale": "en-GB",
        "entitlements": [],
        "authorizing_integration_owners": {"0": GUILD if guild else "0"},
        "attachment_size_limit": 10_485_760,
        "context": 0 if guild else 1,
    }
    if not guild:
        return known | {"user": _user(user_id)}
    here = {"guild_id": GUILD, "guild_locale": "en-GB", "guild": {"id": GUILD, "locale": "en-GB", "features": []}}
    return known | here | {"member": _member(user_id, roles)}


def _command(path: str, options: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    name, *below = path.split(" ")
    for sub in reversed(below):
        options = [{"name": sub, "type": 1, "options": list(options)}]
    return {"id": new_id(), "name": name, "type": 1, "guild_id": GUILD} | (
        {"options": list(options)} if options else {}
    )


def _member(user_id: str, roles: Sequence[str]) -> dict[str, Any]:
    return {
        "user": _user(user_id),
        "roles": list(roles),
        "joined_at": "2026-01-05T09:00:00.000000+00:00",
        "permissions": "2248473465835073",
        "deaf": False,
        "mute": False,
        "flags": 0,
    }


def _user(user_id: str) -> dict[str, Any]:
    return {
        "id": user_id,
        "username": "someone",
        "global_name": "Someone",
        "discriminator": "0",
        "avatar": None,
        "public_flags": 0,
    }


def _message(message_id: str, author_id: str, *, content: str = "") -> dict[str, Any]:
    return {
        "id": message_id,
        "channel_id": CHANNEL,
        "author": _user(author_id),
        "content": content,
        "timestamp": "2026-03-01T12:00:00.000000+00:00",
        "edited_timestamp": None,
        "tts": False,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "attachments": [],
        "embeds": [],
        "pinned": False,
        "type": 0,
    }
