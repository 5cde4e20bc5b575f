"""Where the sentences of a text are, in any language. Markdown's headings and list items are sentences; code and tables
have none."""

import re
from collections.abc import Iterator
from typing import Final

LONGEST: Final = 600  # characters; what goes on for longer is cut at a blank

Span = tuple[int, int]  # from, to, as slices have it

# Every run of these is looked at once, whatever comes after it.
_END: Final = re.compile(r"(?P<dots>[.!?…]+)[\"'”’)\]»]*|[。！？｡।॥؟۔]+[」』”’）]*")  # noqa: RUF001
_MARKER: Final = re.compile(r"[ \t]*(?:#{1,6}|[>*+-]|[0-9]{1,3}[.)])[ \t]+")
_FENCE: Final = ("```", "~~~")
_LOOK_AHEAD: Final = 8  # characters


def sentences_in(text: str) -> Iterator[Span]:
    """In their order, none empty, none in another. In linear time."""
    for block in _blocks(text):
        for start, end in _cut(text, block):
            yield from _pieces(text, start, end)


def _blocks(text: str) -> Iterator[Span]:
    """Paragraphs, headings, items of lists."""
    begin, is_code, end = 0, False, 0
    for start, end in _lines(text):
        line = text[start:end]
        is_fence = line.lstrip().startswith(_FENCE)
        if is_fence or is_code:
            yield begin, begin if is_code else start
            begin, is_code = end, is_code != is_fence
        elif (offset := _begins(line)) is not None:
            yield begin, start
            begin = start + offset
            if line.startswith("#"):
                yield begin, end
                begin = end
    yield begin, begin if is_code else end


def _begins(line: str) -> int | None:
    """Where in the line something new begins; None where it goes on with what was before."""
    if not line.strip():
        return 0
    if line.lstrip().startswith("|"):
        return len(line)
    marker = _MARKER.match(line)
    return marker.end() if marker else None


def _lines(text: str) -> Iterator[Span]:
    start = 0
    for line in text.splitlines(keepends=True):
        yield start, start + len(line)
        start += len(line)


def _cut(text: str, block: Span) -> Iterator[Span]:
    start, end = block
    for found in _END.finditer(text, start, end):
        if _is_end(text[found.end() : min(found.end() + _LOOK_AHEAD, end)], found["dots"]):
            yield start, found.end()
            start = found.end()
    yield start, end


def _is_end(following: str, dots: str | None) -> bool:
    """3.5, example.com and "e.g. this" do not end there."""
    if dots is None or not following:
        return True
    is_abbreviation = dots == "." and following.lstrip()[:1].islower()
    return following[0].isspace() and not is_abbreviation


def _pieces(text: str, start: int, end: int) -> Iterator[Span]:
    while end - start > LONGEST:
        blank = text.rfind(" ", start + LONGEST // 2, start + LONGEST)
        cut = blank if blank > start else start + LONGEST
        yield from _trimmed(text, start, cut)
        start = cut
    yield from _trimmed(text, start, end)


def _trimmed(text: str, start: int, end: int) -> Iterator[Span]:
    piece = text[start:end]
    begin = start + len(piece) - len(piece.lstrip())
    stop = end - (len(piece) - len(piece.rstrip()))
    if begin < stop:
        yield begin, stop
