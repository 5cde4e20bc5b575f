"""What the steps of runs stand on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from shared.control.runs.step import StepHandler
from shared.control.runs.store import Runs
from shared.runtime.attempts import Pause
from shared.runtime.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """`backoff` gives seconds, at random, after so many tries."""

    runs: Runs
    handlers: Mapping[str, Callable[[], StepHandler]]
    clock: Clock
    pause: Pause
    backoff: Callable[[int], float]
