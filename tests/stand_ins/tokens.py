"""Access tokens that a service has given, and how long each is good."""

from dataclasses import dataclass, field
from threading import Lock
from time import time
from typing import Any
from uuid import uuid4

from tests.stand_ins.http import RefusedError


@dataclass(slots=True, kw_only=True)
class Tokens:
    """`always` is a token that is good without having been given."""

    always: str
    given: dict[str, float] = field(default_factory=dict)  # with the second in which they end
    lock: Lock = field(default_factory=Lock)

    def give(self, seconds: float) -> str:
        token = f"token-{uuid4().hex}"
        with self.lock:
            self.given[token] = time() + seconds
        return token

    def check(self, token: str, settings: dict[str, Any], *, refused: str) -> None:
        """Raise RefusedError, 401, unless the token is good. One that was good once is no violation.

        `settings["refuse_tokens"]` is counted down: so many are refused whatever they are, and not good any more.
        """
        with self.lock:
            ends = float("inf") if token == self.always else self.given.get(token)
            if settings["refuse_tokens"] > 0:
                settings["refuse_tokens"] -= 1
                self.given[token] = 0
                raise RefusedError(refused, status=401, violation=ends is None)
        if ends is None or ends <= time():
            raise RefusedError(refused, status=401, violation=ends is None)

    def expire(self) -> int:
        """All that were given are no longer good; how many that are."""
        with self.lock:
            self.given = dict.fromkeys(self.given, 0)
        return len(self.given)
