"""The page of all commands, made from their declarations."""

from collections.abc import Iterator

from functions.run_commands.command import Command, Runnable
from functions.run_commands.registry import commands, registered_name
from shared.discord.options import Option


def page() -> str:
    rows = [
        "# Commands in Discord",
        "",
        "Made from `functions/run_commands/commands/` by `python -m scripts.generate`. How Discord is connected, and",
        "who may do what, stands in [discord.md](discord.md).",
    ]
    for command in commands():
        rows += ["", *_command(command)]
    return "\n".join(rows) + "\n"


def _command(command: Command) -> Iterator[str]:
    name = registered_name(command)
    if command.is_message_menu:
        yield f"## {name}"
        yield ""
        yield f"In the menu of a message, under Apps: {command.description}. Needs {command.needs}."
        return
    yield f"## /{name}"
    yield ""
    if not command.subcommands:
        yield from _runnable(command)
        return
    yield f"{command.description}."
    for subcommand in command.subcommands:
        yield ""
        yield f"### /{name} {subcommand.name}"
        yield ""
        yield from _runnable(subcommand)


def _runnable(one: Runnable) -> Iterator[str]:
    yield f"{one.description}. Needs {one.needs}."
    if one.options:
        yield ""
        yield "| option | | |"
        yield "| --- | --- | --- |"
        yield from map(_option, one.options)
    if one.example:
        yield ""
        yield f"    {one.example}"


def _option(option: Option) -> str:
    must = "needed" if option.required else ""
    offered = " · ".join(f"`{choice.name}`" for choice in option.choices)
    return f"| `{option.name}` | {must} | {option.description}{f': {offered}' if offered else ''} |"
