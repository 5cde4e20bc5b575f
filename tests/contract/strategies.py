"""Messages as they travel, of every shape that the catalogue allows and longer than the edge lets in."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from unicodedata import category

from hypothesis import strategies as st

from shared.ledger.catalogue import recorded
from shared.ledger.envelope import Fact, to_detail
from shared.runtime.currency import CURRENCIES
from tests.support.builders import NOON, a_cause

LONGEST_TEXT: Final = 32_000

# What has made trouble somewhere: emoji of several parts, accents without end, both directions, markup of all kinds.
_NASTY: Final = (
    "x",
    "📷",
    "👨‍👩‍👧‍👦",
    "é",
    "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G",
    "مصلحة \u202e\u200f מצלמה ",
    "\x00\x07\x1b[31m\r\n\t",
    "line\n\nline\n",
    "\n",
    "&<>\"'",
    "*_`~|>#-[]()\\",
    "@everyone <@1> <@&2> <#3> <t:4> [a](https://b.example) ",
    "https://market.example/item_1?a=b,c ",
    "<script>alert(1)</script>",
    "\u200d\ufe0f\U0001f3fd",
    ",",
)


def _repeated(part: str, times: int, most: int) -> str:
    return (part * times)[:most]


def _one_line(text: str) -> str:
    return " ".join("".join(letter for letter in text if category(letter) != "Cc" or letter.isspace()).split())


def texts(most: int) -> st.SearchStrategy[str]:
    part = st.sampled_from(_NASTY) | st.text(min_size=1, max_size=30)
    times = st.sampled_from([1, 1, 3, 50, 2_100, most])
    return st.builds(_repeated, part, times, st.just(most))


def lines(most: int) -> st.SearchStrategy[str]:
    """As the edge leaves them: no control characters, something in them."""
    return texts(most).map(_one_line).filter(bool)


_TIMES: Final = st.datetimes(datetime(1900, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
_ADDRESSES: Final = st.sampled_from(
    [
        "https://discord.com/channels/1/2/3",
        "http://market.example/a?b=c&d=%20",
        "https://market.example/" + "x" * 1_990,
        "https://market.example/" + "x" * 5_000,
        "https://market.example/\u202e\u05d0",
        "https://[::1/",
        "https://",
        "javascript:alert(1)",
        "data:text/html,<script>",
        "ftp://market.example/a",
        "HTTPS://MARKET.EXAMPLE/",
        "https://a b/",
        "",
    ]
)
_PRICES: Final = st.decimals(0, 10**10 - 1, places=4).map(lambda price: format(price.normalize(), "f"))
_VALUES: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts(3_000),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
METADATA: Final = st.dictionaries(st.sampled_from(["title", "sku", "done", "due"]) | lines(60), _VALUES, max_size=6)


def _or_none(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


_DATA: Final = st.fixed_dictionaries(
    {
        "message_id": lines(256),
        "origin": lines(40),
        "content": texts(LONGEST_TEXT),
        "author": _or_none(lines(200)),
        "channel": _or_none(lines(100)),
        "created_at": _TIMES,
        "url": _or_none(_ADDRESSES),
        "scheduled_for": _or_none(_TIMES),
        "duration_minutes": _or_none(st.integers(1, 10_080)),
        "attendees": st.lists(lines(200), max_size=4).flatmap(lambda some: st.sampled_from([some, some * 100])),
        "location": _or_none(lines(500)),
        "priority": _or_none(lines(50)),
        "item": _or_none(lines(255)),
        "price": _or_none(_PRICES),
        "currency": _or_none(st.sampled_from(sorted(CURRENCIES))),
        "quantity": _or_none(st.integers(1, 100_000)),
        "metadata": METADATA,
        "rules": st.just([]),
        "sinks": st.just([]),
    }
)
_KEYS: Final = st.from_regex(r"[A-Za-z0-9._:@-]{1,128}", fullmatch=True)
_TYPES: Final = st.sampled_from(["message.created", "meeting.created", "sale.recorded", "x" * 60 + ".y"])
_TAGS: Final = st.lists(lines(64), max_size=5).flatmap(
    lambda some: st.sampled_from([some, [f"{number},{tag}" for tag in some for number in range(90)]])
)


def travelled(data: Mapping[str, Any], **said: Any) -> dict[str, Any]:
    """The event of a message, JSON through and through. `said`: `key`, `type`, `tags`."""
    fact = Fact(type=said.get("type", "message.created"), time=NOON, data=data, tags=tuple(said.get("tags", ())))
    (event,) = recorded("MESSAGE", said.get("key", "discord:123"), [fact], after=0, cause=a_cause())
    detail: dict[str, Any] = json.loads(json.dumps(to_detail(event)))
    return detail


@st.composite
def messages(draw: st.DrawFn, /, **changes: Any) -> dict[str, Any]:
    """`changes` are strategies for fields of MessageRecorded."""
    data = draw(_DATA) | {name: draw(strategy) for name, strategy in changes.items()}
    return travelled(data, key=draw(_KEYS), type=draw(_TYPES), tags=draw(_TAGS))


def sales() -> st.SearchStrategy[dict[str, Any]]:
    return messages(item=lines(255), price=_PRICES, currency=st.sampled_from(sorted(CURRENCIES)))


def appointments() -> st.SearchStrategy[dict[str, Any]]:
    return messages(scheduled_for=_TIMES)
