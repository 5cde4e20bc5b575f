"""What a message becomes in Notion: the properties of a page and its blocks.

All text is plain: no links, no markup. Source of the limits: developers.notion.com/reference/request-limits.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from shared.runtime.text import clean, cut_text, different, one_line, split
from shared.sinks.content import Content
from shared.sinks.facts import facts_of, in_words, value_of, web_address
from shared.sinks.options import Property

LONGEST_RUN: Final = 2_000  # UTF-16 units, of one text object
MOST_BLOCKS: Final = 100
_LONGEST_OPTION: Final = 100
_MOST_OPTIONS: Final = 100
_MOST_PARAGRAPHS: Final = 40
_LONGEST_TEXT: Final = 80_000  # with the facts far below the 500 KB of a request, whatever the alphabet
_ALL_FACTS: Final = 30_000
_LARGEST_NUMBER: Final = 2**53  # beyond it JSON's readers lose digits


def properties_of(content: Content, mapping: Mapping[str, Property]) -> tuple[dict[str, Any], set[str]]:
    """The properties of the page, and the fields of the message that are in them: what does not fit is left out."""
    made: dict[str, Any] = {}
    used: set[str] = set()
    for field, column in mapping.items():
        value = _value(content, field, column.type)
        if value is not None:
            made[column.name] = {column.type: value}
            used.add(field)
    return made, used


def _value(content: Content, field: str, kind: str) -> Any:
    value = value_of(content, field)
    if value is None:
        return None
    if kind == "date":
        minutes = content.duration_minutes if field == "scheduled_for" else None
        return _dates(value, minutes)
    return _KINDS[kind](value)


def runs_of(text: str) -> list[dict[str, Any]]:
    return [{"type": "text", "text": {"content": run}} for run in split(text, LONGEST_RUN)]


def _text(value: Any) -> list[dict[str, Any]] | None:
    """In one run: what is longer is cut. The text of a message stands in the page as a whole."""
    return runs_of(cut_text(in_words(value).strip(), LONGEST_RUN)) or None


def _select(value: Any) -> dict[str, str] | None:
    name = _option(value)
    return {"name": name} if name else None


def _multi_select(value: Any) -> list[dict[str, str]] | None:
    values = value if isinstance(value, tuple | list) else [value]
    names = different(_option(one) for one in values)
    return [{"name": name} for name in names[:_MOST_OPTIONS]] or None


def _option(value: Any) -> str:
    """Notion takes no commas here."""
    return one_line(in_words(value).replace(",", " "), _LONGEST_OPTION)


def _url(value: Any) -> str | None:
    return web_address(value) if isinstance(value, str) else None


def _number(value: Any) -> int | float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    if not -_LARGEST_NUMBER <= number <= _LARGEST_NUMBER:  # which what is no number is not
        return None
    return int(number) if number.is_integer() else number


def _checkbox(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


_KINDS: Final = {
    "title": _text,
    "rich_text": _text,
    "select": _select,
    "multi_select": _multi_select,
    "url": _url,
    "number": _number,
    "checkbox": _checkbox,
}


def _dates(value: Any, minutes: int | None) -> dict[str, str] | None:
    moment = _moment(value) if isinstance(value, str) else value
    if isinstance(moment, datetime):
        return {"start": _iso(moment)} | _end(moment, minutes)
    return {"start": moment.isoformat()} if isinstance(moment, date) else None


def _end(start: datetime, minutes: int | None) -> dict[str, str]:
    try:
        return {"end": _iso(start + timedelta(minutes=minutes))} if minutes else {}
    except OverflowError:
        return {}


def _moment(text: str) -> date | datetime | None:
    """A day, or a time: in UTC where it does not say."""
    try:
        if len(text) <= len("2026-11-20"):
            return date.fromisoformat(text)
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def blocks_of(content: Content, used: set[str]) -> list[dict[str, Any]]:
    """The text in paragraphs, and below it what stands in no property."""
    paragraphs = [_block("paragraph", text) for text in _paragraphs(content.text)]
    left = _ALL_FACTS
    bullets: list[dict[str, Any]] = []
    for label, said in facts_of(content, without=used):
        line = cut_text(f"{label}: {said}", min(LONGEST_RUN, left))
        if len(paragraphs) + len(bullets) == MOST_BLOCKS or left < LONGEST_RUN:
            break
        bullets.append(_block("bulleted_list_item", line))
        left -= len(line.encode("utf-16-le")) // 2
    return paragraphs + bullets


def _paragraphs(text: str) -> list[str]:
    """As they were written, unless there are too many."""
    whole = cut_text(clean(text).strip(), _LONGEST_TEXT)
    written = [part.strip() for part in whole.split("\n\n")]
    some = [part for part in written if part]
    return some if len(some) <= _MOST_PARAGRAPHS else [whole]


def _block(kind: str, text: str) -> dict[str, Any]:
    return {"type": kind, kind: {"rich_text": runs_of(text)}}
