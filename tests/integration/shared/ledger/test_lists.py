"""The lists of the ledger: lines in the order of their keys, alike in memory and in DynamoDB."""

from dataclasses import replace
from decimal import Decimal
from itertools import islice
from typing import Any

import pytest

from shared.ledger.ledger import Entry, Ledger
from shared.ledger.store import DynamoLedger
from shared.runtime.errors import ConflictError
from tests.integration.shared.ledger.test_ledger import a_change
from tests.support.places import Place

KEYS = ["2026-03-01T12:00:00.000000Z#a", "a", "b", "ba", "c", "é", "好", "\U0001f600"]  # as UTF-8 sorts them


def keep(ledger: Ledger, *keys: str, name: str = "shelf", **fields: Any) -> None:
    """Lines that are written at once, whatever wrote them."""
    entries = tuple(Entry(list=name, key=key, fields=fields) for key in keys)
    ledger.commit(replace(a_change(f"{name} {keys}"), entries=entries))


def keys_of(ledger: Ledger, name: str = "shelf", **between: Any) -> list[str]:
    return [entry.key for entry in ledger.entries(name, **between)]


def test_lines_are_in_the_order_of_their_keys_however_they_came(any_ledger: Ledger) -> None:
    keep(any_ledger, *KEYS[::-2])
    keep(any_ledger, *KEYS[-2::-2])
    assert keys_of(any_ledger) == KEYS
    assert keys_of(any_ledger, newest_first=True) == KEYS[::-1]


def test_a_list_that_nobody_wrote_to_is_empty(any_ledger: Ledger) -> None:
    assert keys_of(any_ledger) == []


@pytest.mark.parametrize(
    ("between", "found"),
    [
        ({"after": "b"}, ["c", "d"]),
        ({"before": "b"}, ["a"]),
        ({"after": "a", "before": "d"}, ["b", "c"]),
        ({"after": "a", "before": "b"}, []),
        ({"after": "b", "before": "b"}, []),
        ({"after": "aa"}, ["b", "c", "d"]),
        ({"before": "bb"}, ["a", "b"]),
        ({"after": "d"}, []),
        ({"before": "a"}, []),
        ({"after": "c", "before": "b"}, []),
    ],
)
def test_a_part_of_a_list_has_neither_of_its_ends(
    any_ledger: Ledger, between: dict[str, str], found: list[str]
) -> None:
    keep(any_ledger, "a", "b", "c", "d")
    assert keys_of(any_ledger, **between) == found
    assert keys_of(any_ledger, **between, newest_first=True) == found[::-1]


def test_a_list_has_its_own_lines_only(any_ledger: Ledger) -> None:
    keep(any_ledger, "a", name="shelf")
    keep(any_ledger, "b", name="shelf/1")
    keep(any_ledger, "c", name="shelf#1")
    assert [keys_of(any_ledger, name) for name in ("shelf", "shelf/1", "shelf#1")] == [["a"], ["b"], ["c"]]


def test_a_line_is_read_back_as_it_was_without_what_was_none(any_ledger: Ledger) -> None:
    said = {"text": "ü", "number": Decimal(7), "yes": True, "list": ["a", {"deep": None}], "none": None}
    keep(any_ledger, "a", name="of/me#1", **said)
    (entry,) = any_ledger.entries("of/me#1")
    del said["none"]
    assert entry == Entry(list="of/me#1", key="a", fields=said)


def test_a_line_stays_as_it_was_written_first(any_ledger: Ledger) -> None:
    keep(any_ledger, "a", by="first")
    with pytest.raises(ConflictError):
        any_ledger.commit(replace(a_change("late"), entries=(Entry(list="shelf", key="a", fields={"by": "late"}),)))
    assert [entry.fields["by"] for entry in any_ledger.entries("shelf")] == ["first"]
    assert any_ledger.get_many("THING", ["late"]) == {}


def test_a_line_is_seen_at_once(any_ledger: Ledger) -> None:
    for number in range(10):
        keep(any_ledger, f"{number}")
        assert keys_of(any_ledger)[-1] == f"{number}"


def test_a_list_is_read_on_from_any_line_while_others_write_to_it(any_ledger: Ledger) -> None:
    keep(any_ledger, "b", "d")
    lines = any_ledger.entries("shelf")
    assert next(lines).key == "b"
    keep(any_ledger, "a", "c")
    assert keys_of(any_ledger, after="b") == ["c", "d"]


def test_a_long_list_is_read_to_its_end_and_no_further_than_it_is_wanted(any_ledger: Ledger) -> None:
    """A page of DynamoDB has one megabyte; this list has more."""
    for start in range(0, 60, 20):
        keep(any_ledger, *(f"{number:03}" for number in range(start, start + 20)), text="x" * 30_000)
    assert keys_of(any_ledger) == [f"{number:03}" for number in range(60)]
    assert keys_of(any_ledger, newest_first=True)[:2] == ["059", "058"]
    assert [entry.key for entry in islice(any_ledger.entries("shelf", after="009"), 3)] == ["010", "011", "012"]


def test_asked_for_twice_a_thing_is_found_once(any_ledger: Ledger) -> None:
    any_ledger.commit(a_change("one"))
    assert any_ledger.get_many("THING", ["one", "one", "two", "two"]).keys() == {"one"}


def test_read_a_few_at_a_time_a_list_is_the_same(any_ledger: Ledger) -> None:
    keep(any_ledger, *"abcdef")
    assert keys_of(any_ledger, at_a_time=2) == list("abcdef")
    assert keys_of(any_ledger, after="a", before="e", newest_first=True, at_a_time=1) == list("dcb")


def test_who_wants_a_page_has_no_more_read_than_that(local: Place) -> None:
    keep(DynamoLedger(local.client, local.table), *(f"{number:02}" for number in range(20)), name="long")
    read: list[int] = []

    def answered(parsed: Any, **_: Any) -> None:
        read.append(len(parsed["Items"]))

    local.client.meta.events.register("after-call.dynamodb.Query", answered)
    try:
        page = DynamoLedger(local.client, local.table).entries("long", before="15", newest_first=True, at_a_time=4)
        assert [entry.key for entry in islice(page, 4)] == ["14", "13", "12", "11"]
    finally:
        local.client.meta.events.unregister("after-call.dynamodb.Query", answered)
    assert read == [6]  # and the ends, which are looked at to be left out
