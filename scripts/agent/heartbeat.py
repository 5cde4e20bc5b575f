"""Has a lease last while its work is done, and hears when it is lost."""

from collections.abc import Callable
from datetime import datetime
from threading import Event, Thread
from types import TracebackType
from typing import Final

from scripts.agent.api import Api, RefusedError, UnreachableError
from scripts.agent.log import Log
from scripts.agent.patience import Patience

_UNKNOWN: Final = 30.0  # seconds; of a lease whose end cannot be read
_LEAST: Final = 0.5
_MOST: Final = 300.0
_MOST_PATIENCE: Final = 5.0  # seconds: leases do not wait


class Heartbeat:
    """Beats while it is entered. `on_denied` hears that the key is not good for it any more."""

    def __init__(
        self, claim_id: str, lease_until: str, *, api: Api, log: Log, on_denied: Callable[[RefusedError], None]
    ) -> None:
        self.is_lost = Event()
        self._claim_id = claim_id
        self._lease_until = lease_until
        self._api = api
        self._log = log
        self._on_denied = on_denied
        self._ends = Event()
        self._thread = Thread(target=self._beat, name=f"heartbeat {claim_id}", daemon=True)

    def __enter__(self) -> "Heartbeat":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ends.set()

    def _beat(self) -> None:
        patience = Patience(_MOST_PATIENCE)
        wait = self._third()
        while not self._ends.wait(wait) and not self.is_lost.is_set():
            try:
                self._lease_until = self._api.heartbeat(self._claim_id)
                patience.reset()
                wait = self._third()
            except UnreachableError as error:
                wait = patience.after(error.retry_after)
                self._log.warn("heartbeat_failed", claim_id=self._claim_id, error=str(error))
            except RefusedError as error:
                self._lose(error)

    def _lose(self, error: RefusedError) -> None:
        if not self._ends.is_set():
            self.is_lost.set()
            self._log.warn("lease_lost", claim_id=self._claim_id, error=str(error))
            if error.is_denied:
                self._on_denied(error)

    def _third(self) -> float:
        return min(_MOST, max(_LEAST, seconds_left(self._lease_until, self._api.now()) / 3))


def seconds_left(lease_until: str, now: datetime) -> float:
    try:
        return (datetime.fromisoformat(lease_until) - now).total_seconds()
    except (TypeError, ValueError):
        return _UNKNOWN
