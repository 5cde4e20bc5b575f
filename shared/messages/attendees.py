"""Who is to come: a list of names and addresses, or one text of them."""

import re
from typing import Any, Final

from shared.messages.texts import RefusedError, read_line

MOST_ATTENDEES: Final = 500
LONGEST_ATTENDEE: Final = 200

_BETWEEN: Final = re.compile(r"[,;]")


def read_attendees(value: Any) -> tuple[str, ...]:
    """Each once, whatever its case, in the order given. Raises RefusedError."""
    given = _BETWEEN.split(value) if isinstance(value, str) else value
    if not isinstance(given, list):
        raise RefusedError("a list is needed, or text with commas between")
    once: dict[str, str] = {}
    for each in given:
        name = read_line(each, LONGEST_ATTENDEE) if each is not None else None
        if name:
            once.setdefault(name.casefold(), name)
    if len(once) > MOST_ATTENDEES:
        raise RefusedError(f"at most {MOST_ATTENDEES}")
    return tuple(once.values())
