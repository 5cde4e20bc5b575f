"""Tokens of providers that speak OAuth 2.0: asked for when needed, kept until shortly before they expire."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol, TypeGuard
from urllib.parse import urlencode

from shared.runtime.assertion import Assertion, KeyUnreadableError
from shared.runtime.clock import Clock
from shared.runtime.http import (
    Address,
    Answer,
    Call,
    GrantRefusedError,
    Locate,
    NoAnswerError,
    NotSentError,
    Send,
    ServiceDownError,
    ServiceError,
    Verdict,
    retry_after,
    verdict_of,
)

RENEWED_BEFORE: Final = timedelta(minutes=5)  # its end: a token that is handed out is good for the call it is for
_LONGEST_LIFE: Final = 24 * 3_600  # seconds; what a provider promises beyond that is asked for again all the same


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a token is asked for with: the form that says by what right, and who we are.

    That is a client in a header of its own, an assertion signed when it is needed, or it stands in the form, too.
    """

    form: Mapping[str, str] = field(repr=False)
    client_id: str = field(default="", repr=False)
    client_secret: str = field(default="", repr=False)
    assertion: Assertion | None = field(default=None, repr=False)


class Grants(Protocol):
    def __call__(self, *, fresh: bool = False) -> Grant:
        """`fresh` after the last one was refused. Raises DependencyError."""


