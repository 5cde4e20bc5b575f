"""Why a letter is dead: in one line that many letters may have in common, and in the words of who gave it up."""

import re
from dataclasses import dataclass
from typing import Final

from shared.runtime.redaction import redacted_text
from shared.runtime.text import cut_text

LONGEST_CAUSE: Final = 160
LONGEST_WORDS: Final = 1_000
_VARIABLE: Final = re.compile(
    r"\b[0-9a-f]{8}-[0-9a-f-]{20,}\b|\b(?=[a-f]{0,30}[0-9])[0-9a-f]{8,}\b|[0-9]{4,}", re.ASCII | re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """`cause` is the same for all that died alike; `said` is all that is known. Neither has secrets in it."""

    cause: str
    said: str | None = None


UNKNOWN: Final = Reason(cause="unknown")  # it was cut off, or had no place to note it


def reason_of(*words: object) -> Reason:
    """Of what was said, the more general first: a class of errors, and its message. What is empty is left out."""
    said = redacted_text(": ".join(text for word in words if (text := str(word or "").strip())))
    if not said.strip():
        return UNKNOWN
    first = said.strip().splitlines()[0]
    cause = cut_text(" ".join(_VARIABLE.sub("…", first).split()), LONGEST_CAUSE)
    return Reason(cause=cause, said=cut_text(said, LONGEST_WORDS))
