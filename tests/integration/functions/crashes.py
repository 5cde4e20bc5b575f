"""Stories of a process that dies: what it is asked for, and asked for again."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

from shared.runtime.settings import settings
from tests.support.aws_calls import Call, Kill, KilledError, watched
from tests.support.end_state import end_state
from tests.support.fresh_process import forget
from tests.support.http_events import LambdaContext
from tests.support.in_process import aws_in_process
from tests.support.queue_events import queue_batch
from tests.support.travel import Travel, travelling

# A message that was not dealt with is visible again after six times what its function has; two minutes are the most.
COMES_AGAIN_AFTER = timedelta(minutes=12)
MOST_DELIVERIES = 20

Handler = Callable[[Any, Any], Any]
Deliver = Callable[[], Any]


@contextmanager
def a_world() -> Iterator[Travel]:
    """AWS as new, a process as new, and a clock that can be put forward."""
    forget()
    with aws_in_process(), travelling() as travel:
        yield travel


def deliver_twice_if_killed(deliver: Deliver, kill: Kill | None) -> tuple[list[Call], Any]:
    """The calls of the first time, and the last answer."""
    with watched(kill) as calls, suppress(KilledError):
        return calls, deliver()
    forget()
    return calls, deliver()


def work_off(handler: Handler, message: str, travel: Travel, kill: Kill | None = None) -> list[Call]:
    """Hand over a message, then whatever is put back, until nothing is left; tell the calls of the first time.

    Who is killed over a message gets it again, later.
    """
    waiting, first = [message], None
    for _ in range(MOST_DELIVERIES):
        due, *waiting = waiting
        with watched(kill) as calls:
            try:
                assert handler(queue_batch(due), LambdaContext()) == {"batchItemFailures": []}
            except KilledError:
                waiting.append(due)
                forget()
        waiting += [call.parameters["MessageBody"] for call in calls if _is_put_back(call)]
        first = first or calls
        kill = None
        if not waiting:
            return first
        travel.go_on(COMES_AGAIN_AFTER)
    raise AssertionError(f"it goes on and on: {waiting}")


def _is_put_back(call: Call) -> bool:
    """And not into the dead letters."""
    return call.operation == "SendMessage" and call.answered and call.parameters["QueueUrl"] == settings().queue_url


def kills(calls: list[Call]) -> Iterator[Kill]:
    """Death before each of these calls, which is after the one before it, and after the last."""
    yield from ((number, "before") for number in range(len(calls)))
    yield len(calls) - 1, "after"


Attempt = Callable[[Travel, Kill | None], list[Call]]


def check_every_death(attempt: Attempt) -> int:
    """An attempt killed anywhere leaves what an undisturbed one leaves; how many places there were to die.

    All places are tried before anything is said, so that the whole of a defect can be seen.
    """
    with a_world() as travel:
        calls = attempt(travel, None)
        undisturbed = end_state()
    wrong = {}
    for kill in kills(calls):
        with a_world() as travel:
            attempt(travel, kill)
            if differences := _differences(undisturbed, end_state()):
                number, moment = kill
                wrong[f"{moment} {number}: {calls[number].service} {calls[number].operation}"] = differences
    assert not wrong, json.dumps(wrong, indent=1)
    return len(calls)


def _differences(wanted: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    """What is not as wanted, as deep as both sides have the same names."""
    different = {}
    for key in sorted(wanted.keys() | found.keys()):
        one, other = wanted.get(key), found.get(key)
        if isinstance(one, dict) and isinstance(other, dict):
            different[key] = _differences(one, other)
        elif one != other:
            different[key] = {"wanted": one, "found": other}
    return {key: difference for key, difference in different.items() if difference}
