"""What sinks read of the event of a message, and what people call it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.ledger.envelope import to_detail
from shared.ledger.memory import MemoryLedger
from shared.sinks.content import UNTITLED, Content, content_of, title_of
from shared.sinks.sink import Detail
from tests.support.builders import NOON
from tests.support.posted import keep_message


def a_detail(**said: Any) -> Detail:
    return to_detail(keep_message(MemoryLedger(), **said))


def test_a_message_is_read_back_from_its_event_as_it_was_posted() -> None:
    read = content_of(
        a_detail(
            event_type="meeting.created",
            content="Weekly\nBring numbers",
            url="https://chat.example/1",
            created_at="2026-02-28T23:00:00-01:00",
            scheduled_for="2026-03-02T09:30:00+01:00",
            duration_minutes=45,
            attendees=["a@example.com", "b@example.com"],
            location="Room 2",
            priority="high",
            item="Tape",
            price="12.50",
            currency="EUR",
            quantity=3,
            mood="good",
        )
    )
    assert read == Content(
        event_id="message:m-1:1",
        type="meeting.created",
        origin="discord",
        text="Weekly\nBring numbers",
        author="Alice",
        channel="tasks",
        created_at=datetime(2026, 3, 1, 0, tzinfo=UTC),
        url="https://chat.example/1",
        scheduled_for=datetime(2026, 3, 2, 8, 30, tzinfo=UTC),
        duration_minutes=45,
        attendees=("a@example.com", "b@example.com"),
        location="Room 2",
        priority="high",
        item="Tape",
        price="12.5",
        currency="EUR",
        quantity=3,
        tags=(),
        metadata={"mood": "good"},
    )


def test_what_was_not_said_is_not_there() -> None:
    read = content_of(a_detail())
    assert (read.scheduled_for, read.duration_minutes, read.price, read.attendees) == (None, None, None, ())
    assert read.created_at == NOON


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Buy tape", "Buy tape"),
        ("\n \n  Buy tape  \nand glue", "Buy tape"),
        ("x" * 200, "x" * 200),
        ("x" * 201, "x" * 199 + "…"),
    ],
)
def test_the_title_is_the_first_line_that_says_something(text: str, title: str) -> None:
    assert title_of(a_detail(content=text)) == title


def test_a_message_that_says_nothing_has_the_title_it_was_given_or_none() -> None:
    detail = a_detail()
    silent = {**detail, "data": {**detail["data"], "content": " \n "}}
    assert title_of(silent) == UNTITLED
    titled = {**silent, "data": {**silent["data"], "metadata": {"title": " Parcel "}}}
    assert title_of(titled) == "Parcel"


@given(st.text(min_size=1))
def test_a_title_is_one_line_of_bounded_length(text: str) -> None:
    detail = a_detail()
    title = title_of({**detail, "data": {**detail["data"], "content": text}})
    assert 1 <= len(title) <= 200
    assert len(title.splitlines()) == 1


@pytest.mark.parametrize(
    ("data", "title"),
    [({"title": "Sony A6400"}, "Sony A6400"), ({"title": None}, "listing.state.sold"), ({}, "listing.state.sold")],
)
def test_what_is_no_message_is_called_by_its_title_or_its_type(data: dict[str, Any], title: str) -> None:
    assert title_of({"type": "listing.state.sold", "data": data}) == title
