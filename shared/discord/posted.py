"""Which messages are the cards of a listing or a claim. Nothing is kept for it: the deliveries of its events say so."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from shared.deliveries.delivery import DeliveryRecords, Status
from shared.ledger.envelope import Event

SINK: Final = "cards"  # in the records of deliveries

CREATED: Final = "listing.created"
REPRICED: Final = "listing.price_changed"
NEGOTIATING: Final = "listing.state.negotiating"
ANSWERED: Final = "listing.reply_received"
APPROACHING: Final = "listing.deadline_approaching"
ASKED: Final = "claim.input_required"
LOUD: Final = frozenset({CREATED, REPRICED, NEGOTIATING, ANSWERED, APPROACHING, ASKED})  # those that may post a card


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """`version` is that of the event it was posted for."""

    version: int
    channel_id: str
    message_id: str

    @property
    def external_id(self) -> str:
        return f"{self.channel_id}/{self.message_id}"


def cards_of(history: Iterable[Event], deliveries: DeliveryRecords) -> list[Card]:
    """Those that surely were posted, oldest first. The last is the one that follows its subject."""
    versions = {(event.id, SINK): event.version for event in history if event.type in LOUD}
    records = deliveries.get_many(versions) if versions else {}
    posted = {
        versions[key]: record.external_id
        for key, record in records.items()
        if record.status is Status.DELIVERED and record.external_id
    }
    return [_card(version, external_id) for version, external_id in sorted(posted.items())]


def _card(version: int, external_id: str) -> Card:
    channel_id, _, message_id = external_id.partition("/")
    return Card(version=version, channel_id=channel_id, message_id=message_id)
