"""What changed between two descriptions of an API, and how an event says it."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from shared.control.registry.openapi.rules import Difference

GONE: Final = "is gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    operation: str
    differences: tuple[Difference, ...]

    @property
    def is_breaking(self) -> bool:
        return any(one.is_breaking for one in self.differences)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[Change, ...]

    @property
    def is_any(self) -> bool:
        return bool(self.added or self.removed or self.changed)

    @property
    def breaking(self) -> Iterator[str]:
        """In sentences, made as they are read: there may be very many."""
        yield from (f"{name} {GONE}" for name in self.removed)
        for change in self.changed:
            yield from (f"{change.operation}: {one.said}" for one in change.differences if one.is_breaking)

    @property
    def breaking_count(self) -> int:
        return len(self.removed) + sum(one.is_breaking for change in self.changed for one in change.differences)


def told(drift: Drift, *, most: int = 50, most_each: int = 5, most_breaking: int = 100) -> dict[str, Any]:
    """As an event says it, the lists cut and the numbers whole."""
    return {
        "added": list(drift.added[:most]),
        "removed": list(drift.removed[:most]),
        "changed": [
            {
                "operation": one.operation,
                "breaking": one.is_breaking,
                "changes": [each.said for each in _worst_first(one)[:most_each]],
            }
            for one in drift.changed[:most]
        ],
        "breaking": list(islice(drift.breaking, most_breaking)),
        "added_count": len(drift.added),
        "removed_count": len(drift.removed),
        "changed_count": len(drift.changed),
        "breaking_count": drift.breaking_count,
    }


def _worst_first(change: Change) -> list[Difference]:
    return sorted(change.differences, key=lambda one: not one.is_breaking)
