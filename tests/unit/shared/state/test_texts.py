"""Values as text: the same for the same value, and what was text before values were JSON."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.runtime.errors import InvalidInputError
from shared.state.texts import LARGEST_VALUE, LIVES, LONGEST_KEY, known_key, life_of, text_of, value_of


@given(st.dictionaries(st.text(), st.integers()))
def test_the_order_of_a_value_s_parts_does_not_matter(value: dict[str, int]) -> None:
    turned = dict(reversed(value.items()))
    assert text_of(turned) == text_of(value)


@given(st.text())
def test_a_text_is_ascii_without_zeros_whatever_is_in_it(value: str) -> None:
    text = text_of(value)
    assert text.isascii()
    assert "\0" not in text
    assert value_of(text) == value


@pytest.mark.parametrize(
    "text", ["seen", "3668b72f-2493-5f9e-afaf-5cf1988a2fe0", "00000000-0000-5000-8000-000000000000", ""]
)
def test_plain_text_of_former_times_is_read_as_that_text(text: str) -> None:
    assert value_of(text) == text


@pytest.mark.parametrize(
    ("key", "ttl", "lives"), [("deploy:1", None, 3_600), ("button:", None, 900), ("conv:a:b", 5, 5)]
)
def test_a_life_is_what_is_said_or_what_the_namespace_has(key: str, ttl: int | None, lives: int) -> None:
    assert life_of(key, ttl) == lives


@pytest.mark.parametrize(
    "key", ["", "deploy", ":deploy", "Deploy:1", "deploy-prod-1", "deployment:1", "other:button:1"]
)
def test_a_key_of_no_namespace_has_no_life_of_its_own(key: str) -> None:
    with pytest.raises(ValueError, match=", ".join(LIVES)):
        life_of(key, None)


def test_the_limits_are_those_of_the_strictest_place() -> None:
    dynamodb = 400 * 1_024  # bytes of an item, with the names of its attributes; 2,048 of a key
    assert LONGEST_KEY <= 2_048
    assert LARGEST_VALUE + LONGEST_KEY + len("pkvalueexpires_at") + 21 <= dynamodb
    assert known_key("x" * LONGEST_KEY)
    with pytest.raises(InvalidInputError):
        known_key("x" * (LONGEST_KEY + 1))
