"""Deliveries are paged through over DynamoDB, whose order of what happened at one moment is its own: each once."""

from datetime import timedelta
from typing import Any

from shared.deliveries.delivery import Status, first_try
from shared.deliveries.pages import Wanted, list_deliveries
from shared.deliveries.store import DynamoDeliveries
from shared.ledger.ledger import Ledger
from shared.ledger.store import DynamoLedger
from shared.sinks.names import NAMES
from tests.support.builders import NOON
from tests.support.places import Place
from tests.support.posted import keep_message

TICK = timedelta(microseconds=1)


def test_the_pages_of_a_day_have_every_delivery_once(local: Place) -> None:
    ledger, records = DynamoLedger(local.client, local.table), DynamoDeliveries(local.client, local.table)
    for number in range(60):
        event = keep_message(ledger, f"m-{number}", sinks=("notion", "shopify"), at=NOON + number % 2 * TICK)
        if number % 3 == 0:
            records.save(first_try(event.id, "notion", at=NOON).ended(Status.FAILED, at=NOON))
    for limit in (1, 13, 200):
        assert len(shown(ledger, records, limit=limit)) == 120
        assert len(shown(ledger, records, limit=limit, status=Status.FAILED)) == 20


def shown(ledger: Ledger, records: DynamoDeliveries, **wanted: Any) -> set[tuple[str, str]]:
    """What all pages show, each of which shows nothing that another does."""
    found: list[tuple[str, str]] = []
    after: str | None = None
    while True:
        asked = Wanted(sinks=NAMES, day=NOON.date(), after=after, **wanted)
        page = list_deliveries(asked, ledger=ledger, records=records)
        found += [(one.event_id, one.sink) for one in page.deliveries]
        after = page.next_position
        if after is None:
            assert len(found) == len(set(found))
            return set(found)
