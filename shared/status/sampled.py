"""What came of asking one address many times."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from shared.status.targets import Target

ENOUGH_FOR_P95: Final = 20  # answers; of fewer it would be the slowest one


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One request. `error` is None for a good answer; `milliseconds` is None where there was no answer at all."""

    milliseconds: float | None
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One address. Latencies are of all answers, good or bad, and include making the connection."""

    target: Target
    samples: tuple[Sample, ...] = ()

    @property
    def asked(self) -> int:
        return len(self.samples)

    @property
    def failed(self) -> int:
        return sum(sample.error is not None for sample in self.samples)

    @property
    def errors(self) -> dict[str, int]:
        """How often each, the most frequent first."""
        counted = Counter(sample.error for sample in self.samples if sample.error is not None)
        return dict(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])))

    @property
    def permille(self) -> int | None:
        """Good answers among a thousand requests, rounded down: 1,000 are all of them."""
        return (self.asked - self.failed) * 1_000 // self.asked if self.samples else None

    @property
    def p50(self) -> int | None:
        """Milliseconds."""
        answers = self._answers()
        return round(percentile(answers, 50)) if answers else None

    @property
    def p95(self) -> int | None:
        """Milliseconds; None where there are too few answers to tell."""
        answers = self._answers()
        return round(percentile(answers, 95)) if len(answers) >= ENOUGH_FOR_P95 else None

    def _answers(self) -> list[float]:
        return [sample.milliseconds for sample in self.samples if sample.milliseconds is not None]


def percentile(values: Sequence[float], percent: int) -> float:
    """The least of the values that so many in a hundred do not exceed ("nearest rank")."""
    in_order = sorted(values)
    return in_order[max(math.ceil(len(in_order) * percent / 100), 1) - 1]
