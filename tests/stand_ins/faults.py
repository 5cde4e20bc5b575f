"""Which fault meets which request: chosen by a seed and the request itself, so that runs repeat."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from threading import Lock
from typing import Any

from tests.stand_ins.http import Answer, Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What happens to one request."""

    slow: float = 0.0
    late: float = 0.0
    fail: Answer | None = None
    after_work: bool = False
    silence: float | None = None  # seconds, then the connection is closed


NONE = Fault()


@dataclass(slots=True)
class Faults:
    """Chooses by what is asked for, not by the order in which threads come by."""

    met: Counter[str] = field(default_factory=Counter)
    lock: Lock = field(default_factory=Lock)

    def choose(self, request: Request, settings: dict[str, Any], *, look_up: bool) -> Fault:
        """`settings` are counted down where they say how many requests they are for."""
        if not _is_meant(look_up, settings["look_ups"]):
            return NONE
        with self.lock:
            which = f"{request.line} {sorted(request.query.items())} {_identity(request)}"
            self.met[which] += 1
            random = Random(f"{settings['seed']} {which} {self.met[which]}")
            fail, no_answer = (_hits(settings[name], random) for name in ("fail", "no_answer"))
        return Fault(
            slow=settings["slow"],
            late=settings["late"],
            fail=_failure(settings["fail"]) if fail else None,
            after_work=settings["fail"]["after_work"],
            silence=settings["no_answer"]["seconds"] if no_answer else None,
        )


def _is_meant(look_up: bool, look_ups: str) -> bool:
    return look_ups == "too" or look_up == (look_ups == "only")


def _identity(request: Request) -> str:
    return request.headers.get("idempotency-key") or request.body.decode(errors="replace")


def _hits(setting: dict[str, Any], random: Random) -> bool:
    chance = random.random()  # drawn always, so that one fault does not shift the other
    if setting["next"] > 0:
        setting["next"] -= 1
        return True
    return chance < float(setting["probability"])


def _failure(setting: Mapping[str, Any]) -> Answer:
    wait = setting["retry_after"]
    headers = {} if wait is None else {"Retry-After": str(wait)}
    return Answer(status=setting["status"], body={"error": "a fault that was asked for"}, headers=headers)
