"""/help: the commands there are, made of their declarations; all of them, or one with its options."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from functions.run_commands import registry
from functions.run_commands.command import Command, Runnable, Use
from functions.run_commands.wording import lines_within
from shared.discord.access import ROLES, may
from shared.discord.answers import LONGEST_DESCRIPTION, LONGEST_FIELD, MAX_EMBED_TEXT, Embed, Field, Reply
from shared.discord.options import Option
from shared.runtime.auth import Role
from shared.runtime.errors import NotFoundError
from shared.runtime.text import units

_HEADINGS: Final = {"viewer": "Reading", "operator": "Acting", "admin": "Running it"}
_FOOTER: Final = "/help command:… shows the options of one, and an example."
_RESERVE: Final = 400  # units of an answer that titles and the footer may take


class Help(Command):
    name = "help"
    description = "The commands there are, and what they do; or one of them with its options"
    needs = Role.VIEWER
    example = "/help command:dead-letters retry"
    options = (Option(name="command", description="This one, with its options and an example", longest=70),)

    def run(self, use: Use) -> Reply:
        wanted = " ".join(use.option("command", "").strip().lstrip("/").lower().split())
        return _of(wanted) if wanted else _all(use.role)


def _all(role: str | None) -> Reply:
    """What somebody with this role may use; the others are counted."""
    known = registry.runnables()
    embeds, left = [], MAX_EMBED_TEXT - _RESERVE
    for needed in ROLES:
        lines = [_line(name, one) for name, one in known.items() if one.needs == needed and may(role, needed)]
        text = lines_within(lines, min(left, LONGEST_DESCRIPTION))
        if lines:
            left -= units(text)
            embeds.append(Embed(title=_HEADINGS[needed], description=text))
    return Reply(content=_rest(role, list(known.values())), embeds=[*embeds[:-1], replace(embeds[-1], footer=_FOOTER)])


def _rest(role: str | None, known: Sequence[Runnable]) -> str:
    others = sum(not may(role, one.needs) for one in known)
    return f"{others} more need a role you do not have." if others else ""


def _of(wanted: str) -> Reply:
    """One command, or all subcommands of one. Raises NotFoundError."""
    known = registry.runnables()
    found = {name: one for name, one in known.items() if f"{name.lower()} ".startswith(f"{wanted} ")}
    if not found:
        near = [name for name in known if wanted.split()[0] in name.lower()][:5]
        raise NotFoundError(f"there is no command {wanted}{'; there are ' + ', '.join(near) if near else ''}")
    return Reply(embeds=[_embed(name, one) for name, one in list(found.items())[:10]])


def _embed(name: str, one: Runnable) -> Embed:
    options = lines_within(map(_option, sorted(one.options, key=lambda option: not option.required)), LONGEST_FIELD)
    fields = [Field(name="Needs the role", value=str(one.needs)), Field(name="Example", value=f"`{one.example}`")]
    return Embed(
        title=_called(name, one),
        description=one.description,
        fields=[field for field in fields if field.value != "``"]
        + [Field(name="Options", value=options, inline=False)],
    )


def _option(option: Option) -> str:
    needed = "" if option.required else " (may be left out)"
    choices = f": {', '.join(choice.name for choice in option.choices)}" if option.choices else ""
    return f"• **{option.name}**{needed}: {option.description}{choices}"


def _line(name: str, one: Runnable) -> str:
    return f"**{_called(name, one)}** {one.description}"


def _called(name: str, one: Runnable) -> str:
    return f"Apps → {name}" if isinstance(one, Command) and one.is_message_menu else f"/{name}"
