"""Bringing an event to a sink over DynamoDB: once, by however many at once, and for two writes."""

from threading import Lock

import pytest

from shared.deliveries.delivery import Status
from shared.deliveries.store import DynamoDeliveries
from shared.runtime.errors import ConflictError
from shared.sinks.delivering import deliver
from shared.sinks.sink import Detail, Made
from tests.support.aws_calls import watched
from tests.support.places import Place, at_once
from tests.unit.shared.sinks.provider import EVENT, NAME, Provider

AGAIN = "delivery:message:m-1:1:notion:2"


class Counted(Provider):
    """Asked by many threads at once."""

    def __init__(self, *, can_look: bool) -> None:
        super().__init__(can_look=can_look)
        self._lock = Lock()

    def send(self, event: Detail) -> Made:
        with self._lock:
            return super().send(event)


@pytest.mark.parametrize("can_look", [True, False])
def test_of_many_who_bring_the_same_at_once_one_does(local: Place, can_look: bool) -> None:
    deliveries = DynamoDeliveries(local.client, local.table)
    provider = Counted(can_look=can_look)

    def bring(trigger: str | None) -> str:
        try:
            outcome = deliver(
                EVENT, provider, live=True, deliveries=deliveries, clock=lambda: provider.now, trigger=trigger
            )
        except ConflictError:
            return "lost"
        return "waits" if outcome.wait else str(outcome.delivery.status)

    came = at_once(lambda _: bring(None))
    assert len(provider.things) == 1
    assert set(came) <= {"delivered", "waits", "lost"}
    assert set(at_once(lambda _: bring(AGAIN))) == {"delivered"}
    assert provider.asked == ["send"]


@pytest.mark.parametrize("can_look", [True, False])
def test_of_many_who_ask_again_at_once_one_is_served(local: Place, can_look: bool) -> None:
    deliveries = DynamoDeliveries(local.client, local.table)
    provider = Counted(can_look=can_look)
    provider.fates = ["refused"]
    deliver(EVENT, provider, live=True, deliveries=deliveries, clock=lambda: provider.now)

    def ask(_: int) -> None:
        try:
            deliver(EVENT, provider, live=True, deliveries=deliveries, clock=lambda: provider.now, trigger=AGAIN)
        except ConflictError:
            return

    at_once(ask)
    assert len(provider.things) == 1
    kept = deliveries.get(EVENT["id"], NAME)
    assert kept is not None
    assert (kept.status, kept.trigger) == (Status.DELIVERED, AGAIN)


def test_what_is_new_costs_two_writes_and_no_read(in_process: Place) -> None:
    deliveries = DynamoDeliveries(in_process.client, in_process.table)
    provider = Provider()
    with watched() as calls:
        deliver(EVENT, provider, live=True, deliveries=deliveries, clock=lambda: provider.now)
    assert [call.operation for call in calls] == ["PutItem", "PutItem"]
