"""What may be forgotten, is: to the moment."""

from datetime import timedelta

import pytest

from shared.state.memory import MemoryState
from tests.support.builders import NOON


class Kept:
    """A store, and its time."""

    def __init__(self) -> None:
        self.now = NOON
        self.state = MemoryState(clock=lambda: self.now)


@pytest.fixture
def kept() -> Kept:
    return Kept()


def test_a_value_is_there_until_its_time_is_up_and_not_a_moment_longer(kept: Kept) -> None:
    kept.state.put("flow", "step 2", ttl=60)
    for seconds, value in [(0, "step 2"), (59.999, "step 2"), (60, None), (61, None), (10**6, None)]:
        kept.now = NOON + timedelta(seconds=seconds)
        assert kept.state.get("flow") == value


def test_putting_again_starts_a_new_life(kept: Kept) -> None:
    kept.state.put("flow", "step 2", ttl=60)
    kept.now += timedelta(seconds=59)
    kept.state.put("flow", "step 3", ttl=60)
    kept.now += timedelta(seconds=59)
    assert kept.state.get("flow") == "step 3"


def test_what_was_put_cannot_be_changed_from_outside(kept: Kept) -> None:
    value = {"steps": [1]}
    kept.state.put("conv:x", value)
    value["steps"].append(2)
    kept.state.get("conv:x")["steps"].append(3)  # type: ignore[index]
    assert kept.state.get("conv:x") == {"steps": [1]}


def test_what_has_expired_is_swept_out_and_counted(kept: Kept) -> None:
    for seconds in (10, 20, 30):
        kept.state.put(f"flow:{seconds}", seconds, ttl=seconds)
    kept.now += timedelta(seconds=20)
    assert kept.state.cleanup_expired() == 2
    assert kept.state.cleanup_expired() == 0
    assert kept.state.get("flow:30") == 30
