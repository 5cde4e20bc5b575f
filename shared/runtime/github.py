"""What all who speak with GitHub share: its address, its headers, and how its limits are read.

Source: docs.github.com/rest, API version 2026-03-10, "Rate limits for the REST API" and "Best practices".
"""

import re
import time
from collections.abc import Mapping
from typing import Final

from shared.runtime.http import LONGEST_WAIT, Answer, Call, Service, ServiceError, Verdict

NAME: Final = "github"
API_URL: Final = "https://api.github.com"
WEB_URL: Final = "https://github.com"  # where people look
API_VERSION: Final = "2026-03-10"
HEADERS: Final[Mapping[str, str]] = {
    "Accept": "application/vnd.github+json",
    "X-GitHub-Api-Version": API_VERSION,
    "User-Agent": "switchyard",  # GitHub turns away who has none
}
_SHORTEST_REST: Final = 60.0  # seconds, where GitHub says "too much" and not for how long
_REPOSITORY: Final = re.compile(r"[A-Za-z0-9-]{1,39}/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}")


def ask(service: Service, call: Call) -> Answer:
    """As `Service.ask`; a refusal that is a limit is RETRY_AFTER, whatever its status. Raises ServiceError."""
    try:
        return service.ask(call)
    except ServiceError as error:
        wait = _rest(error.answer)
        if wait is None:
            raise
        raise ServiceError(NAME, Verdict.RETRY_AFTER, error.said, retry_after=wait, answer=error.answer) from None


def is_repository(name: str) -> bool:
    """Whether it has the form `owner/name`, so that it may stand in a path."""
    return _REPOSITORY.fullmatch(name) is not None


def _rest(answer: Answer | None) -> float | None:
    """Seconds to stay away; None where the answer is no limit: a plain 403 is a permission that is missing."""
    if answer is None or answer.status not in (403, 429):
        return None
    seconds = _number(answer, "retry-after")
    if seconds is not None:
        return min(max(seconds, 1.0), LONGEST_WAIT)
    if _number(answer, "x-ratelimit-remaining") == 0:
        reset = _number(answer, "x-ratelimit-reset")
        return _SHORTEST_REST if reset is None else min(max(reset - time.time(), 1.0), LONGEST_WAIT)
    return _SHORTEST_REST if answer.status == 429 or _is_secondary(answer) else None


def _is_secondary(answer: Answer) -> bool:
    """Of a secondary limit GitHub may say no more than where it is described."""
    body = answer.json()
    return isinstance(body, dict) and "rate-limit" in str(body.get("documentation_url", ""))


def _number(answer: Answer, header: str) -> float | None:
    text = answer.headers.get(header, "").strip()
    return float(text) if text.isascii() and text.isdigit() and len(text) <= 12 else None
