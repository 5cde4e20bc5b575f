"""Google Calendar: a message with a time becomes an event. Source, unless another is named: its API v3.

The event's id is ours, so inserting it twice is refused and does no harm. Somebody who deletes the event means it:
it is not brought back, and the message counts as delivered.
"""

import html
from base64 import b32hexencode
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final
from urllib.parse import quote

from shared.runtime.errors import InvalidInputError
from shared.runtime.http import Answer, Call, Locate, Service, ServiceError, Verdict
from shared.runtime.oauth import Grant, bearer, service_account_grant
from shared.runtime.text import clean, cut, letters, one_line, units
from shared.sinks.content import Content, content_of
from shared.sinks.facts import NO_MESSAGE, facts_of, is_message, web_address
from shared.sinks.options import CalendarOptions
from shared.sinks.place import Place, with_token
from shared.sinks.sink import GIVES_UP_AFTER, Detail, Made

NAME: Final = "google-calendar"
API_URL: Final = "https://www.googleapis.com/calendar/v3"
SCOPE: Final = "https://www.googleapis.com/auth/calendar.events"
TOKEN_URL: Final = "https://oauth2.googleapis.com/token"
CREDENTIALS: Final = (("client_email", "private_key"), ("token",))

LONGEST_DESCRIPTION: Final = 8_192  # of all this no length is published; what is longer than that is refused
_LONGEST_LINE: Final = 1_024
_ALL_FACTS: Final = 4_000
_NO_TIME: Final = "it has no time"
# developers.google.com/workspace/calendar/api/guides/errors: 403 for a quota, which is no refusal.
_QUOTA: Final = "usageLimits"
_LONGEST_SAYING: Final = 300


def locate(place: Place) -> Locate:
    """With a service account, or with a token that somebody has got elsewhere and that is good for an hour."""
    url, token_url = (place.api_url or API_URL).rstrip("/"), place.token_url or TOKEN_URL
    if place.secret().get("token"):
        return with_token(place, url, part="token", scheme="Bearer")

    def grants(*, fresh: bool = False) -> Grant:
        return service_account_grant(NAME, place.secret(fresh=fresh), scope=SCOPE, audience=token_url)

    return bearer(url, place.credential(NAME, token_url, grants))


def build(service: Service | None, place: Place) -> "GoogleCalendar":
    return GoogleCalendar(service, calendar_id=place.target, options=place.options.google_calendar)


class GoogleCalendar:
    """`service` answers at API_URL. The calendar is shared with the service account, which may not invite anybody."""

    name: str = NAME
    can_look: bool = True
    gives_up_after: timedelta = GIVES_UP_AFTER
    settles_after: timedelta = timedelta(0)

    def __init__(self, service: Service | None, *, calendar_id: str, options: CalendarOptions) -> None:
        self._service = service
        self._calendar_id = calendar_id
        self._options = options

    def skips(self, event: Detail) -> str | None:
        if not is_message(event):
            return NO_MESSAGE
        return None if event["data"]["scheduled_for"] else _NO_TIME

    def request(self, event: Detail) -> Call:
        return insert_call(content_of(event), self._calendar_id, self._options)

    def send(self, event: Detail) -> Made:
        try:
            answer = self._ask(self.request(event))
        except ServiceError as error:
            if error.answer is None or error.answer.status != 409:
                raise
            answer = self._ask(get_call(event["id"], self._calendar_id))  # an earlier try has done it
        return _read(answer)

    def find(self, event: Detail) -> Made | None:
        try:
            return _read(self._ask(get_call(event["id"], self._calendar_id)))
        except ServiceError as error:
            if error.answer is None or error.answer.status not in (404, 410):
                raise
            return None

    def _ask(self, call: Call) -> Answer:
        if self._service is None:
            raise InvalidInputError(f"{NAME} is not set up")
        try:
            return self._service.ask(call)
        except ServiceError as error:
            raise in_googles_words(error) from None


