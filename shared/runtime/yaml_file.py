"""A file in YAML as people write it: its parts with their places, or the place of the first mistake.

Of YAML only what people mean is taken: text, whole numbers, true, false, nothing, lists and mappings. `no`, `on`, 1.50
and 2026-11-20 are text. A key said twice is refused, and so is what YAML has for programs: anchors, aliases, tags.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

import yaml

from shared.runtime.errors import InvalidInputError
from shared.runtime.part import Part

_DEEPEST: Final = 16  # lists and mappings in each other
_WHOLE: Final = re.compile(r"-?(0|[1-9][0-9]{0,14})", re.ASCII)  # 007 is a name
_WORDS: Final = {"true": True, "false": False, "null": None, "~": None, "": None}
_SURROGATES: Final = re.compile(r"[\ud800-\udfff]")
_TAB: Final = re.compile(r" *\t")
_NOTE: Final = re.compile(r"(?::\s|[,\[{])\s*#\S")  # where a value is wanted
_SIGNS: Final = frozenset("*&!@`%")  # no text begins with them

Events = Iterator[yaml.Event]


def read_document(text: str, *, largest: int, nothing: str) -> Part:
    """`largest` in bytes; `nothing`: what is the matter with a file that says nothing.

    Raises InvalidInputError with the place and what is wrong there.
    """
    if _SURROGATES.search(text):
        raise InvalidInputError("the file: it holds half a character")
    if len(text.encode()) > largest:
        raise InvalidInputError(f"the file: at most {largest:,} bytes are read")
    part = _read(text)
    if part is None:
        raise InvalidInputError(f"the file: it says nothing, and {nothing}")
    return part


def _read(text: str) -> Part | None:
    try:
        return _only_part(yaml.parse(text, Loader=yaml.SafeLoader))
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise InvalidInputError(f"line {line}: there is a character that is not text") from None
    except yaml.MarkedYAMLError as error:
        raise InvalidInputError(_syntax(error, text)) from None
    except (ValueError, OverflowError):  # how PyYAML takes an escape like "\UFFFFFFFF"
        raise InvalidInputError("the file: a text in quotes has a character that does not exist") from None


def _syntax(error: yaml.MarkedYAMLError, text: str) -> str:
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return f"the file: {error.problem}"
    lines = text.splitlines()
    before = lines[mark.line][: mark.column] if mark.line < len(lines) else ""
    if mark.line < len(lines) and _TAB.match(lines[mark.line]):
        return f"line {mark.line + 1}: lines are indented with spaces, not with tabs"
    begun = error.context_mark or mark
    for number in range(min(begun.line, mark.line - 1), mark.line + 1):  # what is lacking is missed a line later
        if 0 <= number < len(lines) and _has_note_in_brackets(lines[number]):
            return f"line {number + 1}: what begins with # needs quotes, or it is a note"
    reason = _of_signs(error, text) or _of_what_is_open(error, text) or _of_the_line(error, text, before)
    return f"line {mark.line + 1}, column {mark.column + 1}: {reason or error.problem}"


def _has_note_in_brackets(line: str) -> bool:
    """They are not closed then: a note goes on to the end of the line."""
    note = _NOTE.search(line)
    return note is not None and not set("[{").isdisjoint(line[: note.start() + 1])


def _of_signs(error: yaml.MarkedYAMLError, text: str) -> str | None:
    sign = _letter(text, error.context_mark or error.problem_mark)
    return f"a text that begins with {sign} needs quotes" if sign in _SIGNS else None


def _of_what_is_open(error: yaml.MarkedYAMLError, text: str) -> str | None:
    begun, is_end = _letter(text, error.context_mark), _letter(text, error.problem_mark) == ""
    if begun in ("[", "{") and error.context_mark:
        return f"the {begun} of line {error.context_mark.line + 1} is not closed, or a comma is missing"
    return "the file ends within quotes or brackets that are not closed" if is_end else None


def _of_the_line(error: yaml.MarkedYAMLError, text: str, before: str) -> str | None:
    """`before` is what stands in the line before the mistake."""
    found = _letter(text, error.problem_mark)
    if found == ":" and ":" in before:
        return "this is a second colon in one line; a text with one needs quotes"
    is_first = not before.strip() and isinstance(error, yaml.parser.ParserError) and found not in ("]", "}", ",")
    return "the indentation is not that of the lines before" if is_first or found == ":" else None


def _letter(text: str, mark: yaml.Mark | None) -> str | None:
    """Nothing at the end of the text."""
    return text[mark.index : mark.index + 1] if mark else None


def _only_part(events: Events) -> Part | None:
    """Of the one document there is, if there is one."""
    next(events)  # the stream begins
    if isinstance(next(events), yaml.StreamEndEvent):
        return None
    part = _part(next(events), events, 1)
    next(events)  # the document ends
    following = next(events)
    if not isinstance(following, yaml.StreamEndEvent):
        raise _wrong(following, "a second document begins here; a file has one")
    return part


def _part(event: yaml.Event, events: Events, depth: int) -> Part:
    _check_plain(event, depth)
    mark: Any = event.start_mark  # always there, of events that are read
    line = mark.line + 1
    match event:
        case yaml.ScalarEvent():
            return Part(_scalar(event), line)
        case yaml.SequenceStartEvent():
            return Part(list(_entries(events, depth)), line)
        case _:
            return Part(_mapping(events, depth), line)


def _check_plain(event: yaml.Event, depth: int) -> None:
    """What YAML can do beyond lists, mappings and texts lets a small file mean a huge one, or a program."""
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
        raise _wrong(event, "& and * for repeating a part are not taken; a text that begins with one needs quotes")
    if getattr(event, "tag", None) is not None:
        raise _wrong(event, "! for types is not taken; a text that begins with it needs quotes")
    if depth > _DEEPEST:
        raise _wrong(event, f"lists and keys stand in each other more than {_DEEPEST} deep")


def _entries(events: Events, depth: int) -> Iterator[Part]:
    for event in events:
        if isinstance(event, yaml.SequenceEndEvent):
            return
        yield _part(event, events, depth + 1)


def _mapping(events: Events, depth: int) -> dict[str, Part]:
    parts: dict[str, Part] = {}
    for event in events:
        if isinstance(event, yaml.MappingEndEvent):
            break
        if not isinstance(event, yaml.ScalarEvent):
            _check_plain(event, depth)
            raise _wrong(event, "a key has to be one text")
        _check_plain(event, depth)
        if event.value in parts:
            raise _wrong(event, "this key is there twice")
        parts[_text(event)] = _part(next(events), events, depth + 1)
    return parts


def _scalar(event: yaml.ScalarEvent) -> str | int | bool | None:
    """Unquoted, `true`, `false`, `null` and whole numbers are what they say; everything else is text."""
    text = _text(event)
    if not event.implicit[0]:
        return text
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    return int(text) if _WHOLE.fullmatch(text) else text


def _text(event: yaml.ScalarEvent) -> str:
    text: str = event.value
    if _SURROGATES.search(text):
        raise _wrong(event, "a text in quotes has half a character")
    return text


def _wrong(event: yaml.Event, reason: str) -> InvalidInputError:
    mark: Any = event.start_mark
    return InvalidInputError(f"line {mark.line + 1}, column {mark.column + 1}: {reason}")
