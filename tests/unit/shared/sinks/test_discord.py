"""A Discord channel is told in plain words, mentions nobody, and is told once where that can be had."""

from typing import Any

import pytest

from shared.runtime.discord import LONGEST_CONTENT
from shared.runtime.errors import InvalidInputError
from shared.runtime.http import LONGEST_WAIT, NoAnswerError, NotSentError, Verdict
from shared.sinks.discord import DiscordChannel
from shared.sinks.notices import NOTHING_TO_TELL
from shared.sinks.sink import Made
from tests.unit.shared.sinks.far import Far, Said, an_answer, refused
from tests.unit.shared.sinks.samples import a_message, a_short_message

EVENT = a_short_message(content="hello", author="ada")
SENT = an_answer({"id": "77", "channel_id": "5"})
LOST = NoAnswerError("did not answer in time")
UNREACHABLE = NotSentError("cannot be reached")


def a_refusal(status: int, body: Any = None, **headers: str) -> Said:
    return an_answer({"code": 50035, "message": "Invalid Form Body"} if body is None else body, status, **headers)


def a_sink(*said: Said) -> tuple[DiscordChannel, Far]:
    far = Far(*said)
    return DiscordChannel(far.service, channel_id="5", currency="GBP"), far


def told(text: str) -> str:
    """What the channel is told of that text, without who said it."""
    body = a_sink(SENT)[0].request(a_short_message(content=text, author="a")).json
    content: str = body["content"]
    return content.removeprefix("a: ")


def test_what_happened_is_told() -> None:
    sink, far = a_sink(SENT)
    assert sink.send(EVENT) == Made(external_id="77")
    (call,) = far.asked
    assert (call.method, call.path, call.repeatable) == ("POST", "/channels/5/messages", False)
    assert call.headers == {"User-Agent": "DiscordBot (https://switchyard.example, 0.1)"}
    nonce = call.json["nonce"]
    assert call.json == {
        "content": "ada: hello",
        "allowed_mentions": {"parse": []},
        "nonce": nonce,
        "enforce_nonce": True,
        "flags": 4,
    }
    assert len(nonce) == 25


def test_an_event_has_a_nonce_of_its_own() -> None:
    sink, _ = a_sink(SENT)
    other = dict(EVENT, id="message:discord:124:1")
    assert sink.request(EVENT).json["nonce"] == sink.request(EVENT).json["nonce"] != sink.request(other).json["nonce"]


@pytest.mark.parametrize("lost", [LOST, a_refusal(500), a_refusal(502, b""), an_answer(b"ok"), an_answer({"id": None})])
@pytest.mark.parametrize("times", [1, 2])
def test_what_may_have_been_told_is_told_at_once_again_under_the_same_nonce(lost: Said, times: int) -> None:
    sink, far = a_sink(*[lost] * times, SENT)
    assert sink.send(EVENT) == Made(external_id="77")
    assert len(far.asked) == times + 1
    assert len({call.json["nonce"] for call in far.asked}) == 1


def test_after_three_times_it_stays_in_doubt() -> None:
    sink, far = a_sink(LOST)
    assert refused(sink, EVENT).verdict is Verdict.AMBIGUOUS
    assert len(far.asked) == 3


@pytest.mark.parametrize("later", [UNREACHABLE, a_refusal(429), a_refusal(403), a_refusal(401)])
def test_a_later_refusal_does_not_say_that_the_first_time_nothing_was_told(later: Said) -> None:
    sink, _ = a_sink(LOST, later)
    assert refused(sink, EVENT).verdict is Verdict.AMBIGUOUS


