"""Google Calendar: an event is there once, whatever fails, and not again once somebody has deleted it."""

import re
from typing import Any

import pytest

from shared.runtime.errors import InvalidInputError
from shared.runtime.http import NoAnswerError, NotSentError, Verdict
from shared.sinks.facts import NO_MESSAGE
from shared.sinks.google_calendar import LONGEST_DESCRIPTION, GoogleCalendar, calendar_event_id
from shared.sinks.options import CalendarOptions
from shared.sinks.sink import Made
from tests.unit.shared.sinks.far import Far, Said, an_answer, refused
from tests.unit.shared.sinks.samples import a_message, a_short_message

EVENT = a_message()
ID = calendar_event_id(EVENT["id"])
LINK = "https://www.google.com/calendar/event?eid=abc"
CONFIRMED = {"id": ID, "status": "confirmed", "htmlLink": LINK}
MADE = Made(external_id=ID, url=LINK)
TAKEN = an_answer({"error": {"code": 409, "message": "The requested identifier already exists."}}, 409)


def a_refusal(status: int, *errors: dict[str, str], message: str = "no") -> Said:
    return an_answer({"error": {"code": status, "message": message, "errors": list(errors)}}, status)


def a_sink(*said: Said) -> tuple[GoogleCalendar, Far]:
    far = Far(*said)
    return GoogleCalendar(far.service, calendar_id="a@group", options=CalendarOptions()), far


def body_of(event: dict[str, Any], options: CalendarOptions | None = None) -> Any:
    return GoogleCalendar(None, calendar_id="a", options=options or CalendarOptions()).request(event).json


def test_a_message_becomes_an_event() -> None:
    sink, far = a_sink(an_answer(CONFIRMED))
    assert sink.send(EVENT) == MADE
    (call,) = far.asked
    assert (call.method, call.path) == ("POST", "/calendars/a%40group/events?sendUpdates=none")
    assert call.repeatable
    assert call.json == {
        "id": ID,
        "summary": "Kickoff with ACME",
        "description": "\n".join(
            [
                "Kickoff with ACME",
                "Bring the plan.",
                "",
                "Source: discord",
                "Type: meeting.created",
                "Author: ada",
                "Channel: general",
                "Created: 2026-03-01 12:00 UTC",
                "Minutes: 90",
                "Attendees: ada, grace",
                "Priority: high",
                "Tags: urgent",
                "Link: https://discord.com/channels/1/2/3",
                "Event: message:discord:123:1",
            ]
        ),
        "location": "Leeds",
        "start": {"dateTime": "2026-11-20T10:00:00Z"},
        "end": {"dateTime": "2026-11-20T11:30:00Z"},
        "extendedProperties": {"private": {"event_id": "message:discord:123:1"}},
        "source": {"title": "discord", "url": "https://discord.com/channels/1/2/3"},
    }


def test_an_event_has_an_id_that_calendar_takes_and_that_is_its_own() -> None:
    assert re.fullmatch("[a-v0-9]{52}", ID)
    assert calendar_event_id("message:discord:124:1") != ID


def test_nobody_is_invited() -> None:
    assert "attendees" not in body_of(EVENT)
    assert "grace" in body_of(EVENT)["description"]


def test_what_does_not_say_how_long_it_takes_takes_an_hour_or_what_was_chosen() -> None:
    event = a_short_message(scheduled_for="2026-11-20T23:30:00Z")
    assert body_of(event)["end"] == {"dateTime": "2026-11-21T00:30:00Z"}
    assert body_of(event, CalendarOptions(default_duration=15))["end"] == {"dateTime": "2026-11-20T23:45:00Z"}


def test_what_nobody_said_is_not_there() -> None:
    body = body_of(a_short_message(scheduled_for="2026-11-20T10:00:00Z"))
    assert not {"location", "source"} & body.keys()


def test_an_address_that_runs_is_no_source() -> None:
    assert "source" not in body_of(a_message(url="javascript:alert(1)"))


def test_a_description_is_text_and_not_markup() -> None:
    body = body_of(a_message(content='<script>alert("1")</script> & co', location="<b>Leeds</b>"))
    assert body["description"].startswith('&lt;script&gt;alert("1")&lt;/script&gt; &amp; co\n\n')
    assert body["summary"] == '<script>alert("1")</script> & co'


@pytest.mark.parametrize("text", ["x" * 32_000, "📷" * 16_000, "&" * 32_000, "<>" * 16_000])
def test_a_long_text_is_cut_and_the_guests_are_still_told(text: str) -> None:
    description = body_of(a_message(content=text))["description"]
    size = len(description.encode("utf-16-le")) // 2
    assert LONGEST_DESCRIPTION - 10 <= size <= LONGEST_DESCRIPTION
    assert "…\n\n" in description
    assert "Attendees: ada, grace" in description
    assert not re.search(r"&(?!(amp|lt|gt);)", description)


