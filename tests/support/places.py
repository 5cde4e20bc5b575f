"""Where a store keeps things, and many who come there at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier
from typing import Any, Final, TypeVar

from tests.support.ends import FOR_EVER

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
        everybody.wait(FOR_EVER)
        return work(number)

    with ThreadPoolExecutor(MANY) as pool:
        return list(pool.map(begin, range(MANY)))
