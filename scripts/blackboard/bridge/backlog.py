"""What has arrived and is still to be posted, in order, in bounded memory."""

from collections import deque
from threading import Condition
from typing import Final

from scripts.blackboard.bridge.announced import Announced

MOST: Final = 10_000
MOST_BYTES: Final = 24 * 1024 * 1024
_OF_AN_ID: Final = 100  # bytes, near enough

# An artefact as it was announced, or the id of one that is kept in Redis, to be read when it is its turn.
Item = Announced | str


class Backlog:
    """One thread puts, another takes. `dropped` counts what there was no room for: it is to be looked for later, and
    until then nothing is let in, as it may be made of that.
    """

    def __init__(self, *, most: int = MOST, most_bytes: int = MOST_BYTES) -> None:
        self._items: deque[Item] = deque()
        self._ids: set[str] = set()
        self._bytes = 0
        self._most = most
        self._most_bytes = most_bytes
        self._changed = Condition()
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._items)

    def put(self, item: Item) -> bool:
        """Whether it is there now. What came first stays where there is no room: the later may be made of it."""
        with self._changed:
            size = _size(item)
            if _id(item) in self._ids:
                return True
            if self.dropped or (self._items and self._is_full(size)):
                self.dropped += 1
                return False
            self._items.append(item)
            self._ids.add(_id(item))
            self._bytes += size
            self._changed.notify()
            return True

    def _is_full(self, size: int) -> bool:
        return len(self._items) >= self._most or self._bytes + size > self._most_bytes

    def first(self, seconds: float) -> Item | None:
        """It stays the first until it is done. None where nothing comes in that time."""
        with self._changed:
            self._changed.wait_for(lambda: bool(self._items), timeout=seconds)
            return self._items[0] if self._items else None

    def done(self) -> None:
        """With the first."""
        with self._changed:
            item = self._items.popleft()
            self._ids.discard(_id(item))
            self._bytes -= _size(item)

    def take_dropped(self) -> int:
        """How many were dropped since this was asked the last time."""
        with self._changed:
            dropped, self.dropped = self.dropped, 0
            return dropped


def _size(item: Item) -> int:
    return _OF_AN_ID if isinstance(item, str) else item.size


def _id(item: Item) -> str:
    return item if isinstance(item, str) else item.id
