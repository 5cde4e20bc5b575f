"""A parameter of a workflow: what may be given for it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from shared.runtime.errors import InvalidInputError

_DECIMAL: Final = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,9})?", re.ASCII)
_NO_TEXT: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")  # tabs and line breaks are


class Kind(StrEnum):
    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"  # a decimal: kept as text, so that nothing of it is lost
    BOOLEAN = "boolean"
    LIST = "list"


# What the bounds are where a workflow says none: of the value, or of how long a text or list is.
WIDEST: Final[Mapping[Kind, tuple[Decimal, Decimal]]] = {
    Kind.STRING: (Decimal(0), Decimal(1_000)),
    Kind.INTEGER: (Decimal(-(10**15)), Decimal(10**15)),
    Kind.NUMBER: (Decimal(-(10**15)), Decimal(10**15)),
    Kind.LIST: (Decimal(0), Decimal(100)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    name: str
    kind: Kind
    of: Kind | None = None  # what a list is of
    description: str = ""
    minimum: Decimal | None = None  # bounds: see `WIDEST`
    maximum: Decimal | None = None
    allowed: tuple[Any, ...] = ()  # none for all; of a list they are its entries'
    default: Any = None
    is_required: bool = False

    def read(self, given: Any) -> Any:
        """The value as it is kept. Raises InvalidInputError that says which parameter is wrong, and how."""
        value, size = _READERS[self.kind](self, given)
        self._check_bounds(size)
        if self.allowed and self.kind is not Kind.LIST and value not in self.allowed:
            raise self.wrong(f"one of {', '.join(map(str, self.allowed))}")
        return value

    def entry(self, number: int) -> "Parameter":
        """What an entry of this list has to be; they count from 1."""
        assert self.of is not None, f"{self.name} is a list of nothing"
        return Parameter(name=f"{self.name}[{number}]", kind=self.of, allowed=self.allowed)

    def wrong(self, wanted: str) -> InvalidInputError:
        return InvalidInputError(f"{self.name}: {wanted} is wanted")

    def _check_bounds(self, size: Decimal | None) -> None:
        if size is None:
            return
        low, high = WIDEST[self.kind]
        least, most = (low if self.minimum is None else self.minimum), (high if self.maximum is None else self.maximum)
        if not least <= size <= most:
            raise self.wrong(f"{_SIZED[self.kind]} {least:,f} to {most:,f}")


_SIZED: Final[Mapping[Kind, str]] = {
    Kind.STRING: "a text whose number of characters is",
    Kind.INTEGER: "a whole number from",
    Kind.NUMBER: "a number from",
    Kind.LIST: "a list whose number of entries is",
}


def _string(parameter: Parameter, given: Any) -> tuple[str, Decimal]:
    if not isinstance(given, str) or _NO_TEXT.search(given):
        raise parameter.wrong("a text without control characters")
    return str(given), Decimal(len(given))


def _integer(parameter: Parameter, given: Any) -> tuple[int, Decimal]:
    if not isinstance(given, int) or isinstance(given, bool):
        raise parameter.wrong("a whole number")
    return int(given), Decimal(given)


def _number(parameter: Parameter, given: Any) -> tuple[str, Decimal]:
    is_one = isinstance(given, int | Decimal | str) and not isinstance(given, bool)
    text = format(given, "f") if isinstance(given, Decimal) else str(given)
    if not is_one or not _DECIMAL.fullmatch(text):
        raise parameter.wrong("a number of up to 15 digits, and 9 behind the point")
    return text, Decimal(text)


def _boolean(parameter: Parameter, given: Any) -> tuple[bool, None]:
    if not isinstance(given, bool):
        raise parameter.wrong("true or false")
    return given, None


def _list(parameter: Parameter, given: Any) -> tuple[list[Any], Decimal]:
    if not isinstance(given, list | tuple):
        raise parameter.wrong("a list")
    parameter._check_bounds(Decimal(len(given)))  # before each is looked at
    problems, values = [], []
    for number, one in enumerate(given, start=1):
        try:
            values.append(parameter.entry(number).read(one))
        except InvalidInputError as error:
            problems.append(str(error))
    if problems:
        raise InvalidInputError("; ".join(problems[:5]))
    return values, Decimal(len(values))


_READERS: Final[Mapping[Kind, Callable[[Parameter, Any], tuple[Any, Decimal | None]]]] = {
    Kind.STRING: _string,
    Kind.INTEGER: _integer,
    Kind.NUMBER: _number,
    Kind.BOOLEAN: _boolean,
    Kind.LIST: _list,
}