class Tokens(Protocol):
    def __call__(self, *, fresh: bool = False) -> str:
        """`fresh` after the last one was refused. Raises ServiceError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    value: str = field(repr=False)
    renewed_at: datetime


class Credential:
    """Yields an access token. `url` is where tokens are given."""

    def __init__(self, service: str, url: str, grants: Grants, *, send: Send, clock: Clock) -> None:
        self._service = service
        self._url = url
        self._grants = grants
        self._send = send
        self._clock = clock
        self._token: Token | None = None

    def __call__(self, *, fresh: bool = False) -> str:
        """A token that is good for some minutes; `fresh` after the last one was refused. Raises ServiceError."""
        if fresh or self._token is None or self._clock() >= self._token.renewed_at:
            self._token = None
            self._token = self._renewed()
        return self._token.value

    def _renewed(self) -> Token:
        """With the grant as it is remembered, and where that is refused with the one that is kept now."""
        remembered = self._grants()
        try:
            return self._asked(remembered)
        except GrantRefusedError:
            kept = self._grants(fresh=True)
            if kept == remembered:
                raise
        return self._asked(kept)

    def _asked(self, grant: Grant) -> Token:
        now = self._clock()
        call = self._call(grant, at=now)
        try:
            answer = self._send(self._url, call, {**basic(grant), **call.all_headers()})
        except (NotSentError, NoAnswerError) as error:
            raise ServiceDownError(self._service, Verdict.RETRY_BACKOFF, f"no token: {error}") from None
        return read_token(self._service, answer, now=now)

    def _call(self, grant: Grant, *, at: datetime) -> Call:
        try:
            return token_call(grant, at=at)
        except KeyUnreadableError:
            said = "the private key in its secret cannot be read"
            raise GrantRefusedError(self._service, Verdict.TERMINAL, said) from None


def bearer(url: str, tokens: Tokens) -> Locate:
    """Where a service is, with a token that says who we are."""

    def locate(*, fresh: bool = False) -> Address:
        return Address(url=url, headers={"Authorization": f"Bearer {tokens(fresh=fresh)}"})

    return locate


def carrying(url: str, tokens: Tokens, *, header: str) -> Locate:
    """As `bearer`, for who wants the token in a header of its own."""

    def locate(*, fresh: bool = False) -> Address:
        return Address(url=url, headers={header: tokens(fresh=fresh)})

    return locate


def refresh_grant(service: str, kept: Any, *, scope: str) -> Grant:
    """Of a secret with `client_id`, `client_secret` and `refresh_token`. Source: RFC 6749 §6.

    Raises GrantRefusedError where one of them is not set.
    """
    secret = _known(service, kept, ("client_id", "client_secret", "refresh_token"))
    form = {"grant_type": "refresh_token", "refresh_token": secret["refresh_token"], "scope": scope}
    return Grant(client_id=secret["client_id"], client_secret=secret["client_secret"], form=form)


def client_grant(service: str, kept: Any) -> Grant:
    """Of a secret with `client_id` and `client_secret`, which go into the form. Source: RFC 6749 §4.4, §2.3.1.

    Raises GrantRefusedError where one of them is not set.
    """
    secret = _known(service, kept, ("client_id", "client_secret"))
    return Grant(form={"grant_type": "client_credentials", **secret})


def service_account_grant(service: str, kept: Any, *, scope: str, audience: str) -> Grant:
    """Of a secret that is the key file of a Google service account; `audience` is where tokens are given.

    Source: RFC 7523, developers.google.com/identity/protocols/oauth2/service-account.
    Raises GrantRefusedError where what is needed of it is not set.
    """
    secret = _known(service, kept, ("client_email",), ("private_key",))
    assertion = Assertion(
        issuer=secret["client_email"], private_key=secret["private_key"], scope=scope, audience=audience
    )
    return Grant(form={"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer"}, assertion=assertion)


def _known(service: str, kept: Any, lines: Sequence[str], texts: Sequence[str] = ()) -> dict[str, str]:
    """Those parts of a secret; `texts` may have line breaks. Raises GrantRefusedError."""
    secret = kept if isinstance(kept, Mapping) else {}
    unset = [name for name in lines if not _is_set(secret.get(name))]
    unset += [name for name in texts if not isinstance(secret.get(name), str) or not secret[name].strip()]
    if unset:
        raise GrantRefusedError(service, Verdict.TERMINAL, f"its secret lacks {', '.join(unset)}")
    return {name: secret[name] for name in (*lines, *texts)}


def token_call(grant: Grant, *, at: datetime) -> Call:
    """Asking twice gives two tokens that are both good. Raises KeyUnreadableError."""
    assertion = {"assertion": grant.assertion.signed(at=at)} if grant.assertion else {}
    return Call(
        method="POST",
        path="",
        content=urlencode({**grant.form, **assertion}).encode(),
        headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
        repeatable=True,
    )


def basic(grant: Grant) -> dict[str, str]:
    """Who asks. Source: RFC 6749 §2.3.1, without its quoting, which eBay does not undo."""
    if not grant.client_id:
        return {}
    pair = f"{grant.client_id}:{grant.client_secret}".encode()
    return {"Authorization": f"Basic {b64encode(pair).decode()}"}


def read_token(service: str, answer: Answer, *, now: datetime) -> Token:
    """The token in an answer to a request sent at `now`. Source: RFC 6749 §5.1, §5.2. Raises ServiceError."""
    verdict = verdict_of(answer, repeatable=True)
    if verdict is not Verdict.OK:
        raise _refusal(service, answer, verdict)
    body = answer.json()
    value = body.get("access_token") if isinstance(body, dict) else None
    if not _is_set(value):
        raise ServiceDownError(service, Verdict.RETRY_BACKOFF, "answered without a token")
    return Token(value=value, renewed_at=now + _life(body.get("expires_in")) - RENEWED_BEFORE)


def _refusal(service: str, answer: Answer, verdict: Verdict) -> ServiceError:
    if verdict in (Verdict.RETRY_AFTER, Verdict.RETRY_BACKOFF):
        kind = ServiceDownError if verdict is Verdict.RETRY_BACKOFF else ServiceError
        return kind(service, verdict, f"no token: {answer.status}", retry_after=retry_after(answer, now=_now()))
    return GrantRefusedError(service, Verdict.TERMINAL, f"no token: {answer.status} {_reason(answer)}")


def _reason(answer: Answer) -> str:
    """The code of RFC 6749 §5.2 and what to do about it; the description is the provider's and may quote secrets."""
    body = answer.json()
    code = body.get("error") if isinstance(body, dict) else None
    return _TO_DO.get(code, "") if isinstance(code, str) else ""


_TO_DO: Final = {
    "invalid_client": "invalid_client: the client id or its secret is not the provider's",
    "invalid_grant": "invalid_grant: the consent or the key has run out or was withdrawn; a person has to consent anew",
    "invalid_request": "invalid_request",
    "invalid_scope": "invalid_scope: the consent does not cover what is asked for; a person has to consent anew",
    "unauthorized_client": "unauthorized_client: this client may not ask for tokens in this way",
    "unsupported_grant_type": "unsupported_grant_type",
}


def _is_set(value: Any) -> TypeGuard[str]:
    """A token goes into a header, where nothing else may stand."""
    return isinstance(value, str) and value != "" and value.isascii() and value.isprintable()


def _life(seconds: Any) -> timedelta:
    """Where a provider does not say, the token is used once."""
    known = isinstance(seconds, int | float) and 0 < seconds < float("inf")
    return timedelta(seconds=min(seconds, _LONGEST_LIFE)) if known else timedelta(0)


def _now() -> datetime:
    return datetime.now(UTC)
