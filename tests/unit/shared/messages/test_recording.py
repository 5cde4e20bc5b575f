"""Messages are recorded once each, however and by whomever they are posted; a bad one is refused by itself."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.ledger.envelope import Cause
from shared.ledger.memory import MemoryLedger
from shared.messages.message import Recording
from shared.messages.recording import ROUNDS, Messages, Outcome, record, route
from shared.messages.rules_file import default_text, read_rules
from shared.messages.store import LedgerMessages
from shared.runtime.errors import DependencyError
from shared.sinks.names import NAMES
from tests.support.builders import NOON, a_cause
from tests.support.pauses import no_pause
from tests.support.posted import a_raw

RULES = read_rules(default_text(), sinks=NAMES)
OTHER = "id: this is the id of another message"


class Shelf:
    """Messages on a ledger. Just before each of the first writes, a rival does something of its own."""

    def __init__(self, *rivals: Callable[["Shelf"], object]) -> None:
        self.ledger = MemoryLedger()
        self.free = LedgerMessages(self.ledger)
        self._rivals = list(rivals)
        self.rounds = 0

    def known(self, keys: Any) -> dict[str, str]:
        return self.free.known(keys)

    def save_all(self, recordings: Sequence[Recording], cause: Cause, *, at: Any) -> set[str]:
        self.rounds += 1
        if self._rivals:
            self._rivals.pop(0)(self)
        return self.free.save_all(recordings, cause, at=at)

    def events(self, key: str) -> int:
        return len(list(self.ledger.history("MESSAGE", key)))


def post(messages: Messages, *raws: Any) -> Outcome:
    outcome = route(raws, rules=RULES, at=NOON, default_currency="GBP")
    record(outcome, a_cause("key:anna"), messages=messages, at=NOON, pause=no_pause)
    return outcome


def by_rival(*raws: Any) -> Callable[[Shelf], object]:
    return lambda shelf: post(shelf.free, *raws)


def indexes(outcome: Outcome) -> list[int]:
    return [routed.index for routed in outcome.routed]


# deciding


def test_each_message_is_routed_by_the_rules() -> None:
    told = [a_raw("1", event_type="task.created"), a_raw("2", event_type="sale.recorded", item="Tape", price=2)]
    outcome = route(told, rules=RULES, at=NOON, default_currency="GBP")
    assert [routed.decision.sinks for routed in outcome.routed] == [("notion",), ("shopify",)]
    assert [routed.decision.tags for routed in outcome.routed] == [("task",), ("sale",)]
    assert [routed.raw for routed in outcome.routed] == told


@given(st.lists(st.one_of(st.none(), st.integers(), st.text(), st.just({}), st.just(a_raw())), max_size=8))
def test_every_message_is_either_routed_or_refused(raws: list[Any]) -> None:
    outcome = route(raws, rules=RULES, at=NOON, default_currency="GBP")
    assert sorted([*indexes(outcome), *outcome.refused]) == list(range(len(raws)))
    assert all(raws[index] != a_raw() for index in outcome.refused)


def test_a_bad_message_is_refused_with_a_reason_and_the_others_are_recorded() -> None:
    shelf = Shelf()
    outcome = post(shelf, a_raw("1"), "hello", a_raw("2", price="a lot"), a_raw("3"))
    assert indexes(outcome) == [0, 3]
    assert outcome.refused.keys() == {1, 2}
    assert outcome.refused[2].startswith("price: ")
    assert "a lot" not in outcome.refused[2]
    assert [shelf.events(key) for key in "123"] == [1, 0, 1]


# once


def test_a_new_message_is_recorded_with_its_raw_and_its_event() -> None:
    shelf = Shelf()
    outcome = post(shelf, a_raw("1", event_type="task.created"))
    (event,) = shelf.ledger.history("MESSAGE", "1")
    assert (event.type, event.actor, event.tags, event.data["sinks"]) == (
        "task.created",
        "key:anna",
        ("task",),
        ["notion"],
    )
    assert shelf.free.raw(["1"]) == {"1": a_raw("1", event_type="task.created")}
    assert outcome.known == set()


def test_what_is_posted_twice_in_one_call_is_recorded_once() -> None:
    shelf = Shelf()
    outcome = post(shelf, a_raw("1"), a_raw("2"), a_raw("1"))
    assert (indexes(outcome), outcome.known, shelf.events("1")) == ([0, 1, 2], set(), 1)


def test_what_is_posted_again_is_known_and_is_not_recorded_again() -> None:
    shelf = Shelf()
    post(shelf, a_raw("1"))
    outcome = post(shelf, a_raw("1"), a_raw("2"))
    assert (outcome.known, shelf.events("1"), shelf.events("2")) == ({"1"}, 1, 1)


@given(st.permutations(list(a_raw("1", price="2.50", mood={"a": 1, "b": [2]}).items())))
def test_the_order_of_keys_makes_no_other_message(items: list[tuple[str, Any]]) -> None:
    shelf = Shelf()
    post(shelf, a_raw("1", price="2.50", mood={"a": 1, "b": [2]}))
    outcome = post(shelf, dict(items), {**dict(items), "mood": {"b": [2], "a": 1}})
    assert (outcome.known, outcome.refused, shelf.events("1")) == ({"1"}, {}, 1)


def test_a_message_without_an_id_is_known_by_what_it_says() -> None:
    shelf = Shelf()
    said = {"content": "Buy tape", "author": "Alice"}
    first = post(shelf, said)
    again = post(shelf, said, said)
    assert (first.known, again.known) == (set(), {first.routed[0].message.key})


# another message under the same id


def test_another_message_under_a_known_id_is_refused_and_changes_nothing() -> None:
    shelf = Shelf()
    post(shelf, a_raw("1"))
    outcome = post(shelf, a_raw("2"), a_raw("1", content="Buy glue"))
    assert (indexes(outcome), outcome.refused) == ([0], {1: OTHER})
    assert (shelf.events("1"), shelf.free.raw(["1"])["1"]["content"]) == (1, "Buy more tape")


def test_of_two_messages_with_one_id_in_one_call_the_first_counts() -> None:
    shelf = Shelf()
    outcome = post(shelf, a_raw("1"), a_raw("1", content="Buy glue"), a_raw("1"))
    assert (indexes(outcome), outcome.refused) == ([0, 2], {1: OTHER})
    assert shelf.free.raw(["1"])["1"]["content"] == "Buy more tape"


def test_where_all_are_refused_nothing_is_written() -> None:
    shelf = Shelf()
    post(shelf, a_raw("1"))
    rounds = shelf.rounds
    outcome = post(shelf, a_raw("1", content="Buy glue"), None)
    assert (indexes(outcome), set(outcome.refused), shelf.rounds) == ([], {0, 1}, rounds)


# others


def test_what_somebody_else_records_in_the_middle_is_known() -> None:
    shelf = Shelf(by_rival(a_raw("1")))
    outcome = post(shelf, a_raw("1"), a_raw("2"))
    assert (outcome.known, outcome.refused) == ({"1"}, {})
    assert (shelf.events("1"), shelf.events("2")) == (1, 1)


def test_another_message_that_somebody_else_records_in_the_middle_is_refused() -> None:
    shelf = Shelf(by_rival(a_raw("1", content="Buy glue")))
    outcome = post(shelf, a_raw("1"), a_raw("2"), a_raw("1"))
    assert (indexes(outcome), outcome.known) == ([1], set())
    assert outcome.refused == {0: OTHER, 2: OTHER}
    assert shelf.free.raw(["1"])["1"]["content"] == "Buy glue"


class Busy(Shelf):
    """Somebody is writing the message `1` at every moment, and is never done with it."""

    def save_all(self, recordings: Sequence[Recording], cause: Cause, *, at: Any) -> set[str]:
        self.rounds += 1
        rest = [recording for recording in recordings if recording.message.key != "1"]
        return {"1"} | (self.free.save_all(rest, cause, at=at) if rest else set())


def test_who_is_never_let_in_says_so_and_what_was_recorded_stays() -> None:
    shelf = Busy()
    with pytest.raises(DependencyError):
        post(shelf, a_raw("1"), a_raw("2"))
    assert (shelf.rounds, shelf.events("1"), shelf.events("2")) == (ROUNDS, 0, 1)
    outcome = post(shelf.free, a_raw("1"), a_raw("2"))
    assert (outcome.known, shelf.events("1"), shelf.events("2")) == ({"2"}, 1, 1)


@pytest.mark.parametrize("same", [True, False])
def test_of_many_who_post_at_once_each_message_is_recorded_once(same: bool) -> None:
    shelf = Shelf()
    posts = [[a_raw(str(number if same else poster * 10 + number)) for number in range(10)] for poster in range(6)]
    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(lambda raws: post(shelf.free, *raws), posts))
    assert all(shelf.events(str(number)) == 1 for number in range(10 if same else 60))
    new = sum(len(outcome.routed) - len(outcome.known) for outcome in outcomes)
    assert new == (10 if same else 60)
