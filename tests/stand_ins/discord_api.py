"""What Discord takes of a message, and the words in which it refuses. Source: Discord's reference, API v10."""

import math
from collections.abc import Mapping
from dataclasses import replace
from time import time
from typing import Any
from zlib import crc32

from tests.contract.discord.requests import violations
from tests.stand_ins.http import Answer, RefusedError, Request

LONGEST_TEXT = 2_000  # code points
LONGEST_NONCE = 25
_WORDS = {
    401: (0, "401: Unauthorized"),
    403: (50001, "Missing Access"),
    404: (10003, "Unknown Channel"),
    500: (0, "500: Internal Server Error"),
    502: (0, "502: Bad Gateway"),
    503: (0, "503: Service Unavailable"),
}
_LIMIT = 5  # messages of a channel, each so many seconds
_WINDOW = 5


def check_message(body: Mapping[str, Any], name: str = "Message") -> None:
    """Refuse a message that Discord would refuse, and one that is not as its own schema (`name`) has it."""
    content = body.get("content") or ""
    if not any(body.get(part) for part in ("embeds", "components", "attachments")) and not str(content).strip():
        raise RefusedError("Cannot send an empty message", code=50006)
    check_edit(body, name)


def check_edit(body: Mapping[str, Any], name: str) -> None:
    """The same for what may leave out anything."""
    if isinstance(content := body.get("content"), str) and len(content) > LONGEST_TEXT:
        raise _form("content", "BASE_TYPE_MAX_LENGTH", f"Must be {LONGEST_TEXT} or fewer in length.")
    if len(str(body.get("nonce", ""))) > LONGEST_NONCE:
        raise _form("nonce", "BASE_TYPE_MAX_LENGTH", f"Must be {LONGEST_NONCE} or fewer in length.")
    if wrong := violations(body, name):
        raise _form("body", "MODEL_TYPE_CONVERT", "; ".join(wrong))


def base(request: Request) -> str:
    """The address that it was asked at: its files are there, too."""
    return f"http://{request.headers['host']}"


def rate_limited(scope: str, seconds: float) -> RefusedError:
    """What who asks too often is told; nothing is wrong with what they ask."""
    return RefusedError("You are being rate limited.", status=429, code=("rate limit", scope, seconds), violation=False)


def refusal(error: RefusedError) -> Answer:
    """A code that is a pair names a field and what is wrong with it."""
    if isinstance(error.code, tuple) and error.status == 429:
        _, scope, seconds = error.code
        return _limited(Answer(status=429, headers={"Retry-After": str(seconds)}), scope)
    if isinstance(error.code, tuple):
        field, code = error.code
        errors = {field: {"_errors": [{"code": code, "message": error.reason}]}}
        return Answer(status=400, body={"message": "Invalid Form Body", "code": 50035, "errors": errors})
    return Answer(status=error.status, body={"message": error.reason, "code": error.code or 0})


def failure(answer: Answer, scope: str) -> Answer:
    """A fault in Discord's words. `retry_after` stands in the body as it was asked for, absurd or not."""
    if answer.status == 429:
        return _limited(answer, scope)
    code, message = _WORDS.get(answer.status, (0, f"{answer.status}: Error"))
    return replace(answer, body={"message": message, "code": code})


def advertised() -> dict[str, Any]:
    """What its answers say of limits, as the setting that holds callers to it."""
    return {"channel": _LIMIT, "webhook": _LIMIT, "seconds": _WINDOW}


def limits(channel_id: str, *, remaining: int = _LIMIT - 1, after: float = _WINDOW) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(_LIMIT),
        "X-RateLimit-Remaining": str(remaining),
        "X-RateLimit-Reset": f"{time() + after:.3f}",
        "X-RateLimit-Reset-After": f"{after:.3f}",
        "X-RateLimit-Bucket": f"{crc32(channel_id.encode()):032x}",
    }


def _limited(answer: Answer, scope: str) -> Answer:
    wait = answer.headers.get("Retry-After")
    seconds = _number(wait)
    body: dict[str, Any] = {"message": "You are being rate limited.", "global": scope == "global"}
    headers = {"X-RateLimit-Scope": scope} | ({"X-RateLimit-Global": "true"} if scope == "global" else {})
    if wait is not None:
        body["retry_after"] = wait if seconds is None else seconds
        headers["Retry-After"] = wait if seconds is None else str(math.ceil(seconds))
    if scope != "global" and seconds is not None:
        headers |= limits("", remaining=0, after=seconds)
    return replace(answer, body=body, headers=headers)


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _form(field: str, code: str, message: str) -> RefusedError:
    return RefusedError(message, code=(field, code))
