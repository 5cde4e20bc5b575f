"""How all of it is, as far as commands may look: everything is asked at once, and nothing for long."""

from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any, Final

from functions.run_commands.command import Use
from functions.run_commands.ports import Ports
from shared.control.overview.circuits import circuit_names
from shared.control.overview.system import System
from shared.control.registry.standing import standing
from shared.control.runs.run import Status
from shared.ledger.relay_mark import lag
from shared.runtime.backends import Check, backends_health
from shared.runtime.errors import DependencyError
from shared.runtime.gathering import gather
from shared.sinks.names import NAMES
from shared.status.queues import read_depths

SECONDS: Final = 10.0  # for all parts together
_MOST_COUNTED: Final = 1_000


def take(use: Use) -> System:
    found = gather(_parts(use), seconds=SECONDS)
    checks = _checks(use.ports)
    _, backends = backends_health(checks)
    return System(backends={name: backends[name] for name in checks}, **found)


def _parts(use: Use) -> Mapping[str, Callable[[], Any]]:
    ports = use.ports
    return {
        "services": lambda: standing(ports.services.all(), seen=ports.seen, at=use.at),
        "queues": lambda: _depths(ports.waiting_queues),
        "dead_letters": lambda: _depths(ports.dead_letter_queues),
        "lag": lambda: lag(ports.relay_mark.get(), ledger=ports.ledger, at=use.at),
        "circuits": lambda: _circuits(ports),
        "parked": lambda: _parked(ports),
    }


def _circuits(ports: Ports) -> dict[str, str]:
    agents = (agent.id for agent in ports.board.told_at_urls())
    names = circuit_names(descriptions=ports.described_apis, agents=agents)
    return {name: str(one.state) for name, one in ports.circuits((*names, *NAMES)).items()}


def _depths(queues: Mapping[str, Callable[[], int]]) -> dict[str, int | None]:
    return {one.name: one.messages for one in read_depths(waiting=queues, dead={})}


def _parked(ports: Ports) -> int:
    """Runs that wait for a person."""
    return sum(1 for _ in islice(ports.runs.in_status([Status.FAILED]), _MOST_COUNTED))


def _checks(ports: Ports) -> Mapping[str, Check]:
    """The bus is left out: how long events wait on their way to it shows how that is."""

    def check_ledger() -> None:
        if not ports.ledger.is_reachable():
            raise DependencyError("the ledger cannot be reached")

    def check_state() -> None:
        ports.state.get("health:probe")

    return {"database": check_ledger, "state": check_state}
