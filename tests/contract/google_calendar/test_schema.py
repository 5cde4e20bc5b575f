"""The contract with Google Calendar takes what Google takes and finds the mistakes that are easily made."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from tests.contract.google_calendar.refresh import PACKAGE
from tests.contract.google_calendar.requests import GET, INSERT, SCHEMA, violations

EVENT: dict[str, Any] = {
    "id": "64p36d1l6orjge9g64p36d1l6orjge9g",
    "summary": "Kickoff with ACME",
    "description": "Bring the plan.",
    "start": {"dateTime": "2026-11-20T10:00:00Z"},
    "end": {"dateTime": "2026-11-20T11:00:00+02:00", "timeZone": "Europe/Kyiv"},
    "extendedProperties": {"private": {"event_id": "discord:123"}},
    "source": {"title": "Discord", "url": "https://discord.com/channels/1/2/3"},
}


def changed(change: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    event = deepcopy(EVENT)
    change(event)
    return event


@pytest.mark.parametrize(
    "event",
    [
        EVENT,
        {"start": {"date": "2026-11-20"}, "end": {"date": "2026-11-21"}},
        EVENT | {"id": "3668b72f24935f9eafaf5cf1988a2fe0"},
        EVENT | {"reminders": {"useDefault": False, "overrides": [{"method": "popup", "minutes": 10}]}},
        EVENT | {"status": "tentative", "transparency": "transparent", "visibility": "private"},
        EVENT | {"conferenceData": {"createRequest": {"conferenceSolutionKey": {"type": "hangoutsMeet"}}}},
    ],
)
def test_an_event_that_google_takes_is_good(event: dict[str, Any]) -> None:
    assert violations(INSERT, body=event, query={"sendUpdates": "none"}) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda event: event.pop("end"), '"end" is a required property'),
        (lambda event: event.pop("start"), '"start" is a required property'),
        (lambda event: event.update(sumary=event.pop("summary")), "sumary"),
        (lambda event: event.update(start={"datetime": "2026-11-20T10:00:00Z"}), "datetime"),
        (lambda event: event.update(start={"dateTime": "2026-11-20T10:00:00"}), "start.dateTime: "),
        (lambda event: event.update(start={"dateTime": "2026-11-20"}), "start.dateTime: "),
        (lambda event: event.update(start={"date": "20.11.2026"}), "start.date: "),
        (lambda event: event.update(start={}), "start: "),
        (lambda event: event["start"].update(date="2026-11-20"), "start: "),
        (lambda event: event.update(id="3668b72f-2493-5f9e-afaf-5cf1988a2fe0"), "id: "),
        (lambda event: event.update(id="3668B72F24935F9E"), "id: "),
        (lambda event: event.update(id="zulu7"), "id: "),
        (lambda event: event.update(id="abcd"), "id: "),
        (lambda event: event.update(id="a" * 1025), "id: "),
        (lambda event: event.update(iCalUID="1@switchyard.example"), "body: "),
        (lambda event: event.update(status="CONFIRMED"), "status: "),
        (lambda event: event["source"].update(url="mailto:a@b.example"), "source.url: "),
        (lambda event: event["extendedProperties"].update(privat={}), "privat"),
        (lambda event: event["extendedProperties"]["private"].update(event_id=123), "private.event_id: "),
        (lambda event: event["extendedProperties"]["private"].update(event_id="x" * 1025), "private.event_id: "),
        (lambda event: event["extendedProperties"]["private"].update({"k" * 45: "v"}), "private: "),
    ],
)
def test_a_mistake_is_named_with_its_place(change: Callable[[dict[str, Any]], Any], told: str) -> None:
    found = violations(INSERT, body=changed(change))
    assert any(told in one for one in found), found


@pytest.mark.parametrize("field", ["created", "creator", "hangoutLink", "htmlLink", "locked", "organizer", "updated"])
def test_what_only_google_writes_is_refused(field: str) -> None:
    (found,) = violations(INSERT, body=EVENT | {field: None})
    assert field in found


@pytest.mark.parametrize("field", ["anyoneCanAddSelf", "gadget"])
def test_what_is_deprecated_is_refused(field: str) -> None:
    (found,) = violations(INSERT, body=EVENT | {field: None})
    assert field in found


@pytest.mark.parametrize(
    "query",
    [
        {"sendUpdate": "none"},
        {"sendUpdates": "None"},
        {"sendNotifications": "false"},
        {"key": "k"},
        {"timeZone": "UTC"},
    ],
)
def test_a_query_that_insert_does_not_know_is_refused(query: dict[str, str]) -> None:
    (found,) = violations(INSERT, body=EVENT, query=query)
    assert found.startswith("query ")


def test_an_event_is_asked_for_without_a_body() -> None:
    assert violations(GET) == []
    assert violations(GET, query={"fields": "id,status,htmlLink"}) == []
    assert violations(GET, query={"sendUpdates": "none"}) != []
    assert violations(GET, body={}) != []


def test_an_event_is_not_inserted_without_a_body() -> None:
    assert violations(INSERT) != []


def test_the_contract_says_where_it_is_from_and_where_requests_go() -> None:
    provenance = SCHEMA["x-provenance"]
    assert provenance["package"].startswith("PyPI google-api-python-client ")
    assert PACKAGE.version in provenance["package"]
    assert provenance["sha256"] == PACKAGE.sha256
    assert provenance["licence"].startswith("Apache-2.0")
    assert provenance["command"]
    assert SCHEMA["x-base-url"] == "https://www.googleapis.com/calendar/v3/"
    assert SCHEMA["x-methods"][INSERT] == {"method": "POST", "path": "calendars/{calendarId}/events"}
    assert SCHEMA["x-methods"][GET] == {"method": "GET", "path": "calendars/{calendarId}/events/{eventId}"}
