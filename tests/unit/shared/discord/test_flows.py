"""A flow goes on once, for who began it, while there is time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.discord.flows import FlowDoneError, FlowOverError, NotYoursError, begin, peek, take
from shared.runtime.errors import ContradictionError, DependencyError, ForbiddenError, NotFoundError
from shared.state.memory import MemoryState
from shared.state.texts import LIVES
from tests.support.builders import NOON
from tests.support.ends import FOR_EVER

SHE, HE = "80351110224678912", "80351110224678913"
WHAT = {"listing_id": "l-1", "step": ["a", {"b": None}]}
PRESSES = 16


class Time:
    def __init__(self) -> None:
        self.now = NOON

    def pass_(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def state(time: Time) -> MemoryState:
    return MemoryState(clock=lambda: time.now)


def test_what_was_begun_is_taken_as_it_was(state: MemoryState) -> None:
    assert take(state, begin(state, WHAT, user_id=SHE), user_id=SHE) == WHAT


@given(what=st.dictionaries(st.text(), st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.text())))
def test_whatever_is_kept_comes_back(what: dict[str, Any]) -> None:
    state = MemoryState(clock=lambda: NOON)
    assert take(state, begin(state, what, user_id=SHE), user_id=SHE) == what


def test_an_id_is_short_plain_and_of_one_flow_only(state: MemoryState) -> None:
    ids = {begin(state, WHAT, user_id=SHE) for _ in range(100)}
    assert len(ids) == 100
    assert all(len(one) == 16 and one.replace("-", "").replace("_", "").isalnum() for one in ids)


def test_a_second_press_is_told_that_it_is_done(state: MemoryState) -> None:
    flow_id = begin(state, WHAT, user_id=SHE)
    take(state, flow_id, user_id=SHE, by="first")
    with pytest.raises(FlowDoneError, match="answered already"):
        take(state, flow_id, user_id=SHE, by="second")
    with pytest.raises(FlowDoneError):
        take(state, flow_id, user_id=SHE)
    with pytest.raises(FlowDoneError):
        peek(state, flow_id, user_id=SHE)


def test_the_use_that_took_it_may_look_at_it_again(state: MemoryState) -> None:
    flow_id = begin(state, WHAT, user_id=SHE)
    take(state, flow_id, user_id=SHE, by="1")
    assert peek(state, flow_id, user_id=SHE, by="1") == WHAT
    with pytest.raises(FlowDoneError):
        peek(state, flow_id, user_id=SHE, by="2")


def test_who_does_not_say_by_what_use_is_not_known_again(state: MemoryState) -> None:
    flow_id = begin(state, WHAT, user_id=SHE)
    take(state, flow_id, user_id=SHE)
    with pytest.raises(FlowDoneError):
        take(state, flow_id, user_id=SHE)


def test_a_use_that_was_cut_off_takes_it_again(state: MemoryState) -> None:
    flow_id = begin(state, WHAT, user_id=SHE)
    assert [take(state, flow_id, user_id=SHE, by="the use") for _ in range(3)] == [WHAT] * 3


@pytest.mark.parametrize("ask", [take, peek])
def test_somebody_else_gets_nothing_and_takes_nothing_away(state: MemoryState, ask: Callable[..., object]) -> None:
    flow_id = begin(state, WHAT, user_id=SHE)
    with pytest.raises(NotYoursError, match="the person who started it"):
        ask(state, flow_id, user_id=HE)
    assert take(state, flow_id, user_id=SHE) == WHAT


def test_somebody_else_does_not_learn_that_it_is_done(state: MemoryState) -> None:
    flow_id = begin(state, WHAT, user_id=SHE)
    take(state, flow_id, user_id=SHE, by="the use")
    with pytest.raises(NotYoursError):
        take(state, flow_id, user_id=HE, by="the use")


@pytest.mark.parametrize("ask", [take, peek])
def test_what_nobody_began_has_expired(state: MemoryState, ask: Callable[..., object]) -> None:
    with pytest.raises(FlowOverError, match="expired"):
        ask(state, "nobody-began-this", user_id=SHE)


@pytest.mark.parametrize(
    ("namespace", "ttl", "lives"), [("button", None, 900), ("conv", None, 86_400), ("deploy", 5, 5)]
)
def test_a_flow_may_be_taken_to_the_last_moment_of_its_life(
    state: MemoryState, time: Time, namespace: str, ttl: int | None, lives: int
) -> None:
    ids = [begin(state, WHAT, user_id=SHE, namespace=namespace, ttl=ttl) for _ in range(2)]
    time.pass_(lives - 0.001)
    assert take(state, ids[0], user_id=SHE, namespace=namespace) == WHAT
    time.pass_(0.001)
    with pytest.raises(FlowOverError):
        take(state, ids[1], user_id=SHE, namespace=namespace)


def test_that_it_was_done_is_known_for_a_whole_life_from_then_on(state: MemoryState, time: Time) -> None:
    flow_id = begin(state, WHAT, user_id=SHE)
    time.pass_(LIVES["button"] - 1)
    take(state, flow_id, user_id=SHE)
    time.pass_(LIVES["button"] - 1)
    with pytest.raises(FlowDoneError):
        take(state, flow_id, user_id=SHE)


def test_a_flow_is_found_in_its_own_namespace_only(state: MemoryState) -> None:
    flow_id = begin(state, WHAT, user_id=SHE, namespace="conv")
    with pytest.raises(FlowOverError):
        take(state, flow_id, user_id=SHE)


def test_looking_takes_nothing(state: MemoryState) -> None:
    flow_id = begin(state, WHAT, user_id=SHE)
    assert [peek(state, flow_id, user_id=SHE) for _ in range(2)] == [WHAT] * 2
    assert take(state, flow_id, user_id=SHE) == WHAT


def test_of_many_presses_at_once_one_goes_on(state: MemoryState) -> None:
    flow_id = begin(state, WHAT, user_id=SHE)
    everybody = Barrier(PRESSES)

    def press(number: int) -> str:
        everybody.wait(FOR_EVER)
        try:
            take(state, flow_id, user_id=SHE, by=str(number))
        except FlowDoneError:
            return "done"
        return "mine"

    with ThreadPoolExecutor(PRESSES) as pool:
        assert sorted(pool.map(press, range(PRESSES))) == ["done"] * (PRESSES - 1) + ["mine"]


class Overtaken(MemoryState):
    """Between a look and a write of ours, somebody else acts."""

    def __init__(self, act: Callable[[MemoryState], object]) -> None:
        super().__init__(clock=lambda: NOON)
        self.act: Callable[[MemoryState], object] | None = act

    def compare_and_set(self, key: str, expected: Any, value: Any, *, ttl: int | None = None) -> bool:
        act, self.act = self.act, None
        if act:
            act(self)
        return super().compare_and_set(key, expected, value, ttl=ttl)


def test_who_looked_first_and_wrote_second_is_second() -> None:
    state = Overtaken(lambda state: take(state, flow_id, user_id=SHE, by="faster"))
    flow_id = begin(state, WHAT, user_id=SHE)
    with pytest.raises(FlowDoneError):
        take(state, flow_id, user_id=SHE, by="slower")
    assert take(state, flow_id, user_id=SHE, by="faster") == WHAT


def test_what_expires_between_the_look_and_the_write_is_over() -> None:
    state = Overtaken(lambda state: state.delete(f"button:{flow_id}"))
    flow_id = begin(state, WHAT, user_id=SHE)
    with pytest.raises(FlowOverError):
        take(state, flow_id, user_id=SHE)


class Forgetful(MemoryState):
    """It does what it is told, and its first answer is lost."""

    lost = False

    def compare_and_set(self, key: str, expected: Any, value: Any, *, ttl: int | None = None) -> bool:
        done = super().compare_and_set(key, expected, value, ttl=ttl)
        if not self.lost:
            self.lost = True
            raise DependencyError("no answer")
        return done


def test_a_use_whose_answer_was_lost_goes_on_when_it_comes_again() -> None:
    state = Forgetful(clock=lambda: NOON)
    flow_id = begin(state, WHAT, user_id=SHE)
    with pytest.raises(DependencyError):
        take(state, flow_id, user_id=SHE, by="the use")
    assert take(state, flow_id, user_id=SHE, by="the use") == WHAT


@pytest.mark.parametrize(
    ("error", "kind"),
    [(FlowOverError, NotFoundError), (FlowDoneError, ContradictionError), (NotYoursError, ForbiddenError)],
)
def test_refusals_are_of_the_kinds_that_people_are_told(error: type[Exception], kind: type[Exception]) -> None:
    assert issubclass(error, kind)
    assert len(str(error())) > 10
