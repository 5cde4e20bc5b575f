"""What may be forgotten, in memory: for tests, and for a process that is alone."""

from threading import Lock

from shared.runtime.clock import Clock
from shared.state.texts import TextStore


class MemoryState(TextStore):
    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._texts: dict[str, tuple[str, float]] = {}  # with the moment it is no longer there, in seconds

    def cleanup_expired(self) -> int:
        """How many were removed."""
        with self._lock:
            now = self._now()
            gone = [key for key, (_, expires_at) in self._texts.items() if expires_at <= now]
            for key in gone:
                del self._texts[key]
            return len(gone)

    def _read(self, key: str) -> str | None:
        with self._lock:
            return self._there(key)

    def _write(self, key: str, text: str, seconds: int) -> None:
        with self._lock:
            self._texts[key] = (text, self._now() + seconds)

    def _remove(self, key: str) -> None:
        with self._lock:
            self._texts.pop(key, None)

    def _swap(self, key: str, expected: str | None, text: str, seconds: int) -> bool:
        with self._lock:
            if self._there(key) != expected:
                return False
            self._texts[key] = (text, self._now() + seconds)
            return True

    def _remove_if(self, key: str, expected: str) -> bool:
        with self._lock:
            if self._there(key) != expected:
                return False
            del self._texts[key]
            return True

    def _there(self, key: str) -> str | None:
        text, expires_at = self._texts.get(key, (None, 0.0))
        return text if expires_at > self._now() else None

    def _now(self) -> float:
        return self._clock().timestamp()
