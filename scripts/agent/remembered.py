"""What was done of late: an agent may run for months, and forgets what is long ago."""

from typing import Any, Final

_MOST: Final = 1_000


class Remembered:
    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._known: dict[str, Any] = {}

    def put(self, name: str, value: Any) -> None:
        self._known.pop(name, None)
        self._known[name] = value
        if len(self._known) > self._most:
            del self._known[next(iter(self._known))]

    def get(self, name: str, otherwise: Any = None) -> Any:
        return self._known.get(name, otherwise)
