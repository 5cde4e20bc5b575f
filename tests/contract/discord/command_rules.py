"""What Discord refuses in commands though its schema does not say so.

Source: discord-api-docs, developers/interactions/application-commands.mdx, API v10.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

MOST_TEXT: Final = 8_000  # names, descriptions and values of a command together
_MOST = {1: 100, 2: 15, 3: 15}  # slash commands, of users, of messages
# The documented expression has letters, numbers, Devanagari and Thai; marks of other scripts are not wanted here.
_NAME = re.compile(r"[-_'\w]{1,32}")
_GROUPS = (1, 2)  # option types SUB_COMMAND, SUB_COMMAND_GROUP


def broken(commands: Sequence[Mapping[str, Any]]) -> list[str]:
    return [*_together(commands), *(why for one in commands for why in _command(one))]


def _together(commands: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    counted = Counter((one.get("type", 1), one["name"]) for one in commands)
    yield from (f"{name}: there more than once" for (_, name), times in counted.items() if times > 1)
    kinds = Counter(one.get("type", 1) for one in commands)
    yield from (f"{kinds[kind]} commands of type {kind}" for kind, most in _MOST.items() if kinds[kind] > most)


def _command(one: Mapping[str, Any]) -> Iterator[str]:
    name, kind = one["name"], one.get("type", 1)
    if kind == 1:
        yield from _spelt(name)
        if not (one.get("description") or "").strip():
            yield f"{name}: it has no description"
    elif one.get("description") or one.get("options"):
        yield f"{name}: a menu has no description and no options"
    yield from _options(name, one.get("options") or [], depth=0)
    if (used := _size(one)) > MOST_TEXT:
        yield f"{name}: {used} characters together"


def _options(where: str, options: Sequence[Mapping[str, Any]], *, depth: int) -> Iterator[str]:
    counted = Counter(one["name"] for one in options)
    yield from (f"{where}: {name} is there more than once" for name, times in counted.items() if times > 1)
    needed = [bool(one.get("required")) for one in options]
    if needed != sorted(needed, reverse=True):
        yield f"{where}: what is required comes first"
    if len({one["type"] in _GROUPS for one in options}) > 1:
        yield f"{where}: it has subcommands or options, not both"
    for one in options:
        yield from _option(f"{where} {one['name']}", one, depth=depth)


def _option(where: str, one: Mapping[str, Any], *, depth: int) -> Iterator[str]:
    yield from _spelt(one["name"])
    if one["type"] in _GROUPS:
        if depth + (one["type"] == 1) > 2 or (one["type"] == 2 and depth):
            yield f"{where}: nested too deep"
        yield from _options(where, one.get("options") or [], depth=depth + 1)
        return
    yield from _limits(where, one)
    choices = one.get("choices") or []
    if choices and one.get("autocomplete"):
        yield f"{where}: it has choices or autocomplete, not both"
    if len({choice["name"] for choice in choices}) < len(choices):
        yield f"{where}: a choice is there more than once"


def _limits(where: str, one: Mapping[str, Any]) -> Iterator[str]:
    for least, most in (("min_value", "max_value"), ("min_length", "max_length")):
        if one.get(least) is not None and one.get(most) is not None and one[least] > one[most]:
            yield f"{where}: {least} is above {most}"


def _spelt(name: str) -> Iterator[str]:
    if not _NAME.fullmatch(name) or name != name.lower():
        yield f"{name}: no name of a command or an option"


def _size(one: Mapping[str, Any]) -> int:
    own = len(one["name"]) + len(one.get("description") or "")
    choices = sum(len(choice["name"]) + len(str(choice["value"])) for choice in one.get("choices") or [])
    return own + choices + sum(map(_size, one.get("options") or []))
