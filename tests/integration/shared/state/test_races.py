"""Of many who want the same at once, one gets it; each comes as a process of its own."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.integration.shared.state.conftest import Place
from tests.support.places import MANY, at_once

ROUNDS = 5


def race(place: Place, key: str, expected: Any, value: Callable[[int], Any]) -> list[int]:
    """Who won."""
    stores = [place.another() for _ in range(MANY)]
    for store in stores:
        store.get(key)  # so that all are connected, and none comes late
    won = at_once(lambda number: stores[number].compare_and_set(key, expected, value(number)))
    return [number for number, is_won in enumerate(won) if is_won]


def test_one_takes_what_is_free(place: Place) -> None:
    for _ in range(ROUNDS):
        key = place.key()
        (winner,) = race(place, key, None, lambda number: {"taken_by": number})
        assert place.another().get(key) == {"taken_by": winner}


def test_one_changes_what_is_there(place: Place) -> None:
    for _ in range(ROUNDS):
        key = place.key()
        place.another().put(key, "as it was")
        (winner,) = race(place, key, "as it was", lambda number: [number])
        assert place.another().get(key) == [winner]


def test_one_takes_it_away(place: Place) -> None:
    for _ in range(ROUNDS):
        key = place.key()
        place.another().put(key, "as it was")
        assert len(race(place, key, "as it was", lambda number: None)) == 1
        assert place.another().get(key) is None


def test_one_takes_what_somebody_s_time_is_up_for(clocked: Place) -> None:
    assert clocked.clock
    key = clocked.key()
    clocked.another().put(key, "expired", ttl=60)
    clocked.clock.pass_(60)
    (winner,) = race(clocked, key, None, lambda number: [number])
    assert clocked.another().get(key) == [winner]


def test_some_change_it_and_some_take_it_away_and_still_one_does(place: Place) -> None:
    key = place.key()
    place.another().put(key, "as it was")
    (winner,) = race(place, key, "as it was", lambda number: None if number % 2 else [number])
    assert place.another().get(key) == (None if winner % 2 else [winner])


def test_who_looks_and_tries_again_adds_up_without_losing_anything(place: Place) -> None:
    key, stores = place.key(), [place.another() for _ in range(MANY)]
    stores[0].put(key, 0)

    def add(number: int) -> bool:
        for _ in range(MANY * 20):
            known: Any = stores[number].get(key)
            if stores[number].compare_and_set(key, known, known + 1):
                return True
        return False

    assert at_once(add) == [True] * MANY
    assert stores[0].get(key) == MANY


@pytest.mark.parametrize("times", [3])
def test_threads_may_share_a_store(place: Place, times: int) -> None:
    state, keys = place.another(), [place.key() for _ in range(MANY)]

    def work(number: int) -> Any:
        for step in range(times):
            state.put(keys[number], [number, step])
        return state.get(keys[number])

    assert at_once(work) == [[number, times - 1] for number in range(MANY)]
