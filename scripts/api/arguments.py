"""What people write on a command line, read. What cannot be is an argparse.ArgumentTypeError that says what can."""

import argparse
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from shared.ledger.envelope import from_text

WHEN: Final = "so long ago (30s, 10m, 2h, 7d, 1w), or a time in ISO 8601"
_AGO: Final = re.compile(r"([0-9]{1,6})(s|m|h|d|w)")
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def number(lowest: int, highest: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit()) or not lowest <= int(text[:12]) <= highest:
            raise argparse.ArgumentTypeError(f"a whole number from {lowest} to {highest} is needed")
        return int(text)

    return read


def moment(text: str, *, now: datetime | None = None) -> datetime:
    """A time without a zone is UTC."""
    ago = _AGO.fullmatch(text)
    try:
        if ago:
            return (now or datetime.now(UTC)) - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        found = from_text(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        said = "10m, 2h or 7d for so long ago, or a time like 2026-11-20T14:30:00Z"
        raise argparse.ArgumentTypeError(f"{text!r:.50} is no time; {said} is needed") from None


def said(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("say something")
    return text
