"""What operators ask of all listings together: added up, or as a table that is answered or stored."""

import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.serve_reports import service
from functions.serve_reports.service import CHUNK_BYTES, Table, found_between, summary_of, table_of
from shared.files.store import Files, MemoryFiles
from shared.ledger.memory import MemoryLedger
from shared.listings.lifecycle import State
from shared.listings.listing import Listing
from shared.listings.report import Selection
from shared.listings.store import LedgerListings
from shared.runtime.errors import DependencyError, InvalidInputError
from tests.support.builders import NOON, a_cause, a_listing

LONG = "x" * 1_024
KEY = re.compile(r"https://files\.example/(reports/[0-9a-f-]{36}\.csv)\?")


class Shelf(LedgerListings):
    """So many listings, all alike."""

    def __init__(self, number: int, *, title: str = "Sony A6400", fails_at: int = -1) -> None:
        self._number, self._fails_at = number, fails_at
        self._listing = replace(a_listing(), title=title)

    def newest(
        self, states: Collection[State], *, before: str | None = None, at_a_time: int = 100
    ) -> Iterator[tuple[str, Listing]]:
        for number in range(self._number):
            if number == self._fails_at:
                raise DependencyError("the ledger cannot answer now")
            yield str(number), self._listing


def no_files() -> Files:
    raise AssertionError("no file is needed")


def table(shelf: LedgerListings, files: MemoryFiles | None = None, *, brand: str | None = None) -> Table:
    return table_of(
        list(State),
        Selection(brand=brand),
        listings=shelf,
        files=(lambda: files) if files else no_files,
        clock=lambda: NOON,
    )


def test_a_table_that_fits_is_answered_and_touches_no_file() -> None:
    answered = table(Shelf(1_000))
    assert answered.text
    assert answered.text.count("\r\n") == 1_001
    assert (answered.filename, answered.link) == ("listings-2026-03-01.csv", "")


def stored(files: MemoryFiles, answered: Table) -> bytes:
    match = KEY.match(answered.link)
    assert match
    size, content_type = files.head(match[1]) or (0, "")
    assert content_type == "text/csv; charset=utf-8"
    return files.first_bytes(match[1], size)


def test_a_table_that_does_not_fit_is_stored_and_linked_to_for_a_quarter_of_an_hour() -> None:
    files = MemoryFiles()
    answered = table(Shelf(10_000, title=LONG), files)
    assert answered.text is None
    assert stored(files, answered).count(b"\r\n") == 10_001
    assert answered.link.endswith("seconds=900&filename=listings-2026-03-01.csv")


@pytest.mark.parametrize("title", ['"' * 512, "é" * 512, "😀" * 512], ids=["quotes", "umlauts", "faces"])
def test_a_table_that_grows_as_json_is_stored_before_lambda_refuses_it(title: str) -> None:
    files = MemoryFiles()
    bytes_a_row = len((table(Shelf(1, title=title)).text or "").splitlines()[1].encode())
    answered = table(Shelf(5_000_000 // bytes_a_row, title=title), files)
    assert len(stored(files, answered)) < CHUNK_BYTES


def test_a_table_that_cannot_be_read_to_its_end_is_not_stored() -> None:
    files = MemoryFiles()
    with pytest.raises(DependencyError):
        table(Shelf(10_000, title=LONG, fails_at=9_999), files)
    assert files._files == {}


@pytest.fixture
def shelf() -> LedgerListings:
    listings = LedgerListings(MemoryLedger())
    for number, brand in enumerate(["Sony", "Canon", "SONY"]):
        at = NOON + timedelta(days=number)
        listings.save(a_listing(State.SOLD, url=f"https://market.example/{number}", brand=brand, at=at), a_cause())
    return listings


def test_a_table_of_a_brand_has_that_brand_in_any_spelling(shelf: LedgerListings) -> None:
    text = table(shelf, brand="sony").text or ""
    assert [line.split(",")[2] for line in text.splitlines()[1:]] == ["SONY", "Sony"]


def test_what_was_found_in_a_time_is_added_up(shelf: LedgerListings) -> None:
    assert summary_of(Selection(), listings=shelf).states == {State.SOLD: 3}
    assert summary_of(Selection(since=NOON + timedelta(days=1)), listings=shelf).states == {State.SOLD: 2}


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-01", datetime(2026, 3, 1, tzinfo=UTC)),
        ("2026-03-01T12:00:00Z", NOON),
        ("2026-03-01T12:00", NOON),
        ("2026-03-01T13:00:00+01:00", NOON),
        ("20260301T120000Z", NOON),
    ],
)
def test_since_is_a_date_or_a_time_in_utc_unless_it_says_otherwise(text: str, moment: datetime) -> None:
    assert found_between(text, None, brand=None).since == moment


@pytest.mark.parametrize(
    ("text", "moment"),
    [("2026-02-28", datetime(2026, 3, 1, tzinfo=UTC)), ("2026-03-01T12:00:00Z", NOON)],
)
def test_until_a_date_is_until_the_end_of_the_day(text: str, moment: datetime) -> None:
    assert found_between(None, text, brand=None).until == moment


def test_a_day_may_be_the_first_and_the_last() -> None:
    selection = found_between("2026-03-01", "2026-03-01", brand="Sony")
    assert selection.since
    assert selection.until
    assert (selection.until - selection.since, selection.brand) == (timedelta(days=1), "Sony")


@pytest.mark.parametrize(
    "text",
    ["yesterday", "2026-13-01", "2026-02-30", "1767225600", "2026-03-01T25:00", "9999-12-31", "2026-03-01T12:00 01:00"],
)
def test_a_time_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError, match="until takes"):
        found_between(None, text, brand=None)


def test_a_time_before_all_times_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="since takes"):
        found_between("0001-01-01T00:00:00+10:00", None, brand=None)


def test_a_time_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="between"):
        found_between("2026-03-02", "2026-03-01", brand=None)


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_text_is_worse_than_refused(since: str, until: str) -> None:
    try:
        selection = found_between(since, until, brand=None)
    except InvalidInputError:
        return
    assert all(moment is None or moment.utcoffset() == timedelta() for moment in (selection.since, selection.until))


def test_what_is_read_at_a_time_is_no_more_than_dynamodb_answers() -> None:
    assert service.AT_A_TIME <= 1_000
