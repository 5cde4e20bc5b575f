"""What Discord is told of a command. Source: discord.com/developers/docs/interactions/application-commands, API v10."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

from shared.discord.options import Choice, Context, Option, OptionType

_CHAT_INPUT: Final = 1
_MESSAGE: Final = 3
_SUB_COMMAND: Final = 1
_GUILD_INSTALL: Final = 0
# Discord's own gate, which is only for show: who has none of these rights is not offered the command.
GATES: Final[Mapping[str, str]] = {
    "viewer": str(1 << 31),  # USE_APPLICATION_COMMANDS
    "operator": str(1 << 31),
    "admin": str(1 << 5),  # MANAGE_GUILD
}
_LONGEST_DESCRIPTION: Final = 100
# All that is told of a command, an option or a choice.
_WHERE: Final = ("contexts", "integration_types")  # which Discord keeps of commands that are everywhere only
_OF_A_COMMAND: Final = ("default_member_permissions", *_WHERE)
_OF_AN_OPTION: Final = ("required", "autocomplete", "min_value", "max_value", "max_length", "channel_types", "choices")
_PARTS: Final = frozenset({"type", "name", "value", "description", "options", *_OF_A_COMMAND, *_OF_AN_OPTION})


class Declared(Protocol):
    """A command or subcommand, as it declares itself."""

    @property
    def name(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def options(self) -> Sequence[Option]: ...
    @property
    def needs(self) -> str: ...


class DeclaredCommand(Declared, Protocol):
    @property
    def contexts(self) -> Sequence[Context]: ...
    @property
    def subcommands(self) -> Sequence[Declared]: ...
    @property
    def is_message_menu(self) -> bool: ...


def payload_of(command: DeclaredCommand, name: str) -> dict[str, Any]:
    """`name` is what it is registered as: an older version has another than it declares."""
    known: dict[str, Any] = {
        "name": name,
        "type": _MESSAGE if command.is_message_menu else _CHAT_INPUT,
        "default_member_permissions": _gate(command),
        "contexts": [int(one) for one in command.contexts],
        "integration_types": [_GUILD_INSTALL],
    }
    if command.is_message_menu:
        return known
    known["description"] = _described(command.description)
    known["options"] = [_subcommand(one) for one in command.subcommands] or _options(command.options)
    return known


def of_one_server(commands: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The same for a server alone: a command is there, and nowhere else."""
    return [{name: told for name, told in command.items() if name not in _WHERE} for command in commands]


def differences(known: Sequence[Mapping[str, Any]], wanted: Sequence[Mapping[str, Any]]) -> list[str]:
    """One line for each command that comes, goes or changes; none where all is as it should be."""
    before, after = ({(one.get("type", 1), one["name"]): _plain(one) for one in many} for many in (known, wanted))
    lines = [f"- {name}" for _, name in sorted(before.keys() - after.keys())]
    lines += [f"+ {name}" for _, name in sorted(after.keys() - before.keys())]
    for key in sorted(after.keys() & before.keys()):
        parts = before[key].keys() | after[key].keys()
        changed = sorted(part for part in parts if before[key].get(part) != after[key].get(part))
        lines += [f"~ {key[1]}: {', '.join(changed)}"] if changed else []
    return lines


def _plain(told: Any) -> Any:
    """Of what can be told, only that, and nothing that says nothing: Discord leaves out, or fills in, both."""
    if isinstance(told, list):
        return [_plain(one) for one in told]
    if not isinstance(told, Mapping):
        return told
    kept = {name: _plain(value) for name, value in told.items() if name in _PARTS}
    return {name: value for name, value in kept.items() if value or (value == 0 and value is not False)}


def _gate(command: DeclaredCommand) -> str:
    """That of the least its subcommands need: the others are refused when they are used."""
    needed = [one.needs for one in command.subcommands] or [command.needs]
    return next(gate for role, gate in GATES.items() if role in needed)


def _subcommand(one: Declared) -> dict[str, Any]:
    return {
        "type": _SUB_COMMAND,
        "name": one.name,
        "description": _described(one.description),
        "options": _options(one.options),
    }


def _options(options: Sequence[Option]) -> list[dict[str, Any]]:
    """Discord wants those first that have to be given."""
    return [_option(one) for one in sorted(options, key=lambda one: not one.required)]


def _option(option: Option) -> dict[str, Any]:
    limits = {"min_value": option.minimum, "max_value": option.maximum, "max_length": option.longest}
    known: dict[str, Any] = {
        "type": int(option.type),
        "name": option.name,
        "description": _described(option.description),
        "required": option.required,
    }
    if option.choices:
        known["choices"] = [_choice(one) for one in option.choices]
    if option.autocomplete:
        known["autocomplete"] = True
    if option.type is OptionType.CHANNEL:
        known["channel_types"] = [0, 5]  # text and announcements
    return known | {name: limit for name, limit in limits.items() if limit is not None}


def _choice(choice: Choice) -> dict[str, Any]:
    return {"name": choice.name, "value": choice.value}


def _described(text: str) -> str:
    if not 0 < len(text) <= _LONGEST_DESCRIPTION:
        raise ValueError(f"a description has 1 to {_LONGEST_DESCRIPTION} letters: {text[:40]}")
    return text
