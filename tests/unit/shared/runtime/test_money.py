"""Amounts of money as people read them."""

import pytest

from shared.runtime.money import money


@pytest.mark.parametrize(
    ("value", "currency", "text"),
    [
        ("400", "GBP", "£400.00"),
        ("0", "EUR", "€0.00"),
        ("-95.5", "USD", "-$95.50"),
        ("1234567.891", "GBP", "£1,234,567.89"),
        ("60000", "JPY", "60,000.00 JPY"),
        ("-1", "SEK", "-1.00 SEK"),
        ("999999999.9999", "GBP", "£1,000,000,000.00"),
        (None, "GBP", "?"),
    ],
)
def test_money_is_told_as_people_write_it(value: str | None, currency: str, text: str) -> None:
    assert money(value, currency) == text
