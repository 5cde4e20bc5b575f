"""The addresses a digest asks: `name=url`, separated by commas."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

MOST_TARGETS: Final = 10  # more are named, and not asked
_SCHEMES: Final = ("http://", "https://")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """`problem`: why nobody is asked, where nobody is."""

    name: str
    url: str
    problem: str | None = None


def read_targets(text: str) -> tuple[Target, ...]:
    """All that are named: also what is no address, so that its absence is seen."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    return tuple(_told_apart(_target(part, number) for number, part in enumerate(parts)))


def _told_apart(targets: Iterable[Target]) -> Iterator[Target]:
    """What has the name of an earlier one has a number behind it."""
    seen: Counter[str] = Counter()
    for target in targets:
        seen[target.name] += 1
        times = seen[target.name]
        yield target if times == 1 else replace(target, name=f"{target.name} ({times})")


def _target(part: str, number: int) -> Target:
    name, _, url = (piece.strip() for piece in part.partition("="))
    if not (name and url.startswith(_SCHEMES)):
        return Target(name=name or "?", url="", problem="it is no name=url")
    if number >= MOST_TARGETS:
        return Target(name=name, url=url, problem=f"at most {MOST_TARGETS} addresses are asked")
    return Target(name=name, url=url)
