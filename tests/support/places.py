"""Where a store keeps things, and many who come there at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier
from typing import Any, Final, TypeVar

T = TypeVar("T")

MANY: Final = 16


@dataclass(frozen=True)
class Place:
    client: Any
    table: str


def at_once(work: Callable[[int], T]) -> list[T]:
    """What comes of it when many do it, none before all are there."""
    everybody = Barrier(MANY)

    def begin(number: int) -> T:
        everybody.wait(timeout=10)
        return work(number)

    with ThreadPoolExecutor(MANY) as pool:
        return list(pool.map(begin, range(MANY)))
