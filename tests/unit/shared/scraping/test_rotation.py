"""Searches take turns: in order, round and round, whatever is done to the list meanwhile."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.ledger.catalogue import recorded
from shared.runtime.errors import InvalidInputError
from shared.scraping.rotation import Rotation, Search
from tests.support.builders import NOON, a_cause


def searches(text: str) -> list[Search]:
    """One for each letter; a small one is not enabled."""
    return [Search(id=letter.upper(), brand="Sony", search="Camera", enabled=letter.isupper()) for letter in text]


def a_rotation(text: str, *, last: str | None = None) -> Rotation:
    return Rotation(searches=tuple(searches(text)), last=last)


def turns(rotation: Rotation, number: int) -> str:
    taken = ""
    for _ in range(number):
        rotation, search = rotation.advanced(at=NOON)
        taken += search.id if search else "-"
    return taken


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("A", "AAAA"),
        ("ABC", "ABCABCA"),
        ("aBc", "BBB"),
        ("AbC", "ACACA"),
        ("abC", "CCC"),
        ("Abc", "AAA"),
        ("abc", "---"),
        ("", "---"),
    ],
)
def test_enabled_searches_take_turns_round_and_round(text: str, order: str) -> None:
    assert turns(a_rotation(text), len(order)) == order


@pytest.mark.parametrize("last", ["A", "B", "C", "D", "gone", None])
def test_the_next_turn_is_that_of_the_next_one_behind_the_last(last: str | None) -> None:
    expected = {"A": "B", "B": "D", "C": "D", "D": "A"}.get(last or "", "A")  # C is not enabled
    following = a_rotation("ABcD", last=last).following()
    assert following
    assert following.id == expected


@pytest.mark.parametrize(
    ("before", "last", "after", "order"),
    [
        ("ABC", "B", "ABC", "CAB"),  # nothing changed
        ("ABC", "B", "ABXC", "XCA"),  # a new one behind the last
        ("ABC", "B", "XABC", "CXA"),  # a new one at the top
        ("ABC", "B", "CBA", "ACB"),  # turned round
        ("ABC", "B", "AbC", "CAC"),  # the last is switched off
        ("ABC", "B", "AC", "CAC"),  # the last is gone: on with who came behind it
        ("ABC", "C", "AB", "ABA"),  # the last is gone, and was the very last
        ("ABC", "A", "BC", "BCB"),  # the last is gone, and was the first
        ("ABCD", "C", "AD", "DAD"),  # and the one before it too
        ("ABC", "B", "XYZ", "XYZ"),  # all are others
        ("ABC", "B", "", "---"),
        ("ABC", None, "CBA", "CBA"),  # nobody had a turn yet
    ],
)
def test_whatever_is_done_to_the_list_the_turn_goes_on_where_it_was(
    before: str, last: str | None, after: str, order: str
) -> None:
    assert turns(a_rotation(before, last=last).with_searches(searches(after), at=NOON), len(order)) == order


@pytest.mark.parametrize("text", ["AA", "ABA", "Aa"])
def test_no_two_searches_have_the_same_id(text: str) -> None:
    with pytest.raises(InvalidInputError, match="same id"):
        Rotation().with_searches(searches(text), at=NOON)


def test_a_turn_of_nobody_leaves_no_word() -> None:
    rotation = a_rotation("abc", last="A")
    assert rotation.advanced(at=NOON) == (rotation, None)


def test_whatever_happens_to_the_list_can_be_recorded() -> None:
    changed = Rotation().with_searches(searches("AbC"), at=NOON)
    advanced, search = changed.advanced(at=NOON)
    assert search
    failed = advanced.failed(search, "503", at=NOON)
    events = recorded("SEARCHES", "rotation", failed.facts, after=0, cause=a_cause())
    assert [event.type for event in events] == ["searches.changed", "searches.advanced", "searches.failed"]
    assert [entry["enabled"] for entry in events[0].data["searches"]] == [True, False, True]
    assert (events[2].data["search_id"], events[2].data["answer"]) == ("A", "503")


def test_a_search_that_failed_has_had_its_turn() -> None:
    rotation, search = a_rotation("AB").advanced(at=NOON)
    assert search
    assert turns(rotation.failed(search, "503", at=NOON), 2) == "BA"


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.permutations("ABCDEF"), st.sampled_from([None, *"ABCDEF"]), st.sets(st.sampled_from("ABCDEF"), min_size=1))
def test_in_as_many_turns_as_there_are_enabled_searches_each_has_one(
    order: list[str], last: str | None, enabled: set[str]
) -> None:
    text = "".join(letter if letter in enabled else letter.lower() for letter in order)
    assert sorted(turns(a_rotation(text, last=last), len(enabled))) == sorted(enabled)


def test_who_stays_keeps_the_order_when_others_go() -> None:
    everybody = "ABCDE"
    for size in range(1, 5):
        for rest in combinations(everybody, size):
            for last in everybody:
                changed = a_rotation(everybody, last=last).with_searches(searches("".join(rest)), at=NOON)
                behind = [letter for letter in everybody * 2 if letter in rest]
                following = next((letter for letter in everybody if letter > last and letter in rest), behind[0])
                assert turns(changed, 1) == following
