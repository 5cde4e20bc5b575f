"""Providers that fail one call in five, in every way providers do, and a count of what they answered."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from threading import Event, Thread
from typing import Any

from tests.stand_ins.client import StandIns
from tests.support.scale import FAULTS, SHARE

PROVIDERS = ("notion", "google", "shopify")
_WHOLE: dict[str, Any] = {"fail": {"probability": 0.0}, "no_answer": {"probability": 0.0}}


@dataclass(slots=True)
class Gale:
    """Each second, each provider fails in another way."""

    services: StandIns
    seed: int
    answers: Counter[tuple[str, str, int | None]] = field(default_factory=Counter)  # provider, request, status
    _blown_at: list[str] = field(default_factory=lambda: list(PROVIDERS))
    _ended: Event = field(default_factory=Event)
    _seen: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def blowing(self) -> Iterator[None]:
        """Inside; afterwards all are well."""
        thread = Thread(target=self._blow, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._ended.set()
            thread.join()
            self.calm(*PROVIDERS)

    def calm(self, *providers: str) -> None:
        """These are well from now on."""
        self._blown_at = [one for one in self._blown_at if one not in providers]
        for provider in providers:
            self.services.set(provider, faults=_WHOLE)

    def told(self, provider: str) -> str:
        """How often it was called, and failed."""
        made = self._number(provider, "", lambda _: True)
        return f"{made}, {self._number(provider, '', _has_failed)} of them failed"

    def done_all_the_same(self, provider: str, request: str, done: int) -> int:
        """How many requests with this in their name were fulfilled and answered with a failure, where so many were."""
        return done - self._number(provider, request, lambda status: status is not None and status < 300)

    def count(self) -> None:
        """A stand-in shows its last calls only: look often."""
        for provider in PROVIDERS:
            recent = self.services.control(provider)["recent"]
            fresh = [call for call in recent if call["at"] > self._seen.get(provider, "")]
            self.answers.update((provider, call["request"], call["status"]) for call in fresh)
            if recent:
                self._seen[provider] = max(call["at"] for call in recent)

    def _blow(self) -> None:
        random = Random(self.seed)
        while not self._ended.is_set():
            for provider in self._blown_at:
                self.services.set(provider, faults=_faults(random))
            self._ended.wait(1.0)
            self.count()

    def _number(self, provider: str, request: str, is_meant: Callable[[int | None], bool]) -> int:
        return sum(
            number
            for (of, name, status), number in self.answers.items()
            if of == provider and request in name and is_meant(status)
        )


def _has_failed(status: int | None) -> bool:
    return status is None or status >= 429


def _faults(random: Random) -> dict[str, Any]:
    chosen = random.choice(FAULTS)
    faults = {name: {**_WHOLE[name], **how, "probability": SHARE} for name, how in chosen.items()}
    return {**_WHOLE, **faults, "seed": random.randrange(1_000), "look_ups": "too"}
