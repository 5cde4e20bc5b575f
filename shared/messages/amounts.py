"""How many and how much: numbers as messages carry them, exact, or refused for a reason."""

import re
from decimal import Decimal
from typing import Any, Final

from shared.messages.texts import RefusedError

_CENT_FRACTION: Final = Decimal("0.0001")  # finer than any currency
_PRICES_BELOW: Final = 10**10
_WHOLE: Final = re.compile(r"[0-9]{1,9}(\.0{1,9})?", re.ASCII)
_DECIMAL: Final = re.compile(r"[0-9]{1,20}(\.[0-9]{1,20})?", re.ASCII)


def read_whole(value: Any, lowest: int, highest: int) -> int:
    """A whole number in these bounds, also as 60.0 or as text. Raises RefusedError."""
    number = _number(value, _WHOLE)
    if not lowest <= number <= highest or number != int(number):
        raise RefusedError(f"a whole number from {lowest:,} to {highest:,} is needed")
    return int(number)


def read_price(value: Any) -> Decimal:
    """Not below 0, at most ten digits and four decimals; from a number or its digits as text. Raises RefusedError."""
    number = Decimal(_number(value, _DECIMAL))
    if not 0 <= number < _PRICES_BELOW:
        raise RefusedError("has to be at least 0, of at most ten digits")
    rounded = number.quantize(_CENT_FRACTION)
    if rounded != number:
        raise RefusedError("has to have at most four decimals")
    return rounded.normalize() + 0


def plain(number: Decimal) -> str:
    """In plain digits, without zeros that say nothing: 400.50 -> 400.5, 4E+2 -> 400."""
    return format(number.normalize(), "f")


def _number(value: Any, pattern: re.Pattern[str]) -> int | Decimal:
    """Floats as they are written, never as they are stored."""
    if isinstance(value, str) and pattern.fullmatch(value.strip()):
        return Decimal(value.strip())
    if isinstance(value, float):
        value = Decimal(repr(value))
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise RefusedError("a plain number is needed, like 12 or 12.50")
    if isinstance(value, Decimal) and not value.is_finite():
        raise RefusedError("a number that is not one is of no use")
    return value
