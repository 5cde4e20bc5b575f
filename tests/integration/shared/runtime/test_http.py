"""Requests to services that behave in every way a service can: each has an end, and none tells a secret."""

import gzip
import logging
import socket
import time
import tracemalloc
from collections.abc import Iterator

import pytest

from shared.runtime import http
from shared.runtime.http import Address, Call, NoAnswerError, NotSentError, Service, ServiceError, Verdict, send
from tests.support.ends import FOR_EVER, has_an_end
from tests.support.outside import forget_connections
from tests.support.raw_server import RawServer, Serve, answer, dripping, raw_server, resetting, saying, silent

IN_TIME = 0.5  # seconds; what product code is given here, where it is what is looked at
GET = Call(method="GET", path="/path", repeatable=True)
POST = Call(method="POST", path="/path", json={"a": "ü"}, repeatable=False)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nConnection: close\r\n\r\n"
ENDLESS = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
TOKEN = "1234567:a-token-that-nobody-is-to-read"


@pytest.fixture(autouse=True)
def _alone() -> Iterator[None]:
    """Connections of one's own."""
    forget_connections()
    yield
    forget_connections()


@pytest.fixture
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "TIMEOUT_SECONDS", IN_TIME)


def ask(server: RawServer, call: Call = GET) -> http.Answer:
    return send(server.url + call.path, call, call.all_headers())


def test_a_request_arrives_as_it_was_built_and_its_answer_as_it_was_given() -> None:
    with raw_server(saying(answer(b'{"b": 1}', "X-Some: thing", status="201 Created"))) as server:
        got = ask(server, POST)
    assert (got.status, got.headers["x-some"], got.json()) == (201, "thing", {"b": 1})
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /path HTTP/1.1\r\n")
    assert b"content-type: application/json" in head.lower()
    assert body == '{"a": "ü"}'.encode()


def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    with raw_server(saying(answer())) as other:
        with raw_server(saying(answer(b"", f"Location: {other.url}/", status="307 Temporary Redirect"))) as server:
            assert ask(server, POST).status == 307
        assert other.requests == []


def test_no_proxy_is_used_whatever_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    with raw_server(saying(answer())) as server, raw_server(saying(answer(status="502 Bad Gateway"))) as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        assert ask(server).status == 200
        assert proxy.requests == []


def test_where_nobody_listens_nothing_was_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(NotSentError):
        send(f"http://127.0.0.1:{port}/", GET, {})


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/", "http://[::1/", "nowhere"])
def test_to_an_address_that_is_none_nothing_was_sent(url: str) -> None:
    with pytest.raises(NotSentError):
        send(url, GET, {})


@pytest.mark.parametrize("key", ["a-key\n", "a-key\r\nx: y", "schlüssel", "“quoted”"])
def test_with_a_key_that_is_no_header_nothing_was_sent(key: str) -> None:
    with raw_server(saying(answer())) as server:
        with pytest.raises(NotSentError):
            send(server.url, GET, {"x-api-key": key})
        assert server.requests == []


BREAKS_OFF: dict[str, Serve] = {
    "closed without a word": lambda *_: None,
    "torn down": resetting,
    "closed in the middle of the head": saying(HEAD[:30]),
    "closed in the middle of the body": saying(HEAD + b"{"),
    "no HTTP": saying(b"220 smtp.example ESMTP\r\n\r\n"),
    "gzip that is none": saying(answer(b"no gzip at all", "Content-Encoding: gzip")),
    "a head without end": dripping(b"HTTP/1.1 200 OK\r\n", b"X-More: " + b"x" * 60_000 + b"\r\n", every=0.01),
}


@pytest.mark.parametrize("serve", BREAKS_OFF.values(), ids=BREAKS_OFF.keys())
def test_an_answer_that_breaks_off_or_is_none_leaves_in_doubt_what_was_done(serve: Serve) -> None:
    with raw_server(serve) as server, pytest.raises(NoAnswerError):
        ask(server, POST)


DRIPS: dict[str, Serve] = {
    "nothing at all": silent,
    "a body, byte by byte": dripping(HEAD, b" ", every=0.1),
    "a body in chunks": dripping(ENDLESS, b"1\r\n \r\n", every=0.1),
    "a head, byte by byte": dripping(b"HTTP/1.1 200 OK\r\nX: ", b"x", every=0.1),
    "word that it goes on": dripping(b"", b"HTTP/1.1 102 Processing\r\n\r\n", every=0.1),
}


@pytest.mark.usefixtures("_hurried")
@pytest.mark.parametrize("serve", DRIPS.values(), ids=DRIPS.keys())
def test_an_answer_that_trickles_in_ends_in_time(serve: Serve) -> None:
    with raw_server(serve) as server, has_an_end(), pytest.raises(NoAnswerError):
        ask(server)


