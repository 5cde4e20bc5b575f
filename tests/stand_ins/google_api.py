"""What Google Calendar takes of an event, and the words in which it refuses. Source: discovery document calendar v3."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any, NoReturn

from tests.contract.google_calendar.requests import violations
from tests.stand_ins.http import Answer, RefusedError, Request

STATUSES = ("confirmed", "tentative", "cancelled")
_USAGE = ("rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "dailyLimitExceeded")
_ID = re.compile(r"[a-v0-9]{5,1024}", re.ASCII)
_WORDS = {
    400: ("badRequest", "Bad Request"),
    401: ("authError", "Invalid Credentials"),
    403: ("forbidden", "Forbidden"),
    404: ("notFound", "Not Found"),
    409: ("duplicate", "The requested identifier already exists."),
    410: ("deleted", "Resource has been deleted"),
    412: ("conditionNotMet", "Precondition Failed"),
    429: ("rateLimitExceeded", "Rate Limit Exceeded"),
    503: ("backendError", "The service is currently unavailable."),
}


def error(status: int, reason: str | None = None, message: str | None = None) -> dict[str, Any]:
    """An error as Google says it."""
    usual, words = _WORDS.get(status, ("backendError", "Backend Error"))
    reason, message = reason or usual, message or words
    one = {"domain": _domain(reason), "reason": reason, "message": message}
    return {"error": {"code": status, "message": message, "errors": [one]}}


def failure(answer: Answer, reason: str) -> Answer:
    """A fault in Google's words; `reason` is that of 403 and 429."""
    limited = reason if answer.status in (403, 429) else None
    return replace(answer, body=error(answer.status, limited, "Rate Limit Exceeded" if limited in _USAGE else None))


def check(method: str, request: Request, body: Any = None) -> None:
    """Refuse what is not as Google's own description of the method has it."""
    query = {name: values[-1] for name, values in request.query.items()}
    if wrong := violations(method, body=body, query=query):
        raise RefusedError("; ".join(wrong), code="badRequest")


def check_event(event: Mapping[str, Any]) -> None:
    """Refuse what Google would not keep as an event, in what is there after the change."""
    if not _ID.fullmatch(str(event.get("id", "abcde"))):
        refuse("invalid", "Invalid resource id value.")
    if event.get("status", "confirmed") not in STATUSES:
        refuse("invalid", "Invalid status value.")
    if event.get("attendees"):
        said = "Service accounts cannot invite attendees without Domain-Wide Delegation of Authority."
        raise RefusedError(said, status=403, code="forbiddenForServiceAccounts")
    start, end = (_moment(event, name) for name in ("start", "end"))
    if type(start) is not type(end):
        refuse("invalid", "The start and end times must either both be date or both be dateTime.")
    if _before(end, start):
        refuse("timeRangeEmpty", "The specified time range is empty.")


def refuse(reason: str, message: str) -> NoReturn:
    raise RefusedError(message, code=reason)


def _moment(event: Mapping[str, Any], name: str) -> date:
    value = event.get(name)
    if not isinstance(value, dict) or not (value.get("dateTime") or value.get("date")):
        refuse("required", f"Missing {name} time.")
    try:
        if "dateTime" not in value:
            return date.fromisoformat(value["date"])
        moment = datetime.fromisoformat(value["dateTime"])
    except (ValueError, TypeError):
        refuse("invalid", f"Invalid value for: Invalid format: {value!r:.80}")
    if moment.tzinfo is None and not value.get("timeZone"):
        refuse("required", f"Missing time zone definition for {name} time.")
    return moment


def _before(end: date, start: date) -> bool:
    """Two that cannot be compared, one with an offset and one with a zone by name, are let through."""
    if isinstance(start, datetime) and isinstance(end, datetime) and (start.tzinfo is None) != (end.tzinfo is None):
        return False
    return end < start


def _domain(reason: str) -> str:
    if reason in _USAGE:
        return "usageLimits"
    return "calendar" if reason in ("forbiddenForServiceAccounts", "timeRangeEmpty") else "global"
