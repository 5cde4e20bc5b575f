"""What may be forgotten, is: to the second."""

from datetime import timedelta

import pytest

from shared.state.store import MemoryState
from tests.support.builders import NOON


def test_a_value_is_there_until_its_time_is_up_and_not_a_second_longer() -> None:
    now = [NOON]
    state = MemoryState(clock=lambda: now[0])
    state.put("flow", "step 2", ttl=60)
    for seconds, value in [(0, "step 2"), (59.999, "step 2"), (60, None), (61, None), (10**6, None)]:
        now[0] = NOON + timedelta(seconds=seconds)
        assert state.get("flow") == value


@pytest.mark.parametrize("ttl", [0, -1])
def test_a_value_without_a_life_is_never_there(ttl: int) -> None:
    state = MemoryState(clock=lambda: NOON)
    state.put("flow", "step 2", ttl=ttl)
    assert state.get("flow") is None


def test_putting_again_starts_a_new_life() -> None:
    now = [NOON]
    state = MemoryState(clock=lambda: now[0])
    state.put("flow", "step 2", ttl=60)
    now[0] += timedelta(seconds=59)
    state.put("flow", "step 3", ttl=60)
    now[0] += timedelta(seconds=59)
    assert state.get("flow") == "step 3"


def test_a_key_that_was_never_put_holds_nothing() -> None:
    state = MemoryState(clock=lambda: NOON)
    state.put("flow", "", ttl=60)
    assert (state.get("flow"), state.get("flow:2")) == ("", None)
