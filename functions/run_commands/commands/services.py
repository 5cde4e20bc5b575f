"""/services: what is known of each service and sink: set up, left alone, paused; and who registered."""

from collections.abc import Mapping
from typing import Final

from functions.run_commands.command import Command, Use
from functions.run_commands.commands.sinks import state_line
from functions.run_commands.system.registered import registered_services
from shared.discord.answers import LONGEST_FIELD, Colour, Embed, Field, Reply, moment, shown
from shared.runtime.auth import Role
from shared.runtime.circuit_states import Circuit, State
from shared.runtime.errors import DependencyError
from shared.runtime.text import cut
from shared.sinks.names import NAMES, TITLES

SERVICES: Final = {"scraper": "Scraper", "chatterbot": "Chat bot", "ebay": "eBay", "github": "GitHub"}
_NAMED: Final = SERVICES | dict(TITLES)
_SIGNS: Final = {State.OPEN: "🔴", State.TRYING: "🟡", State.CLOSED: "⚪"}


class Services(Command):
    name = "services"
    description = "Services and sinks: set up, left alone after failures, paused; and what is registered"
    needs = Role.VIEWER
    example = "/services"

    def run(self, use: Use) -> Reply:
        set_up = use.ports.set_up
        others = [name for name in dict.fromkeys([*SERVICES, *set_up]) if name not in NAMES]
        circuits = _circuits(use, [*others, *NAMES])
        paused = [state for state in use.ports.sinks.get_all(NAMES) if state.is_paused]
        fields = [
            _field("Services", others, set_up, circuits),
            _field("Sinks", NAMES, set_up, circuits),
            Field(name="Paused", value=cut((f"{state_line(one)}\n" for one in paused), LONGEST_FIELD) or "none"),
            Field(
                name="Sinks are asked",
                value="for real, where a place and a credential are set up"
                if use.ports.is_live
                else "not at all: dry run",
            ),
        ]
        embed = Embed(title="Services", description=_NOTE, colour=_colour(circuits), fields=fields)
        return Reply(embeds=[embed, registered_services(use)])


_NOTE: Final = "This is what calls of late have shown. Nobody was asked how they are just now."


def _circuits(use: Use, names: list[str]) -> Mapping[str, Circuit] | None:
    """None where it cannot be read: then nothing is known of any."""
    try:
        return use.ports.circuits(names)
    except DependencyError:
        return None


def _field(
    title: str, names: "list[str] | tuple[str, ...]", set_up: Mapping[str, bool], circuits: Mapping[str, Circuit] | None
) -> Field:
    lines = (f"{_line(name, set_up.get(name), circuits)}\n" for name in names)
    return Field(name=title, value=cut(lines, LONGEST_FIELD), inline=False)


def _line(name: str, is_set_up: bool | None, circuits: Mapping[str, Circuit] | None) -> str:
    known = {True: "set up", False: "not set up", None: "not known whether it is set up"}[is_set_up]
    circuit = circuits.get(name) if circuits is not None else None
    sign = _SIGNS[circuit.state] if circuit else "⚪"
    return f"{sign} **{_NAMED.get(name) or shown(name, 40)}**: {known} · {_trouble(circuit, circuits is not None)}"


def _trouble(circuit: Circuit | None, is_readable: bool) -> str:
    if circuit is None:
        return "no trouble on record" if is_readable else "its record cannot be read now"
    since = f" {moment(circuit.opened_at.timestamp())}" if circuit.opened_at else ""
    return {
        State.OPEN: f"circuit open: it failed time after time, and is left alone; opened{since or ' of late'}",
        State.TRYING: f"circuit half open: it failed, and the next call tries it; opened{since or ' of late'}",
        State.CLOSED: "circuit closed: it failed, and has answered since",
    }[circuit.state]


def _colour(circuits: Mapping[str, Circuit] | None) -> Colour:
    if circuits is None:
        return Colour.QUIET
    states = {circuit.state for circuit in circuits.values()}
    if State.OPEN in states:
        return Colour.BAD
    return Colour.WARNING if State.TRYING in states else Colour.NEUTRAL
