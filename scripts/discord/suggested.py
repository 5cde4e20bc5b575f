"""Where the receiver finds what it offers while somebody types: columns of the board, or names that are known now."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from scripts.local_aws import ROOT
from shared.control.runs.items import KIND as RUN
from shared.control.runs.run import Status as RunStatus
from shared.control.runs.shipped import workflows
from shared.deliveries.delivery import Status
from shared.deliveries.store import KIND as DELIVERY
from shared.ledger.items import board_partition
from shared.listings.lifecycle import State
from shared.listings.store import BOARD_SHARDS
from shared.listings.store import KIND as LISTING
from shared.runtime.text import one_line
from shared.sinks.names import NAMES

_LONGEST: Final = 100  # of a name as people see it
_DEAD: Final = re.compile(r'"\$\{([A-Za-z]+)\.QueueName\}":')  # in the map of queues: dead letters, and where from


def places(source: str, states: Sequence[str]) -> dict[str, Any]:
    """A part of a row of the receiver's table. Raises ValueError for a source there is not."""
    if source in _COLUMNS:
        return {"columns": _COLUMNS[source](states)}
    if source in _NAMES:
        return {"names": [{"name": name, "value": value} for value, name in _NAMES[source]().items()]}
    raise ValueError(f"there are no suggestions from {source}")


def _listings(states: Sequence[str]) -> list[str]:
    chosen = [State(state) for state in states] or list(State)
    shards = [f"{state}#{shard}" for state in chosen for shard in range(BOARD_SHARDS.get(state, 1))]
    return [board_partition(LISTING, place) for place in shards]


def _deliveries(_: Sequence[str]) -> list[str]:
    given_up = (Status.FAILED, Status.IN_DOUBT)
    return [board_partition(DELIVERY, f"{sink}#{status}") for sink in (*NAMES, "cards") for status in given_up]


def _runs(states: Sequence[str]) -> list[str]:
    chosen = [RunStatus(state) for state in states] or list(RunStatus)
    return [board_partition(RUN, status) for status in chosen]


def _workflows() -> dict[str, str]:
    return {name: one_line(f"{name}: {one.description}", _LONGEST) for name, one in workflows().items()}


def _dead_letter_queues() -> dict[str, str]:
    """What the template calls them: so they are shown, too."""
    return {name: name for name in _DEAD.findall((ROOT / "template.yaml").read_text())}


_COLUMNS: Final[Mapping[str, Callable[[Sequence[str]], list[str]]]] = {
    "listings": _listings,
    "deliveries": _deliveries,
    "runs": _runs,
}
_NAMES: Final[Mapping[str, Callable[[], dict[str, str]]]] = {
    "workflows": _workflows,
    "dead-letter-queues": _dead_letter_queues,
}
