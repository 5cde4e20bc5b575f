"""Listings as CSV (RFC 4180) in UTF-8, a row each, bit by bit; no cell is one that a spreadsheet would compute."""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any, Final

from shared.ledger.envelope import to_text
from shared.listings.facts import amount
from shared.listings.lifecycle import State
from shared.listings.listing import Listing

# Read by people's scripts: new columns go to the end, none is renamed.
COLUMNS: Final = (
    "id",
    "state",
    "brand",
    "model",
    "title",
    "marketplace_url",
    "asking_price",
    "currency",
    "negotiated_price",
    "purchase_price",
    "shipping_cost",
    "ebay_listing_id",
    "ebay_asking_price",
    "ebay_sold_price",
    "ebay_fees",
    "final_profit",
    "confidence",
    "estimated_profit",
    "found_at",
    "messaging_at",
    "negotiating_at",
    "purchased_at",
    "received_at",
    "listed_at",
    "sold_at",
    "cancelled_at",
    "times_seen",
)
# OWASP, "CSV Injection": = + - @, also in their full width. Blanks before them are what some spreadsheets drop.
_FORMULA: Final = re.compile(r"[\t\r\n]|[\s\x00-\x20\u200b-\u200f\u2060\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]")
_cells: Any = attrgetter(*COLUMNS)


class _Line:
    """What csv writes to: it hands each line back to whoever wrote it."""

    def write(self, text: str) -> str:
        return text


def csv_chunks(listings: Iterable[Listing], *, size: int) -> Iterator[bytes]:
    """The table in chunks of at least `size` bytes, the last may be smaller; there is always one, with the header.

    The listings are read as far as the chunks are.
    """
    writer: Any = csv.writer(_Line())
    chunk = bytearray(writer.writerow(COLUMNS).encode())
    for listing in listings:
        if len(chunk) >= size:
            yield bytes(chunk)
            chunk.clear()
        chunk += writer.writerow([_WRITERS[type(cell)](cell) for cell in _cells(listing)]).encode()
    yield bytes(chunk)


def safe(text: str) -> str:
    """Text that might be taken for a formula gets an apostrophe before it: spreadsheets then show it as it is.

    Numbers do not come through here: a loss of -12.5 stays a number, a title of -12.5 becomes text.
    """
    return f"'{text}" if _FORMULA.match(text) else text


_WRITERS: Final[Mapping[type, Callable[[Any], str]]] = {
    type(None): lambda _: "",
    str: safe,
    State: str,
    int: str,
    Decimal: amount,
    datetime: to_text,
}
