"""Is what we stand on there?"""

from collections.abc import Callable
from typing import Final, Literal

from pydantic import BaseModel

from shared.runtime.clock import Clock

REMEMBERED_SECONDS: Final = 5  # the page is public, and must not be a way to make us work


class Health(BaseModel):
    status: Literal["healthy", "unhealthy"]
    database: Literal["connected", "unreachable"]
    bus: Literal["connected", "unreachable"]


class HealthCheck:
    """Asks the ledger and the bus, at most once in a few seconds."""

    def __init__(self, database: Callable[[], bool], bus: Callable[[], bool], *, clock: Clock) -> None:
        self._database = database
        self._bus = bus
        self._clock = clock
        self._known: tuple[float, Health] | None = None

    def __call__(self) -> Health:
        now = self._clock().timestamp()
        if self._known is None or now - self._known[0] >= REMEMBERED_SECONDS:
            self._known = (now, self._look())
        return self._known[1]

    def _look(self) -> Health:
        database, bus = self._database(), self._bus()
        return Health(
            status="healthy" if database and bus else "unhealthy",
            database="connected" if database else "unreachable",
            bus="connected" if bus else "unreachable",
        )
