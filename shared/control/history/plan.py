"""A replay as somebody asks for it: of which events, for whom, how fast, and how many at most."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from shared.control.history.consumers import ALL, checked_target
from shared.control.history.known import meant_types
from shared.control.history.wanted import Wanted, checked_span
from shared.runtime.errors import InvalidInputError

WORKFLOW: Final = "replay"
USUAL_RATE: Final = 50
_MOMENT: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`wanted.until` lies before it was asked for: neither that it was nor what happens meanwhile is part of it."""

    wanted: Wanted
    to: str
    name: str
    rate: int = USUAL_RATE  # events a second
    limit: int | None = None
    include_cleared: bool = False


def plan_of(parameters: Mapping[str, Any], *, name: str, at: datetime) -> Plan:
    """From what the workflow is given. `name` is what it is called where it is given none, `at` when it was asked for.

    What people do in Discord is never replayed: nobody acts on it. Raises InvalidInputError.
    """
    since, until = checked_span(_moment("start_time", parameters), _moment("end_time", parameters))
    wanted = Wanted(
        event_types=meant_types(parameters.get("event_types") or ()),
        since=since,
        until=min(until or at, at - _MOMENT),
        subject=parameters.get("subject") or None,
        correlation_id=parameters.get("correlation_id") or None,
        trace_id=parameters.get("trace_id") or None,
        actor=parameters.get("actor") or None,
    )
    if wanted.is_all and wanted.since is None:
        raise InvalidInputError("say what is to be replayed: event_types, subject, correlation_id, … or start_time")
    return Plan(
        wanted=wanted,
        to=checked_target(parameters.get("to") or ALL),
        name=parameters.get("name") or name,
        rate=parameters.get("rate") or USUAL_RATE,
        limit=parameters.get("limit"),
        include_cleared=bool(parameters.get("include_cleared")),
    )


def _moment(name: str, parameters: Mapping[str, Any]) -> datetime | None:
    text = parameters.get(name)
    if not text:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInputError(f"{name}: a time like 2026-12-31T12:00:00Z is wanted") from None
