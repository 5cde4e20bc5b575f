"""One event of a listing or a claim: the card it is worth, and all its cards as it is now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Protocol

from functions.post_cards.card_sink import Before, CardSink, Look
from shared.deliveries.delivery import Delivery, DeliveryRecords, Status
from shared.deliveries.events import RETRY_REQUESTED
from shared.discord import rest
from shared.discord.answers import Reply
from shared.discord.posted import LOUD, SINK, Card
from shared.ledger.envelope import Event, address_of, from_text, is_replayed, to_detail
from shared.runtime.clock import Clock
from shared.runtime.errors import ConflictError, NotFoundError
from shared.runtime.http import CircuitOpenError, Service, ServiceError, Verdict
from shared.sinks.delivering import Outcome, deliver

MOST_LOOKS: Final = 10
_UNKNOWN_CHANNEL: Final = 10003
_SHORT_WAIT: Final = 5.0  # seconds, where Discord does not say


class Kind(Protocol):
    """Listings, or claims. `channel_id` is where they are shown; empty for nowhere."""

    @property
    def channel_id(self) -> str: ...
    def history(self, subject: str) -> list[Event]: ...
    def look(self, subject: str, deliveries: DeliveryRecords) -> Look: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """`discord` is None in a dry run: cards are rendered and recorded, and nobody is asked."""

    kinds: Mapping[str, Kind]  # by what the ids of their events begin with
    deliveries: DeliveryRecords
    discord: Service | None
    clock: Clock


class LostCardError(Exception):
    """A card was given up. What is known of it stands in the record of its delivery."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """`wait`: come again after that."""

    delivery: Delivery | None = None  # None where the event posts nothing
    edited: int = 0
    wait: timedelta | None = None


def follow(detail: Mapping[str, Any], ports: Ports) -> Came:
    """Post the card of the event, if it is worth one, and have all cards of its subject say what is so now.

    Raises LostCardError; NotFoundError for nothing of ours; ConflictError where others change it all the time;
    ServiceError, DependencyError.
    """
    kind = _kind(detail, ports)
    return _followed(detail, kind, ports) if kind.channel_id else Came()


def _followed(detail: Mapping[str, Any], kind: Kind, ports: Ports) -> Came:
    event, trigger = _asked(detail, kind, ports)
    subject, is_loud = event["subject"], event["type"] in LOUD
    painted: dict[str, Reply] = {}
    outcome = _posted(event, trigger, painted, kind, ports) if is_loud else None
    if outcome and outcome.wait:
        return Came(delivery=outcome.delivery, wait=outcome.wait)  # in time for the card; its others are edited then
    try:
        edited = _repaint(subject, painted, kind, formers_too=is_loud, ports=ports)
    except ServiceError as error:
        if not (isinstance(error, CircuitOpenError) or error.verdict is Verdict.RETRY_AFTER):
            raise
        wait = timedelta(seconds=error.retry_after or _SHORT_WAIT)
        return Came(delivery=outcome.delivery if outcome else None, wait=wait)
    if outcome is None:
        return Came(edited=edited)
    if outcome.delivery.is_given_up and not (is_replayed(detail) and outcome.error is None):  # it is known, then
        raise LostCardError(f"the card of {event['id']} is {outcome.delivery.status}: {outcome.delivery.last_error}")
    return Came(delivery=outcome.delivery, edited=edited)


def _kind(detail: Mapping[str, Any], ports: Ports) -> Kind:
    """Whose event it is, or that for which a card is asked for once more."""
    event_id = detail["data"]["event_id"] if detail["type"] == RETRY_REQUESTED else detail["id"]
    return ports.kinds[address_of(event_id)[0].lower()]


def _asked(detail: Mapping[str, Any], kind: Kind, ports: Ports) -> tuple[Mapping[str, Any], str | None]:
    """The event, and by what somebody asks for its card once more."""
    if detail["type"] != RETRY_REQUESTED:
        return detail, None
    event = _event(detail["data"]["event_id"], kind)
    known = ports.deliveries.get(event.id, SINK)
    # Who asked before the last try ended in doubt did not ask for what may be there to be done again.
    is_outrun = known and known.status is Status.IN_DOUBT and from_text(detail["time"]) <= known.changed_at
    return to_detail(event), None if is_outrun or is_replayed(detail) else detail["id"]  # nobody asks for it now


def _event(event_id: str, kind: Kind) -> Event:
    _, subject, _ = address_of(event_id)
    for event in kind.history(subject):
        if event.id == event_id:
            return event
    raise NotFoundError(f"there is no event {event_id}")


def _posted(
    event: Mapping[str, Any], trigger: str | None, painted: dict[str, Reply], kind: Kind, ports: Ports
) -> Outcome:
    """What was posted just now needs no editing unless it has changed meanwhile."""
    now = kind.look(event["subject"], ports.deliveries)
    before = Before.of(ports.deliveries.get(event["id"], SINK), trigger=trigger, at=ports.clock())
    sink = CardSink(ports.discord, kind.channel_id, now=now, before=before)
    is_live = ports.discord is not None
    outcome = deliver(event, sink, live=is_live, deliveries=ports.deliveries, clock=ports.clock, trigger=trigger)
    if sink.posted:
        painted[sink.posted] = now.card()
    return outcome


def _repaint(subject: str, painted: dict[str, Reply], kind: Kind, *, formers_too: bool, ports: Ports) -> int:
    """How many edits it took until what was looked at afterwards was as it was painted.

    Others do the same at the same moment: the last of them to paint looks again, and sees what holds.
    """
    if ports.discord is None:
        return 0
    edits = 0
    for _ in range(MOST_LOOKS):
        wanted = _wanted(kind.look(subject, ports.deliveries), painted, formers_too=formers_too)
        left = [(card, reply) for card, reply in wanted if painted.get(card.external_id) != reply]
        if not left:
            return edits
        for card, reply in left:
            _edit(ports.discord, card, reply)
            painted[card.external_id] = reply
            edits += 1
    raise ConflictError(f"{subject} is changed by others all the time")


def _wanted(now: Look, painted: Mapping[str, Reply], *, formers_too: bool) -> list[tuple[Card, Reply]]:
    """The last card as it is now; the others hand over to it. The last comes first: people wait for it."""
    if not now.cards:
        return []
    *formers, last = now.cards
    left = [card for card in formers if formers_too or card.external_id in painted]
    return [(last, now.card()), *((card, now.former()) for card in left)]


def _edit(discord: Service, card: Card, reply: Reply) -> None:
    """What people have deleted stays deleted."""
    try:
        rest.edit_message(discord, card.channel_id, card.message_id, reply)
    except ServiceError as error:
        if rest.code_of(error) not in (rest.UNKNOWN_MESSAGE, _UNKNOWN_CHANNEL):
            raise
