"""Events of messages, and records of what became of them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from shared.deliveries.asking import Ports, Standing, ask_again
from shared.deliveries.delivery import MemoryDeliveries, Status, first_try
from shared.deliveries.events import DeliveryEvents
from shared.deliveries.pages import Page, Wanted, list_deliveries
from shared.ledger.envelope import Event
from shared.ledger.memory import MemoryLedger
from shared.sinks.names import NAMES
from tests.support.builders import NOON, a_cause
from tests.support.posted import keep_message

TODAY = NOON.date()
BY = a_cause("key:anna")


class Shelf:
    def __init__(self) -> None:
        self.ledger = MemoryLedger()
        self.records = MemoryDeliveries()
        self.said = DeliveryEvents(self.ledger)

    def post(self, name: str, *sinks: str, at: datetime = NOON) -> Event:
        return keep_message(self.ledger, name, sinks=sinks or ("notion",), at=at)

    def keep(self, event_id: str, sink: str, status: Status, *, at: datetime = NOON, **said: Any) -> None:
        self.records.save(replace(first_try(event_id, sink, at=at), status=status, **said))

    def page(self, *, sink: str | None = None, **wanted: Any) -> Page:
        told: dict[str, Any] = {"day": TODAY, "sinks": (sink,) if sink else NAMES}
        asked = Wanted(**told | wanted)
        return list_deliveries(asked, ledger=self.ledger, records=self.records)

    def pages(self, **wanted: Any) -> list[list[Standing]]:
        pages, after = [], None
        while True:
            page = self.page(**wanted, after=after)
            pages.append(page.deliveries)
            after = page.next_position
            if after is None:
                return pages

    def ask(self, event_id: str, sink: str = "notion", *, at: datetime = NOON) -> Event:
        return ask_again(event_id, sink, BY, ports=self.ports(), at=at)

    def ports(self, said: DeliveryEvents | None = None) -> Ports:
        return Ports(ledger=self.ledger, records=self.records, said=said or self.said)


def named(standings: Sequence[Standing]) -> list[tuple[str, str]]:
    return [(one.event_id, one.sink) for one in standings]
