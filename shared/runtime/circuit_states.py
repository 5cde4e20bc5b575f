"""What is on record of circuits, for people to see. Of a service that never was in trouble nothing is."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from shared.runtime.batches import get_many
from shared.runtime.clock import Clock

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


_PREFIX: Final = "circuit:"


class State(StrEnum):
    CLOSED = "closed"  # it answered when it was tried again
    OPEN = "open"  # it is left alone
    TRYING = "trying"  # its time is over: the next who asks is let through


@dataclass(frozen=True, slots=True, kw_only=True)
class Circuit:
    """`opened_at` is when it was opened last."""

    state: State
    opened_at: datetime | None = None


class CircuitStates:
    """Reads what `shared.runtime.circuit` keeps in the state table."""

    def __init__(self, client: "DynamoDBClient", table: str, *, open_seconds: float, clock: Clock) -> None:
        self._client = client
        self._table = table
        self._open_for = timedelta(seconds=open_seconds)
        self._clock = clock

    def __call__(self, names: Collection[str]) -> dict[str, Circuit]:
        """Those of the services something is known of. Raises DependencyError."""
        keys = [{"pk": {"S": f"{_PREFIX}{name}"}} for name in dict.fromkeys(names)]
        items = get_many(self._client, self._table, keys, place="the state store", consistent=False)
        found = {item["pk"]["S"].removeprefix(_PREFIX): self._circuit(item) for item in items}
        return {name: circuit for name in names if (circuit := found.get(name))}

    def _circuit(self, item: Any) -> Circuit | None:
        """None for what is about to be deleted."""
        now = self._clock()
        if "expires_at" in item and float(item["expires_at"]["N"]) <= now.timestamp():
            return None
        opened_at = datetime.fromtimestamp(float(item["opened_at"]["N"]), UTC) if "opened_at" in item else None
        if item["state"]["S"].lower() == State.CLOSED:
            return Circuit(state=State.CLOSED, opened_at=opened_at)
        is_over = opened_at is None or now - opened_at >= self._open_for
        return Circuit(state=State.TRYING if is_over else State.OPEN, opened_at=opened_at)
