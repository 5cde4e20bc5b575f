"""Work under an Idempotency-Key is done once, however often and however much at once it is asked for."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any

from tests.stand_ins.http import Answer, RefusedError


@dataclass(slots=True)
class Once:
    """Remembers what was asked and answered under each key."""

    known: dict[str, tuple[Any, Answer]] = field(default_factory=dict)
    locks: defaultdict[str, Lock] = field(default_factory=lambda: defaultdict(Lock))
    lock: Lock = field(default_factory=Lock)

    def do(self, key: str, asked: Any, work: Callable[[], Answer]) -> Answer:
        """Raises RefusedError where the same key comes with something else."""
        with self.lock:
            turn = self.locks[key]
        with turn:
            if key in self.known:
                return self._again(key, asked)
            answer = work()
            self.known[key] = asked, answer
            return answer

    def _again(self, key: str, asked: Any) -> Answer:
        before, answer = self.known[key]
        if before != asked:
            raise RefusedError(f"{key} was used for another request", status=422)
        return replace(answer, afterwards=())
