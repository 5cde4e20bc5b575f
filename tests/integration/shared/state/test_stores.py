"""All places keep state alike: what is put is there, as it was, until its time is up."""

import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.runtime.errors import InvalidInputError
from shared.state.store import StateStore
from shared.state.texts import LARGEST_VALUE, LIVES, LONGEST_KEY
from tests.integration.shared.state.conftest import Place

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
LETTERS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=60)
ON_ALL = settings(
    derandomize=True, deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
# Where the server goes by its own clock, a life is a second, and this is how long it may take to be over.
PATIENCE = 5.0
ODD_VALUES = [
    "",
    "\0",
    "\ud800",
    "'; DROP TABLE orchestrator_state; --",
    "%s",
    0,
    -0.0,
    1e308,
    2**70,
    False,
    [],
    {},
    [None],
]


@pytest.mark.parametrize("value", ODD_VALUES, ids=repr)
def test_odd_values_come_back_as_they_were(state: StateStore, place: Place, value: Any) -> None:
    key = place.key()
    state.put(key, value)
    read = state.get(key)
    assert (read, type(read)) == (value, type(value))


@ON_ALL
@given(value=JSON, other=JSON)
def test_all_json_comes_back_and_is_known_again(state: StateStore, place: Place, value: Any, other: Any) -> None:
    key = place.key()
    state.put(key, value)
    assert state.get(key) == value
    assert state.compare_and_set(key, value, other)
    assert state.get(key) == other


@ON_ALL
@given(letters=LETTERS)
def test_a_key_may_have_any_letters(state: StateStore, place: Place, letters: str) -> None:
    keys = [place.key() + part for part in (letters, letters + " ", letters * 2)]
    for number, key in enumerate(keys):
        state.put(key, number)
    assert [state.get(key) for key in keys] == [0, 1, 2]
    state.delete(keys[0])
    assert [state.get(key) for key in keys] == [None, 1, 2]


def test_keys_that_only_look_alike_are_others(state: StateStore, place: Place) -> None:
    start = place.key()
    state.put(start + "é", "one letter")
    assert state.get(start + "e\u0301") is None
    assert state.get(start + "É") is None


@pytest.mark.parametrize(
    "key", ["", "conv:\0", "conv:\ud800", "conv:" + "x" * (LONGEST_KEY - 4), "conv:" + "ü" * 1_022]
)
def test_a_key_that_one_place_could_not_take_is_refused_by_all(state: StateStore, key: str) -> None:
    with pytest.raises(InvalidInputError):
        state.get(key)
    with pytest.raises(InvalidInputError):
        state.put(key, 1, ttl=60)
    with pytest.raises(InvalidInputError):
        state.delete(key)
    with pytest.raises(InvalidInputError):
        state.compare_and_set(key, None, 1, ttl=60)


def test_the_largest_value_under_the_longest_key_is_kept_and_changed(state: StateStore, place: Place) -> None:
    key = place.key().ljust(LONGEST_KEY, "x")
    large, other = "x" * (LARGEST_VALUE - 2), "y" * (LARGEST_VALUE - 2)
    state.put(key, large)
    assert state.get(key) == large
    assert state.compare_and_set(key, large, other)
    assert state.get(key) == other


@pytest.mark.parametrize("value", ["x" * (LARGEST_VALUE - 1), ["x" * 400] * 1_024, "ü" * (LARGEST_VALUE // 6)])
def test_what_is_larger_is_refused_and_leaves_what_is_there(state: StateStore, place: Place, value: Any) -> None:
    key = place.key()
    state.put(key, "small")
    with pytest.raises(InvalidInputError, match="384 KB"):
        state.put(key, value)
    with pytest.raises(InvalidInputError, match="384 KB"):
        state.compare_and_set(key, "small", value)
    assert state.get(key) == "small"


def test_a_key_that_was_never_put_holds_nothing(state: StateStore, place: Place) -> None:
    assert state.get(place.key()) is None
    state.delete(place.key())


def test_nothing_is_put_without_a_life(state: StateStore) -> None:
    with pytest.raises(ValueError, match="how long"):
        state.put("album:1", "x")
    with pytest.raises(ValueError, match="how long"):
        state.compare_and_set("album:1", None, "x")
    assert state.get("album:1") is None


def test_putting_nothing_is_deleting(state: StateStore, place: Place) -> None:
    key = place.key()
    state.put(key, 1)
    state.put(key, None)
    assert state.get(key) is None
    assert state.compare_and_set(key, None, 2)


def wait_until_it_is_over(state: StateStore, key: str) -> None:
    """Looked at until it is, or until nobody would wait any longer."""
    deadline = time.monotonic() + PATIENCE
    while state.get(key) is not None:
        assert time.monotonic() < deadline, "it is still there"
        time.sleep(0.01)


@pytest.mark.parametrize("ttl", [1, 60, 31 * 86_400])
def test_a_value_is_there_until_its_time_is_up_and_no_longer(clocked: Place, ttl: int) -> None:
    assert clocked.clock
    state, key = clocked.another(), clocked.key("album")
    state.put(key, "here", ttl=ttl)
    clocked.clock.pass_(ttl - 0.001)
    assert state.get(key) == "here"
    clocked.clock.pass_(0.001)
    assert state.get(key) is None
    assert not state.compare_and_set(key, "here", "there", ttl=ttl)
    assert state.compare_and_set(key, None, "new", ttl=ttl)
    assert state.get(key) == "new"


@pytest.mark.parametrize("begun", [0.25, 0.999])
def test_a_life_that_begins_within_a_second_is_not_shorter_and_less_than_a_second_longer(
    clocked: Place, begun: float
) -> None:
    assert clocked.clock
    clocked.clock.pass_(begun)
    state, key = clocked.another(), clocked.key()
    state.put(key, "here", ttl=1)
    clocked.clock.pass_(0.999)
    assert state.get(key) == "here"
    clocked.clock.pass_(1)
    assert state.get(key) is None


def test_what_the_server_s_clock_ends_is_gone_and_its_place_is_free(unclocked: Place) -> None:
    state, (key, other) = unclocked.another(), (unclocked.key(), unclocked.key())
    begun = time.monotonic()
    state.put(key, "here", ttl=1)
    state.put(other, "here", ttl=30)
    assert state.get(key) == "here"
    wait_until_it_is_over(state, key)
    assert time.monotonic() - begun > 0.9
    assert not state.compare_and_set(key, "here", "there")
    assert state.compare_and_set(key, None, "new")
    assert (state.get(key), state.get(other)) == ("new", "here")


@pytest.mark.parametrize(("namespace", "ttl"), [*((name, None) for name in LIVES), ("conv", 7), ("album", 3_000_000)])
def test_a_value_lives_as_long_as_its_namespace_or_who_puts_it_says(
    state: StateStore, place: Place, namespace: str, ttl: int | None
) -> None:
    lives = LIVES[namespace] if ttl is None else ttl
    key, other = place.key(namespace), place.key(namespace)
    state.put(key, 1, ttl=ttl)
    assert state.compare_and_set(other, None, 1, ttl=ttl)
    assert [lives - 3 < place.left(one) <= lives for one in (key, other)] == [True, True]


def test_changing_a_value_begins_a_new_life(state: StateStore, place: Place) -> None:
    keys = [place.key(), place.key()]
    for key in keys:
        state.put(key, 1, ttl=5)
    state.put(keys[0], 2, ttl=500)
    assert state.compare_and_set(keys[1], 1, 2, ttl=500)
    assert [place.left(key) > 400 for key in keys] == [True, True]


@pytest.mark.parametrize("ttl", [0, -1])
def test_a_value_without_a_life_is_never_there(state: StateStore, place: Place, ttl: int) -> None:
    key = place.key()
    state.put(key, 1)
    state.put(key, 2, ttl=ttl)
    assert state.get(key) is None
    state.put(key, 1)
    assert not state.compare_and_set(key, 2, 3, ttl=ttl)
    assert state.get(key) == 1
    assert state.compare_and_set(key, 1, 3, ttl=ttl)
    assert state.get(key) is None


def test_a_value_is_set_only_where_what_was_expected_is(state: StateStore, place: Place) -> None:
    key = place.key()
    assert not state.compare_and_set(key, {"a": 1}, 2)
    assert state.get(key) is None
    assert state.compare_and_set(key, None, {"a": 1, "b": [None]})
    assert not state.compare_and_set(key, None, 2)
    assert not state.compare_and_set(key, {"a": 1}, 2)
    assert state.compare_and_set(key, {"b": [None], "a": 1}, 2)
    assert state.get(key) == 2


def test_a_value_is_deleted_only_where_what_was_expected_is(state: StateStore, place: Place) -> None:
    key = place.key()
    assert state.compare_and_set(key, None, None)
    state.put(key, 1)
    assert not state.compare_and_set(key, None, None)
    assert not state.compare_and_set(key, 2, None)
    assert state.get(key) == 1
    assert state.compare_and_set(key, 1, None)
    assert state.get(key) is None
    assert not state.compare_and_set(key, 1, None)


@pytest.mark.parametrize(
    ("known", "expected"),
    [(1, 1.0), (1, True), (0, False), ("1", 1), ([], {}), ("", []), ("null", []), ("a", "A"), ("a", "a ")],
)
def test_what_is_only_nearly_the_same_is_something_else(
    state: StateStore, place: Place, known: Any, expected: Any
) -> None:
    key = place.key()
    state.put(key, known)
    assert not state.compare_and_set(key, expected, "changed")
    assert state.get(key) == known


@pytest.mark.parametrize("value", [float("nan"), float("inf"), [float("-inf")]])
def test_what_is_no_json_is_not_kept(state: StateStore, place: Place, value: Any) -> None:
    key = place.key()
    with pytest.raises(ValueError, match="JSON"):
        state.put(key, value)
    with pytest.raises(TypeError, match="JSON"):
        state.put(key, {1, 2})
    assert state.get(key) is None


def test_two_who_go_there_see_the_same(place: Place) -> None:
    one, other, key = place.another(), place.another(), place.key()
    one.put(key, {"step": 1})
    assert other.get(key) == {"step": 1}
    assert other.compare_and_set(key, {"step": 1}, {"step": 2})
    assert not one.compare_and_set(key, {"step": 1}, {"step": 3})
    one.delete(key)
    assert other.get(key) is None
