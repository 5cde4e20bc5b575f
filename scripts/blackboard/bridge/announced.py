"""An artefact as agents of Sett announce it, and as it is posted here."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

LARGEST: Final = 4 * 1024 * 1024  # bytes of one announcement; the API takes no more
_TEXTS: Final = ("structural_type", "type", "produced_by_role")


class MalformedError(ValueError):
    """It is not what it should be; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    id: str
    logical_id: str | None  # of its thread there; here it has another
    version: int
    structural_type: str
    type: str
    payload: str = field(repr=False)
    source_artefacts: tuple[str, ...]
    produced_by_role: str

    @property
    def size(self) -> int:
        """Bytes that it takes in memory, near enough."""
        return len(self.payload.encode("utf-8", "surrogatepass")) + 1_000

    def body(self, thread: str | None) -> dict[str, Any]:
        """As the API takes it. `thread`: the one here that it is a new version of."""
        said: dict[str, Any] = {name: getattr(self, name) for name in ("id", "payload", *_TEXTS)}
        said["source_artefacts"] = list(self.source_artefacts)
        return said | ({"logical_id": thread} if thread else {})


def read_announcement(text: str) -> Announced:
    """A message of the channel. Raises MalformedError."""
    if len(text) > LARGEST:
        raise MalformedError(f"it is larger than {LARGEST} bytes")
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        raise MalformedError("it is no JSON") from None
    if not isinstance(said, dict):
        raise MalformedError("it is no JSON object")
    return _announced(said)


def read_hash(fields: Mapping[str, str]) -> Announced:
    """What is kept of it under its key: all texts, lists as JSON. Raises MalformedError."""
    said: dict[str, Any] = dict(fields)
    try:
        said["source_artefacts"] = json.loads(fields.get("source_artefacts") or "[]")
        said["version"] = int(fields.get("version") or 1)
    except (ValueError, RecursionError):
        raise MalformedError("its version is no number, or its source_artefacts are no list in JSON") from None
    return _announced(said)


def _announced(said: Mapping[str, Any]) -> Announced:
    texts = {name: said.get(name) for name in _TEXTS}
    lacking = [name for name, text in texts.items() if not isinstance(text, str) or not text]
    if lacking:
        raise MalformedError(f"it has no {lacking[0]}")
    version, payload, sources = said.get("version", 1), said.get("payload") or "", said.get("source_artefacts") or []
    if not isinstance(version, int) or not isinstance(sources, list):
        raise MalformedError("its version is no number, or its source_artefacts are no list")
    logical_id = said.get("logical_id")
    return Announced(
        id=_uuid(said.get("id"), "id"),
        logical_id=_uuid(logical_id, "logical_id") if logical_id else None,
        version=version,
        payload=payload if isinstance(payload, str) else json.dumps(payload, ensure_ascii=False),
        source_artefacts=tuple(_uuid(one, "source") for one in sources),
        **{name: str(text) for name, text in texts.items()},
    )


def _uuid(text: Any, what: str) -> str:
    try:
        return str(UUID(text))
    except (ValueError, TypeError, AttributeError):
        raise MalformedError(f"its {what} is no UUID: {text!r:.60}") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What has to be known of a key to bring many in their order."""

    id: str
    created_at_ms: int
    source_artefacts: tuple[str, ...] = ()


def in_order(kept: Sequence[Kept]) -> list[str]:
    """Ids: what was made first goes first, but nothing before what it was made of."""
    known = {one.id: one for one in kept}
    placed: dict[str, None] = {}
    for first in sorted(kept, key=lambda one: (one.created_at_ms, one.id)):
        _place(first, known, placed)
    return list(placed)


def _place(first: Kept, known: Mapping[str, Kept], placed: dict[str, None]) -> None:
    """Without recursion: a chain of work may be long. A circle, which nobody can have made, is cut somewhere."""
    path, entered = [first], {first.id}
    while path:
        sources = (known[one] for one in path[-1].source_artefacts if one in known)
        missing = next((one for one in sources if one.id not in placed and one.id not in entered), None)
        if missing is None:
            placed[path.pop().id] = None
        else:
            entered.add(missing.id)
            path.append(missing)
