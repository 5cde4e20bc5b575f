"""A service outside: asked, asked again with another key, looked up, left alone; and what is said when it fails."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from shared.runtime.errors import DependencyError
from shared.runtime.http import (
    Address,
    Answer,
    Call,
    CircuitOpenError,
    NoAnswerError,
    NotSentError,
    Service,
    ServiceDownError,
    ServiceError,
    Verdict,
)

TOKEN = "123456:telegram-token"
ONCE = Call(
    method="POST", path="/messages", json={"listing_id": "7"}, headers={"Idempotency-Key": "k"}, repeatable=False
)
LOOK = Call(method="GET", path="/messages?listing_id=7", repeatable=True)


def an_answer(status: int, body: Any = None, **headers: str) -> Answer:
    return Answer(
        status=status,
        headers={name.replace("_", "-"): value for name, value in headers.items()},
        body=json.dumps(body).encode(),
    )


class Far:
    """The other side: answers, or raises, one thing after the other."""

    def __init__(self, *said: Answer | Exception) -> None:
        self._said = list(said)
        self.asked: list[tuple[str, Mapping[str, str]]] = []
        self.fresh: list[bool] = []
        self.guarded = 0
        self.service = Service("telegram", self._locate, send=self._send, guard=self._guard)

    def _locate(self, *, fresh: bool = False) -> Address:
        self.fresh.append(fresh)
        key = "new" if fresh else "old"
        return Address(url=f"https://telegram.example/bot{TOKEN}", headers={"x-api-key": key})

    def _send(self, url: str, call: Call, headers: Mapping[str, str]) -> Answer:
        self.asked.append((url, headers))
        said = self._said.pop(0)
        if isinstance(said, Exception):
            raise said
        return said

    def _guard(self, ask: Callable[[], Answer]) -> Callable[[], Answer]:
        self.guarded += 1
        return ask


def failed(far: Far, call: Call = ONCE) -> ServiceError:
    with pytest.raises(ServiceError) as caught:
        far.service.ask(call)
    return caught.value


def test_a_service_is_asked_at_its_address_with_its_key_and_what_the_call_says() -> None:
    far = Far(an_answer(200, {"ok": True}))
    assert far.service.ask(ONCE).json() == {"ok": True}
    ((url, headers),) = far.asked
    assert url == f"https://telegram.example/bot{TOKEN}/messages"
    assert headers == {"x-api-key": "old", "Content-Type": "application/json", "Idempotency-Key": "k"}


def test_a_key_that_is_not_believed_is_read_anew_once() -> None:
    far = Far(an_answer(401), an_answer(200))
    assert far.service.ask(ONCE).status == 200
    assert [headers["x-api-key"] for _, headers in far.asked] == ["old", "new"]
    assert (far.fresh, far.guarded) == ([False, True], 2)


def test_a_key_that_is_not_believed_even_then_is_for_a_person() -> None:
    far = Far(an_answer(401), an_answer(401, {"detail": "who are you?"}))
    error = failed(far)
    assert (error.verdict, error.said) == (Verdict.REFRESH_CREDENTIAL, "401 who are you?")
    assert far.fresh == [False, True]


@pytest.mark.parametrize("status", [400, 403, 404, 408, 409, 429, 500, 503])
def test_no_other_answer_makes_it_ask_again(status: int) -> None:
    far = Far(an_answer(status))
    failed(far)
    assert len(far.asked) == 1


@pytest.mark.parametrize(
    ("said", "call", "expected"),
    [
        (NotSentError("cannot be reached"), ONCE, Verdict.RETRY_BACKOFF),
        (NotSentError("cannot be reached"), LOOK, Verdict.RETRY_BACKOFF),
        (NoAnswerError("did not answer in time"), ONCE, Verdict.AMBIGUOUS),
        (NoAnswerError("did not answer in time"), LOOK, Verdict.RETRY_BACKOFF),
        (an_answer(500), ONCE, Verdict.AMBIGUOUS),
        (an_answer(500), LOOK, Verdict.RETRY_BACKOFF),
    ],
    ids=str,
)
def test_a_service_that_is_unwell_is_told_from_one_that_is_unwilling(
    said: Answer | Exception, call: Call, expected: Verdict
) -> None:
    error = failed(Far(said), call)
    assert isinstance(error, ServiceDownError)
    assert error.verdict is expected


@pytest.mark.parametrize("answer", [an_answer(400), an_answer(429), an_answer(503, retry_after="5"), an_answer(408)])
def test_a_service_that_is_unwilling_is_not_down(answer: Answer) -> None:
    assert not isinstance(failed(Far(answer)), ServiceDownError)


def test_a_service_that_says_when_is_waited_for_as_long() -> None:
    assert failed(Far(an_answer(429, retry_after="17"))).retry_after == 17
    assert failed(Far(an_answer(429, retry_after="soon"))).retry_after is None


@pytest.mark.parametrize("status", [404, 405, 501])
def test_a_service_without_a_look_up_cannot_tell(status: int) -> None:
    with pytest.raises(ServiceError) as caught:
        Far(an_answer(status)).service.look_up(LOOK)
    assert caught.value.verdict is Verdict.AMBIGUOUS


@pytest.mark.parametrize("status", [301, 308, 400, 402, 403, 409, 410, 414, 422, 451])
def test_a_look_up_that_is_refused_for_whatever_reason_does_not_say_that_nothing_was_done(status: int) -> None:
    """TERMINAL would: what is not known to be done would then be done again."""
    with pytest.raises(ServiceError) as caught:
        Far(an_answer(status, {"detail": "not for you"})).service.look_up(LOOK)
    assert caught.value.verdict is Verdict.AMBIGUOUS


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([NotSentError("cannot be reached")], Verdict.RETRY_BACKOFF),
        ([NoAnswerError("broke off")], Verdict.RETRY_BACKOFF),
        ([an_answer(500)], Verdict.RETRY_BACKOFF),
        ([an_answer(429)], Verdict.RETRY_AFTER),
        ([an_answer(401), an_answer(401)], Verdict.REFRESH_CREDENTIAL),
    ],
    ids=str,
)
def test_a_look_up_that_did_not_get_through_may_be_tried_again(said: list[Any], expected: Verdict) -> None:
    with pytest.raises(ServiceError) as caught:
        Far(*said).service.look_up(LOOK)
    assert caught.value.verdict is expected


def test_a_look_up_that_is_answered_is_handed_back() -> None:
    assert Far(an_answer(200, {"messages": []})).service.look_up(LOOK).json() == {"messages": []}


def test_a_circuit_that_is_open_lets_nothing_through() -> None:
    far = Far()

    def shut(_: Callable[[], Answer]) -> Callable[[], Answer]:
        def refuse() -> Answer:
            raise CircuitOpenError("telegram", Verdict.RETRY_AFTER, "is down, and is given time", retry_after=20)

        return refuse

    service = Service("telegram", far._locate, send=far._send, guard=shut)
    with pytest.raises(CircuitOpenError):
        service.ask(ONCE)
    assert far.asked == []


@pytest.mark.parametrize(
    "said",
    [
        NotSentError("cannot be reached"),
        NoAnswerError("did not answer in time"),
        an_answer(401),
        an_answer(404, {"description": "Not Found"}),
        an_answer(500, {"detail": "oops"}),
    ],
    ids=str,
)
def test_no_failure_says_where_it_was_asked_or_with_what_key(said: Answer | Exception) -> None:
    error = failed(Far(said, an_answer(401)))
    shown = f"{error} {error!r} {error.said} {error.__cause__!r} {error.answer!r}"
    assert not any(secret in shown for secret in (TOKEN, "telegram.example", "old", "new"))
    assert error.service in str(error)
    assert isinstance(error, DependencyError)


def test_where_our_secrets_cannot_be_read_nothing_has_been_asked_and_no_circuit_opens() -> None:
    def locate(*, fresh: bool = False) -> Address:
        raise DependencyError("the secrets cannot be read now")

    far = Far()
    service = Service("telegram", locate, send=far._send)
    with pytest.raises(ServiceError) as caught:
        service.ask(ONCE)
    assert caught.value.verdict is Verdict.RETRY_BACKOFF
    assert not isinstance(caught.value, ServiceDownError)
