"""What a piece of code tells of itself as spans."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from shared.runtime.span import Span
from shared.runtime.span_buffer import read_parcel
from shared.runtime.tracing import Invocation


@dataclass
class Told:
    spans: list[Span] = field(default_factory=list)

    def named(self, name: str) -> Span:
        (found,) = [span for span in self.spans if span.name == name]
        return found

    @property
    def names(self) -> list[str]:
        return sorted(span.name for span in self.spans)


@contextmanager
def spanned(service: str = "a_function") -> Iterator[Told]:
    """Of one call of a function; filled when it is over."""
    told = Told()
    with Invocation(service) as buffer:
        yield told
    parcel = buffer.parcel(1.0)
    told.spans += read_parcel(parcel.body) if parcel else []
