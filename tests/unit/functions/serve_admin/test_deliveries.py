"""The cursor of a list of deliveries goes on where its page ended, and is good for that list only."""

from datetime import date, timedelta
from typing import Any

import pytest

from functions.serve_admin.deliveries import page_of, sinks_named
from shared.deliveries.asking import Standing
from shared.deliveries.delivery import Status
from shared.deliveries.pages import Wanted
from shared.runtime.errors import InvalidInputError
from tests.support.builders import NOON
from tests.unit.shared.deliveries.shelf import TODAY, Shelf

MOMENT = timedelta(microseconds=1)


def page(
    shelf: Shelf, *, cursor: str | None = None, sink: str | None = None, day: date = TODAY, **wanted: Any
) -> tuple[list[Standing], str | None]:
    asked = Wanted(sinks=sinks_named(sink), day=day, **wanted)
    return page_of(asked, cursor, ledger=shelf.ledger, records=shelf.records, secret=lambda: b"secret")


@pytest.fixture
def shelf() -> Shelf:
    """Three messages, each failed at two sinks."""
    shelf = Shelf()
    for number in range(3):
        event = shelf.post(f"m-{number}", "notion", "shopify", at=NOON + number * MOMENT)
        for sink in ("notion", "shopify"):
            shelf.keep(event.id, sink, Status.FAILED, at=NOON + number * MOMENT)
    return shelf


LISTS: list[dict[str, Any]] = [
    {},
    {"sink": "notion"},
    {"sink": "shopify"},
    {"status": Status.FAILED},
    {"status": Status.FAILED, "sink": "notion"},
]


@pytest.mark.parametrize("of", LISTS, ids=str)
@pytest.mark.parametrize("to", LISTS, ids=str)
def test_a_cursor_is_good_for_its_own_list_only(shelf: Shelf, of: dict[str, Any], to: dict[str, Any]) -> None:
    _, cursor = page(shelf, limit=1, **of)
    assert cursor
    if of == to:
        page(shelf, limit=2, cursor=cursor, **to)
    else:
        with pytest.raises(InvalidInputError):
            page(shelf, limit=1, cursor=cursor, **to)


def test_a_cursor_of_a_day_is_not_good_for_another(shelf: Shelf) -> None:
    _, cursor = page(shelf, limit=1)
    with pytest.raises(InvalidInputError):
        page(shelf, limit=1, cursor=cursor, day=TODAY + timedelta(days=1))


def test_a_list_of_what_is_open_goes_on_over_midnight(shelf: Shelf) -> None:
    """It has no day of its own: `day` is only what the clock said."""
    _, cursor = page(shelf, limit=1, status=Status.FAILED)
    found, _ = page(shelf, limit=1, status=Status.FAILED, cursor=cursor, day=TODAY + timedelta(days=1))
    assert len(found) == 1


@pytest.mark.parametrize("cursor", ["x", "A" * 1_024, "ü", "=", "2026-03-01T12:00:00.000000Z|1"])
def test_a_cursor_that_was_not_given_out_is_refused(shelf: Shelf, cursor: str) -> None:
    with pytest.raises(InvalidInputError):
        page(shelf, cursor=cursor)
