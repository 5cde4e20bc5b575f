"""How many messages wait in queues, and how many were given up."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Final

from shared.runtime.errors import DependencyError

Counts = Mapping[str, Callable[[], int]]  # by the name of a queue; each raises DependencyError

PATIENCE: Final = 8.0  # seconds for all queues together


@dataclass(frozen=True, slots=True, kw_only=True)
class Depth:
    """`messages` is None where the queue could not be asked, or did not answer in time."""

    name: str
    messages: int | None
    is_dead: bool  # for messages that were given up


def read_depths(*, waiting: Counts, dead: Counts) -> tuple[Depth, ...]:
    """In the order they are named. It takes `PATIENCE` at the longest."""
    named = [(name, False) for name in waiting] + [(name, True) for name in dead]
    numbers = _ask_all([*waiting.values(), *dead.values()])
    return tuple(
        Depth(name=name, messages=number, is_dead=is_dead)
        for (name, is_dead), number in zip(named, numbers, strict=True)
    )


def _ask_all(counts: Sequence[Callable[[], int]]) -> list[int | None]:
    """All at once. Who has not answered by then is left to itself: a call of AWS ends some time."""
    if not counts:
        return []
    threads = ThreadPoolExecutor(max_workers=len(counts))
    asked = [threads.submit(count) for count in counts]
    answered, _ = wait(asked, timeout=PATIENCE)
    threads.shutdown(wait=False)
    return [_or_none(one) if one in answered else None for one in asked]


def _or_none(answered: "Future[int]") -> int | None:
    try:
        return answered.result()
    except DependencyError:
        return None
