"""Calls to services outside: an end to every wait, a size to every answer, a verdict on every outcome.

A client is two pure functions, *build the call* and *read the answer*; this is what stands between them.
"""

import json
import logging
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Protocol

from shared.runtime import tracing
from shared.runtime.errors import DependencyError

if TYPE_CHECKING:
    import httpx

TIMEOUT_SECONDS: Final = 10.0
_CONNECT_SECONDS: Final = 3.0
MAX_ANSWER_BYTES: Final = 1024 * 1024
LONGEST_WAIT: Final = 3_600.0  # seconds; what a service asks for beyond that is not believed
_FIRST_BACKOFF: Final = 2.0  # seconds at most, doubled each time
_LONGEST_BACKOFF: Final = 300.0
_LONGEST_SAYING: Final = 300  # characters of a service's own words that are kept

# httpx logs every URL it calls at level INFO, and some have a token in them.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)


class Verdict(StrEnum):
    """What an outcome means for who asked."""

    OK = "ok"
    ALREADY_DONE = "already_done"  # by an earlier try of ours
    RETRY_AFTER = "retry_after"  # not done; the service says when
    RETRY_BACKOFF = "retry_backoff"  # not done, or harmless to do again
    AMBIGUOUS = "ambiguous"  # perhaps done: look before repeating
    REFRESH_CREDENTIAL = "refresh_credential"  # not done: who we are was not believed
    TERMINAL = "terminal"  # not done, and never will be


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request. `repeatable`: sent twice it does the same as once."""

    method: str
    path: str = field(repr=False)  # below the service's address; may have a query, and a token of Discord's
    json: Any = None
    content: bytes | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    repeatable: bool
    max_answer: int = MAX_ANSWER_BYTES
    seconds: float | None = None  # for all of it; None for as long as is usual

    def body(self) -> bytes | None:
        return self.content if self.json is None else json.dumps(self.json, ensure_ascii=False).encode()

    def all_headers(self) -> dict[str, str]:
        return ({} if self.json is None else {"Content-Type": "application/json"}) | dict(self.headers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes = field(repr=False)

    def json(self) -> Any:
        """The body as JSON; None where it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a service is, and the headers that say who we are. `traced`: it is told what its work is a part of."""

    url: str = field(repr=False)  # Telegram's has its token in it
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    traced: bool = False


class Locate(Protocol):
    def __call__(self, *, fresh: bool = False) -> Address:
        """`fresh` after the credential was refused. Raises DependencyError."""


class ServiceError(DependencyError):
    """A service did not do what it was asked; `verdict` says what that means, `said` in what words."""

    def __init__(
        self,
        service: str,
        verdict: Verdict,
        said: str,
        *,
        retry_after: float | None = None,
        answer: Answer | None = None,
    ) -> None:
        super().__init__(f"{service}: {said}")
        self.service = service
        self.verdict = verdict
        self.said = said
        self.retry_after = retry_after  # seconds
        self.answer = answer  # None where there was none


class ServiceDownError(ServiceError):
    """The service is unwell, as against unwilling: this is what opens its circuit."""


class CircuitOpenError(ServiceError):
    """The service was not even asked: it has been unwell, and is given time."""


class GrantRefusedError(ServiceError):
    """The provider gives no token for this grant, and will not until a person has done something."""


class NotSentError(Exception):
    """There was no connection: nothing has been asked."""


class NoAnswerError(Exception):
    """It was asked and did not answer in time, or not in a way that can be read."""


class Send(Protocol):
    def __call__(self, url: str, call: Call, headers: Mapping[str, str]) -> Answer:
        """Raises NotSentError, NoAnswerError."""


Guard = Callable[[Callable[[], Answer]], Callable[[], Answer]]


def unguarded(ask: Callable[[], Answer]) -> Callable[[], Answer]:
    return ask


class Service:
    """A service outside. `guard` is its circuit."""

    def __init__(self, name: str, locate: Locate, *, send: Send, guard: Guard = unguarded) -> None:
        self.name = name
        self._locate = locate
        self._send = send
        self._guard = guard

    def ask(self, call: Call) -> Answer:
        """The service's answer, 2xx. Raises ServiceError."""
        try:
            return self._guard(lambda: self._ask(call, self._address()))()
        except ServiceError as error:
            if error.verdict is not Verdict.REFRESH_CREDENTIAL:
                raise
        return self._guard(lambda: self._ask(call, self._address(fresh=True)))()

    def look_up(self, call: Call) -> Answer:
        """The answer to "was it done?". Raises ServiceError: AMBIGUOUS where the service does not tell."""
        try:
            return self.ask(call)
        except ServiceError as error:
            if error.verdict is not Verdict.TERMINAL and (error.answer is None or error.answer.status != 501):
                raise
            said = f"it may have been done, and the service does not tell: {error.said}"
            raise ServiceError(self.name, Verdict.AMBIGUOUS, said, answer=error.answer) from None

    def _address(self, *, fresh: bool = False) -> Address:
        """Where our own secrets cannot be read, nothing has been asked."""
        try:
            return self._locate(fresh=fresh)
        except ServiceError:
            raise
        except DependencyError as error:
            raise ServiceError(self.name, Verdict.RETRY_BACKOFF, str(error)) from error

    def _ask(self, call: Call, address: Address) -> Answer:
        with tracing.call(self.name, call.method) as span:
            answer = self._answer(call, address)
            verdict = verdict_of(answer, repeatable=call.repeatable)
            span.set(status=answer.status)
            if verdict is Verdict.OK:
                return answer
            span.set(verdict=verdict)
            kind = ServiceDownError if answer.status >= 500 and verdict is not Verdict.RETRY_AFTER else ServiceError
            wait = retry_after(answer, now=datetime.now(UTC))
            raise kind(self.name, verdict, saying(answer), retry_after=wait, answer=answer)

    def _answer(self, call: Call, address: Address) -> Answer:
        try:
            return self._send(address.url + call.path, call, _headers(call, address))
        except NotSentError as error:
            raise ServiceDownError(self.name, Verdict.RETRY_BACKOFF, str(error)) from None
        except NoAnswerError as error:
            verdict = Verdict.RETRY_BACKOFF if call.repeatable else Verdict.AMBIGUOUS
            raise ServiceDownError(self.name, verdict, str(error)) from None


