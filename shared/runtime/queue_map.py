"""Which queues there are: those in which work waits, and those in which it ends that failed time after time."""

import json
from dataclasses import dataclass
from typing import Any

from shared.runtime.aws import asking


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePair:
    """Names of queues in AWS. `source` is None where letters do not come from a queue."""

    dead: str
    source: str | None

    @property
    def name(self) -> str:
        """What the template calls the queue of dead letters."""
        return logical_name(self.dead)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueMap:
    at: str  # what the address of every queue of the stack begins with, without a slash at its end
    pairs: tuple[QueuePair, ...]

    @property
    def waiting(self) -> tuple[str, ...]:
        return tuple(pair.source for pair in self.pairs if pair.source)

    @property
    def dead(self) -> tuple[str, ...]:
        return tuple(pair.dead for pair in self.pairs)


def logical_name(name: str) -> str:
    """CloudFormation calls a queue `<stack>-<name in the template>-<something>`."""
    parts = name.rsplit("-", 2)
    return parts[1] if len(parts) == 3 else name


def read_queue_map(client: Any, parameter: str) -> QueueMap:
    """As the template has put it down, for all functions; `client` is of SSM. Raises DependencyError."""
    with asking("the map of queues"):
        said = json.loads(client.get_parameter(Name=parameter)["Parameter"]["Value"])
    pairs = tuple(QueuePair(dead=dead, source=source) for dead, source in said["dead"].items())
    return QueueMap(at=said["queue"].rpartition("/")[0], pairs=pairs)
