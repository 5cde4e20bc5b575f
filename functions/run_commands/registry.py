"""All commands there are: each file of `commands/` is looked into for classes that declare one."""

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from inspect import getmembers, isclass
from pkgutil import iter_modules
from typing import Any

from functions.run_commands import commands as folder
from functions.run_commands.command import Command, Component, Runnable
from shared.discord.registration import payload_of


@cache
def commands() -> tuple[Command, ...]:
    """By name, the newest version first. Raises ValueError where two want the same name or prefix."""
    found = sorted(_declared(), key=lambda one: (one.name, -one.version))
    _check_once([registered_name(one, found) for one in found], "command")
    _check_once([component.prefix for one in found for component in one.components], "prefix")
    return tuple(found)


def registered_name(command: Command, known: tuple[Command, ...] | list[Command] | None = None) -> str:
    """What Discord calls it: of two versions the older has its version in its name."""
    newest = max(one.version for one in (known or commands()) if one.name == command.name)
    return command.name if command.version == newest else f"{command.name}-v{command.version}"


@cache
def runnables() -> dict[str, Runnable]:
    """What can be used by name: `listing show`, `help`."""
    return dict(_runnables())


@cache
def components() -> dict[str, Component]:
    """Buttons, menus and forms by their prefix."""
    return {component.prefix: component for command in commands() for component in command.components}


def payload() -> list[dict[str, Any]]:
    """What Discord is told, of all commands."""
    return [payload_of(command, registered_name(command)) for command in commands()]


def _runnables() -> Iterator[tuple[str, Runnable]]:
    for command in commands():
        name = registered_name(command)
        if not command.subcommands:
            yield name, command
        for subcommand in command.subcommands:
            yield f"{name} {subcommand.name}", subcommand


def _declared() -> Iterator[Command]:
    for module in iter_modules(folder.__path__, f"{folder.__name__}."):
        for _, one in getmembers(import_module(module.name), isclass):
            if issubclass(one, Command) and one is not Command and one.__module__ == module.name:
                yield one()


def _check_once(names: list[str], what: str) -> None:
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"there is more than one {what} {', '.join(twice)}")
