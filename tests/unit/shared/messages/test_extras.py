"""What a message says beyond the known fields is kept, as far as the ledger can give it back alike."""

from decimal import Decimal
from typing import Any

import pytest

from shared.messages.extras import DEEPEST, MOST_KEYS, read_extras, read_value
from shared.messages.texts import RefusedError


def nested(depth: int) -> Any:
    value: Any = "end"
    for level in range(depth):
        value = [value] if level % 2 else {"in": value}
    return value


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (60, 60),
        (60.0, 60),
        (Decimal("6e1"), 60),
        (-0.0, 0),
        (1.5, "1.5"),
        (Decimal("1.50"), "1.50"),
        (1e300, "1E+300"),
        (2**53, 2**53),
        (2**53 + 1, "9007199254740993"),
        (1e17, "1E+17"),
        (True, True),
        (None, None),
        ("a\x00b\n", "ab\n"),
        ([1, [None, {"a": 0.5}]], [1, [None, {"a": "0.5"}]]),
    ],
)
def test_values_are_kept_as_every_reader_understands_them(said: Any, kept: Any) -> None:
    assert read_value(said) == kept
    assert type(read_value(said)) is type(kept)


@pytest.mark.parametrize(
    "bad",
    [
        float("nan"),
        float("-inf"),
        Decimal("NaN"),
        Decimal("sNaN"),
        Decimal("0." + "1" * 200),
        10**4_000,
        "\udfff",
        {"": 1},
        {"a\nb": 1},
        {"\ud800": 1},
        {"x" * 101: 1},
        {5: 1},
        b"bytes",
        {1, 2},
        (1, 2),
        nested(DEEPEST + 1),
        {str(number): number for number in range(MOST_KEYS + 1)},
    ],
)
def test_what_is_no_json_or_beyond_reason_is_refused(bad: Any) -> None:
    with pytest.raises(RefusedError):
        read_value(bad)


def test_the_bounds_are_within() -> None:
    assert read_value(nested(DEEPEST)) == nested(DEEPEST)
    assert len(read_extras({f"a{number}": number for number in range(MOST_KEYS)}, None)) == MOST_KEYS


def test_metadata_and_fields_count_together() -> None:
    beside = {f"a{number}": number for number in range(60)}
    with pytest.raises(RefusedError, match="at most 100 keys"):
        read_extras(beside, {f"b{number}": number for number in range(60)})


def test_null_is_nothing_said_only_at_the_top() -> None:
    assert read_extras({"a": None, "b": {"c": None}}, {"d": None}) == {"b": {"c": None}}
