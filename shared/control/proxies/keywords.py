"""The words a caller wants watched: those it says, and those in a text that it has somewhere on the internet."""

import re
from typing import Final

from shared.control.proxies.contracts import SuggestIn
from shared.control.proxies.outside import at_url
from shared.runtime.errors import BadAnswerError, InvalidInputError
from shared.runtime.guard import UrlGuard
from shared.runtime.http import Call

NAME: Final = "keyword_document"
MOST: Final = 1_000
LONGEST: Final = 200  # characters of one
MAX_BYTES: Final = 64 * 1024
_SECONDS: Final = 4.0
_PARTS: Final = re.compile(r"[\n\r,;]+")


def keywords_of(wanted: SuggestIn, guard: UrlGuard) -> list[str]:
    """Each once. Raises InvalidInputError, BadAnswerError, DependencyError."""
    said = list(wanted.keywords or ())
    read = _read(wanted.keyword_document, guard) if wanted.keyword_document else []
    found = list(dict.fromkeys([*said, *read]))
    if len(found) > MOST or any(len(keyword) > LONGEST for keyword in found):
        raise InvalidInputError(f"{NAME}: at most {MOST} keywords of {LONGEST} characters are taken")
    return found


def _read(url: str, guard: UrlGuard) -> list[str]:
    """Lines, or with commas or semicolons between them."""
    answer = at_url(
        NAME, url, Call(method="GET", path="", repeatable=True, max_answer=MAX_BYTES, seconds=_SECONDS), guard
    )
    try:
        text = answer.body.decode("utf-8-sig")
    except UnicodeError:
        raise BadAnswerError(f"{NAME} is no text in UTF-8") from None
    return [keyword for part in _PARTS.split(text) if (keyword := part.strip())]
