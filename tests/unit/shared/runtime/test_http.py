"""What an answer means, when to come back, and what of a service's words is kept."""

import json
import logging
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.runtime.http import LONGEST_WAIT, Address, Answer, Call, Verdict, backoff, retry_after, saying, traceparent
from shared.runtime.http import verdict_of as verdict
from shared.runtime.observability import trace_id_from
from tests.support.builders import NOON

MOST = 300  # characters of a service's words


def an_answer(status: int = 200, body: Any = None, **headers: str) -> Answer:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(
        status=status, headers={name.replace("_", "-"): value for name, value in headers.items()}, body=content
    )


@pytest.mark.parametrize("repeatable", [True, False])
@pytest.mark.parametrize(
    ("status", "expected"),
    [
        *((status, Verdict.OK) for status in (200, 201, 202, 204, 299)),
        *((status, Verdict.TERMINAL) for status in (301, 302, 304, 307, 308)),
        *((status, Verdict.TERMINAL) for status in (400, 402, 403, 404, 405, 409, 410, 413, 422, 451)),
        (401, Verdict.REFRESH_CREDENTIAL),
        (429, Verdict.RETRY_AFTER),
        *((status, None) for status in (408, 500, 501, 502, 503, 504, 520, 599)),
    ],
)
def test_a_status_means_what_the_standard_says(status: int, expected: Verdict | None, repeatable: bool) -> None:
    """None: nobody knows whether it was done."""
    unknown = Verdict.RETRY_BACKOFF if repeatable else Verdict.AMBIGUOUS
    assert verdict(an_answer(status), repeatable=repeatable) is (expected or unknown)


@pytest.mark.parametrize("repeatable", [True, False])
def test_a_service_that_says_when_to_come_back_has_done_nothing(repeatable: bool) -> None:
    assert verdict(an_answer(503, retry_after="5"), repeatable=repeatable) is Verdict.RETRY_AFTER
    assert verdict(an_answer(500, retry_after="5"), repeatable=repeatable) is not Verdict.RETRY_AFTER


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("0", 0.0),
        ("1", 1.0),
        (" 120 ", 120.0),
        ("3600", 3_600.0),
        ("3601", LONGEST_WAIT),
        ("9" * 400, LONGEST_WAIT),
        ("-5", None),
        ("1.5", None),
        ("+5", None),
        ("\u0665", None),
        ("soon", None),
        ("", None),
        ("Wed, 32 Jan 2026 99:99:99 GMT", None),
        ("2026-03-01T12:00:10Z", None),
        ("Sun, 01 Mar 2026 12:00:10 GMT", 10.0),
        ("Sun, 01 Mar 2026 13:00:10 +0100", 10.0),
        ("Sun, 01 Mar 2026 12:00:10 -0000", 10.0),
        ("Sun, 01 Mar 2026 12:00:00 GMT", None),
        ("Sun, 01 Mar 2026 11:59:59 GMT", None),
        ("Mon, 01 Mar 2027 12:00:00 GMT", LONGEST_WAIT),
        ("Fri, 31 Dec 9999 23:59:59 -2359", LONGEST_WAIT),
    ],
    ids=lambda value: str(value)[:30],
)
def test_when_to_come_back_is_taken_in_seconds_or_as_a_date_and_at_most_an_hour(
    said: str, seconds: float | None
) -> None:
    assert retry_after(an_answer(429, retry_after=said), now=NOON) == seconds


def test_a_service_that_does_not_say_is_not_waited_for() -> None:
    assert retry_after(an_answer(429), now=NOON) is None


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.text(max_size=40) | st.text(alphabet="0123456789:+- ,GMTSunMar", max_size=40))
def test_whatever_is_said_of_coming_back_is_read_or_passed_over(said: str) -> None:
    seconds = retry_after(an_answer(429, retry_after=said), now=NOON)
    assert seconds is None or 0 <= seconds <= LONGEST_WAIT


