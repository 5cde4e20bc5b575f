"""What all state stores have in common: which keys there are, how long they live, and values as text."""

import json
from abc import ABC, abstractmethod
from typing import Any, Final

from shared.runtime.errors import InvalidInputError

# How long what is kept under `<namespace>:…` lives, in seconds, where nothing else is said.
LIVES: Final = {"deploy": 3_600, "button": 900, "conv": 86_400}
LONGEST_KEY: Final = 2_048  # bytes
LARGEST_VALUE: Final = 384 * 1_024  # bytes of JSON; an item of DynamoDB has 400 KB for it, its key and its names


class TextStore(ABC):
    """A StateStore, given a place that keeps text. What the place does, it does at once or not at all.

    All of it raises DependencyError where the place fails.
    """

    def get(self, key: str) -> Any | None:
        text = self._read(known_key(key))
        return None if text is None else value_of(text)

    def put(self, key: str, value: Any, *, ttl: int | None = None) -> None:
        text, seconds = _kept(key, value, ttl)
        if text is None:
            self._remove(known_key(key))
        else:
            self._write(known_key(key), text, seconds)

    def delete(self, key: str) -> None:
        self._remove(known_key(key))

    def compare_and_set(self, key: str, expected: Any, value: Any, *, ttl: int | None = None) -> bool:
        text, seconds = _kept(key, value, ttl)
        known = None if expected is None else text_of(expected)
        if text is not None:
            return self._swap(known_key(key), known, text, seconds)
        if known is None:
            return self._read(known_key(key)) is None
        return self._remove_if(known_key(key), known)

    def cleanup_expired(self) -> int:
        """None, where the place does it by itself."""
        return 0

    @abstractmethod
    def _read(self, key: str) -> str | None: ...

    @abstractmethod
    def _write(self, key: str, text: str, seconds: int) -> None: ...

    @abstractmethod
    def _remove(self, key: str) -> None: ...

    @abstractmethod
    def _swap(self, key: str, expected: str | None, text: str, seconds: int) -> bool: ...

    @abstractmethod
    def _remove_if(self, key: str, expected: str) -> bool: ...


def life_of(key: str, ttl: int | None) -> int:
    """Seconds. Raises ValueError where nobody says how many."""
    if ttl is not None:
        return ttl
    namespace, colon, _ = key.partition(":")
    if not colon or namespace not in LIVES:
        raise ValueError(f"how long does this live? Only keys of {', '.join(LIVES)} need no ttl")
    return LIVES[namespace]


def known_key(key: str) -> str:
    """The key. Raises InvalidInputError where one of the stores could not take it."""
    try:
        size = len(key.encode())
    except UnicodeEncodeError:
        raise InvalidInputError("a key of the state store is text") from None
    if not 0 < size <= LONGEST_KEY or "\0" in key:
        raise InvalidInputError(f"a key of the state store has 1 to {LONGEST_KEY:,} bytes, none of them zero")
    return key


def text_of(value: Any) -> str:
    """The same text for the same value, in ASCII. Raises TypeError and ValueError for what is no JSON."""
    text = json.dumps(value, allow_nan=False, sort_keys=True, separators=(",", ":"))
    if len(text) > LARGEST_VALUE:
        raise InvalidInputError(f"the state store keeps at most {LARGEST_VALUE // 1_024} KB under a key")
    return text


def value_of(text: str) -> Any:
    """What was written when values were text, and is no JSON, is that text."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _kept(key: str, value: Any, ttl: int | None) -> tuple[str | None, int]:
    """The text to be kept and for how long; no text where nothing is, because there is no value or no life."""
    if value is None:
        return None, 0
    seconds = life_of(key, ttl)
    text = text_of(value)
    return (text, seconds) if seconds > 0 else (None, 0)
