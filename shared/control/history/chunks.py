"""The events of a replay a few at a time, each chunk with the place behind all that was looked at for it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final

from shared.control.history.pages import DAY_WEIGHS
from shared.control.history.reading import Reading
from shared.ledger.envelope import Event, to_text

MOST_LOOKED_AT: Final = 1_000  # for one chunk


@dataclass(slots=True, kw_only=True)
class Chunk:
    """What lies between two places: the events that are taken, each with the place behind it."""

    begins: str | None
    ends: str | None
    taken: list[tuple[str, Event]] = field(default_factory=list)
    looked_at: int = 0
    is_last: bool = False

    @property
    def events(self) -> list[Event]:
        return [event for _, event in self.taken]

    def first(self, number: int) -> "Chunk":
        """As far as its first events go."""
        if number >= len(self.taken):
            return self
        taken = self.taken[:number]
        return replace(self, taken=taken, ends=taken[-1][0] if taken else self.begins, looked_at=number)


@dataclass(frozen=True, slots=True, kw_only=True)
class SoFar:
    """How far a replay is. `at` is the time of the last event that it has sent."""

    place: str | None = None
    published: int = 0
    looked_at: int = 0
    at: str | None = None

    def behind(self, chunk: Chunk) -> "SoFar":
        return SoFar(
            place=chunk.ends,
            published=self.published + len(chunk.taken),
            looked_at=self.looked_at + chunk.looked_at,
            at=to_text(chunk.events[-1].time) if chunk.taken else self.at,
        )

    def said(self) -> dict[str, Any]:
        return {"published": self.published, "looked_at": self.looked_at, "at": self.at}


def chunks(reading: Reading, place: str | None, takes: Callable[[Event], bool], *, size: int) -> Iterator[Chunk]:
    """Where nothing is taken for long, a chunk is empty: the reader gets to look at the clock."""
    chunk, weight = Chunk(begins=place, ends=place), 0
    for here, event in reading.behind(place):
        chunk.ends = here
        weight += DAY_WEIGHS if event is None else 1
        if event is not None:
            chunk.looked_at += 1
            if takes(event):
                chunk.taken.append((here, event))
        if len(chunk.taken) == size or weight >= MOST_LOOKED_AT:
            yield chunk
            chunk, weight = Chunk(begins=here, ends=here), 0
    chunk.is_last = True
    yield chunk
