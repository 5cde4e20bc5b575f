"""What became of deliveries: by sink and status, read a hundred at a time."""

from collections import Counter
from collections.abc import Collection

import pytest

from shared.deliveries.delivery import Delivery, MemoryDeliveries, Status, first_try
from shared.runtime.errors import DependencyError
from shared.status.activity import Activity
from shared.status.brought import read_brought
from shared.status.queues import Depth, read_depths
from tests.support.builders import NOON


class CountedDeliveries(MemoryDeliveries):
    def __init__(self) -> None:
        super().__init__()
        self.asked: list[int] = []

    def get_many(self, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], Delivery]:
        self.asked.append(len(keys))
        return super().get_many(keys)


def seen(*bound_for: tuple[str, str], is_bound_cut: bool = False) -> Activity:
    return Activity(bars=[Counter()], bound_for=list(bound_for), is_bound_cut=is_bound_cut)


def keep(records: MemoryDeliveries, event_id: str, sink: str, status: Status) -> None:
    records.save(first_try(event_id, sink, at=NOON).ended(status, at=NOON))


def test_deliveries_are_counted_by_sink_and_status() -> None:
    records = MemoryDeliveries()
    keep(records, "message:1:1", "notion", Status.DELIVERED)
    keep(records, "message:2:1", "notion", Status.FAILED)
    keep(records, "message:2:1", "discord", Status.IN_DOUBT)
    keep(records, "message:3:1", "notion", Status.DELIVERED)  # of another period
    brought = read_brought(
        records, seen(("message:2:1", "notion"), ("message:2:1", "discord"), ("message:1:1", "notion"))
    )
    assert brought.by_sink == {
        "discord": {Status.IN_DOUBT: 1},
        "notion": {Status.DELIVERED: 1, Status.FAILED: 1},
    }
    assert (brought.total, brought.failed, brought.is_cut) == (3, 2, False)


def test_what_nobody_has_begun_is_pending() -> None:
    brought = read_brought(MemoryDeliveries(), seen(("message:1:1", "shopify"), is_bound_cut=True))
    assert brought.by_sink == {"shopify": {Status.PENDING: 1}}
    assert brought.is_cut


@pytest.mark.parametrize(("number", "reads"), [(0, []), (1, [1]), (100, [100]), (101, [100, 1]), (250, [100, 100, 50])])
def test_each_record_is_asked_for_once(number: int, reads: list[int]) -> None:
    records = CountedDeliveries()
    read_brought(records, seen(*((f"message:{one}:1", "notion") for one in range(number))))
    assert records.asked == reads


def test_a_queue_that_cannot_be_asked_is_unknown_and_the_others_are_not() -> None:
    def away() -> int:
        raise DependencyError("the queue cannot be reached")

    found = read_depths(waiting={"Listings": lambda: 3, "Notion": away}, dead={"Listings": lambda: 0})
    assert found == (
        Depth(name="Listings", messages=3, is_dead=False),
        Depth(name="Notion", messages=None, is_dead=False),
        Depth(name="Listings", messages=0, is_dead=True),
    )