def test_hundreds_of_guests_leave_room_for_the_text() -> None:
    description = body_of(a_message(attendees=["somebody with a long name"] * 400))["description"]
    assert description.startswith("Kickoff with ACME\n")
    assert len(description) <= LONGEST_DESCRIPTION


@pytest.mark.parametrize("status", ["confirmed", "tentative"])
def test_what_an_earlier_try_has_done_is_not_done_again(status: str) -> None:
    sink, far = a_sink(TAKEN, an_answer(CONFIRMED | {"status": status}))
    assert sink.send(EVENT) == MADE
    assert [(call.method, call.path) for call in far.asked][1:] == [("GET", f"/calendars/a%40group/events/{ID}")]


def test_what_somebody_deleted_stays_deleted() -> None:
    sink, far = a_sink(TAKEN, an_answer(CONFIRMED | {"status": "cancelled"}))
    assert sink.send(EVENT) == Made(external_id=ID, url=None)
    assert [call.method for call in far.asked] == ["POST", "GET"]


@pytest.mark.parametrize(
    ("said", "found"), [(an_answer(CONFIRMED), MADE), (a_refusal(404), None), (a_refusal(410), None)]
)
def test_what_there_is_is_found(said: Said, found: Made | None) -> None:
    sink, far = a_sink(said)
    assert sink.find(EVENT) == found
    assert [(call.method, call.path) for call in far.asked] == [("GET", f"/calendars/a%40group/events/{ID}")]


def test_who_cannot_say_what_there_is_does_not_say_that_there_is_nothing() -> None:
    assert refused(a_sink(a_refusal(403))[0], EVENT, looking=True).verdict is Verdict.TERMINAL
    assert refused(a_sink(an_answer(b"ok"))[0], EVENT, looking=True).verdict is Verdict.RETRY_BACKOFF


QUOTA = {"domain": "usageLimits", "reason": "rateLimitExceeded"}


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        (a_refusal(400), Verdict.TERMINAL),
        (a_refusal(401), Verdict.REFRESH_CREDENTIAL),
        (a_refusal(403), Verdict.TERMINAL),
        (a_refusal(403, {"domain": "calendar", "reason": "requiredAccessLevel"}), Verdict.TERMINAL),
        (a_refusal(403, QUOTA), Verdict.RETRY_BACKOFF),
        (a_refusal(403, QUOTA | {"reason": "quotaExceeded"}), Verdict.RETRY_BACKOFF),
        (a_refusal(404), Verdict.TERMINAL),
        (a_refusal(429, QUOTA), Verdict.RETRY_AFTER),
        (a_refusal(500), Verdict.RETRY_BACKOFF),
        (an_answer(b"<html>", 502), Verdict.RETRY_BACKOFF),
        (an_answer({"error": "invalid_grant"}, 403), Verdict.TERMINAL),
        (an_answer({"error": {"errors": "no"}}, 403), Verdict.TERMINAL),
        (NoAnswerError("did not answer in time"), Verdict.RETRY_BACKOFF),
        (NotSentError("cannot be reached"), Verdict.RETRY_BACKOFF),
        (an_answer(b"ok"), Verdict.RETRY_BACKOFF),
        (an_answer({"id": ""}), Verdict.RETRY_BACKOFF),
    ],
)
def test_every_outcome_has_a_verdict_and_none_is_in_doubt(said: Said, verdict: Verdict) -> None:
    assert refused(a_sink(said)[0], EVENT).verdict is verdict


def test_what_google_says_is_kept() -> None:
    error = refused(a_sink(a_refusal(404, message="Not Found"))[0], EVENT)
    assert error.said == "404 Not Found; is the calendar shared with the service account?"


def test_what_has_no_time_is_nothing_for_a_calendar() -> None:
    sink, _ = a_sink(an_answer(CONFIRMED))
    assert sink.skips(EVENT) is None
    assert sink.skips(a_short_message()) == "it has no time"
    assert sink.skips({"source": "switchyard.listings", "data": {}}) == NO_MESSAGE
    with pytest.raises(InvalidInputError, match="it has no time"):
        sink.request(a_short_message())


def test_what_ends_after_all_time_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="after all time"):
        body_of(a_message(scheduled_for="9999-12-31T23:30:00Z"))


def test_without_a_service_nothing_is_asked() -> None:
    with pytest.raises(InvalidInputError):
        GoogleCalendar(None, calendar_id="a", options=CalendarOptions()).send(EVENT)
