"""Events as lines of a log: what a line says, which lines are wanted, and what they come to."""

import pytest

from shared.control.proxies.levels import Level
from shared.control.proxies.logs import Wanted, analysis_of, line_of, message_of
from tests.support.proxied import happened

EVENTS = [
    happened("delivery.failed", subject="d-1", answer="503 Service Unavailable", sink="notion"),
    happened("deploy.delayed", subject="prod", reason="502"),
    happened("listing.created", subject="l-1"),
    happened("listing.created", subject="l-2", version=2),
]


def test_a_line_says_what_happened_to_what_and_why() -> None:
    assert line_of(EVENTS[0]) == {
        "service": "sinks",
        "level": "error",
        "message": "delivery.failed d-1: 503 Service Unavailable",
        "time": "2026-03-01T11:00:00.000000Z",
    }
    assert message_of(EVENTS[2]) == "listing.created l-1"


def test_a_message_is_one_line_of_bounded_length() -> None:
    message = message_of(happened("saga.failed", error="a\nb\x00" + "c" * 1_000))
    assert message.startswith("saga.failed s-1: a bc")
    assert len(message) <= 300
    assert "\n" not in message


@pytest.mark.parametrize("why", ["", "  ", None, 7, ["x"]])
def test_a_reason_that_is_no_text_is_none(why: object) -> None:
    assert message_of(happened("deploy.failed", reason=why)) == "deploy.failed s-1"


def test_all_lines_are_counted_by_level_and_the_first_are_shown() -> None:
    analysis = analysis_of(EVENTS, Wanted(limit=2))
    assert analysis["overview"] == {"count": 4, "by_level": {"info": 2, "warn": 1, "error": 1}}
    assert [line["level"] for line in analysis["sample"]] == ["error", "warn"]


@pytest.mark.parametrize("service", ["listings", "switchyard.listings"])
def test_lines_of_one_service_may_be_wanted(service: str) -> None:
    analysis = analysis_of(EVENTS, Wanted(service=service))
    assert analysis["overview"] == {"count": 2, "by_level": {"info": 2, "warn": 0, "error": 0}}
    assert {line["service"] for line in analysis["sample"]} == {"listings"}


def test_lines_of_one_level_may_be_wanted() -> None:
    assert analysis_of(EVENTS, Wanted(level=Level.WARN))["overview"]["count"] == 1
    assert analysis_of(EVENTS, Wanted(level=Level.WARN, service="sinks"))["overview"]["count"] == 0


def test_where_nothing_happened_there_is_nothing_to_show() -> None:
    assert analysis_of([], Wanted()) == {
        "overview": {"count": 0, "by_level": {"info": 0, "warn": 0, "error": 0}},
        "sample": [],
    }
