"""What may be given for a parameter: every type with every kind of value."""

from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.control.runs.parameter import WIDEST, Kind, Parameter
from shared.runtime.errors import InvalidInputError

# Each value with what it is as each of the types; what is not named there is refused.
TAKEN: list[tuple[Any, dict[Kind, Any]]] = [
    ("", {Kind.STRING: ""}),
    ("github", {Kind.STRING: "github"}),
    ("Größe 7\nand\tmore 🐤", {Kind.STRING: "Größe 7\nand\tmore 🐤"}),
    ("5", {Kind.STRING: "5", Kind.NUMBER: "5"}),
    ("-1.50", {Kind.STRING: "-1.50", Kind.NUMBER: "-1.50"}),
    ("1e3", {Kind.STRING: "1e3"}),
    ("NaN", {Kind.STRING: "NaN"}),
    ("٣", {Kind.STRING: "٣"}),
    ("true", {Kind.STRING: "true"}),
    ("a\x00b", {}),
    ("a\rb", {}),
    ("\ud800", {}),
    (0, {Kind.INTEGER: 0, Kind.NUMBER: "0"}),
    (-7, {Kind.INTEGER: -7, Kind.NUMBER: "-7"}),
    (10**15, {Kind.INTEGER: 10**15}),
    (10**15 + 1, {}),
    (True, {Kind.BOOLEAN: True}),
    (False, {Kind.BOOLEAN: False}),
    (Decimal("0.10"), {Kind.NUMBER: "0.10"}),
    (Decimal("1E+2"), {Kind.NUMBER: "100"}),
    (Decimal("NaN"), {}),
    (Decimal("Infinity"), {}),
    (Decimal("0.0000000001"), {}),
    (0.5, {}),
    (float("nan"), {}),
    ([], {Kind.LIST: []}),
    (["a", "b"], {Kind.LIST: ["a", "b"]}),
    (("a",), {Kind.LIST: ["a"]}),
    ([1], {}),
    ([["a"]], {}),
    (["a", None], {}),
    ({}, {}),
    ({"a": 1}, {}),
    (b"a", {}),
]


@pytest.mark.parametrize(("kind", "given"), list(product(Kind, TAKEN)), ids=lambda each: repr(each)[:40])
def test_a_type_takes_what_it_takes_and_nothing_else(kind: Kind, given: tuple[Any, dict[Kind, Any]]) -> None:
    value, taken = given
    parameter = Parameter(name="x", kind=kind, of=Kind.STRING if kind is Kind.LIST else None)
    if kind in taken:
        read = parameter.read(value)
        assert (read, type(read)) == (taken[kind], type(taken[kind]))
    else:
        with pytest.raises(InvalidInputError, match=r"^x(\[\d\])?: .* is wanted"):
            parameter.read(value)


@pytest.mark.parametrize("kind", WIDEST)
@pytest.mark.parametrize("low", [None, 2])
@pytest.mark.parametrize("high", [None, 4])
@pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
def test_bounds_are_of_the_value_or_of_how_long_it_is(kind: Kind, low: int | None, high: int | None, size: int) -> None:
    parameter = Parameter(
        name="x",
        kind=kind,
        of=Kind.INTEGER if kind is Kind.LIST else None,
        minimum=None if low is None else Decimal(low),
        maximum=None if high is None else Decimal(high),
    )
    values: dict[Kind, Any] = {
        Kind.STRING: "a" * size,
        Kind.INTEGER: size,
        Kind.NUMBER: str(size),
        Kind.LIST: [7] * size,
    }
    if (low or 0) <= size <= (high or 9):
        assert parameter.read(values[kind]) == values[kind]
    else:
        with pytest.raises(InvalidInputError, match=rf"^x: a .*{low or ''}.* to .*{high or ''}"):
            parameter.read(values[kind])


@pytest.mark.parametrize(
    ("kind", "allowed", "good", "bad"),
    [
        (Kind.STRING, ("a", "b"), "b", "c"),
        (Kind.INTEGER, (1, 2), 2, 3),
        (Kind.NUMBER, ("1.5",), "1.5", "1.6"),
        (Kind.BOOLEAN, (True,), True, False),
    ],
)
def test_of_what_is_allowed_one_has_to_be_given(kind: Kind, allowed: tuple[Any, ...], good: Any, bad: Any) -> None:
    one = Parameter(name="x", kind=kind, allowed=allowed)
    many = Parameter(name="x", kind=Kind.LIST, of=kind, allowed=allowed)
    assert one.read(good) == good
    assert many.read([good, good]) == [good, good]
    with pytest.raises(InvalidInputError, match=r"^x: one of"):
        one.read(bad)
    with pytest.raises(InvalidInputError, match=r"^x\[2\]: one of"):
        many.read([good, bad])


def test_of_a_list_every_entry_that_is_wrong_is_named() -> None:
    with pytest.raises(InvalidInputError) as error:
        Parameter(name="x", kind=Kind.LIST, of=Kind.INTEGER).read([1, "2", 3, None])
    assert str(error.value) == "x[2]: a whole number is wanted; x[4]: a whole number is wanted"


def test_a_list_that_is_too_long_is_not_looked_through() -> None:
    with pytest.raises(InvalidInputError, match=r"^x: a list whose number of entries is 0 to 100 is wanted$"):
        Parameter(name="x", kind=Kind.LIST, of=Kind.INTEGER).read(["no"] * 101)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**9), max_value=10**9))
def test_nothing_of_a_number_is_lost(number: Decimal) -> None:
    assert Decimal(Parameter(name="x", kind=Kind.NUMBER).read(number)) == number