def _headers(call: Call, address: Address) -> dict[str, str]:
    headers = {**address.headers, **call.all_headers()}
    here = tracing.traceparent() if address.traced or "traceparent" in headers else None
    return headers | ({"traceparent": here} if here else {})


def verdict_of(answer: Answer, *, repeatable: bool) -> Verdict:
    """What an answer means where a provider has no rules of its own. Source: RFC 9110 §15, RFC 6585 §4."""
    status = answer.status
    if 200 <= status < 300:
        return Verdict.OK
    if status == 401:
        return Verdict.REFRESH_CREDENTIAL
    if status == 429 or (status == 503 and "retry-after" in answer.headers):
        return Verdict.RETRY_AFTER
    if status == 408 or status >= 500:
        return Verdict.RETRY_BACKOFF if repeatable else Verdict.AMBIGUOUS
    return Verdict.TERMINAL


def retry_after(answer: Answer, *, now: datetime) -> float | None:
    """Seconds the service asks us to stay away, at most an hour; None where it does not say so sensibly.

    Takes seconds and dates, as RFC 9110 §10.2.3 has them.
    """
    text = answer.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text), LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    seconds = (aware - now).total_seconds()
    return min(seconds, LONGEST_WAIT) if seconds > 0 else None


def backoff(attempt: int) -> float:
    """Seconds before try number `attempt` + 1: random up to a bound that doubles ("full jitter")."""
    return random.uniform(0, min(_FIRST_BACKOFF * 2 ** min(attempt - 1, 16), _LONGEST_BACKOFF))


def saying(answer: Answer) -> str:
    """The status and the service's own words, in one line of bounded length."""
    body = answer.json()
    words = next((str(body[name]) for name in _WORDS if body.get(name)), "") if isinstance(body, dict) else ""
    number = f"{answer.status} "
    line = " ".join(f"{number}{words.removeprefix(number).removeprefix(number.replace(' ', ': '))}".split())
    return "".join(letter for letter in line if letter.isprintable())[:_LONGEST_SAYING]


_WORDS: Final = ("detail", "error", "description", "message", "reason", "title")


def traceparent(trace_id: str) -> str:
    """W3C Trace Context §3.2, with a new parent id. In a call it gives way to the span of the call, if there is one."""
    return f"00-{trace_id}-{random.getrandbits(64) | 1:016x}-01"


def send(url: str, call: Call, headers: Mapping[str, str]) -> Answer:
    """Over the network: no redirects, no proxies, within the time and the size that were set."""
    return send_over(_client, url, call, headers)


def send_over(client: "Callable[[], httpx.Client]", url: str, call: Call, headers: Mapping[str, str]) -> Answer:
    """The same with another client of `client_over`."""
    import httpx  # a fifth of a second: only who calls somebody pays for it

    from shared.runtime.deadline import until

    limit = TIMEOUT_SECONDS if call.seconds is None else call.seconds
    ends = time.monotonic() + limit
    wait = httpx.Timeout(limit, connect=min(limit, _CONNECT_SECONDS))
    try:
        until(ends)
        with client().stream(call.method, url, content=call.body(), headers=dict(headers), timeout=wait) as response:
            body = _read(response, call.max_answer, ends)
            return Answer(status=response.status_code, headers=dict(response.headers), body=body)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.InvalidURL):
        raise NotSentError("cannot be reached") from None  # the original may have the URL in it
    except (UnicodeError, httpx.LocalProtocolError):
        raise NotSentError("cannot be asked: its key or address is no plain text") from None
    except httpx.TimeoutException:
        raise NoAnswerError("did not answer in time") from None
    except httpx.HTTPError:
        raise NoAnswerError("broke off") from None


@cache
def _client() -> "httpx.Client":
    from shared.runtime.deadline import transport

    return client_over(transport())


def client_over(transport: "httpx.HTTPTransport") -> "httpx.Client":
    """Of a transport of `deadline`."""
    from http.cookiejar import CookieJar, DefaultCookiePolicy

    import httpx

    return httpx.Client(
        transport=transport,
        cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=[])),  # none is kept for another service
        follow_redirects=False,
        trust_env=False,
        headers={"User-Agent": "switchyard", "Accept-Encoding": "identity"},
    )


def _read(response: "httpx.Response", most: int, ends: float) -> bytes:
    """An answer that trickles in, or never ends, is none. Raises NoAnswerError."""
    if response.headers.get("content-encoding", "identity") != "identity":  # unpacked it may be of any size
        raise NoAnswerError("answered in a coding that was not asked for")
    body = bytearray()
    for chunk in response.iter_raw():
        body += chunk
        if len(body) > most:
            raise NoAnswerError("answered more than is read")
        if time.monotonic() > ends:
            raise NoAnswerError("did not answer in time")
    return bytes(body)
