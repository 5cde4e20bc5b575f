"""Providers that fail one call in five, in every way providers do, and a count of what they answered."""

from collections import Counter
from collections.abc import Iterator, Mapping
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
    answers: Counter[tuple[str, str, bool]] = field(default_factory=Counter)  # provider, request, whether it failed
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
            for provider in PROVIDERS:
                self.services.set(provider, faults=_WHOLE)

    def told(self, provider: str) -> str:
        """How often it was called, and failed."""
        made, failed = (self._number(provider, "", failed) for failed in (None, True))
        return f"{made}, {failed} of them failed"

    def done_all_the_same(self, provider: str, request: str, done: int) -> int:
        """How many requests with this in their name were fulfilled and answered with a failure, where so many were."""
        return done - self._number(provider, request, False)

    def count(self) -> None:
        """A stand-in shows its last calls only: look often."""
        for provider in PROVIDERS:
            recent = self.services.control(provider)["recent"]
            fresh = [call for call in recent if call["at"] > self._seen.get(provider, "")]
            self.answers.update((provider, call["request"], _has_failed(call)) for call in fresh)
            if recent:
                self._seen[provider] = max(call["at"] for call in recent)

    def _blow(self) -> None:
        random = Random(self.seed)
        while not self._ended.is_set():
            for provider in PROVIDERS:
                self.services.set(provider, faults=_faults(random))
            self._ended.wait(1.0)
            self.count()

    def _number(self, provider: str, request: str, failed: bool | None) -> int:
        return sum(
            number
            for (of, name, has_failed), number in self.answers.items()
            if of == provider and request in name and failed in (None, has_failed)
        )


def _has_failed(call: Mapping[str, Any]) -> bool:
    return call["status"] is None or call["status"] >= 429


def _faults(random: Random) -> dict[str, Any]:
    chosen = random.choice(FAULTS)
    faults = {name: {**_WHOLE[name], **how, "probability": SHARE} for name, how in chosen.items()}
    return {**_WHOLE, **faults, "seed": random.randrange(1_000), "look_ups": "too"}
