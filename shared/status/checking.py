"""Asks addresses many times over, a few requests at once, and comes back in time whatever they do."""

import time
from collections.abc import Sequence
from contextlib import suppress
from threading import Thread
from typing import Final

from shared.runtime.http import Call, NoAnswerError, NotSentError, Send
from shared.status.sampled import Checked, Sample
from shared.status.targets import Target

SAMPLES: Final = 20  # of each address
AT_ONCE: Final = 4  # of each address
PATIENCE: Final = 5.0  # seconds; an answer that comes later is none
STARTS_FOR: Final = 5.0  # seconds; together ten

TOO_LATE: Final = "no answer in time"
_GET: Final = Call(method="GET", path="", repeatable=True)


def check_all(targets: Sequence[Target], *, send: Send) -> tuple[Checked, ...]:
    """In the order of the targets. It takes `STARTS_FOR` + `PATIENCE` at the longest."""
    if all(target.problem for target in targets):
        return tuple(Checked(target=target) for target in targets)
    _load(send)
    ends = time.monotonic() + STARTS_FOR
    asked = [[_Worker(target, send=send, ends=ends) for _ in range(_workers(target))] for target in targets]
    for worker in (worker for workers in asked for worker in workers):
        worker.start()
    for worker in (worker for workers in asked for worker in workers):
        worker.join(timeout=max(ends + PATIENCE - time.monotonic(), 0))
    return tuple(_checked(target, workers) for target, workers in zip(targets, asked, strict=True))


def _workers(target: Target) -> int:
    return 0 if target.problem else AT_ONCE


def _load(send: Send) -> None:
    """What the first request loads and makes is not the fault of the address that it goes to."""
    with suppress(NotSentError, NoAnswerError):
        send("", _GET, {})


class _Worker(Thread):
    """One request after the other. It is not waited for beyond the end: `send` has an end of its own."""

    def __init__(self, target: Target, *, send: Send, ends: float) -> None:
        super().__init__(daemon=True)
        self._target = target
        self._send = send
        self._ends = ends
        self.samples: list[Sample] = []

    def run(self) -> None:
        for _ in range(SAMPLES // AT_ONCE):
            if time.monotonic() >= self._ends:
                return
            self.samples.append(_sample(self._target.url, self._send))


def _checked(target: Target, workers: Sequence[_Worker]) -> Checked:
    samples: list[Sample] = []
    for worker in workers:
        still_asking = worker.is_alive()  # looked at first: a sample may be added meanwhile, never taken away
        mine = worker.samples[:]
        samples += mine
        if still_asking and len(mine) < SAMPLES // AT_ONCE:
            samples.append(Sample(milliseconds=None, error=TOO_LATE))
    return Checked(target=target, samples=tuple(samples))


def _sample(url: str, send: Send) -> Sample:
    began = time.perf_counter()
    try:
        status = send(url, _GET, {}).status
    except (NotSentError, NoAnswerError) as error:
        return Sample(milliseconds=None, error=str(error))
    seconds = time.perf_counter() - began
    if seconds > PATIENCE:
        return Sample(milliseconds=None, error=TOO_LATE)
    return Sample(milliseconds=seconds * 1_000, error=_error_of(status))


def _error_of(status: int) -> str | None:
    if 200 <= status < 300:
        return None
    return f"redirects ({status})" if 300 <= status < 400 else f"answers {status}"
