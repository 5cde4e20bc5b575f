"""Long JSON documents read a piece at a time: what is kept in memory is one element, however many there are.

Fractions are read as decimals, as everywhere.
"""

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import IO, Any, Final, NoReturn

from shared.runtime.errors import InvalidInputError

LARGEST_ELEMENT: Final = 1024 * 1024  # characters
_CHUNK: Final = 64 * 1024  # characters
_LONGEST_INTEGER: Final = 4_000  # digits; Python refuses to read those with more than 4,300
_TAIL: Final = 4  # characters: `1` may go on as `1.5` or `1e+5`, so a value at the end of what is read may go on
_SPACES: Final = re.compile(r"[ \t\n\r]*")


class JsonStream:
    """A position in a document. `begin` is what was read of it already. Raises InvalidInputError, saying where."""

    def __init__(self, stream: IO[str], *, begin: str = "", largest: int = LARGEST_ELEMENT) -> None:
        self._stream = stream
        self._buffer = begin
        self._largest = largest
        self._at = 0
        self._is_read = False
        self._lines = 1  # up to where the buffer begins
        self._column = 1  # of where the buffer begins

    def peek(self) -> str:
        """The next character that is no space, "" at the end."""
        while True:
            found = _SPACES.match(self._buffer, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            if not self._more():
                return ""

    def take(self, character: str) -> None:
        if self.peek() != character:
            self.refuse(f"{character} is missing")
        self._at += 1

    def value(self) -> Any:
        """Of no more than the largest size."""
        if not self.peek():
            self.refuse("a value is missing")
        while True:
            value, end, reason = self._decoded()
            if reason is None and (self._is_read or end + _TAIL <= len(self._buffer)):
                self._at = end
                return value
            self._go_on(reason, end)

    def array(self) -> Iterator[Any]:
        """The elements of the array that begins here."""
        self.take("[")
        if self.peek() == "]":
            return self.take("]")
        while True:
            yield self.value()
            if self.peek() != ",":
                return self.take("]")
            self.take(",")

    def names(self) -> Iterator[str]:
        """The names in the object that begins here; who asks for the next has taken the value of the last."""
        self.take("{")
        if self.peek() == "}":
            return self.take("}")
        while True:
            yield self._name()
            if self.peek() != ",":
                return self.take("}")
            self.take(",")

    def end(self) -> None:
        if self.peek():
            self.refuse("the document should end here")

    def refuse(self, reason: str, at: int | None = None) -> NoReturn:
        where = self._at if at is None else at
        line = self._lines + self._buffer.count("\n", 0, where)
        before = self._buffer.rfind("\n", 0, where)
        column = where - before if before >= 0 else self._column + where
        raise InvalidInputError(f"line {line}, column {column}: {reason}")

    def _name(self) -> str:
        if self.peek() != '"':
            self.refuse("a name in quotes is missing")
        name = self.value()
        self.take(":")
        return str(name)

    def _decoded(self) -> tuple[Any, int, str | None]:
        """The value here and its end; or the place and the reason why it cannot be read, yet or at all."""
        try:
            return (*_DECODER.raw_decode(self._buffer, self._at), None)
        except RecursionError:
            self.refuse("a value is nested too deeply")
        except json.JSONDecodeError as error:
            return None, error.pos, f"this is no JSON ({error.msg})"

    def _go_on(self, reason: str | None, where: int) -> None:
        """With more of the document; refuses where there is no more, or should not be."""
        if len(self._buffer) - self._at > self._largest:
            self.refuse(f"{reason or 'a value does not end'} within {self._largest:,} characters", where)
        if not self._more() and reason is not None:
            self.refuse(reason, where)

    def _more(self) -> bool:
        """Each time twice as much: a long value is looked at a few times, not once for each chunk."""
        left = self._buffer[self._at :]
        chunk = "" if self._is_read else self._read(max(_CHUNK, len(left)))
        if not chunk:
            self._is_read = True
            return False
        gone = self._buffer[: self._at]
        self._lines += gone.count("\n")
        self._column = len(gone) - gone.rfind("\n") if "\n" in gone else self._column + len(gone)
        self._buffer, self._at = left + chunk, 0
        return True

    def _read(self, size: int) -> str:
        try:
            return self._stream.read(size)
        except UnicodeDecodeError:
            self.refuse("what follows is not UTF-8", len(self._buffer))


def _integer(digits: str) -> int | float:
    """One that is too long to be meant is infinite, which nobody takes."""
    return int(digits) if len(digits) <= _LONGEST_INTEGER else float("inf")


def decoded(text: str, *, strict: bool = False) -> Any:
    """One value; where not `strict`, NaN and Infinity are values, too. Raises ValueError, RecursionError."""
    return (_STRICT if strict else _DECODER).decode(text)


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _decimal(digits: str) -> Decimal:
    try:
        return Decimal(digits)
    except ArithmeticError:  # its exponent is beyond reason
        return Decimal("NaN")


_DECODER: Final = json.JSONDecoder(parse_int=_integer, parse_float=_decimal)
_STRICT: Final = json.JSONDecoder(parse_int=_integer, parse_float=_decimal, parse_constant=_refuse)
