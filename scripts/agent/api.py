"""The blackboard over HTTP, as an agent sees it. The standard library does it: an agent is to be small."""

import http.client
import json
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

from scripts.agent.log import without

_LIMIT: Final = 30.0  # seconds for an answer, beside what it is asked to wait
_MOST: Final = 64 * 1024 * 1024  # bytes of an answer
_LONGEST_REASON: Final = 300
_DENIED: Final = (401, 403)
_TRY_AGAIN: Final = (408, 425, 429)


class UnreachableError(Exception):
    """Nobody knows whether it was done; it may be tried again. `status` where there was an answer."""

    def __init__(self, reason: str, *, status: int | None = None, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.status = status
        self.retry_after = retry_after


class RefusedError(Exception):
    """It was not done, and would not be."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"{status} {reason}")
        self.status = status
        self.is_denied = status in _DENIED  # whatever is asked
        self.is_gone = status in (404, 409)  # of a grant: it is over


class Api:
    def __init__(self, url: str, *, key: str, instance: str, agent: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port
        self._path = parts.path
        self._context = ssl.create_default_context() if parts.scheme == "https" else None
        self._key = key
        self._instance = instance
        self._agent = agent
        self._ahead = timedelta()  # how far the other side's clock is before ours

    def now(self) -> datetime:
        """By the clock of the other side, which leases are told by."""
        return datetime.now(UTC) + self._ahead

    def work(self, wait: int) -> list[dict[str, Any]]:
        """What is to be done, as soon as there is something, or nothing after so many seconds."""
        query = {"agent": self._agent, "wait": wait}
        items: list[dict[str, Any]] = self._call("GET", "/blackboard/work", query, limit=_LIMIT + wait)["work"]
        return items

    def artefact(self, artefact_id: str) -> dict[str, Any]:
        """With its payload, which has no room in a list."""
        return self._call("GET", f"/blackboard/artefacts/{quote(artefact_id, safe='')}")

    def bid(self, claim_id: str, bid: str) -> None:
        self._call("POST", _claim(claim_id, "bids"), body={"bid": bid})

    def heartbeat(self, claim_id: str) -> str:
        """Until when the lease is now."""
        return str(self._call("POST", _claim(claim_id, "heartbeat"), body={})["lease_until"])

    def post(self, artefact: Mapping[str, Any], *, limit: float = _LIMIT) -> None:
        """The same again, under the same id, is posted once."""
        self._call("POST", "/blackboard/artefacts", body=artefact, limit=limit)

    def release(self, claim_id: str, reason: str, *, limit: float = _LIMIT) -> None:
        self._call("POST", _claim(claim_id, "release"), body={"reason": reason}, limit=limit)

    def trouble(self, *, limit: float) -> str | None:
        """Why the API cannot be used, or nothing where it can."""
        try:
            status, _, _ = self._exchange("GET", f"{self._path}/healthz", None, {}, limit)
        except UnreachableError as error:
            return str(error)
        return None if status == 200 else f"the API answers {status}"

    def _call(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any] | None = None,
        *,
        body: Mapping[str, Any] | None = None,
        limit: float = _LIMIT,
    ) -> dict[str, Any]:
        """Raises UnreachableError, RefusedError."""
        target = f"{self._path}{path}?{urlencode({'instance': self._instance, **(query or {})})}"
        sent = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self._key}", "Accept": "application/json"}
        headers |= {} if sent is None else {"Content-Type": "application/json"}
        status, told, answer = self._exchange(method, target, sent, headers, limit)
        if status >= 500 or status in _TRY_AGAIN:
            raise UnreachableError(
                self._reason(status, answer), status=status, retry_after=_seconds(told.get("Retry-After"), self.now())
            )
        if not 200 <= status < 300:
            raise RefusedError(status, self._reason(status, answer))
        return _object(answer)

    def _exchange(
        self, method: str, target: str, sent: bytes | None, headers: Mapping[str, str], limit: float
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        connection = self._connection(limit)
        try:
            connection.request(method, target, sent, {"User-Agent": "switchyard-agent", **headers})
            answer = connection.getresponse()
            body = answer.read(_MOST)
        except (OSError, http.client.HTTPException) as error:
            raise UnreachableError(without(f"{type(error).__name__}: {error}", self._key)) from None
        finally:
            connection.close()
        self._set_clock(answer.headers.get("Date"))
        return answer.status, answer.headers, body

    def _connection(self, limit: float) -> http.client.HTTPConnection:
        if self._context is None:
            return http.client.HTTPConnection(self._host, self._port, timeout=limit)
        return http.client.HTTPSConnection(self._host, self._port, timeout=limit, context=self._context)

    def _set_clock(self, date: str | None) -> None:
        """Exact to some seconds, which is enough for leases and does away with clocks that are hours off."""
        if told := _moment(date):
            self._ahead = told - datetime.now(UTC)

    def _reason(self, status: int, answer: bytes) -> str:
        try:
            problem = json.loads(answer)
            said = problem.get("detail") or problem.get("message") or problem.get("title")
        except (ValueError, AttributeError, RecursionError):
            said = None
        return without(str(said or http.client.responses.get(status, "")), self._key)[:_LONGEST_REASON]


def _claim(claim_id: str, deed: str) -> str:
    return f"/blackboard/claims/{quote(claim_id, safe='')}/{deed}"


def _object(answer: bytes) -> dict[str, Any]:
    """What lies between may cut an answer, or give one of its own."""
    try:
        read = json.loads(answer)
    except (ValueError, RecursionError):
        read = None
    if not isinstance(read, dict):
        raise UnreachableError("the answer is no JSON object")
    return read


def _seconds(text: str | None, now: datetime) -> float | None:
    """Of a Retry-After, which is a number or a date."""
    if text and text.strip().isdecimal():
        return float(text)
    told = _moment(text)
    return max(0.0, (told - now).total_seconds()) if told else None


def _moment(text: str | None) -> datetime | None:
    try:
        told = parsedate_to_datetime(text or "")
    except ValueError:
        return None
    return told if told.tzinfo else told.replace(tzinfo=UTC)
