"""Whatever a message says, what we send of it is what Google Calendar takes."""

import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from hypothesis import given, settings

from shared.sinks.google_calendar import LONGEST_DESCRIPTION, GoogleCalendar, get_call
from shared.sinks.options import CalendarOptions
from tests.contract.google_calendar.requests import GET, INSERT, violations
from tests.contract.strategies import appointments

SINK = GoogleCalendar(None, calendar_id="team@group.calendar.google.com", options=CalendarOptions())
PATH = "/calendars/team%40group.calendar.google.com/events"


@settings(derandomize=True, deadline=None, max_examples=80)
@given(appointments())
def test_whatever_a_message_says_google_takes_the_event(event: dict[str, Any]) -> None:
    assert SINK.skips(event) is None
    call = SINK.request(event)
    parts = urlsplit(call.path)
    assert (call.method, parts.path) == ("POST", PATH)
    assert violations(INSERT, body=call.json, query=dict(parse_qsl(parts.query))) == []
    assert call.repeatable
    assert (call.body() or b"").decode()
    assert call == SINK.request(event)


@settings(derandomize=True, deadline=None, max_examples=80)
@given(appointments())
def test_a_description_is_text_however_it_is_shown_and_of_bounded_length(event: dict[str, Any]) -> None:
    description = SINK.request(event).json["description"]
    assert len(description.encode("utf-16-le")) <= 2 * LONGEST_DESCRIPTION
    assert not set("<>").intersection(description)
    assert re.sub(r"&(amp|lt|gt);", "", description).count("&") == 0


@settings(derandomize=True, deadline=None, max_examples=30)
@given(appointments())
def test_an_event_is_looked_for_in_a_way_that_google_takes(event: dict[str, Any]) -> None:
    call = get_call(event["id"], "team@group.calendar.google.com")
    assert violations(GET, body=call.json) == []
    assert call.path == f"{PATH}/{SINK.request(event).json['id']}"