@pytest.mark.parametrize(
    ("said", "verdict", "times"),
    [
        (a_refusal(400), Verdict.TERMINAL, 1),
        (a_refusal(401), Verdict.REFRESH_CREDENTIAL, 2),
        (a_refusal(403, {"code": 50001, "message": "Missing Access"}), Verdict.TERMINAL, 1),
        (a_refusal(404, {"code": 10003, "message": "Unknown Channel"}), Verdict.TERMINAL, 1),
        (a_refusal(429, {"retry_after": 0.3}), Verdict.RETRY_AFTER, 1),
        (UNREACHABLE, Verdict.RETRY_BACKOFF, 1),
    ],
)
def test_what_surely_was_not_told_is_not_repeated_here(said: Said, verdict: Verdict, times: int) -> None:
    sink, far = a_sink(said)
    assert refused(sink, EVENT).verdict is verdict
    assert len(far.asked) == times  # a credential that was refused is renewed once


@pytest.mark.parametrize(
    ("body", "seconds"),
    [
        ({"message": "You are being rate limited.", "retry_after": 0.65, "global": False}, 0.65),
        ({"retry_after": 10**9}, LONGEST_WAIT),
        ({"retry_after": 0}, 3.0),
        ({"retry_after": "soon"}, 3.0),
        ({"retry_after": float("inf")}, 3.0),
        ([], 3.0),
    ],
    ids=str,
)
def test_how_long_to_stay_away_is_read_from_the_body(body: Any, seconds: float) -> None:
    error = refused(a_sink(a_refusal(429, body, retry_after="3"))[0], EVENT)
    assert (error.verdict, error.retry_after) == (Verdict.RETRY_AFTER, seconds)


def test_discord_s_code_is_kept() -> None:
    error = refused(a_sink(a_refusal(403, {"code": 50001, "message": "Missing Access"}))[0], EVENT)
    assert error.said == "403 Missing Access (50001)"


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("**bold** _it_ ~~gone~~ ||spoiler|| `code`", r"\*\*bold\*\* \_it\_ \~\~gone\~\~ \|\|spoiler\|\| \`code\`"),
        ("a\\*b", r"a\\\*b"),
        ("[a](https://b.example/c_d)", r"\[a\](https://b.example/c_d)"),
        ("see https://b.example/a_b_c?d=*e, now", r"see https://b.example/a_b_c?d=\*e, now"),
        ("<https://b.example>", "\\<\u200bhttps://b.example\\>"),
        ("@everyone @here a@b.example", "@\u200beveryone @\u200bhere a@b.example"),
        ("https://b.example/@everyone", "https://b.example/@\u200beveryone"),
        ("<@1> <@!1> <@&2> <#3>", "\\<\u200b@1\\> \\<\u200b@!1\\> \\<\u200b@&2\\> \\<\u200b#3\\>"),
        (
            "<:a:1> <t:1:R> </a:1> <id:guide>",
            "\\<\u200b:a:1\\> \\<\u200bt:1:R\\> \\<\u200b/a:1\\> \\<\u200bid:guide\\>",
        ),
        ("1 < 2 > 1", r"1 \< 2 \> 1"),
        ("x\n# a\n## b\n-# c\n> d\n>>> e\n- f\n #1", "x\n\\# a\n\\#\\# b\n\\-\\# c\n\\> d\n\\>\\>\\> e\n\\- f\n #1"),
        ("a - b # c", "a - b # c"),
        ("😀👨‍👩‍👧", "😀👨‍👩‍👧"),
        ("a\x00b", "ab"),
    ],
)
def test_a_text_reads_as_it_was_written(text: str, plain: str) -> None:
    assert told(text) == plain


@pytest.mark.parametrize(
    "text", ["x" * 32_000, "📷" * 2_000, "*" * 2_000, "👨‍👩‍👧" * 500, "[a](https://b.example/c) " * 200]
)
def test_a_long_text_is_cut_where_nothing_is_torn(text: str) -> None:
    content = told(text)
    assert content.endswith("…")
    assert LONGEST_CONTENT - 60 < len(content.encode("utf-16-le")) // 2 <= LONGEST_CONTENT
    assert not content.endswith("\\…")


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
        DiscordChannel(None, channel_id="5", currency="GBP").send(EVENT)
