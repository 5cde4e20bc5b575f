"""The search rotation: a list of searches that take turns."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from shared.ledger.envelope import Fact
from shared.runtime.errors import InvalidInputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    id: str
    brand: str
    search: str
    enabled: bool = True

    def said(self) -> dict[str, Any]:
        return {"id": self.id, "brand": self.brand, "search": self.search, "enabled": self.enabled}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    searches: tuple[Search, ...] = ()
    last: str | None = None  # id of the search that had its turn
    turn: str | None = None  # that turn
    changed_at: datetime | None = None
    version: int = 0
    facts: tuple[Fact, ...] = field(default=(), repr=False)

    def with_searches(self, searches: Sequence[Search], *, at: datetime) -> "Rotation":
        """Another list; who had the last turn is remembered, if it is still there. Raises InvalidInputError."""
        ids = [search.id for search in searches]
        if len(set(ids)) < len(ids):
            raise InvalidInputError("two searches have the same id")
        last = self.last if self.last in ids else self._before_last(ids)
        said = {"searches": [search.said() for search in searches]}
        fact = Fact(type="searches.changed", time=at, data=said)
        return replace(self, searches=tuple(searches), last=last, changed_at=at, facts=(*self.facts, fact))

    def following(self) -> Search | None:
        """Whose turn is next: the next enabled one behind the last, from the top at the end."""
        ids = [search.id for search in self.searches]
        start = ids.index(self.last) + 1 if self.last in ids else 0
        in_turn = [*self.searches[start:], *self.searches[:start]]
        return next((search for search in in_turn if search.enabled), None)

    def advanced(self, *, at: datetime, turn: str | None = None) -> tuple["Rotation", Search | None]:
        """After the next turn, and whose it was."""
        chosen = self.following()
        if chosen is None:
            return self, None
        said = {"search_id": chosen.id, "brand": chosen.brand, "search": chosen.search}
        fact = Fact(type="searches.advanced", time=at, data=said)
        return replace(self, last=chosen.id, turn=turn, changed_at=at, facts=(*self.facts, fact)), chosen

    def failed(self, search: Search, answer: str, *, at: datetime) -> "Rotation":
        said = {"search_id": search.id, "brand": search.brand, "search": search.search, "answer": answer}
        fact = Fact(type="searches.failed", time=at, data=said)
        return replace(self, changed_at=at, facts=(*self.facts, fact))

    def _before_last(self, remaining: Sequence[str]) -> str | None:
        """Of those before the last one the nearest that is still there: the turn goes on where it was."""
        ids = [search.id for search in self.searches]
        if self.last not in ids:
            return None
        earlier = [one for one in ids[: ids.index(self.last)] if one in remaining]
        return earlier[-1] if earlier else None
