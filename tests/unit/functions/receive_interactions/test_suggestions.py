"""What is offered while somebody types."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.receive_interactions.suggestions import LONGEST, MOST, MOST_PAGES, suggest
from shared.runtime.errors import DependencyError
from shared.runtime.text import units

Item = dict[str, str]


class MemoryBoard:
    """Gives `page` items at once; does not answer any more after so many questions, `lasts`."""

    def __init__(self, columns: Mapping[str, Sequence[Item]], *, page: int = 1_000, lasts: int = 1_000) -> None:
        self.columns = columns
        self.page = page
        self.lasts = lasts
        self.seconds: list[float] = []

    def newest(
        self, column: str, fields: Sequence[str], *, after: Mapping[str, Any] | None = None, seconds: float
    ) -> tuple[list[Item], Mapping[str, Any] | None]:
        self.seconds.append(seconds)
        if len(self.seconds) > self.lasts:
            raise DependencyError("it does not answer")
        begin = after["at"] if after else 0
        end = begin + self.page
        items = [{name: item[name] for name in fields if name in item} for item in self.columns[column]]
        return items[begin:end], {"at": end} if end < len(items) else None

    def get(self, pk: str, fields: Sequence[str], *, seconds: float) -> Item | None:
        held = [{**item, "board_pk": name} for name, column in self.columns.items() for item in column]
        return next((item for item in held if item["pk"] == pk), None)


def listing(number: int, title: str = "Sony A6400", state: str = "FOUND") -> Item:
    return {"pk": f"LISTING#{number:04}", "title": title, "state": state, "board_sk": f"2026-03-{number:02}", "x": "y"}


def delivery(event_id: str, sink: str, **more: str) -> Item:
    known = {"pk": f"DELIVERY#{event_id}", "sk": f"SINK#{sink}", "status": "failed", "board_sk": "1"}
    return {**known, **more}


def offered(typed: str, *items: Item, source: str = "listings") -> list[dict[str, str]]:
    wanted: Mapping[str, Any] = {"source": source, "columns": ["one"]}
    return suggest(wanted, typed, board=MemoryBoard({"one": items}))


def test_listings_of_all_columns_are_offered_the_latest_change_first() -> None:
    board = MemoryBoard({"a": [listing(5), listing(1)], "b": [listing(3, "Canon R50", "LISTED")], "c": []})
    choices = suggest({"source": "listings", "columns": ["a", "b", "c"]}, "", board=board)
    assert choices == [
        {"name": "Sony A6400 · FOUND", "value": "0005"},
        {"name": "Canon R50 · LISTED", "value": "0003"},
        {"name": "Sony A6400 · FOUND", "value": "0001"},
    ]
    assert board.seconds == sorted(board.seconds, reverse=True)  # each has what the others left
    assert all(0 < seconds < 2 for seconds in board.seconds)


A: Final = listing(1, "Sony A6400, boxed")
B: Final = listing(2, "Straße für Größen")


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("", ["0002", "0001"]),
        ("  ", ["0002", "0001"]),
        ("sony", ["0001"]),
        ("BOX a64", ["0001"]),
        ("ony", []),
        ("sony canon", []),
        ("STRASSE", ["0002"]),
        ("grö", ["0002"]),
        ("000", ["0002", "0001"]),
        ("0001", ["0001"]),
        ("found", ["0002", "0001"]),
        ("*", []),
    ],
)
def test_what_is_typed_begins_the_id_or_words_of_the_title(typed: str, found: list[str]) -> None:
    assert [choice["value"] for choice in offered(typed, A, B)] == found


def test_no_more_is_offered_than_discord_shows() -> None:
    assert len(offered("", *(listing(number) for number in range(1, 30)))) == MOST


def test_what_has_not_changed_for_long_is_found_by_what_is_typed_a_few_pages_down() -> None:
    many = [listing(number % 30 + 1) for number in range(10 * MOST_PAGES)]
    for place, found in ((10 * MOST_PAGES - 1, ["0099"]), (10 * MOST_PAGES, [])):
        items = [*many[:place], listing(99, "Nikon Zf"), *many]
        board = MemoryBoard({"one": items}, page=10)
        choices = suggest({"source": "listings", "columns": ["one"]}, "nikon", board=board)
        assert [choice["value"] for choice in choices] == found
        assert len(board.seconds) == MOST_PAGES


def test_no_more_is_read_than_it_takes() -> None:
    board = MemoryBoard({"one": [listing(1)] * 100, "two": [listing(2)]}, page=MOST)
    assert len(suggest({"source": "listings", "columns": ["one", "two"]}, "", board=board)) == MOST
    assert len(board.seconds) == 2


def test_where_time_is_up_what_was_read_is_offered() -> None:
    items = [listing(1), listing(2, "Nikon Zf"), *[listing(3)] * 8]
    board = MemoryBoard({"one": items}, page=2, lasts=2)
    choices = suggest({"source": "listings", "columns": ["one"]}, "nikon", board=board)
    assert [choice["value"] for choice in choices] == ["0002"]


WHOLE: Final = "3668b72f-0d2c-4f6e-9d61-0d1f0b7f6b7a"


@pytest.mark.parametrize("typed", [WHOLE, f" {WHOLE.upper()} "])
def test_a_whole_id_is_found_however_much_has_changed_since(typed: str) -> None:
    kept = {**listing(1), "pk": f"LISTING#{WHOLE}"}
    column = "LISTING#FOUND#0"
    board = MemoryBoard({column: [*[listing(2)] * 20, kept]}, page=1)
    wanted: Mapping[str, Any] = {"source": "listings", "columns": [column]}
    assert [choice["value"] for choice in suggest(wanted, typed, board=board)] == [WHOLE]


def test_a_whole_id_of_what_is_not_asked_for_is_not_offered() -> None:
    column, other = "LISTING#FOUND#0", "LISTING#SOLD#0"
    board = MemoryBoard({other: [{**listing(1), "pk": f"LISTING#{WHOLE}"}], column: [listing(2)]})
    assert suggest({"source": "listings", "columns": [column]}, WHOLE, board=board) == []


@given(st.text(max_size=300))
def test_every_name_is_one_discord_takes(title: str) -> None:
    (choice,) = offered("", listing(1, title))
    assert 0 < units(choice["name"]) <= LONGEST
    assert choice["name"].endswith(" · FOUND")
    assert "\n" not in choice["name"]


def test_deliveries_that_were_given_up_are_offered_with_what_names_them() -> None:
    items = [
        delivery("message:m-1:1", "notion"),
        delivery("message:m-2:1", "shopify", status="in_doubt", board_sk="2"),
        delivery("message:m-3:1", "notion", retry_at="2026-03-01T12:00:00.000000Z"),  # comes again by itself
        delivery(f"message:{'x' * 90}:1", "notion"),  # does not fit
    ]
    assert offered("", *items, source="deliveries") == [
        {"name": "shopify: message:m-2:1 · in doubt", "value": "message:m-2:1|shopify"},
        {"name": "notion: message:m-1:1 · failed", "value": "message:m-1:1|notion"},
    ]
    assert [one["value"] for one in offered("notion", *items, source="deliveries")] == ["message:m-1:1|notion"]
    assert [one["value"] for one in offered("message:m-2", *items, source="deliveries")] == ["message:m-2:1|shopify"]


def test_runs_are_offered_by_their_workflow_with_how_they_stand() -> None:
    items = [
        {"pk": f"SAGA#{number * 32}", "board_pk": f"SAGA#{status}", "workflow": workflow, "board_sk": number}
        for number, workflow, status in (("1", "ingestion", "running"), ("2", "replay", "failed"))
    ]
    assert offered("", *items, source="runs") == [
        {"name": "replay 22222222 · failed", "value": "2" * 32},
        {"name": "ingestion 11111111 · running", "value": "1" * 32},
    ]
    assert [one["value"] for one in offered("ingest", *items, source="runs")] == ["1" * 32]
    assert [one["value"] for one in offered("failed", *items, source="runs")] == ["2" * 32]
    assert [one["value"] for one in offered("2222", *items, source="runs")] == ["2" * 32]


@pytest.mark.parametrize(("typed", "found"), [("", ["tidy-up", "replay"]), ("ti", ["tidy-up"]), ("again", ["replay"])])
def test_names_that_are_known_beforehand_are_offered_without_a_look_at_the_board(typed: str, found: list[str]) -> None:
    names = [{"name": "tidy-up: all of it", "value": "tidy-up"}, {"name": "replay: once again", "value": "replay"}]
    board = MemoryBoard({})
    choices = suggest({"source": "workflows", "names": names}, typed, board=board)
    assert [choice["value"] for choice in choices] == found
    assert board.seconds == []


def test_a_board_that_fails_is_said_to() -> None:
    class Broken:
        def newest(self, *_: Any, **__: Any) -> tuple[list[Item], None]:
            raise DependencyError("it does not answer")

        def get(self, *_: Any, **__: Any) -> None:
            raise DependencyError("it does not answer")

    with pytest.raises(DependencyError):
        suggest({"source": "listings", "columns": ["one"]}, "", board=Broken())
