"""What all who speak with Discord share: its address, its limits, its refusals, and text that is only text.

Source: discord.com/developers/docs/reference and /topics/rate-limits, API v10.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from typing import Final

from shared.runtime.http import LONGEST_WAIT, Answer, Call, Service, ServiceError
from shared.runtime.text import letters

NAME: Final = "discord"
API_URL: Final = "https://discord.com/api/v10"
# Discord wants `DiscordBot (<url>, <version>)` and may turn others away. The address says nothing of who runs this.
USER_AGENT: Final = "DiscordBot (https://switchyard.example, 0.1)"
LONGEST_CONTENT: Final = 2_000
LONGEST_NONCE: Final = 25
# Discord knows a nonce again "in the past few minutes": until then what may be there may be sent once more.
SENT_AGAIN_WITHIN: Final = timedelta(minutes=2)
_LONGEST_SAYING: Final = 300


def ask(service: Service, call: Call) -> Answer:
    """As `Service.ask`; what went wrong is said with Discord's code of it. Raises ServiceError."""
    try:
        return service.ask(call)
    except ServiceError as error:
        raise _in_discords_words(error) from None


def nonce_of(event_id: str) -> str:
    return sha256(event_id.encode()).hexdigest()[:LONGEST_NONCE]


# An address stays one that can be followed. What it may not have in it, a mention or the end of a masked link, ends it.
_ADDRESS: Final = r"https?://[A-Za-z0-9._~:/?#!$&'+,;=%-]{1,500}"
_AT_LINE_START: Final = r"^[ \t]*(?:>>>|>|-#|#{1,6}|[-+])(?=\s|$)"
# `<` begins mentions of all kinds, emoji and times.
_MENTION: Final = r"@(?=everyone|here)|<(?=[@#:/a-z])"
_PART: Final = re.compile(
    rf"(?P<address>{_ADDRESS})|(?P<start>{_AT_LINE_START})|(?P<mention>{_MENTION})|(?P<other>.)",
    re.MULTILINE | re.DOTALL,
)
_MARKUP: Final = frozenset("\\*_~`|[]<>")
_BREAK: Final = "\u200b"  # has no width; what it stands in is no mention any more


def as_written(text: str) -> Iterator[str]:
    """The text in pieces, each of which reads as it was written: no markup, no mentions, no masked links."""
    waiting = ""
    for found in _PART.finditer(text):
        if found["other"]:
            waiting += found["other"]
            continue
        yield from map(_escaped, letters(waiting))
        waiting = ""
        yield found["address"] or _defused(found)
    yield from map(_escaped, letters(waiting))


def _defused(found: re.Match[str]) -> str:
    if found["mention"]:
        return f"{_escaped(found['mention'])}{_BREAK}"
    return re.sub(r"[>#+-]", r"\\\g<0>", found["start"])


def _escaped(letter: str) -> str:
    return f"\\{letter}" if letter[0] in _MARKUP else letter


def _in_discords_words(error: ServiceError) -> ServiceError:
    """The same error with Discord's code of it; how long to stay away, Discord says to the millisecond in the body."""
    body = error.answer.json() if error.answer else None
    if not isinstance(body, dict):
        return error
    seconds = body.get("retry_after")
    if isinstance(seconds, int | float) and 0 < seconds < float("inf"):
        error.retry_after = min(float(seconds), LONGEST_WAIT)
    code = body.get("code")
    said = f"{error.said} ({code})"[:_LONGEST_SAYING] if isinstance(code, int) and code else error.said
    return type(error)(NAME, error.verdict, said, retry_after=error.retry_after, answer=error.answer)