def calendar_event_id(event_id: str) -> str:
    """Letters a to v and digits, 5 to 1,024 of them, are allowed: base32hex."""
    return b32hexencode(sha256(event_id.encode()).digest()).decode().rstrip("=").lower()


def insert_call(content: Content, calendar_id: str, options: CalendarOptions) -> Call:
    """Raises InvalidInputError where there is no time, or none that a calendar has."""
    body = {
        "id": calendar_event_id(content.event_id),
        "summary": one_line(content.title, _LONGEST_LINE),
        "description": description_of(content),
        **_times(content, options.default_duration),
        "extendedProperties": {"private": {"event_id": content.event_id}},
    }
    if content.location:
        body["location"] = one_line(content.location, _LONGEST_LINE)
    if url := web_address(content.url):
        body["source"] = {"title": one_line(content.origin, _LONGEST_LINE), "url": url}
    path = f"{_events(calendar_id)}?sendUpdates=none"
    return Call(method="POST", path=path, json=body, repeatable=True)


def get_call(event_id: str, calendar_id: str) -> Call:
    path = f"{_events(calendar_id)}/{calendar_event_id(event_id)}"
    return Call(method="GET", path=path, repeatable=True)


def _events(calendar_id: str) -> str:
    return f"/calendars/{quote(calendar_id, safe='')}/events"


def _times(content: Content, default: int) -> dict[str, dict[str, str]]:
    start = content.scheduled_for
    if start is None:
        raise InvalidInputError(_NO_TIME)
    try:
        end = start + timedelta(minutes=content.duration_minutes or default)
    except OverflowError:
        raise InvalidInputError("it ends after all time") from None
    return {"start": {"dateTime": _iso(start)}, "end": {"dateTime": _iso(end)}}


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def description_of(content: Content) -> str:
    """Calendar shows a description as HTML, and this is text. Guests stand in it, too: they are not invited."""
    lines = "\n".join(f"{label}: {said}" for label, said in facts_of(content, without=("scheduled_for", "location")))
    facts = _escaped(lines, _ALL_FACTS)
    text = _escaped(clean(content.text).strip(), LONGEST_DESCRIPTION - units(facts) - len("\n\n"))
    return f"{text}\n\n{facts}" if text else facts


def _escaped(text: str, most: int) -> str:
    whole = html.escape(text, quote=False)
    if units(whole) <= most:
        return whole
    return cut((html.escape(letter, quote=False) for letter in letters(text)), most)


def _read(answer: Answer) -> Made:
    """An event that was deleted is there without an address. Raises ServiceError: asking again does no harm."""
    body = answer.json()
    identity = body.get("id") if isinstance(body, dict) else None
    if not isinstance(identity, str) or not identity:
        raise ServiceError(NAME, Verdict.RETRY_BACKOFF, "its answer cannot be read", answer=answer)
    url = body.get("htmlLink")
    is_shown = body.get("status") != "cancelled" and isinstance(url, str)
    return Made(external_id=identity, url=web_address(url) if is_shown else None)


def in_googles_words(error: ServiceError) -> ServiceError:
    """The same error with what Google said of it; a quota that is used up is not for ever."""
    body = error.answer.json() if error.answer else None
    told = body.get("error") if isinstance(body, dict) else None
    if not isinstance(told, dict) or error.answer is None:
        return error
    verdict = Verdict.RETRY_BACKOFF if error.answer.status == 403 and _is_quota(told) else error.verdict
    said = f"{error.answer.status} {one_line(str(told.get('message') or ''), _LONGEST_SAYING)}".strip()
    if error.answer.status == 404:
        said += "; is the calendar shared with the service account?"
    return type(error)(NAME, verdict, said, retry_after=error.retry_after, answer=error.answer)


def _is_quota(told: dict[str, Any]) -> bool:
    errors = told.get("errors")
    return isinstance(errors, list) and any(isinstance(one, dict) and one.get("domain") == _QUOTA for one in errors)
