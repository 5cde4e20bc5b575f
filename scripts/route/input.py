"""Messages as they are read for `switchyard route`: a JSON array, `{"messages": […]}`, or one JSON object a line."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import IO, Any, Final

from shared.messages.json_stream import LARGEST_ELEMENT, JsonStream, decoded
from shared.runtime.errors import InvalidInputError

DEMO: Final = Path(__file__).parents[1] / "samples" / "messages.json"
NAME: Final = "messages"


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """One message as it was posted, or why it cannot be read; `index` counts from 0."""

    index: int
    raw: Any = None
    error: str | None = None


@contextmanager
def opened(source: str | Path) -> Iterator[IO[str]]:
    """A file, or `-` for what comes in; a byte order mark is passed over. Raises OSError."""
    if source != "-":
        with Path(source).open(encoding="utf-8-sig", newline="") as file:
            yield file
        return
    file = TextIOWrapper(sys.stdin.buffer, encoding="utf-8-sig", newline="")
    try:
        yield file
    finally:
        file.detach()  # what comes in is not ours to close


def read_messages(stream: IO[str]) -> Iterator[Read]:
    """One after the other. Raises InvalidInputError where what follows cannot be told apart any more."""
    begin = _first_line(stream)
    if _is_object(begin):
        return _of_lines(begin, stream)
    return (Read(index=index, raw=raw) for index, raw in enumerate(_of_document(JsonStream(stream, begin=begin))))


def _first_line(stream: IO[str]) -> str:
    """That is not empty; no more of it than one message may have."""
    try:
        while (line := stream.readline(LARGEST_ELEMENT)) and not line.strip():
            pass
    except UnicodeDecodeError:
        raise InvalidInputError("line 1: this is not UTF-8") from None
    return line


def _is_object(line: str) -> bool:
    """A whole message, as against the beginning of a document."""
    if not line.lstrip().startswith("{"):
        return False
    try:
        value = decoded(line)
    except (ValueError, RecursionError):
        return False
    return not isinstance(value.get(NAME), list)


def _of_document(document: JsonStream) -> Iterator[Any]:
    if document.peek() == "[":
        yield from document.array()
    elif document.peek() == "{":
        yield from _of_object(document)
    else:
        document.refuse(f'an array of messages, {{"{NAME}": […]}} or one object a line is wanted')
    document.end()


def _of_object(document: JsonStream) -> Iterator[Any]:
    is_there = False
    for name in document.names():
        if name == NAME and document.peek() == "[":
            is_there = True
            yield from document.array()
        else:
            document.value()
    if not is_there:
        document.refuse(f'there are no "{NAME}" in this object')


def _of_lines(line: str, stream: IO[str]) -> Iterator[Read]:
    """A line that is no message is refused, and the next one is read."""
    index = 0
    while line:
        if line.strip():
            yield _of_line(index, line, is_whole=line.endswith("\n") or len(line) < LARGEST_ELEMENT)
            index += 1
        while len(line) == LARGEST_ELEMENT and not line.endswith("\n"):
            line = _line(stream, index)
        line = _line(stream, index)


def _line(stream: IO[str], index: int) -> str:
    try:
        return stream.readline(LARGEST_ELEMENT)
    except UnicodeDecodeError:
        raise InvalidInputError(f"after message {index - 1}: what follows is not UTF-8") from None


def _of_line(index: int, line: str, *, is_whole: bool) -> Read:
    if not is_whole:
        return Read(index=index, error=f"this line has more than {LARGEST_ELEMENT:,} characters")
    try:
        return Read(index=index, raw=decoded(line.strip()))
    except RecursionError:
        return Read(index=index, error="this line is nested too deeply")
    except ValueError as error:
        return Read(index=index, error=f"this line is no JSON ({error})")
