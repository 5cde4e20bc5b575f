"""What is looked at after a deploy, and how: an address is well when it answers well several times in a row."""

import re
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from statistics import median
from typing import Final

from shared.deploys.order import ENVIRONMENTS
from shared.deploys.run import Look
from shared.runtime.attempts import Pause
from shared.runtime.http import Call, NoAnswerError, NotSentError, Send

IN_A_ROW: Final = 3
MOST_TRIES: Final = 8  # what has just been shipped may need a moment
PAUSE_SECONDS: Final = 2.0  # after an answer that was not good
MOST_SECONDS: Final = 60.0  # then nothing is tried again
MOST_CHECKS: Final = 10  # of an environment
_ONE: Final = re.compile(r"(?P<environment>[a-z]+):(?P<name>[A-Za-z0-9_-]{1,30})=(?P<url>https?://[^\s,]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    name: str
    url: str


def read_checks(text: str) -> Mapping[str, Sequence[Check]]:
    """By environment, from `staging:api=https://…,prod:api=https://…`. A comma in an address is `%2C`.

    Raises ValueError.
    """
    found: dict[str, list[Check]] = defaultdict(list)
    for part in filter(None, map(str.strip, text.split(","))):
        one = _ONE.fullmatch(part)
        if one is None or one["environment"] not in ENVIRONMENTS:
            raise ValueError(
                f"a check is <{' or '.join(ENVIRONMENTS)}>:<name>=<address>, which this is not: {part:.80}"
            )
        found[one["environment"]].append(Check(name=one["name"], url=one["url"]))
        if len(found[one["environment"]]) > MOST_CHECKS:
            raise ValueError(f"an environment has {MOST_CHECKS} checks at most")
    return dict(found)


def look_at(checks: Sequence[Check], *, send: Send, pause: Pause, clock: Callable[[], float]) -> list[Look]:
    """All at once, in their order. `clock` counts seconds."""
    if not checks:
        return []
    ends = clock() + MOST_SECONDS
    with ThreadPoolExecutor(len(checks)) as pool:
        return list(pool.map(lambda check: _look(check, ends, send=send, pause=pause, clock=clock), checks))


def _look(check: Check, ends: float, *, send: Send, pause: Pause, clock: Callable[[], float]) -> Look:
    good: list[float] = []
    said: str | None = None
    for tries in range(1, MOST_TRIES + 1):
        began = clock()
        wrong = _wrong_with(check, send)
        if wrong is None:
            good.append(clock() - began)
        else:
            good, said = [], wrong
        if len(good) == IN_A_ROW:
            return Look(name=check.name, is_good=True, tries=tries, milliseconds=round(median(good) * 1_000))
        if clock() >= ends:
            break
        if wrong is not None:
            pause(PAUSE_SECONDS)
    return Look(name=check.name, is_good=False, tries=tries, said=said or "too slow")


def _wrong_with(check: Check, send: Send) -> str | None:
    """A redirection is no good answer: it is not followed."""
    call = Call(method="GET", path="", headers={"Cache-Control": "no-cache"}, repeatable=True)
    try:
        status = send(check.url, call, call.all_headers()).status
    except (NotSentError, NoAnswerError) as error:
        return str(error)
    return None if 200 <= status < 300 else str(status)


def seconds() -> float:
    return time.monotonic()