@settings(derandomize=True, deadline=None, max_examples=50)
@given(st.timedeltas(min_value=timedelta(seconds=1), max_value=timedelta(days=400)))
def test_a_date_in_the_future_is_as_far_away_as_it_is(ahead: timedelta) -> None:
    whole = timedelta(seconds=int(ahead.total_seconds()))
    said = format_datetime(NOON + whole, usegmt=True)
    assert retry_after(an_answer(503, retry_after=said), now=NOON) == min(whole.total_seconds(), LONGEST_WAIT)


@pytest.mark.parametrize("attempt", [1, 2, 3, 8, 9, 100, 10**6])
def test_who_comes_back_by_itself_waits_for_a_random_time_below_a_bound_that_doubles(attempt: int) -> None:
    bound = min(2.0 * 2 ** (min(attempt, 20) - 1), 300.0)
    waits = [backoff(attempt) for _ in range(200)]
    assert 0 <= min(waits) < max(waits) <= bound
    assert max(waits) > bound / 2


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ({"detail": "no such thing"}, "422 no such thing"),
        ({"error": "full", "detail": "no room"}, "422 no room"),
        ({"description": "Bad Request: chat not found"}, "422 Bad Request: chat not found"),
        ({"message": "a\n  b\tc\x00\x1b[2J"}, "422 a b c[2J"),
        ({"reason": "\u202eevil\u2028x\u200b"}, "422 evil x"),
        ({"title": ""}, "422"),
        ({"error": {"code": 7}}, "422 {'code': 7}"),
        ({"detail": None, "error": False, "message": 0}, "422"),
        (["detail"], "422"),
        (None, "422"),
        (b"<html>Internal Server Error</html>", "422"),
        (b"\xff\xfe", "422"),
        (b"[" * 100_000, "422"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_of_a_service_s_words_one_line_is_kept(body: Any, line: str) -> None:
    assert saying(an_answer(422, body)) == line


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.integers(100, 599), st.dictionaries(st.sampled_from(["detail", "error", "title"]), st.text(max_size=500)))
def test_what_is_kept_is_never_long_and_never_more_than_one_printable_line(status: int, body: dict[str, str]) -> None:
    line = saying(an_answer(status, body))
    assert line.startswith(str(status))
    assert len(line) <= MOST
    assert line.isprintable()


@pytest.mark.parametrize("length", [295, 296, 297, 100_000])
def test_words_without_end_are_cut(length: int) -> None:
    assert saying(an_answer(500, {"detail": "x" * length})) == f"500 {'x' * length}"[:MOST]


@pytest.mark.parametrize("body", [b"", b"no json", b"\xff", b"{", b"[" * 100_000, b'{"a": 1'])
def test_a_body_that_is_no_json_is_none(body: bytes) -> None:
    assert an_answer(200, body).json() is None


def test_a_call_is_sent_as_utf_8_and_says_that_it_is_json() -> None:
    call = Call(method="POST", path="/x", json={"title": "Appareil é"}, headers={"X-Y": "1"}, repeatable=False)
    assert call.body() == '{"title": "Appareil é"}'.encode()
    assert call.all_headers() == {"Content-Type": "application/json", "X-Y": "1"}
    bare = Call(method="GET", path="/x", repeatable=True)
    assert (bare.body(), bare.all_headers()) == (None, {})


def test_neither_keys_nor_tokens_nor_bodies_are_shown_where_a_call_is_printed() -> None:
    address = Address(url="https://telegram.example/bot123:secret", headers={"x-api-key": "secret"})
    call = Call(method="POST", path="/x", headers={"Authorization": "secret"}, content=b"secret", repeatable=False)
    assert "secret" not in repr([address, call, an_answer(200, b"secret")])


@pytest.mark.parametrize("name", ["httpx", "httpcore"])
def test_what_logs_every_address_it_calls_is_silenced(name: str) -> None:
    assert logging.getLogger(name).getEffectiveLevel() >= logging.WARNING


def test_a_trace_is_handed_on_as_the_standard_says() -> None:
    trace_id = "0af7651916cd43dd8448eb211c80319c"
    shown = {traceparent(trace_id) for _ in range(20)}
    assert len(shown) == 20
    assert {trace_id_from({"traceparent": one}) for one in shown} == {trace_id}
