"""Tokens: asked for when needed, kept while they are good, replaced when refused; and no secret is ever told."""

import json
from base64 import b64decode
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest

from shared.runtime.http import (
    Answer,
    Call,
    GrantRefusedError,
    NoAnswerError,
    NotSentError,
    ServiceDownError,
    ServiceError,
    Verdict,
)
from shared.runtime.oauth import Credential, Grant, Token, bearer, read_token, refresh_grant
from tests.support.builders import NOON

SECRET = {"client_id": "anna", "client_secret": "s3cret", "refresh_token": "v^1.1#r^1&="}
GIVEN = {"access_token": "token-1", "expires_in": 7200, "token_type": "User Access Token"}


def an_answer(body: Any, *, status: int = 200, **headers: str) -> Answer:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(
        status=status, headers={name.replace("_", "-"): value for name, value in headers.items()}, body=content
    )


class Provider:
    """Gives a new token each time it is asked; first it answers, or raises, what stands in `instead`."""

    def __init__(self) -> None:
        self.now = NOON
        self.asked: list[tuple[str, Call, Mapping[str, str]]] = []
        self.instead: list[Answer | Exception] = []
        self.remembered: Any = SECRET
        self.kept: Any = SECRET
        self.credential = Credential(
            "ebay", "https://ebay.example/token", self._grants, send=self._send, clock=lambda: self.now
        )

    def _grants(self, *, fresh: bool = False) -> Grant:
        if fresh:
            self.remembered = self.kept
        return refresh_grant("ebay", self.remembered, scope="sell")

    def _send(self, url: str, call: Call, headers: Mapping[str, str]) -> Answer:
        self.asked.append((url, call, headers))
        instead = self.instead.pop(0) if self.instead else None
        if isinstance(instead, Exception):
            raise instead
        return instead or an_answer(GIVEN | {"access_token": f"token-{len(self.asked)}"})


def refused(provider: Provider) -> ServiceError:
    with pytest.raises(ServiceError) as caught:
        provider.credential()
    return caught.value


def test_a_token_is_asked_for_as_the_standard_says() -> None:
    provider = Provider()
    assert provider.credential() == "token-1"
    ((url, call, headers),) = provider.asked
    assert (call.method, url + call.path) == ("POST", "https://ebay.example/token")
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert b64decode(headers["Authorization"].removeprefix("Basic ")).decode() == "anna:s3cret"
    assert dict(parse_qsl((call.body() or b"").decode(), strict_parsing=True)) == {
        "grant_type": "refresh_token",
        "refresh_token": SECRET["refresh_token"],
        "scope": "sell",
    }


def test_a_token_is_kept_until_five_minutes_before_its_end() -> None:
    provider = Provider()
    provider.credential()
    provider.now = NOON + timedelta(minutes=114, seconds=59)
    assert provider.credential() == "token-1"
    provider.now = NOON + timedelta(minutes=115)
    assert provider.credential() == "token-2"


def test_a_token_that_was_refused_is_not_used_again() -> None:
    provider = Provider()
    provider.credential()
    assert [provider.credential(fresh=True), provider.credential()] == ["token-2", "token-2"]


def test_a_token_that_was_refused_is_forgotten_even_where_there_is_no_other() -> None:
    provider = Provider()
    provider.credential()
    provider.instead = [NotSentError("cannot be reached")]
    with pytest.raises(ServiceError):
        provider.credential(fresh=True)
    assert provider.credential() == "token-3"


@pytest.mark.parametrize(
    "promise", [{}, {"expires_in": None}, {"expires_in": "7200"}, {"expires_in": -1}, {"expires_in": 0}]
)
def test_a_token_of_which_nobody_says_how_long_it_lives_is_used_once(promise: dict[str, Any]) -> None:
    provider = Provider()
    provider.instead = [an_answer({"access_token": "token-1", **promise})]
    assert [provider.credential(), provider.credential()] == ["token-1", "token-2"]


