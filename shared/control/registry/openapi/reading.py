"""The text of an API's description, in JSON or YAML, as values; what would cost too much to look at is refused.

Of YAML what JSON can say is taken: anchors, aliases and tags let a small file mean a huge one, or a program.
"""

import json
import math
import re
from collections.abc import Iterator
from typing import Any, Final

import yaml

from shared.runtime.errors import InvalidInputError

LARGEST: Final = 5 * 1024 * 1024  # bytes
DEEPEST: Final = 100  # lists and mappings in each other
MOST_VALUES: Final = 500_000
_WORDS: Final = {"true": True, "false": False, "null": None, "~": None, "": None}
_WHOLE: Final = re.compile(r"[-+]?[0-9]{1,15}", re.ASCII)
_FRACTION: Final = re.compile(r"[-+]?(\.[0-9]{1,30}|[0-9]{1,30}(\.[0-9]{0,30})?)([eE][-+]?[0-9]{1,2})?", re.ASCII)
# libyaml's parser takes a twentieth of the time; some builds of PyYAML come without it.
_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Events = Iterator[Any]


def read_text(content: bytes) -> dict[str, Any]:
    """Raises InvalidInputError, saying what is wrong."""
    if len(content) > LARGEST:
        raise InvalidInputError(f"it has more than {LARGEST:,} bytes")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInputError("it is not UTF-8") from None
    value = _json(text) if text.lstrip()[:1] in ("{", "[") else _yaml(text)
    if not isinstance(value, dict):
        raise InvalidInputError("it is no object")
    _check_size(value)
    return value


def _json(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError):
        raise InvalidInputError("it is no JSON that can be read") from None


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("no number is as large as that")
    return number


def _check_size(value: Any) -> None:
    """Level by level, so that what is too deep for us is found without going down there."""
    level, seen = [value], 0
    for _ in range(DEEPEST + 1):
        level = [inner for one in level for inner in _inner(one)]
        seen += len(level)
        if seen > MOST_VALUES:
            raise InvalidInputError(f"there are more than {MOST_VALUES:,} values in it")
        if not level:
            return
    raise InvalidInputError(f"lists and objects stand in each other more than {DEEPEST} deep")


def _inner(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _yaml(text: str) -> Any:
    try:
        return _only_value(yaml.parse(text, Loader=_LOADER))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise InvalidInputError(f"it is neither JSON nor YAML: line {line}: {error.problem}") from None
    except (yaml.YAMLError, ValueError, OverflowError):
        raise InvalidInputError("it is neither JSON nor YAML") from None


def _only_value(events: Events) -> Any:
    """Of the one document there is."""
    next(events)  # the stream begins
    if isinstance(next(events), yaml.StreamEndEvent):
        raise InvalidInputError("it is empty")
    value = _Values(events).value(next(events), 1)
    next(events)  # the document ends
    if not isinstance(next(events), yaml.StreamEndEvent):
        raise InvalidInputError("a second document begins in it")
    return value


class _Values:
    """What the events of a parser say, counted."""

    def __init__(self, events: Events) -> None:
        self._events = events
        self._seen = 0

    def value(self, event: Any, depth: int) -> Any:
        self._check(event, depth)
        match event:
            case yaml.ScalarEvent():
                return _scalar(event)
            case yaml.SequenceStartEvent():
                return list(self._entries(depth))
            case _:
                return self._mapping(depth)

    def _check(self, event: Any, depth: int) -> None:
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            raise _wrong(event, "anchors and aliases are not taken")
        if event.tag is not None:
            raise _wrong(event, "tags are not taken")
        if depth > DEEPEST:
            raise _wrong(event, f"lists and mappings stand in each other more than {DEEPEST} deep")
        self._seen += 1
        if self._seen > MOST_VALUES:
            raise _wrong(event, f"more than {MOST_VALUES:,} values")

    def _entries(self, depth: int) -> Iterator[Any]:
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            yield self.value(event, depth + 1)

    def _mapping(self, depth: int) -> dict[str, Any]:
        """Keys are text, whatever they look like: `200` is a status, `on` a name."""
        values: dict[str, Any] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            self._check(event, depth)
            if not isinstance(event, yaml.ScalarEvent):
                raise _wrong(event, "a key is a text")
            if event.value in values:
                raise _wrong(event, f"a key is there twice: {event.value[:60]}")
            values[event.value] = self.value(next(self._events), depth + 1)
        return values


def _scalar(event: Any) -> Any:
    """As YAML 1.2 reads JSON's values: `no` is a text, and so is a date."""
    text: str = event.value
    if not event.implicit[0]:
        return text
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if _WHOLE.fullmatch(text):
        return int(text)
    return float(text) if _FRACTION.fullmatch(text) else text


def _wrong(event: Any, reason: str) -> InvalidInputError:
    return InvalidInputError(f"line {event.start_mark.line + 1}: {reason}")
