"""Who and what there is on the stand-in's Discord server, in Discord's words. Source: Discord's reference, API v10."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any, Final

from scripts.discord.places import APPLICATION, CHANNELS, GUILD, ROLES
from shared.runtime.clock import system_clock
from tests.stand_ins.http import RefusedError

BOT: Final = {"id": APPLICATION, "username": "switchyard", "discriminator": "0", "global_name": None, "avatar": None}
_EPOCH = 1_420_070_400_000  # milliseconds; snowflakes count from here
_JOINED = "2026-01-05T09:30:00.000000+00:00"
_USUAL_RIGHTS = "2222085186636353"  # bits: see, write, use commands …
_ALL_RIGHTS = "9007199254740991"
_numbers = count()


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody on the server; `roles` are ids."""

    id: str
    name: str
    roles: tuple[str, ...] = ()
    is_admin: bool = False  # of the server: that is nothing to Switchyard

    def user(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "username": self.name,
            "discriminator": "0",
            "global_name": self.name.title(),
            "avatar": None,
            "avatar_decoration_data": None,
            "collectibles": None,
            "primary_guild": None,
            "public_flags": 0,
        }

    def partial_member(self) -> dict[str, Any]:
        """As it stands among what was resolved: without `user`, `deaf` and `mute`."""
        return {
            "avatar": None,
            "banner": None,
            "collectibles": None,
            "communication_disabled_until": None,
            "flags": 0,
            "joined_at": _JOINED,
            "nick": None,
            "pending": False,
            "permissions": _ALL_RIGHTS if self.is_admin else _USUAL_RIGHTS,
            "premium_since": None,
            "roles": list(self.roles),
        }

    def member(self) -> dict[str, Any]:
        return self.partial_member() | {"user": self.user(), "deaf": False, "mute": False}


PEOPLE: Final = {
    "nobody": Person(id="1300000000000000201", name="nobody"),
    "viewer": Person(id="1300000000000000202", name="viewer", roles=(ROLES["viewer"],)),
    "operator": Person(id="1300000000000000203", name="operator", roles=(ROLES["operator"],)),
    "admin": Person(id="1300000000000000204", name="admin", roles=(ROLES["admin"],), is_admin=True),
}


def person(said: Any) -> Person:
    """By name, or `{"id", "name"?, "roles"?}`. Raises RefusedError."""
    if isinstance(said, Mapping):
        roles = tuple(map(str, said.get("roles", ())))
        return Person(id=str(said["id"]), name=str(said.get("name", "somebody")), roles=roles)
    if said not in PEOPLE:
        raise RefusedError(f"there is no {said}; there are {', '.join(PEOPLE)}", violation=False)
    return PEOPLE[said]


def channel_id(said: str) -> str:
    """By name, with or without its `#`, or by id. Raises RefusedError."""
    name = said.removeprefix("#")
    if name.isascii() and name.isdigit():
        return name
    if name not in CHANNELS:
        raise RefusedError(f"there is no #{name}; there are {', '.join(CHANNELS)}", violation=False)
    return CHANNELS[name]


def channel(channel_id: str) -> dict[str, Any]:
    """A text channel as an interaction has it."""
    names = {id: name for name, id in CHANNELS.items()}
    return {
        "id": channel_id,
        "type": 0,
        "name": names.get(channel_id, f"channel-{channel_id[-4:]}"),
        "guild_id": GUILD,
        "flags": 0,
        "last_message_id": None,
        "nsfw": False,
        "parent_id": None,
        "position": 0,
        "rate_limit_per_user": 0,
        "topic": None,
    }


def resolved_channel(channel_id: str) -> dict[str, Any]:
    """As it stands among what was resolved."""
    whole = channel(channel_id)
    return {name: whole[name] for name in ("id", "name", "type")} | {"permissions": _USUAL_RIGHTS}


def snowflake() -> str:
    """A new id: later ones are greater."""
    return str(((int(system_clock().timestamp() * 1_000) - _EPOCH) << 22) | next(_numbers) & 0x3FFFFF)
