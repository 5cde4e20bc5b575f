"""Listings as CSV: read back they are what they were, and no spreadsheet computes anything."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from functions.serve_reports.table import COLUMNS, csv_chunks, safe
from shared.listings.lifecycle import State
from shared.listings.listing import Listing
from tests.support.builders import NOON, a_listing

WHOLE = 10**9
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)
STARTS = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
NASTY = st.text(alphabet=st.sampled_from("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20 ,;\"'a1|é😀")) | st.text()
TEXTS = ("brand", "model", "title", "marketplace_url", "ebay_listing_id")
AMOUNTS = ("asking_price", "estimated_profit", "final_profit", "confidence")


@st.composite
def listings(draw: st.DrawFn) -> Listing:
    said: dict[str, Any] = {name: draw(NASTY) for name in TEXTS}
    said |= {name: draw(st.decimals(-999_999_999, 999_999_999, places=4)) for name in AMOUNTS}
    return replace(a_listing(draw(st.sampled_from(State))), **said)


def table(shelf: list[Listing], *, size: int = WHOLE) -> list[list[str]]:
    text = b"".join(csv_chunks(shelf, size=size)).decode()
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


def row(**changes: Any) -> dict[str, str]:
    header, cells = table([replace(a_listing(State.SOLD), **changes)])
    return dict(zip(header, cells, strict=True))


def test_a_table_without_listings_is_its_header() -> None:
    assert b"".join(csv_chunks([], size=WHOLE)) == (
        b"id,state,brand,model,title,marketplace_url,asking_price,currency,negotiated_price,purchase_price,"
        b"shipping_cost,ebay_listing_id,ebay_asking_price,ebay_sold_price,ebay_fees,final_profit,confidence,"
        b"estimated_profit,found_at,messaging_at,negotiating_at,purchased_at,received_at,listed_at,sold_at,"
        b"cancelled_at,times_seen\r\n"
    )


def test_a_row_is_what_the_listing_says() -> None:
    said = row(final_profit=Decimal("-12.50"), sold_at=NOON + timedelta(microseconds=1))
    assert (said["id"], said["state"], said["times_seen"]) == (a_listing().id, "SOLD", "1")
    assert (said["final_profit"], said["purchase_price"], said["confidence"]) == ("-12.5", "300", "95")
    assert (said["found_at"], said["sold_at"]) == ("2026-03-01T12:00:00.000000Z", "2026-03-01T12:00:00.000001Z")
    assert (said["cancelled_at"], said["negotiated_price"]) == ("", "")


@given(st.lists(listings(), max_size=5), st.integers(1, 5_000))
def test_read_back_a_table_is_what_was_written(shelf: list[Listing], size: int) -> None:
    header, *rows = table(shelf, size=size)
    assert header == list(COLUMNS)
    assert len(rows) == len(shelf)
    for listing, cells in zip(shelf, rows, strict=True):
        read = dict(zip(header, cells, strict=True))
        assert {name: read[name] for name in TEXTS} == {name: safe(getattr(listing, name) or "") for name in TEXTS}
        assert [Decimal(read[name]) for name in AMOUNTS] == [getattr(listing, name) for name in AMOUNTS]


@given(st.lists(listings(), max_size=5))
def test_no_cell_is_one_that_a_spreadsheet_would_compute(shelf: list[Listing]) -> None:
    cells = [cell for cells in table(shelf) for cell in cells]
    assert [cell for cell in cells if cell.lstrip().startswith(STARTS) and not NUMBER.fullmatch(cell)] == []
    assert [cell for cell in cells if cell.startswith(STARTS) and not NUMBER.fullmatch(cell)] == []


@given(st.lists(listings(), max_size=5))
def test_lines_end_with_cr_lf_and_nothing_stands_bare_that_must_be_quoted(shelf: list[Listing]) -> None:
    text = b"".join(csv_chunks(shelf, size=WHOLE)).decode()
    bare = re.sub(r'"(?:[^"]|"")*"', "", text)
    assert text.endswith("\r\n")
    assert '"' not in bare
    assert not re.search(r"\r(?!\n)|(?<!\r)\n", bare)
    assert bare.count("\r\n") == len(shelf) + 1


@given(st.text())
@example("=1+1")
@example("-12.5")
@example(" =1+1")
@example("\uff1dHYPERLINK()")
@example("\ufeff@SUM(A1)")
def test_text_is_kept_as_it_is_or_behind_an_apostrophe(text: str) -> None:
    assert safe(text) in (text, f"'{text}")
    assert not safe(text).lstrip().startswith(STARTS)


@pytest.mark.parametrize("text", ["Sony A6400 - boxed", "a=b", "24-70 mm @ f/2.8", "'quoted'", "", "é", "😀 + case"])
def test_text_that_is_no_formula_stays_as_it_is(text: str) -> None:
    assert safe(text) == text


@pytest.mark.parametrize(
    "text", ["=1", "+1", "-1", "@a", "\ta", "\ra", "\na", "\uff1d1", "\uff0b1", "\uff0d1", "\uff20a"]
)
def test_text_that_may_be_a_formula_is_shown_as_text(text: str) -> None:
    assert row(title=text)["title"] == f"'{text}"


@given(st.lists(listings(), max_size=8), st.integers(1, 3_000))
def test_chunks_are_as_large_as_they_must_be_and_hardly_larger(shelf: list[Listing], size: int) -> None:
    chunks = list(csv_chunks(shelf, size=size))
    longest = max(len(b"".join(csv_chunks([listing], size=WHOLE))) for listing in [a_listing(), *shelf])
    assert all(size <= len(chunk) < size + longest for chunk in chunks[:-1])
    assert b"".join(chunks) == b"".join(csv_chunks(shelf, size=WHOLE))


def test_listings_are_read_as_far_as_the_chunks_are() -> None:
    read = 0

    def shelf() -> Iterator[Listing]:
        nonlocal read
        while True:
            read += 1
            yield a_listing()

    chunks = csv_chunks(shelf(), size=1_000)
    next(chunks)
    first = read
    next(chunks)
    assert 0 < first < read < 20
