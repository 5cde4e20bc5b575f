"""A Telegram chat is told in plain text, within Telegram's limit, and at most once."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.runtime.errors import InvalidInputError
from shared.runtime.http import NoAnswerError, NotSentError, Verdict
from shared.sinks.notices import NOTHING_TO_TELL
from shared.sinks.sink import Made
from shared.sinks.telegram import LONGEST_TEXT, TelegramChat, cut, notice_call
from tests.unit.shared.sinks.far import Far, Said, an_answer, refused
from tests.unit.shared.sinks.samples import a_message, a_short_message

EVENT = a_short_message(content="*hello*", author="ada")
SENT = an_answer({"ok": True, "result": {"message_id": 77}})


def a_refusal(status: int, description: str = "no", **parameters: Any) -> Said:
    said = {"ok": False, "error_code": status, "description": description, "parameters": parameters}
    return an_answer(said, status)


def a_sink(said: Said) -> tuple[TelegramChat, Far]:
    far = Far(said)
    return TelegramChat(far.service, chat_id="-100123", currency="GBP"), far


def test_what_happened_is_told_as_plain_text() -> None:
    sink, far = a_sink(SENT)
    assert sink.send(EVENT) == Made(external_id="77")
    (call,) = far.asked
    assert (call.method, call.path, call.repeatable) == ("POST", "/sendMessage", False)
    assert call.json == {"chat_id": "-100123", "text": "ada: *hello*", "link_preview_options": {"is_disabled": True}}


@pytest.mark.parametrize("body", [b"", [], {}, {"result": None}, {"result": {}}])
def test_a_yes_is_one_even_where_the_message_has_no_number(body: Any) -> None:
    assert a_sink(an_answer(body))[0].send(EVENT) == Made(external_id=None)


@pytest.mark.parametrize(
    ("said", "verdict", "seconds"),
    [
        (a_refusal(400, "Bad Request: chat not found"), Verdict.TERMINAL, None),
        (a_refusal(403, "Forbidden: bot was kicked"), Verdict.TERMINAL, None),
        (a_refusal(404), Verdict.TERMINAL, None),
        (a_refusal(429, retry_after=5), Verdict.RETRY_AFTER, 5.0),
        (a_refusal(500), Verdict.AMBIGUOUS, None),
        (an_answer(b"<html>", 502), Verdict.AMBIGUOUS, None),
        (NoAnswerError("did not answer in time"), Verdict.AMBIGUOUS, None),
        (NotSentError("cannot be reached"), Verdict.RETRY_BACKOFF, None),
    ],
)
def test_every_outcome_has_a_verdict_and_nothing_is_told_twice(
    said: Said, verdict: Verdict, seconds: float | None
) -> None:
    sink, far = a_sink(said)
    error = refused(sink, EVENT)
    assert (error.verdict, error.retry_after) == (verdict, seconds)
    assert len(far.asked) == 1


def test_a_chat_that_moved_is_for_somebody_to_put_right() -> None:
    error = refused(a_sink(a_refusal(400, "group chat was upgraded", migrate_to_chat_id=-100456))[0], EVENT)
    assert error.verdict is Verdict.TERMINAL
    assert error.said == "400 group chat was upgraded; the chat's id is now -100456"


def test_it_cannot_be_asked_what_was_told() -> None:
    sink, far = a_sink(SENT)
    assert not sink.can_look
    assert refused(sink, EVENT, looking=True).verdict is Verdict.AMBIGUOUS
    assert far.asked == []


def test_what_nobody_needs_to_be_told_is_skipped() -> None:
    sink, _ = a_sink(SENT)
    quiet = {"id": "a:1", "type": "key.created", "source": "switchyard.keys", "data": {}}
    assert sink.skips(quiet) == NOTHING_TO_TELL
    assert sink.skips(a_message()) is None
    with pytest.raises(InvalidInputError):
        sink.request(quiet)
    with pytest.raises(InvalidInputError):
        TelegramChat(None, chat_id="", currency="GBP").send(EVENT)


def units(text: str) -> int:
    """As Telegram counts: what is beyond the first plane counts twice."""
    return sum(2 if ord(letter) > 0xFFFF else 1 for letter in text)


@pytest.mark.parametrize("letter", ["x", "é", "📷", "\U0001d4b3", "e\u0301", "👨‍👩‍👧"])
@pytest.mark.parametrize("over", [-1, 0, 1, 2, 5_000])
def test_a_text_is_cut_to_what_telegram_takes_and_no_shorter_than_it_must_be(letter: str, over: int) -> None:
    text = letter * ((LONGEST_TEXT + over) // units(letter) + 1)
    short = cut(text)
    assert units(short) <= LONGEST_TEXT
    if units(text) <= LONGEST_TEXT:
        assert short == text
    else:
        assert short.endswith("\n[…]")
        assert units(short) >= LONGEST_TEXT - 1
        assert text.startswith(short.removesuffix("\n[…]"))


@settings(derandomize=True, deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.sampled_from("x📷é"), st.integers(1, 3_000)), max_size=6))
def test_no_emoji_is_cut_in_two(parts: list[tuple[str, int]]) -> None:
    text = "".join(letter * number for letter, number in parts)
    short = cut(text)
    assert units(short) <= LONGEST_TEXT
    assert short.encode().decode() == short


@pytest.mark.parametrize("text", ["x" * 32_000, "📷" * 32_000, "a\x00\ud83db" * 3_000])
def test_what_is_sent_fits_and_can_be_sent(text: str) -> None:
    call = notice_call("-100123", text)
    assert 0 < units(call.json["text"]) <= LONGEST_TEXT
    assert (call.body() or b"").decode()
    assert "parse_mode" not in call.json


def test_nobody_is_mentioned_and_no_chat_is_opened() -> None:
    text = notice_call("-1", "@ada and tg://user?id=7, or ada@example.com").json["text"]
    assert "@ada" not in text
    assert "tg://" not in text
    assert text.replace("\u200b", "") == "@ada and tg://user?id=7, or ada@example.com"
