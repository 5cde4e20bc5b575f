"""Webhooks to Switchyard: signed, sent again until the answer is final, and what came of each."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from threading import BoundedSemaphore, Event, Thread
from typing import Any
from uuid import uuid4

import httpx

from shared.runtime.clock import system_clock
from shared.runtime.signatures import secret_bytes, signature
from tests.stand_ins.stack_file import NotDeployedError, StackFile

Signer = Callable[[str, str, bytes], dict[str, str]]

TRIES = 10
TRIES_AT_409 = 5  # "not now" passes, "no longer" stays
AT_ONCE = 8  # calls under way; a local AWS has few processors
LONGEST_BACKOFF = 5.0  # seconds
_AGAIN = frozenset({408, 409, 425, 429})  # the other 4xx will never be another one
_TIMEOUT = 30.0  # seconds; API Gateway answers within 29


@dataclass(slots=True, kw_only=True)
class Callback:
    """One webhook: each try with its status or its error, and the answer to the last."""

    webhook_id: str
    url: str
    body: Mapping[str, Any]
    sent_to: str | None = None
    tries: list[dict[str, Any]] = field(default_factory=list)
    answer: str | None = None
    state: str = "under way"  # "accepted", "refused", "given up", "cancelled"

    @property
    def statuses(self) -> list[int | None]:
        return [one["status"] for one in self.tries]

    def shown(self) -> dict[str, Any]:
        return asdict(self) | {"statuses": self.statuses}


def standard_webhooks(secret: str, webhook_id: str, body: bytes) -> dict[str, str]:
    """The headers of a signed message; each try has a timestamp of its own."""
    now = int(time.time())
    signed = signature(secret_bytes(secret), webhook_id, now, body)
    return {"webhook-id": webhook_id, "webhook-timestamp": str(now), "webhook-signature": signed}


@dataclass(slots=True, kw_only=True)
class Caller:
    """Calls Switchyard back for one service. `cancelled` ends all waiting."""

    service: str
    stack: StackFile
    client: httpx.Client
    sign: Signer = standard_webhooks
    made: list[Callback] = field(default_factory=list)
    turns: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(AT_ONCE))

    def call(
        self, url: str, body: Mapping[str, Any], *, cancelled: Event, backoff: float, webhook_id: str | None = None
    ) -> Callback:
        """Send until the answer is final; takes as long as that takes."""
        callback = Callback(webhook_id=webhook_id or f"msg_{uuid4().hex}", url=url, body=body)
        self.made.append(callback)
        while callback.state == "under way":
            self._try(callback)
            callback.state = _state(callback)
            if callback.state == "under way" and cancelled.wait(_pause(backoff, len(callback.tries))):
                callback.state = "cancelled"
        return callback

    def call_twice(self, url: str, body: Mapping[str, Any], **how: Any) -> Callback:
        """The same message two times at once, as a sender with two machines does it."""
        how["webhook_id"] = how.get("webhook_id") or f"msg_{uuid4().hex}"
        other = Thread(target=self.call, args=(url, body), kwargs=how, daemon=True)
        other.start()
        callback = self.call(url, body, **how)
        other.join()
        return callback

    def _try(self, callback: Callback) -> None:
        at = system_clock()
        with self.turns:
            status, callback.answer = self._answer(callback)
        seconds = (system_clock() - at).total_seconds()
        callback.tries.append({"at": at.isoformat(), "seconds": round(seconds, 3), "status": status})

    def _answer(self, callback: Callback) -> tuple[int | None, str]:
        body = json.dumps(callback.body).encode()
        try:
            callback.sent_to = self.stack.reachable(callback.url)
            signed = self.sign(self.stack.secret(self.service), callback.webhook_id, body)
            headers = {"Content-Type": "application/json"} | signed
            answer = self.client.post(callback.sent_to, content=body, headers=headers, timeout=_TIMEOUT)
        except (httpx.HTTPError, httpx.InvalidURL, NotDeployedError, ValueError) as error:
            return None, repr(error)
        return answer.status_code, answer.text


def _state(callback: Callback) -> str:
    status = callback.statuses[-1]
    if status is not None and 200 <= status < 300:
        return "accepted"
    if status is not None and 300 <= status < 500 and status not in _AGAIN:
        return "refused"
    spent = len(callback.tries) >= TRIES or callback.statuses.count(409) >= TRIES_AT_409
    return "given up" if spent else "under way"


def _pause(backoff: float, tries: int) -> float:
    return float(min(backoff * 2 ** (tries - 1), LONGEST_BACKOFF))
