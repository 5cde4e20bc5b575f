"""What lies in dead-letter queues: what it is, why, and whether and how it can be tried again."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.control.letters.cause import LONGEST_CAUSE, UNKNOWN, reason_of
from shared.control.letters.letter import Kind, Letter
from shared.control.letters.message import Message
from shared.control.letters.reading import ANSWERED_FOR, Place, read_letter
from tests.support.builders import NOON
from tests.support.letters import (
    TRACE,
    a_failed_call,
    a_given_up,
    a_relay_failure,
    an_event,
    an_interaction,
    attribute,
)

QUEUE_BATCH = {"Records": [{"body": json.dumps(an_event()), "eventSource": "aws:sqs"}]}


@dataclass(frozen=True)
class Note:
    error: str
    said: str


def a_letter(body: Any, *, source: str | None = "NotionQueue", noted: Note | None = None, **said: Any) -> Letter:
    text = body if isinstance(body, str) else json.dumps(body)
    message = Message(id="m-1", body=text, sent_at=NOON - timedelta(hours=1), receive_count=6, **said)
    return read_letter(message, Place(queue="NotionDeadLetters", source=source, at=NOON), noted=noted)


def fresh_interaction() -> dict[str, Any]:
    return an_interaction(NOON - ANSWERED_FOR + timedelta(seconds=1))


KINDS: list[tuple[Kind, Any, bool]] = [
    (Kind.EVENT, an_event(), True),
    (Kind.PUT_BACK, an_event(not_before="2026-03-01T11:00:00.000000Z", tries=4), True),
    (Kind.GIVEN_UP, a_given_up(), True),
    (Kind.INTERACTION, fresh_interaction(), True),
    (Kind.INTERACTION, an_interaction(NOON - ANSWERED_FOR), False),
    (Kind.RELAY, a_relay_failure(), True),
    (Kind.RELAY, a_relay_failure(first="soon"), False),
    (Kind.RELAY, a_relay_failure(first="2026-03-01T11:00:00"), False),
    (Kind.RELAY, a_relay_failure(first="2026-03-01T11:00:11Z"), False),
    (Kind.CALL, a_failed_call({"task": "take_turn"}), False),
    (Kind.CALL, a_failed_call(QUEUE_BATCH), True),
    (Kind.CALL, a_failed_call({"Records": QUEUE_BATCH["Records"] * 2}), False),
    (Kind.CALL, a_failed_call({"Records": [{"dynamodb": {}}]}), False),
    (Kind.CALL, a_failed_call(None), False),
    (Kind.SCHEDULE, {"task": "sweep"}, False),
    (Kind.SCHEDULE, {"job": "resume-runs"}, False),
    (Kind.UNREADABLE, "no JSON", True),
    (Kind.UNREADABLE, "", True),
    (Kind.UNREADABLE, [1], True),
    (Kind.UNREADABLE, {"detail": "text"}, True),
    (Kind.UNREADABLE, "[" * 100_000, True),
    (Kind.UNREADABLE, "1" * 5_000, True),
]


@pytest.mark.parametrize(("kind", "body", "is_retryable"), KINDS)
def test_a_letter_is_known_by_its_body(kind: Kind, body: Any, is_retryable: bool) -> None:
    letter = a_letter(body)
    assert (letter.kind, letter.is_retryable) == (kind, is_retryable)
    assert (letter.why_not is None) == (letter.parcel is not None or letter.window is not None)


@pytest.mark.parametrize(("kind", "body", "is_retryable"), KINDS)
def test_what_came_from_no_queue_goes_back_to_none(kind: Kind, body: Any, is_retryable: bool) -> None:
    letter = a_letter(body, source=None)
    assert letter.parcel is None
    assert letter.is_retryable == (kind is Kind.RELAY and is_retryable)


def test_what_the_scheduler_could_not_deliver_is_a_schedule_whatever_it_looks_like() -> None:
    attributes = {"SCHEDULE_ARN": attribute("arn:…"), "ERROR_CODE": attribute("ThrottlingException")}
    letter = a_letter(an_event(), attributes=attributes)
    assert (letter.kind, letter.is_retryable, letter.reason.cause) == (Kind.SCHEDULE, False, "ThrottlingException")


def test_a_letter_names_its_event_and_its_trace() -> None:
    letter = a_letter(a_given_up(4))
    assert (letter.event_id, letter.event_type, letter.trace_id) == ("listing:7:4", "listing.created", TRACE)
    assert letter.note() == {"letter_id": "m-1", "event_id": "listing:7:4", "event_type": "listing.created"}


@pytest.mark.parametrize("strange", [None, 7, ["x"], {"a": 1}])
def test_an_event_without_proper_names_has_none(strange: Any) -> None:
    letter = a_letter({"detail": {"id": strange, "type": strange, "trace_id": strange}})
    assert (letter.event_id, letter.event_type, letter.trace_id) == (None, None, None)


def test_names_hold_nothing_that_cannot_be_written_down() -> None:
    letter = a_letter('{"detail": {"id": "a\\ud800b\\u0000", "type": "' + "x" * 5_000 + '"}}')
    assert (letter.event_id, len(letter.event_type or "")) == ("ab", 300)


# sent back


def test_it_goes_back_byte_by_byte_as_it_was() -> None:
    body = '{ "detail" : {"id":"listing:7:1","price":1.10, "n": NaN} }'
    attributes = {"kind": attribute("x"), "size": {"DataType": "Binary", "BinaryValue": b"\x00"}}
    letter = a_letter(body, attributes=attributes, trace_header="Root=1-5759e988-bd862e3fe1be46a994272793")
    assert letter.parcel is not None
    assert (letter.parcel.id, letter.parcel.body, letter.parcel.attributes) == ("m-1", body, attributes)
    assert letter.parcel.trace_header == "Root=1-5759e988-bd862e3fe1be46a994272793"


def test_why_it_was_dead_does_not_go_back_with_it() -> None:
    """It would be said of whatever happens to it next."""
    why = {name: attribute("x") for name in ("ERROR_CODE", "ERROR_MESSAGE", "RULE_ARN", "TARGET_ARN", "RETRY_ATTEMPTS")}
    letter = a_letter(an_event(), attributes={**why, "own": attribute("stays")})
    assert letter.parcel is not None
    assert letter.parcel.attributes == {"own": attribute("stays")}


@pytest.mark.parametrize("tries", [1, 10, 99])
def test_one_that_was_put_back_has_its_tries_again(tries: int) -> None:
    body = an_event(not_before="2026-03-01T11:00:00.000000Z", tries=tries)
    letter = a_letter(body)
    assert letter.parcel is not None
    assert json.loads(letter.parcel.body) == body | {"tries": 0}


def test_a_call_with_one_message_of_the_queue_is_that_message() -> None:
    letter = a_letter(a_failed_call(QUEUE_BATCH))
    assert letter.parcel is not None
    assert json.loads(letter.parcel.body) == an_event()


def test_what_the_relay_lost_was_written_shortly_before_it_arrived() -> None:
    window = a_letter(a_relay_failure(), source=None).window
    assert window is not None
    assert (window.since, window.until) == (
        datetime(2026, 3, 1, 10, 58, tzinfo=UTC),
        datetime(2026, 3, 1, 11, 0, 11, tzinfo=UTC),
    )


# why

FROM_THE_BUS = {"ERROR_CODE": attribute("NO_PERMISSIONS"), "ERROR_MESSAGE": attribute("Lambda does not let us")}


@pytest.mark.parametrize(
    ("body", "said", "cause"),
    [
        (an_event(), {"attributes": FROM_THE_BUS}, "NO_PERMISSIONS: Lambda does not let us"),
        (a_given_up(reason="notion: 400 no"), {}, "notion: 400 no"),
        (a_failed_call({}), {}, "ReadTimeoutError: slow"),
        (a_failed_call({}) | {"responsePayload": None}, {}, "RetriesExhausted: Unhandled"),
        (a_failed_call({}) | {"responsePayload": "gone", "responseContext": []}, {}, "RetriesExhausted"),
        (a_relay_failure(), {}, "RetryAttemptsExhausted: Unhandled"),
        (an_event(), {}, "unknown"),
        ("no JSON", {}, "unknown"),
        (an_event(), {"noted": Note("KeyError", "'title'")}, "KeyError: 'title'"),
    ],
)
def test_each_kind_says_in_its_own_way_why_it_is_dead(body: Any, said: dict[str, Any], cause: str) -> None:
    assert a_letter(body, **said).reason.cause == cause


def test_what_was_noted_as_it_failed_is_newer_than_what_stands_in_it() -> None:
    letter = a_letter(a_given_up(), attributes=FROM_THE_BUS, noted=Note("KeyError", "'title'"))
    assert letter.reason.cause == "KeyError: 'title'"


@pytest.mark.parametrize("body", [a_given_up(), an_event()])
def test_what_sqs_has_moved_here_is_not_dead_for_what_it_was_dead_for_before(body: Any) -> None:
    assert a_letter(body, attributes=FROM_THE_BUS, was_moved=True).reason == UNKNOWN


def test_causes_are_alike_where_only_ids_and_numbers_differ() -> None:
    first = reason_of("notion: 404 no page 0191f8a2-7c1b-7d3e-9c4f-1a2b3c4d5e6f, request 8a7f3b2c9d1e, 20260301")
    second = reason_of("notion: 404 no page 0191f8a2-ffff-7d3e-9c4f-1a2b3c4d0000, request 1122334455aa, 20260302")
    assert first.cause == second.cause == "notion: 404 no page …, request …, …"
    assert "8a7f3b2c9d1e" in str(first.said)


def test_a_cause_is_one_short_line_without_secrets() -> None:
    reason = reason_of("ValueError", "the first line, token=abc123secret\nthe second\n" + "x" * 5_000)
    assert reason.cause == "ValueError: the first line, token=•••"
    assert "the second" in str(reason.said)
    assert len(str(reason.said)) <= 1_000
    assert len(reason_of("word " * 500).cause) <= LONGEST_CAUSE


@pytest.mark.parametrize("nothing", [(), ("",), (None, None), ("  \n",), ("\x00",)])
def test_what_says_nothing_is_unknown(nothing: tuple[object, ...]) -> None:
    assert reason_of(*nothing) == UNKNOWN


WORDS = """
    detail reason id type interaction received_at DDBStreamBatchInfo requestPayload requestContext responsePayload
    errorType Records body task job tries not_before condition delivery
    approximateArrivalOfFirstRecord approximateArrivalOfLastRecord
"""
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "detail",
                    "reason",
                    "id",
                    "type",
                    "interaction",
                    "received_at",
                    "DDBStreamBatchInfo",
                    "requestPayload",
                    "requestContext",
                    "responsePayload",
                    "errorType",
                    "Records",
                    "body",
                    "task",
                    "job",
                    "tries",
                    "not_before",
                    "approximateArrivalOfFirstRecord",
                    "approximateArrivalOfLastRecord",
                    "condition",
                    "delivery",
                ]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=12,
)


@given(body=JSON, was_moved=st.booleans(), source=st.sampled_from([None, "NotionQueue"]))
def test_whatever_lies_there_is_a_letter(body: Any, was_moved: bool, source: str | None) -> None:
    letter = a_letter(json.dumps(body), was_moved=was_moved, source=source)
    assert (letter.why_not is None) == (letter.parcel is not None or letter.window is not None)
    assert letter.reason.cause
