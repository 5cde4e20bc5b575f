"""What operators are shown of dead letters: never a secret, and never more than an answer can hold."""

import json
from datetime import timedelta
from typing import Any

import pytest

from shared.control.letters.looking import Found
from shared.control.letters.message import Message
from shared.control.letters.reading import Place, read_letter
from shared.control.letters.views import LONGEST_BODY, LetterPage, LetterView
from shared.runtime.redaction import BLOT
from tests.support.builders import NOON
from tests.support.letters import a_failed_call, an_event, an_interaction


def shown(body: Any, **how: Any) -> dict[str, Any]:
    """As it is answered."""
    text = body if isinstance(body, str) else json.dumps(body)
    message = Message(id="m-1", body=text, sent_at=NOON - timedelta(seconds=90.7), receive_count=6)
    letter = read_letter(message, Place(queue="NotionDeadLetters", source="NotionQueue", at=NOON))
    view: dict[str, Any] = json.loads(LetterView.of(letter, at=NOON, **how).model_dump_json())
    return view


def test_a_letter_is_shown_with_all_that_is_known_of_it() -> None:
    assert shown(an_event()) == {
        "letter_id": "m-1",
        "queue": "NotionDeadLetters",
        "source": "NotionQueue",
        "kind": "event",
        "cause": "unknown",
        "error": None,
        "sent_at": "2026-03-01T11:58:29.300000Z",
        "age_seconds": 90,
        "receive_count": 6,
        "event_type": "listing.created",
        "event_id": "listing:7:1",
        "trace_id": an_event()["detail"]["trace_id"],
        "is_retryable": True,
        "why_not": None,
        "body": an_event(),
        "is_cut": False,
    }


@pytest.mark.parametrize("is_called", [False, True])
def test_who_used_which_command_is_shown_only_where_that_is_asked_for(is_called: bool) -> None:
    used = an_interaction(NOON)
    body = a_failed_call({"Records": [{"body": json.dumps(used)}]}) if is_called else used
    assert (shown(body)["body"], shown(body)["is_cut"]) == (None, False)
    assert shown(body, with_commands=True)["body"] is not None


def test_the_token_of_an_interaction_is_not_shown() -> None:
    body = an_interaction(NOON)
    assert shown(body, with_commands=True)["body"]["detail"]["interaction"]["token"] == BLOT
    assert body["detail"]["interaction"]["token"] not in json.dumps(shown(body, with_commands=True))


def test_a_message_within_a_record_of_lambda_is_looked_into() -> None:
    inner = json.dumps(an_interaction(NOON))
    said = json.dumps(shown(a_failed_call({"Records": [{"body": inner}]}, said="password=hunter2")))
    assert "aW50ZXJhY3Rpb246" not in said
    assert "hunter2" not in said


def test_a_number_that_json_does_not_know_is_shown_as_it_was_written() -> None:
    assert shown('{"n": 1e999, "m": -1e999, "x": 1.5}')["body"] == {"n": "1e999", "m": "-1e999", "x": 1.5}


@pytest.mark.parametrize(
    "body", ["", "no JSON \x00", '{"a": "\\ud800", "\\udfff": 1}', '{"n": NaN, "i": Infinity}', "[1, 2]"]
)
def test_whatever_lies_there_can_be_shown(body: str) -> None:
    assert "body" in shown(body)


@pytest.mark.parametrize(
    "body",
    ["x" * 300_000, "📷" * 20_000, '"' * 100_000, {"data": "📷" * 20_000, "token": "hidden"}, [list(range(9_000))]],
)
def test_what_is_too_long_is_cut_so_that_two_hundred_fit_an_answer_of_lambda(body: Any) -> None:
    view = shown(body)
    assert view["is_cut"]
    assert len(json.dumps(view)) * 200 < 5_500_000
    assert "hidden" not in view["body"]


@pytest.mark.parametrize("body", ["📷" * (LONGEST_BODY // 13), '"' * (LONGEST_BODY // 3)])
def test_what_is_not_cut_is_as_small(body: str) -> None:
    view = shown(body)
    assert (view["is_cut"], view["body"]) == (False, body)
    assert len(json.dumps(view)) * 200 < 5_500_000


def test_one_letter_is_shown_whole() -> None:
    message = Message(id="m-1", body=json.dumps({"a": "x" * 200_000}), sent_at=NOON, receive_count=6)
    letter = read_letter(message, Place(queue="NotionDeadLetters", source="NotionQueue", at=NOON))
    (view,) = LetterPage.of(Found(letters=(letter,)), at=NOON, is_one=True).letters
    assert (view.is_cut, len(view.body["a"])) == (False, 200_000)
