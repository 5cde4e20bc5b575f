"""What became of what was to be brought to sinks in a period."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from shared.deliveries.delivery import DeliveryRecords, Status
from shared.status.activity import Activity

_BAD: Final = (Status.FAILED, Status.IN_DOUBT)
_AT_A_TIME: Final = 100  # as many as one read takes


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """Deliveries by sink and status. What nobody has begun yet is pending."""

    by_sink: Mapping[str, Counter[Status]]
    is_cut: bool = False  # there were more than were looked at

    @property
    def total(self) -> int:
        return sum(counted.total() for counted in self.by_sink.values())

    @property
    def failed(self) -> int:
        """Or in doubt."""
        return sum(counted[status] for counted in self.by_sink.values() for status in _BAD)


def read_brought(records: DeliveryRecords, seen: Activity) -> Brought:
    """Raises DependencyError."""
    by_sink: dict[str, Counter[Status]] = {}
    for start in range(0, len(seen.bound_for), _AT_A_TIME):
        _add(by_sink, seen.bound_for[start : start + _AT_A_TIME], records)
    return Brought(by_sink=dict(sorted(by_sink.items())), is_cut=seen.is_bound_cut)


def _add(by_sink: dict[str, Counter[Status]], keys: Sequence[tuple[str, str]], records: DeliveryRecords) -> None:
    known = records.get_many(keys)
    for event_id, sink in keys:
        record = known.get((event_id, sink))
        by_sink.setdefault(sink, Counter())[record.status if record else Status.PENDING] += 1
