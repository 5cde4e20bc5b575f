"""What a source of documents is to those who bring them: places, each read page by page from where it was left."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol

from shared.control.ingestion.envelope import DocumentEnvelope
from shared.runtime.errors import DomainError, InvalidInputError
from shared.runtime.http import ServiceError, Verdict

EVERYTHING: Final = "*"  # the place where none are named
SCOPE: Final = frozenset({"repositories", "projects", "spaces", "apis"})  # what a scope may name of our own sources
_KEY: Final = re.compile(r"[A-Za-z0-9_~.-]{1,255}", re.ASCII)

PATIENCE: Final = 25.0  # seconds for an answer that may be large, or takes work

Cursor = Mapping[str, Any]  # JSON values; empty where nothing was ever read
Position = Mapping[str, Any]  # within one reading; empty at its beginning


class SourceRefusedError(DomainError):
    """The source said no, and will say so the next time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """`cursor` is where the next reading begins, once the last page was kept."""

    documents: tuple[DocumentEnvelope, ...] = ()
    removed: tuple[str, ...] = ()  # ids of documents that are no longer there
    position: Position | None = None  # of the next page; None where this is the last
    cursor: Cursor = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a page is asked for with: where the place was left, and where in this reading we are."""

    place: str
    cursor: Cursor
    position: Position
    correlation_id: str
    until: datetime  # what is not read by then is left to the next page


class Connector(Protocol):
    source: str
    by: str  # `connector` or `agent`

    def places(self, scope: Mapping[str, Any]) -> Sequence[str]:
        """Those that are wanted, in order. Raises InvalidInputError where the scope names what is not set up."""

    def page(self, reading: Reading) -> Page:
        """The same asked again gives the same, but for what has changed. Raises ServiceError, SourceRefusedError."""


def wanted(scope: Mapping[str, Any], name: str, configured: Sequence[str]) -> list[str]:
    """Those of the configured that the scope names under `name`; all, where it names none. Raises InvalidInputError."""
    asked = named(scope, name)
    if asked is None:
        return sorted(set(configured))
    if strange := sorted(asked - set(configured)):
        raise InvalidInputError(f"scope.{name}: {', '.join(strange)[:200]} is not configured")
    return sorted(asked)


def wanted_of_all(scope: Mapping[str, Any], name: str, configured: Sequence[str]) -> list[str]:
    """The same where nothing configured means everything: then the scope may name any. Raises InvalidInputError."""
    if configured:
        return wanted(scope, name, configured)
    asked = named(scope, name)
    return [EVERYTHING] if asked is None else checked_keys(asked, name)


def checked_keys(keys: set[str], name: str) -> list[str]:
    """In order. Raises InvalidInputError for what is none: it goes into a query."""
    if strange := sorted(one for one in keys if not _KEY.fullmatch(one)):
        raise InvalidInputError(f"scope.{name}: {', '.join(strange)[:200]} is no key")
    return sorted(keys)


def named(scope: Mapping[str, Any], name: str) -> set[str] | None:
    """What a scope lists under a name; None where it says nothing of it. Raises InvalidInputError."""
    if strange := sorted(scope.keys() - SCOPE):
        raise InvalidInputError(f"scope: there is no {', '.join(strange)[:200]}; there are {', '.join(sorted(SCOPE))}")
    asked = scope.get(name)
    if asked is None:
        return None
    if not isinstance(asked, list) or not asked or not all(isinstance(one, str) for one in asked):
        raise InvalidInputError(f"scope.{name} is a list of names")
    return set(asked)


def for_good(error: ServiceError, hint: str = "") -> Exception:
    """The error to raise for one of a source: a refusal is tried no more."""
    return SourceRefusedError(f"{error}{hint}") if error.verdict is Verdict.TERMINAL else error
