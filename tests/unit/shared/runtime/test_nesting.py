"""How deep values stand in each other."""

import json
from typing import Any

import pytest

from shared.runtime.nesting import is_too_deep


def nested(levels: int, inner: str = "") -> Any:
    return json.loads("[" * levels + inner + "]" * levels)


@pytest.mark.parametrize("inner", ["", "1", '"a", null, 2'])
def test_so_many_levels_are_not_too_deep_and_one_more_is(inner: str) -> None:
    assert not is_too_deep(nested(3, inner), deepest=3)
    assert is_too_deep(nested(4, inner), deepest=3)


def test_objects_count_as_lists_do() -> None:
    assert not is_too_deep({"a": [{"b": 1}], "c": []}, deepest=3)
    assert is_too_deep({"a": [{"b": {}}]}, deepest=3)


@pytest.mark.parametrize("value", [1, "a", None, {}, []])
def test_what_has_nothing_in_it_is_not_deep(value: Any) -> None:
    assert not is_too_deep(value)


def test_what_is_deeper_than_anybody_can_go_is_too_deep() -> None:
    value: Any = []
    for _ in range(100_000):
        value = [value]
    assert is_too_deep(value)
    while value:  # taken apart by hand: not every Python can let go of it at once
        value = value[0]
