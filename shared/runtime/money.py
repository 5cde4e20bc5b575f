"""Amounts of money as people write them."""

from decimal import Decimal
from typing import Final

_SIGNS: Final = {"GBP": "£", "EUR": "€", "USD": "$"}


def money(value: Decimal | str | None, currency: str) -> str:
    if value is None:
        return "?"
    amount = f"{abs(Decimal(value)):,.2f}"
    sign = "-" if Decimal(value) < 0 else ""
    return f"{sign}{_SIGNS[currency]}{amount}" if currency in _SIGNS else f"{sign}{amount} {currency}"
