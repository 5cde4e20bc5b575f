"""/system: how all of it is, with every trouble in a sentence."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

from functions.run_commands.command import Command, Use
from functions.run_commands.system.taking import take
from functions.run_commands.wording import lines_within
from shared.control.overview.system import System, troubles
from shared.control.registry.standing import Standing
from shared.discord.answers import Colour, Embed, Field, Reply, shown
from shared.runtime.auth import Role
from shared.runtime.gathering import Unread

_LONGEST_LIST: Final = 3_000
_NOTE: Final = "The bus itself is not asked: see how long events wait for it."


class SystemCommand(Command):
    name = "system"
    description = "How all of it is: what it stands on, services, queues, dead letters, circuits, parked runs"
    needs = Role.VIEWER
    example = "/system"

    def run(self, use: Use) -> Reply:
        system = take(use)
        wrong = troubles(system)
        title = f"{len(wrong)} {'trouble' if len(wrong) == 1 else 'troubles'}" if wrong else "All is well"
        embed = Embed(
            title=title,
            description=lines_within((f"🔴 {shown(one, 300)}" for one in wrong), _LONGEST_LIST),
            colour=Colour.BAD if wrong else Colour.GOOD,
            fields=_fields(system),
            footer=_NOTE,
        )
        return Reply(embeds=[embed])


def _fields(system: System) -> list[Field]:
    backends = ", ".join(f"{name} {said}" for name, said in system.backends.items())
    parts = [("Stands on", backends)]
    parts += [(title, _said(getattr(system, name), write)) for name, (title, write) in _PARTS.items()]
    return [Field(name=title, value=said) for title, said in parts]


def _said(part: Any, write: Callable[[Any], str]) -> str:
    return "cannot be read now" if isinstance(part, Unread) else write(part)


def _services(known: Standing) -> str:
    numbers = Counter(known.statuses.values())
    return ", ".join(f"{number} {status}" for status, number in numbers.items()) or "none registered"


def _messages(known: Mapping[str, int | None]) -> str:
    """Of all queues together."""
    unread = sum(number is None for number in known.values())
    total = sum(number or 0 for number in known.values())
    return f"about {total:,} in {len(known)} queues{f', {unread} of which cannot be asked' if unread else ''}"


def _lag(known: timedelta) -> str:
    return f"{known.total_seconds():.0f} s" if known else "nothing waits"


def _circuits(known: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {state}" for name, state in known.items()) or "no trouble on record"


def _parked(known: int) -> str:
    return f"{known:,}" if known else "none"


_PARTS: Final[Mapping[str, tuple[str, Callable[[Any], str]]]] = {
    "services": ("Registered services", _services),
    "queues": ("Messages wait", _messages),
    "dead_letters": ("Dead letters", _messages),
    "lag": ("Events wait for the bus", _lag),
    "circuits": ("Circuits", _circuits),
    "parked": ("Parked runs", _parked),
}
