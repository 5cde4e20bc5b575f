"""Commands as an application registers them, and the data of a use of one. Source: Discord's reference, API v10."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scripts.discord.places import CHANNELS
from tests.contract.discord.requests import violations
from tests.stand_ins.discord_places import PEOPLE, channel_id, person, resolved_channel, snowflake
from tests.stand_ins.http import RefusedError, Request

Command = dict[str, Any]
SLASH, OF_MESSAGES = 1, 3
_SUBCOMMAND, _GROUP = 1, 2
_STRING, _INTEGER, _BOOLEAN, _USER, _CHANNEL, _NUMBER = 3, 4, 5, 6, 7, 10
_DEFAULTS: Mapping[str, Any] = {
    "description": "",
    "default_member_permissions": None,
    "nsfw": False,
    "name_localizations": None,
    "description_localizations": None,
}


@dataclass(slots=True)
class Commands:
    """Of one application: everywhere (None), and of single servers."""

    known: dict[str | None, list[Command]] = field(default_factory=dict)

    def put(self, request: Request, application_id: str, guild_id: str | None) -> list[Command]:
        """All of them, in place of those before; one of the same name and type keeps its id. Raises RefusedError."""
        wanted = _list(request)
        if wrong := violations(wanted, "Commands"):
            raise RefusedError("; ".join(wrong), code=("commands", "MODEL_TYPE_CONVERT"))
        ids = {(one["type"], one["name"]): one["id"] for one in self.known.get(guild_id, [])}
        own = {"application_id": application_id} | ({"guild_id": guild_id} if guild_id else {})
        self.known[guild_id] = [
            {**_DEFAULTS, **own, "type": SLASH, **one, "id": _id(ids, one), "version": snowflake()} for one in wanted
        ]
        return self.known[guild_id]

    def of(self, guild_id: str | None) -> list[Command]:
        """What can be used there: a server's own come before those of everywhere."""
        own = self.known.get(guild_id, []) if guild_id else []
        names = {(one["type"], one["name"]) for one in own}
        return own + [one for one in self.known.get(None, []) if (one["type"], one["name"]) not in names]

    def find(self, name: str, kind: int, guild_id: str | None) -> Command | None:
        """None where nothing at all is registered: then any name is good. Raises RefusedError."""
        there = self.of(guild_id)
        if not there:
            return None
        for one in there:
            if (one["type"], one["name"]) == (kind, name):
                return one
        raise RefusedError(f"there is no {'/' if kind == SLASH else ''}{name} here", status=404, violation=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What somebody typed: the command with its subcommand, the options, and the one that is being typed now."""

    words: Sequence[str]
    options: Mapping[str, Any]
    focused: str | None = None


def data_of(typed: Typed, command: Command | None) -> dict[str, Any]:
    """The data of an interaction. Raises RefusedError for what Discord would not let anybody send."""
    name, *path = typed.words
    known = None if command is None else _options_at(command, path)
    given = [_option(name, value, known, typed) for name, value in typed.options.items()]
    if typed.focused is None:
        _check_needed(typed, known)
    data: dict[str, Any] = {"id": command["id"] if command else snowflake(), "name": name, "type": SLASH}
    options = _nested(path, given)
    resolved = _resolved(given)
    own = {"guild_id": command["guild_id"]} if command and "guild_id" in command else {}
    return data | ({"options": options} if options else {}) | ({"resolved": resolved} if resolved else {}) | own


def _id(ids: Mapping[tuple[int, str], str], one: Mapping[str, Any]) -> str:
    return ids.get((one.get("type", SLASH), one["name"])) or snowflake()


def _list(request: Request) -> list[Any]:
    try:
        body = json.loads(request.body)
    except ValueError as error:
        raise RefusedError(f"the body is no JSON: {error}", code=50109) from error
    if not isinstance(body, list):
        raise RefusedError("the body is no list", code=50035)
    return body


def _options_at(command: Command, path: Sequence[str]) -> list[Mapping[str, Any]]:
    """The options behind a subcommand. Raises RefusedError."""
    options: list[Mapping[str, Any]] = command.get("options") or []
    for word in path:
        inside = next((one for one in options if one["name"] == word and one["type"] in (_SUBCOMMAND, _GROUP)), None)
        if inside is None:
            raise RefusedError(f"/{command['name']} has no {word}", violation=False)
        options = inside.get("options") or []
    if any(one["type"] in (_SUBCOMMAND, _GROUP) for one in options):
        raise RefusedError(f"say which: {', '.join(one['name'] for one in options)}", violation=False)
    return options


def _option(name: str, value: Any, known: Sequence[Mapping[str, Any]] | None, typed: Typed) -> dict[str, Any]:
    if known is None:
        option = {"name": name, "type": _guessed(value), "value": value}
        return option | ({"focused": True} if name == typed.focused else {})
    declared = next((one for one in known if one["name"] == name), None)
    if declared is None:
        raise RefusedError(f"/{' '.join(typed.words)} has no option {name}", violation=False)
    if name == typed.focused:
        if not declared.get("autocomplete"):
            raise RefusedError(f"nothing is offered for {name}", violation=False)
        return {"name": name, "type": declared["type"], "value": str(value), "focused": True}
    return {"name": name, "type": declared["type"], "value": _checked(declared, value)}


def _guessed(value: Any) -> int:
    kinds: dict[type, int] = {bool: _BOOLEAN, int: _INTEGER, float: _NUMBER}
    return kinds.get(type(value), _STRING)


def _checked(declared: Mapping[str, Any], value: Any) -> Any:
    """The value as its type has it. Raises RefusedError where the client would not take it."""
    try:
        converted = _READ.get(declared["type"], str)(value)
    except (ValueError, KeyError):
        raise RefusedError(f"{declared['name']} cannot be {value!r:.80}", violation=False) from None
    choices = declared.get("choices") or []
    if choices:
        converted = _chosen(choices, converted, declared["name"])
    _check_limits(declared, converted)
    return converted


def _chosen(choices: Sequence[Mapping[str, Any]], value: Any, name: str) -> Any:
    """The value of a choice; people see, and type, its name."""
    for one in choices:
        if value in (one["value"], one["name"]):
            return one["value"]
    raise RefusedError(f"{name} is one of {', '.join(one['name'] for one in choices)}", violation=False)


def _check_limits(declared: Mapping[str, Any], value: Any) -> None:
    is_text = isinstance(value, str)
    size = len(value) if is_text else value
    least, most = (declared.get(f"{end}_{'length' if is_text else 'value'}") for end in ("min", "max"))
    if (least is not None and size < least) or (most is not None and size > most):
        raise RefusedError(f"{declared['name']} is from {least} to {most}", violation=False)


def _check_needed(typed: Typed, known: Sequence[Mapping[str, Any]] | None) -> None:
    missing = [one["name"] for one in known or [] if one.get("required") and one["name"] not in typed.options]
    if missing:
        raise RefusedError(f"/{' '.join(typed.words)} needs {', '.join(missing)}", violation=False)


def _nested(path: Sequence[str], options: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for depth, word in enumerate(reversed(path)):
        options = [{"name": word, "type": _GROUP if depth else _SUBCOMMAND, "options": options}]
    return options


def _resolved(given: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    people = [_somebody(one["value"]) for one in given if one["type"] == _USER]
    channels = [resolved_channel(one["value"]) for one in given if one["type"] == _CHANNEL]
    found: dict[str, Any] = {}
    if people:
        found["users"] = {one.id: one.user() for one in people}
        found["members"] = {one.id: one.partial_member() for one in people}
    if channels:
        found["channels"] = {one["id"]: one for one in channels}
    return found


def _somebody(user_id: str) -> Any:
    return next((one for one in PEOPLE.values() if one.id == user_id), None) or person({"id": user_id})


def _boolean(value: Any) -> bool:
    return {"true": True, "false": False}[str(value).lower()]


def _user(value: Any) -> str:
    name = str(value).removeprefix("@")
    return PEOPLE[name].id if name in PEOPLE else str(int(name))


def _channel(value: Any) -> str:
    name = str(value).removeprefix("#")
    return channel_id(name) if name in CHANNELS else str(int(name))


_READ: Mapping[int, Any] = {
    _STRING: str,
    _INTEGER: int,
    _BOOLEAN: _boolean,
    _USER: _user,
    _CHANNEL: _channel,
    _NUMBER: float,
}
