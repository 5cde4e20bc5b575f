"""Asking services how they are: what is asked, and what the answer means."""

import json
from typing import Any, Final

from shared.control.registry.service import Service
from shared.control.registry.statuses import Outcome
from shared.runtime.http import Answer, Call, NoAnswerError, NotSentError, Send

SECONDS: Final = 5.0  # for an answer
USUAL_PATH: Final = "/health"
LARGEST_ANSWER: Final = 64 * 1_024  # bytes
HEALTH_PATH: Final = "health_path"  # of a service's metadata
# What a page says in its `status` where it is not well. Sources: the draft "Health Check Response Format for HTTP
# APIs", Spring Boot's health page, and our own.
_UNWELL: Final = frozenset({"fail", "down", "out_of_service", "unhealthy", "error"})

Look = tuple[Outcome, str]  # and in our words what it was


def health_url(service: Service) -> str:
    path = json.loads(service.said.metadata).get(HEALTH_PATH, USUAL_PATH)
    return f"{service.said.base_url}{path}"


def look_at(service: Service, *, send: Send) -> Look:
    """One that does not answer well is asked once more before that is believed."""
    outcome, detail = _ask(service, send)
    return _ask(service, send) if outcome is Outcome.UNWELL else (outcome, detail)


def _ask(service: Service, send: Send) -> Look:
    call = Call(method="GET", path="", repeatable=True, max_answer=LARGEST_ANSWER, seconds=SECONDS)
    try:
        return outcome_of(send(health_url(service), call, {"Accept": "application/json, */*;q=0.1"}))
    except (NotSentError, NoAnswerError) as error:
        return Outcome.UNWELL, f"it {error}"


def outcome_of(answer: Answer) -> Look:
    """A redirect is not followed: it may lead anywhere."""
    status = answer.status
    if status == 429:
        return Outcome.BUSY, "it answers 429"
    if status >= 500:
        return Outcome.UNWELL, f"it answers {status}"
    if not 200 <= status < 300:
        return Outcome.UNSURE, f"it answers {status} where it is asked how it is"
    if _says_unwell(answer.json()):
        return Outcome.UNWELL, "it says that it is not well"
    return Outcome.WELL, f"it answers {status}"


def _says_unwell(said: Any) -> bool:
    status = said.get("status") if isinstance(said, dict) else None
    return isinstance(status, str) and status.lower() in _UNWELL
