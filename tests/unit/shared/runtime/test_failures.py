"""Why a message failed last is noted as well as may be: noting it makes nothing worse."""

from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from shared.runtime.errors import DependencyError
from shared.runtime.failures import KEPT, REST, Failure, Failures
from shared.state.memory import MemoryState
from tests.unit.in_memory import HeldClock

DENIED = ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "PutItem")


class FailingState(MemoryState):
    """Raises `error` for every write, if there is one."""

    def __init__(self, clock: HeldClock) -> None:
        super().__init__(clock=clock)
        self.error: Exception | None = None
        self.asked = 0

    def _write(self, key: str, text: str, seconds: int) -> None:
        self.asked += 1
        if self.error:
            raise self.error
        super()._write(key, text, seconds)


class World:
    def __init__(self) -> None:
        self.clock = HeldClock()
        self.state = FailingState(self.clock)
        self.failures = Failures(lambda: self.state, clock=self.clock)


@pytest.fixture
def world() -> World:
    return World()


def test_the_class_and_the_words_of_the_last_failure_are_kept(world: World) -> None:
    world.failures.note("m-1", KeyError("price"))
    world.clock.put_on(seconds=30)
    world.failures.note("m-1", KeyError("title"))
    assert world.failures.of("m-1") == Failure(error="KeyError", said="'title'", at=world.clock())
    assert world.failures.of("m-2") is None


def test_no_secret_and_no_novel_is_kept(world: World) -> None:
    world.failures.note("m-1", ValueError("token=abc123\nand so on\x00 " + "x" * 5_000))
    failure = world.failures.of("m-1")
    assert failure is not None
    assert failure.said.startswith("token=••• and so on x")
    assert len(failure.said) <= 500


def test_it_is_kept_as_long_as_the_message_may_lie_there(world: World) -> None:
    world.failures.note("m-1", KeyError())
    world.clock.now += KEPT - timedelta(seconds=1)
    assert world.failures.of("m-1") is not None
    world.clock.put_on(seconds=1)
    assert world.failures.of("m-1") is None


TROUBLES = [DependencyError("the state store cannot answer now"), DENIED, EndpointConnectionError(endpoint_url="x")]


@pytest.mark.parametrize("trouble", TROUBLES)
def test_where_it_cannot_be_noted_nothing_is_raised(world: World, trouble: Exception) -> None:
    world.state.error = trouble
    world.failures.note("m-1", KeyError())
    assert world.failures.of("m-1") is None


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_store_that_is_unwell_is_left_alone_for_a_while(world: World, trouble: Exception) -> None:
    world.state.error = trouble
    for _ in range(10):
        world.failures.note("m-1", KeyError())
    assert world.state.asked == 1
    world.state.error = None
    world.clock.put_on(seconds=REST.total_seconds())
    world.failures.note("m-1", KeyError())
    assert (world.state.asked, world.failures.of("m-1") is not None) == (2, True)


def test_nothing_is_opened_before_something_fails() -> None:
    def never() -> Any:
        raise AssertionError("nothing has failed")

    Failures(never, clock=HeldClock())