@pytest.mark.parametrize("usual", [IN_TIME / 4, FOR_EVER], ids=["more", "less"])
def test_a_call_may_have_more_time_than_is_usual_or_less(usual: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "TIMEOUT_SECONDS", usual)
    call = Call(method="GET", path="/", repeatable=True, seconds=IN_TIME)
    began = time.monotonic()
    with raw_server(silent) as server, has_an_end(), pytest.raises(NoAnswerError):
        ask(server, call)
    assert time.monotonic() - began >= IN_TIME


@pytest.mark.usefixtures("_hurried")
def test_a_service_that_does_not_read_what_it_is_sent_ends_in_time() -> None:
    much = Call(method="POST", path="/", content=bytes(32 * 1024 * 1024), repeatable=True)
    with raw_server(silent) as server, has_an_end(), pytest.raises(NoAnswerError):
        ask(server, much)


def test_an_answer_without_end_is_cut_where_it_is_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "TIMEOUT_SECONDS", FOR_EVER)
    endless = dripping(ENDLESS, b"10000\r\n" + bytes(65_536) + b"\r\n", every=0)
    with raw_server(endless) as server, has_an_end(), pytest.raises(NoAnswerError):
        ask(server)


def test_an_answer_of_just_the_size_that_is_read_is_read() -> None:
    small = Call(method="GET", path="/", repeatable=True, max_answer=1_000)
    with raw_server(saying(answer(bytes(1_000)))) as server:
        assert len(ask(server, small).body) == 1_000
    with raw_server(saying(answer(bytes(1_001)))) as server, pytest.raises(NoAnswerError):
        ask(server, small)


def test_an_answer_that_was_packed_against_our_wish_is_not_unpacked_beyond_the_limit() -> None:
    bomb = gzip.compress(bytes(200 * 1024 * 1024), 9)  # two hundred kilobytes, well within the limit
    with raw_server(saying(answer(bomb, "Content-Encoding: gzip"))) as server:
        tracemalloc.start()
        try:
            with pytest.raises(NoAnswerError):
                ask(server)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 8 * http.MAX_ANSWER_BYTES


def test_a_connection_that_was_closed_meanwhile_is_not_used_again() -> None:
    kept = answer().replace(b"Connection: close", b"Connection: keep-alive")
    with raw_server(saying(kept)) as server:
        assert [ask(server, POST).status for _ in range(20)] == [200] * 20


def test_what_one_service_wants_to_be_reminded_of_no_other_is_told() -> None:
    with raw_server(saying(answer(b"{}", "Set-Cookie: session=secret"))) as one, raw_server(saying(answer())) as other:
        ask(one)
        ask(other)
    assert b"secret" not in other.requests[0]


def telegram(url: str) -> Service:
    """A service with its token in its address and in a header, as bad as it gets."""
    return Service("telegram", lambda fresh=False: Address(url=f"{url}/bot{TOKEN}", headers={"key": TOKEN}), send=send)


def test_a_token_in_an_address_is_in_no_log_when_all_goes_well(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with raw_server(saying(answer())) as server:
        telegram(server.url).ask(POST)
    assert TOKEN.encode() in server.requests[0]
    assert TOKEN not in caplog.text


@pytest.mark.usefixtures("_hurried")
@pytest.mark.parametrize("serve", [saying(answer(status="500 No")), resetting, silent, None])
def test_a_token_in_an_address_is_in_no_error_and_no_log_of_one(
    serve: Serve | None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with raw_server(serve or silent) as server:
        if serve:
            error = refusal(server.url)
    if serve is None:  # nobody listens any more
        error = refusal(server.url)
    logging.getLogger("switchyard").error("it failed", exc_info=error)
    assert "Traceback" in caplog.text
    assert TOKEN not in caplog.text + repr(error) + repr(error.answer)


def refusal(url: str) -> ServiceError:
    with pytest.raises(ServiceError) as caught:
        telegram(url).ask(POST)
    return caught.value


@pytest.mark.parametrize(
    ("serve", "repeatable", "verdict"),
    [
        (resetting, True, Verdict.RETRY_BACKOFF),
        (resetting, False, Verdict.AMBIGUOUS),
        (saying(answer(b"{}", "Retry-After: 7", status="503 No")), False, Verdict.RETRY_AFTER),
        (saying(answer(status="302 Found")), False, Verdict.TERMINAL),
    ],
)
def test_a_service_says_what_came_of_it(serve: Serve, repeatable: bool, verdict: Verdict) -> None:
    with raw_server(serve) as server:
        service = Service("chatterbot", lambda fresh=False: Address(url=server.url), send=send)
        with pytest.raises(ServiceError) as caught:
            service.ask(Call(method="POST", path="/", json={}, repeatable=repeatable))
    assert caught.value.verdict is verdict