@pytest.mark.parametrize("seconds", [10**12, 1e300, float("inf"), float("nan")])
def test_a_life_that_nobody_has_is_not_believed(seconds: float) -> None:
    token = read_token("ebay", an_answer({"access_token": "x", "expires_in": seconds}), now=NOON)
    assert token.renewed_at <= NOON + timedelta(days=1)


def test_a_consent_that_ran_out_needs_a_person() -> None:
    provider = Provider()
    provider.instead = [an_answer({"error": "invalid_grant", "error_description": "v^1.1#r^1&= is old"}, status=400)]
    error = refused(provider)
    assert isinstance(error, GrantRefusedError)
    assert error.verdict is Verdict.TERMINAL
    assert "a person has to consent anew" in str(error)
    assert len(provider.asked) == 1


@pytest.mark.parametrize("status", [400, 401])
def test_a_secret_that_was_changed_is_looked_at_before_giving_up(status: int) -> None:
    provider = Provider()
    provider.instead = [an_answer({"error": "invalid_client"}, status=status)]
    provider.kept = SECRET | {"client_secret": "another"}
    assert provider.credential() == "token-2"


@pytest.mark.parametrize("kept", [None, "text", {}, SECRET | {"refresh_token": ""}, SECRET | {"refresh_token": "a\nb"}])
def test_a_secret_that_is_not_set_is_said_to_be_so(kept: Any) -> None:
    provider = Provider()
    provider.remembered = provider.kept = kept
    error = refused(provider)
    assert error.verdict is Verdict.TERMINAL
    assert "its secret lacks" in str(error)
    assert "refresh_token" in str(error)
    assert provider.asked == []


@pytest.mark.parametrize(
    ("instead", "verdict", "is_down"),
    [
        (NotSentError("cannot be reached"), Verdict.RETRY_BACKOFF, True),
        (NoAnswerError("did not answer in time"), Verdict.RETRY_BACKOFF, True),
        (an_answer({}, status=500), Verdict.RETRY_BACKOFF, True),
        (an_answer({}, status=503, retry_after="7"), Verdict.RETRY_AFTER, False),
        (an_answer({}, status=429, retry_after="7"), Verdict.RETRY_AFTER, False),
        (an_answer({"error": "unheard of"}, status=400), Verdict.TERMINAL, False),
        (an_answer([], status=403), Verdict.TERMINAL, False),
        (an_answer({"error": "invalid_client"}, status=401), Verdict.TERMINAL, False),
        (an_answer({}), Verdict.RETRY_BACKOFF, True),
        (an_answer(b"<html>"), Verdict.RETRY_BACKOFF, True),
        (an_answer({"access_token": 5}), Verdict.RETRY_BACKOFF, True),
        (an_answer({"access_token": "a\r\nHost: evil"}), Verdict.RETRY_BACKOFF, True),
    ],
)
def test_every_outcome_has_a_verdict(instead: Answer | Exception, verdict: Verdict, is_down: bool) -> None:
    provider = Provider()
    provider.instead = [instead]
    error = refused(provider)
    assert error.verdict is verdict
    assert isinstance(error, ServiceDownError) == is_down
    assert error.retry_after == (7.0 if verdict is Verdict.RETRY_AFTER else None)


def test_no_secret_is_ever_told() -> None:
    provider = Provider()
    secrets = [*SECRET.values(), "token-1"]
    grant = refresh_grant("ebay", SECRET, scope="sell")
    token = Token(value=provider.credential(), renewed_at=NOON)
    told = [repr(one) for one in (provider.credential, grant, token, *(call for _, call, _ in provider.asked))]
    for status in (400, 401, 403, 500):
        provider.instead = [an_answer({"error": " ".join(secrets), "error_description": SECRET}, status=status)]
        provider.now += timedelta(days=1)
        told.append(repr(refused(provider)))
    for secret in secrets:
        assert not any(secret in text for text in told)


def test_a_service_is_called_as_the_bearer_of_the_token() -> None:
    locate = bearer("https://api.ebay.example", Provider().credential)
    assert locate().headers == {"Authorization": "Bearer token-1"}
    assert locate().url == "https://api.ebay.example"
    assert locate(fresh=True).headers == {"Authorization": "Bearer token-2"}
