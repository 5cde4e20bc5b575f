"""Ids as people type them: whole, or the first characters of one."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from scripts.blackboard.board import Board
from shared.runtime.errors import InvalidInputError, NotFoundError

SHORTEST: Final = 4
SHOWN: Final = 8  # characters of an id, in tables
_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_BEGINNING: Final = re.compile(r"[0-9a-f-]{4,36}")
_MOST_TOLD: Final = 5


def short(known: str) -> str:
    return known[:SHOWN]


def artefact_id(board: Board, text: str) -> str:
    """Raises InvalidInputError, NotFoundError."""
    return whole_id(text, "artefact", _ids(board, "artefacts"))


def claim_id(board: Board, text: str) -> str:
    """Raises InvalidInputError, NotFoundError."""
    return whole_id(text, "claim", _ids(board, "claims"))


def whole_id(text: str, kind: str, known: Iterable[str]) -> str:
    """`known` is gone through only where the text is not a whole id. Raises InvalidInputError, NotFoundError."""
    beginning = text.strip().lower()
    if _ID.fullmatch(beginning):
        return beginning
    if not _BEGINNING.fullmatch(beginning):
        raise InvalidInputError(f"{text!r:.50} is no id; its first {SHORTEST} characters or more are needed")
    found = list(dict.fromkeys(one for one in known if one.startswith(beginning)))
    if not found:
        raise NotFoundError(f"there is no {kind} whose id begins with {beginning}")
    if len(found) > 1:
        told = ", ".join(found[:_MOST_TOLD]) + (", …" if len(found) > _MOST_TOLD else "")
        raise InvalidInputError(f"{beginning} is the beginning of {len(found)} {kind}s: {told}; say more of it")
    return found[0]


def _ids(board: Board, name: str) -> Iterator[str]:
    return (one["id"] for one in board.all(name))
