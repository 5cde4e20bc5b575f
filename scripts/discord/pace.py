"""How soon the deployed receiver answers, under so many interactions a second."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Final

import httpx

from scripts.progress import StepError
from scripts.sample_events import sample_event
from scripts.stack import Stack

A_SECOND: Final = 20
SECONDS: Final = 15
_DEFERRED: Final = 5
_WAKING: Final = 3 * A_SECOND


def bench_pace(stack: Stack) -> None:
    number = A_SECOND * SECONDS
    with httpx.Client(timeout=10, trust_env=False) as client, ThreadPoolExecutor(A_SECOND) as pool:
        _wake(client, stack)
        began = time.perf_counter()
        taken = sorted(pool.map(lambda n: _ask(client, stack, began + n / A_SECOND), range(number)))
    print(f"\nan interaction's way to its first answer, {A_SECOND} a second on the deployed stack, {number} in all\n")
    for name, share in (("half of them", 0.5), ("95 of a hundred", 0.95), ("99 of a hundred", 0.99), ("all", 1.0)):
        print(f"   {name:30} {taken[round(share * number) - 1] * 1000:6.0f} ms")


def _wake(client: httpx.Client, stack: Stack) -> None:
    """The local AWS unpacks functions before their first calls, which takes longer than an interaction may.

    Those that work on the queue are started too: that takes this machine as many seconds as are measured.
    """
    began = time.perf_counter()
    for number in range(_WAKING):
        with suppress(StepError):
            _ask(client, stack, began + number / A_SECOND)
    time.sleep(SECONDS)


def _ask(client: httpx.Client, stack: Stack, at: float) -> float:
    """Seconds. Raises StepError where it is not taken."""
    time.sleep(max(at - time.perf_counter(), 0))
    event = json.loads(sample_event("receive_interactions", {}, discord_seed=stack.discord["private_key"]))
    began = time.perf_counter()
    answer = client.post(f"{stack.api_url}/discord/interactions", content=event["body"], headers=event["headers"])
    taken = time.perf_counter() - began
    if answer.status_code != 200 or answer.json()["type"] != _DEFERRED:
        raise StepError(f"an interaction: {answer.status_code} {answer.text[:200]}")
    return taken
