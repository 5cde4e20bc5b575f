"""Numbers as messages carry them, exact to the digit."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.messages.amounts import plain, read_price, read_whole
from shared.messages.texts import RefusedError


@pytest.mark.parametrize("said", [60, 60.0, Decimal("60.00"), Decimal("6e1"), "60", "60.0", " 60 ", "060"])
def test_a_whole_number_has_many_spellings(said: Any) -> None:
    assert read_whole(said, 1, 100) == 60
    assert type(read_whole(said, 1, 100)) is int


@pytest.mark.parametrize(
    "bad", [0, 101, -60, 60.5, "60.5", "1h", "", "1_0", "\uff16", True, None, [60], 10**400, Decimal("NaN"), "1e1"]
)
def test_no_other_is_taken(bad: Any) -> None:
    with pytest.raises(RefusedError):
        read_whole(bad, 1, 100)


@pytest.mark.parametrize(
    ("said", "price"),
    [
        (400, "400"),
        (0.1, "0.1"),
        ("12.50", "12.5"),
        (Decimal("4E+2"), "400"),
        (Decimal("-0"), "0"),
        ("9999999999.9999", "9999999999.9999"),
        (Decimal("1.50000000"), "1.5"),
        ("0007", "7"),
    ],
)
def test_a_price_is_what_was_written(said: Any, price: str) -> None:
    assert plain(read_price(said)) == price


@pytest.mark.parametrize(
    "bad",
    [
        -0.01,
        "-1",
        10**10,
        "1.00001",
        0.1 + 0.2,
        "£5",
        "5 GBP",
        "5,00",
        "",
        "1e3",
        "NaN",
        Decimal("sNaN"),
        Decimal("1e999999999"),
        Decimal("1e-999999999"),
        float("inf"),
        True,
        None,
        [],
    ],
)
def test_what_is_no_price_is_refused(bad: Any) -> None:
    with pytest.raises(RefusedError):
        read_price(bad)


@given(st.decimals(0, 10**10 - 1, places=4))
def test_a_price_comes_back_from_its_text(price: Decimal) -> None:
    assert read_price(plain(read_price(price))) == price
