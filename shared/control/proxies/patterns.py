"""Things in a text that look as if they were not for everybody. What is found here is a hint, and no policy check."""

import re
from collections.abc import Collection, Mapping
from typing import Final

_DIGITS: Final = re.compile(r"(?<![0-9A-Za-z])[0-9](?:[ -]?[0-9]){12,18}(?![0-9A-Za-z])")
# None of them can be made to look at a letter more than a hundred times.
PATTERNS: Final[Mapping[str, re.Pattern[str]]] = {
    "email address": re.compile(r"(?<![\w.%+-])[\w.%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}"),
    "private key": re.compile(r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----"),
    "AWS access key id": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "token": re.compile(r"\b(?:sk-|ghp_|gho_|xox[abprs]-|swy_)[A-Za-z0-9_-]{16,100}"),
    "password": re.compile(r"(?i)\b(?:password|passwd|secret|api[_-]?key)\b[\"']?[ \t]{0,3}[:=][ \t]{0,3}\S"),
    "social security number": re.compile(r"(?<![0-9-])[0-9]{3}-[0-9]{2}-[0-9]{4}(?![0-9-])"),
    "payment card number": _DIGITS,
}


def hints_in(text: str, keywords: Collection[str] = ()) -> dict[str, int]:
    """How often what was found, by its name; never the thing itself. A keyword is found in capitals or not."""
    folded = text.casefold()
    found = {name: _times(pattern, text) for name, pattern in PATTERNS.items()}
    found |= {f"keyword: {keyword}": folded.count(keyword.casefold()) for keyword in keywords if keyword.strip()}
    return {name: times for name, times in found.items() if times}


def _times(pattern: re.Pattern[str], text: str) -> int:
    return sum(pattern is not _DIGITS or _is_card(match[0]) for match in pattern.finditer(text))


def _is_card(text: str) -> bool:
    """By its check digit. Source: ISO/IEC 7812-1, annex B (Luhn)."""
    digits = [int(letter) for letter in reversed(text) if letter.isdigit()]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0
