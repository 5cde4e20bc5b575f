"""What counts as a change of a schema, and which changes break callers.

Who sends: all that was taken has to be taken still. Who reads: all that is said has to be what could be said before.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from shared.control.registry.openapi.document import shown
from shared.control.registry.openapi.schema import ANYTHING, Flat

_WIDER_FORMATS: Final = frozenset({("int64", "int32"), ("double", "float")})


class Way(StrEnum):
    SENT = "sent"  # by callers
    READ = "read"


@dataclass(frozen=True, slots=True)
class Difference:
    """`at` is where in a message: `items[].name`; empty for all of it."""

    said: str
    is_breaking: bool
    at: str = ""


def changes_of(before: Flat, after: Flat, way: Way) -> Iterator[Difference]:
    """Without those of what is in it. Of what is something else altogether nothing more is said.

    Fields that go the other way only have been taken out.
    """
    wide, narrow = (after, before) if way is Way.SENT else (before, after)
    yield from _of_types(before, after, fits=_fits(wide, narrow))
    if before.types is not None and after.types is not None and before.types.isdisjoint(after.types):
        return
    yield from _of_values(before, after, way)
    yield from _of_choices(before, after, way)
    yield from (_of_sent_fields if way is Way.SENT else _of_read_fields)(before, after)


def _fits(wide: Flat, narrow: Flat) -> bool:
    """Whether all of one type is of the other."""
    if wide.types is not None and (narrow.types is None or not narrow.types <= wide.types):
        return False
    is_open = wide.format is None or wide.format == narrow.format
    return is_open or (wide.format, narrow.format) in _WIDER_FORMATS


def _of_types(before: Flat, after: Flat, *, fits: bool) -> Iterator[Difference]:
    was, now = _type_of(before), _type_of(after)
    if was != now:
        yield Difference(f"was {was}, is {now}", is_breaking=not fits)


def _type_of(one: Flat) -> str:
    types = sorted((one.types or set()) - ({"integer"} if "number" in (one.types or ()) else set()))
    known = " or ".join(map(shown, types)) or "anything"
    return f"{known} ({shown(one.format)})" if one.format else known


def _of_values(before: Flat, after: Flat, way: Way) -> Iterator[Difference]:
    if before.values == after.values:
        return
    gone = _less(before.values, after.values)
    new = _less(after.values, before.values)
    if gone:
        verb = "does not take" if way is Way.SENT else "is never"
        yield Difference(f"{verb} {gone} any more", is_breaking=way is Way.SENT)
    if new:
        verb = "takes" if way is Way.SENT else "may be"
        yield Difference(f"{verb} {new} now", is_breaking=way is Way.READ)


def _less(one: frozenset[str] | None, other: frozenset[str] | None) -> str:
    """What one has and the other has not, for people; nothing where there is nothing."""
    if other is None:
        return ""
    if one is None:
        return "all other values"
    return ", ".join(shown(value) for value in sorted(one - other)[:5])


def _of_choices(before: Flat, after: Flat, way: Way) -> Iterator[Difference]:
    if bool(before.choices) != bool(after.choices):
        known = _names(before.choices or after.choices)
        said = f"is one of {known} now" if after.choices else f"was one of {known}, and is something else"
        yield Difference(said, is_breaking=not (way is Way.SENT and after == ANYTHING))
        return
    if gone := before.choices.keys() - after.choices.keys():
        yield Difference(f"is not {_names(gone)} any more", is_breaking=way is Way.SENT)
    if new := after.choices.keys() - before.choices.keys():
        yield Difference(f"may be {_names(new)} now", is_breaking=way is Way.READ)


def _of_sent_fields(before: Flat, after: Flat) -> Iterator[Difference]:
    for name in sorted(after.required - before.required):
        said = "has to be there now" if name in before.fields else "is new, and has to be there"
        yield Difference(said, is_breaking=True, at=shown(name))
    for name in sorted(after.fields.keys() - before.fields.keys() - after.required):
        yield Difference("is new", is_breaking=False, at=shown(name))
    for name in sorted((before.required - after.required) & after.fields.keys()):
        yield Difference("may be left out now", is_breaking=False, at=shown(name))
    for name in sorted(before.fields.keys() - after.fields.keys()):
        yield Difference("is not taken any more", is_breaking=after.is_closed, at=shown(name))
    if after.is_closed and not before.is_closed:
        yield Difference("takes only the fields that are named now", is_breaking=True)


def _of_read_fields(before: Flat, after: Flat) -> Iterator[Difference]:
    for name in sorted(before.fields.keys() - after.fields.keys()):
        yield Difference("is gone", is_breaking=True, at=shown(name))
    for name in sorted((before.required - after.required) & before.fields.keys() & after.fields.keys()):
        yield Difference("may be missing now", is_breaking=True, at=shown(name))
    for name in sorted(after.fields.keys() - before.fields.keys()):
        yield Difference("is new", is_breaking=False, at=shown(name))
    for name in sorted((after.required - before.required) & before.fields.keys()):
        yield Difference("is always there now", is_breaking=False, at=shown(name))


def _names(names: Iterable[str]) -> str:
    return ", ".join(shown(name) for name in sorted(names)[:5])
