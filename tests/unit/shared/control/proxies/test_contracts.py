"""What may be asked of the proxies, and what is refused."""

from decimal import Decimal
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from shared.control.proxies.contracts import (
    MAX_CONTENT,
    ConsolidationIn,
    DemoIn,
    PullRequestIn,
    ReportIn,
    SpanIn,
    SuggestIn,
    TicketIn,
    read,
)
from shared.runtime.errors import InvalidInputError


def deep(levels: int) -> dict[str, Any]:
    return {"a": deep(levels - 1)} if levels else {}


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (ReportIn, {}),
        (ReportIn, {"kind": "trends"}),
        (ReportIn, {"kind": "generate", "format": "pdf"}),
        (ReportIn, {"kind": "generate", "payload": []}),
        (ReportIn, {"kind": "generate", "payload": deep(9)}),
        (ReportIn, {"kind": "generate", "payload": {str(number): 1 for number in range(101)}}),
        (ReportIn, {"kind": "generate", "more": 1}),
        (SpanIn, {"since": 0}),
        (SpanIn, {"since": "2026-03-01"}),
        (SpanIn, {"until": "2026-03-01T12:00:00"}),
        (TicketIn, {}),
        (TicketIn, {"ticket_id": " "}),
        (TicketIn, {"ticket_id": "x" * 201}),
        (TicketIn, {"ticket_id": "a\nb"}),
        (PullRequestIn, {"pr_id": "1", "ref": ""}),
        (DemoIn, {"log_level": "debug"}),
        (DemoIn, {"log_limit": 0}),
        (DemoIn, {"log_limit": 1_001}),
        (DemoIn, {"log_service": ""}),
        (SuggestIn, {"content": " \n"}),
        (SuggestIn, {"content": "x" * (MAX_CONTENT + 1)}),
        (SuggestIn, {"content": "é" * (MAX_CONTENT // 2 + 1)}),
        (SuggestIn, {"content": "\ud800"}),
        (SuggestIn, {"content": "x", "keywords": ["x"] * 201}),
        (SuggestIn, {"content": "x", "keywords": ["x" * 201]}),
        (SuggestIn, {"content": "x", "keyword_document": "https"}),
        (ConsolidationIn, {"min_confidence": 1.1}),
        (ConsolidationIn, {"min_confidence": float("nan")}),
        (ConsolidationIn, {"limit": 0}),
        (ConsolidationIn, {"limit": 201}),
        (ConsolidationIn, {"webhook_url": "x" * 2_049}),
    ],
)
def test_what_cannot_be_used_is_refused(model: type[BaseModel], said: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        model.model_validate(said)


def test_what_is_left_out_is_as_usual() -> None:
    assert DemoIn().model_dump() == {"format": "json", "log_service": None, "log_level": None, "log_limit": 100}
    assert ConsolidationIn().model_dump() == {"min_confidence": 0.0, "webhook_url": None, "limit": 20}
    assert (ReportIn(kind="generate").format, ReportIn(kind="generate").payload) == ("json", {})
    assert SuggestIn(content="x").override_policy is False


def test_numbers_of_a_payload_can_be_written_as_json_again() -> None:
    payload = {"a": Decimal("1.5"), "b": [Decimal(2), {"c": Decimal("1e3")}], "d": "x", "e": None, "f": 7}
    read_again = ReportIn(kind="generate", payload=payload).payload
    assert read_again == {"a": 1.5, "b": [2, {"c": 1_000}], "d": "x", "e": None, "f": 7}
    assert [type(read_again["a"]), type(read_again["b"][0])] == [float, int]


def test_the_number_of_a_pull_request_may_be_one() -> None:
    assert PullRequestIn.model_validate({"pr_id": 42}).pr_id == "42"


def test_decimals_are_numbers_where_numbers_are_wanted() -> None:
    assert ConsolidationIn.model_validate({"min_confidence": Decimal("0.5")}).min_confidence == 0.5


def test_values_that_came_another_way_are_refused_by_name_and_not_repeated() -> None:
    with pytest.raises(InvalidInputError) as caught:
        read(TicketIn, {"since": "hunter2", "time_window": "hunter2"}, name="payload")
    words = str(caught.value)
    assert "payload.ticket_id: Field required" in words
    assert "payload.since: a moment is wanted" in words
    assert "payload.time_window: Extra inputs are not permitted" in words
    assert "hunter2" not in words
