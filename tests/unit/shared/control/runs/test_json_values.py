"""What is kept as JSON is small, plain, and comes back from the ledger as it was."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.control.runs.json_values import as_json, checked
from shared.ledger.items import deserialized, serialized
from shared.runtime.errors import InvalidInputError

SCALARS = st.none() | st.booleans() | st.integers(-(10**35), 10**35) | st.text(max_size=9)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(min_size=1, max_size=3), inner, max_size=3),
)


@given(st.dictionaries(st.text(min_size=1, max_size=3), VALUES, max_size=3))
def test_what_is_plain_is_the_same_and_the_ledger_takes_it(value: dict[str, Any]) -> None:
    kept = checked("output", value, most=100_000)
    assert kept == value == json.loads(as_json(kept))
    assert deserialized(serialized(kept), int) == kept


def test_decimals_become_text() -> None:
    assert checked("output", {"price": Decimal("1.50"), "many": (1, 2)}, most=100) == {"price": "1.50", "many": [1, 2]}


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"a": 0.5}, "output.a: text, a whole number"),
        ({"a": [1, {"b": float("nan")}]}, r"output.a\[2\].b: text"),
        ({"a": Decimal("NaN")}, "output.a: text"),
        ({"a": Decimal("1e40")}, "output.a: text"),
        ({"a": 10**36}, "output.a: text"),
        ({"a": b"x"}, "output.a: text"),
        ({"a": {1, 2}}, "output.a: text"),
        ({1: "a"}, "output: a key"),
        ({"": "a"}, "output: a key"),
        ({"a": "\ud800"}, "output.a: half a character"),
        ({"\ud800": {"\udfff": "\ud800"}}, "output: half a character"),
        ({"a": "x" * 95}, "output: at most 100 bytes"),
        ({"a": "ü" * 50}, "output: at most 100 bytes"),
        (["a"], "output: an object"),
        ("a", "output: an object"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_its_place(value: Any, reason: str) -> None:
    with pytest.raises(InvalidInputError, match=f"^{reason}"):
        checked("output", value, most=100)


def test_what_is_too_deep_is_refused() -> None:
    deep: Any = "x"
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(InvalidInputError, match="more than 12 deep"):
        checked("output", {"a": deep}, most=100)
