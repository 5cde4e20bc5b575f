"""The spans of one call of a function, until its end: which of them leave, and how much at most."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import Final, NamedTuple

from shared.runtime.span import Kind, Span, from_said, is_sampled, to_json

MOST_SPANS: Final = 200
MOST_BYTES: Final = 200 * 1024  # SQS takes 256 KB


class Parcel(NamedTuple):
    """What leaves: the body of one message, how many spans are in it, and how many found no room."""

    body: str
    spans: int
    cut: int


class SpanBuffer:
    def __init__(self, service: str) -> None:
        self.service = service
        self._spans: list[Span] = []
        self._cut: Counter[str] = Counter()  # by trace

    def add(self, span: Span) -> None:
        """Entries end last, and all else hangs on them: there is room for them in any case."""
        if span.kind is Kind.ENTRY or len(self._spans) < MOST_SPANS:
            self._spans.append(span)
        else:
            self._cut[span.trace_id] += 1

    def parcel(self, rate: float) -> Parcel | None:
        """Of the traces that are sampled, and of those in which something went wrong; None where there are none."""
        kept = self._kept(rate) if self._spans else []
        return _packed(kept, self._cut) if kept else None

    def _kept(self, rate: float) -> list[Span]:
        failed = {span.trace_id for span in self._spans if span.has_error}
        sampled = {trace_id for trace_id in {span.trace_id for span in self._spans} if is_sampled(trace_id, rate)}
        kept = [span for span in self._spans if span.trace_id in failed | sampled]
        for span in kept:
            span.is_sampled = span.trace_id in sampled
        return kept


def _packed(spans: Sequence[Span], cut_before: Counter[str]) -> Parcel:
    """As many as there is room for: entries first, and what went wrong before what did not."""
    texts: list[str] = []
    size, cut = 0, Counter({span.trace_id: cut_before[span.trace_id] for span in spans})
    for span in sorted(spans, key=lambda span: (span.kind is not Kind.ENTRY, not span.has_error)):
        text = to_json(span)
        if len(texts) < MOST_SPANS and size + len(text) < MOST_BYTES:
            texts.append(text)
            size += len(text) + 1
        else:
            cut[span.trace_id] += 1
    said = json.dumps(+cut, separators=(",", ":"))
    return Parcel(f'{{"cut":{said},"spans":[{",".join(texts)}]}}', spans=len(texts), cut=cut.total())


def read_parcel(body: str) -> list[Span]:
    """The spans of a message; the first of a trace says how many of it were cut.

    Raises KeyError, TypeError, ValueError for what is none.
    """
    said = json.loads(body)
    cut = dict(said["cut"])
    spans = [from_said(one) for one in said["spans"]]
    for span in spans:
        span.cut = int(cut.pop(span.trace_id, 0))
    return spans
