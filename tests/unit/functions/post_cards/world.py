"""A listing and its cards in memory: a ledger, records, and a Discord that keeps messages.

Every write and every call is a point where the function may be stopped, before it or after.
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final, TypeVar

from functions.post_cards.claim_cards import ClaimCards
from functions.post_cards.listing_cards import ListingCards, WorthALook
from functions.post_cards.service import Came, Ports, follow
from shared.blackboard.store import LedgerBlackboard
from shared.deliveries.asking import Ports as Asking
from shared.deliveries.asking import ask_again
from shared.deliveries.delivery import HELD_FOR, Delivery, MemoryDeliveries
from shared.deliveries.events import DeliveryEvents
from shared.discord.answers import Reply, body_of
from shared.ledger.envelope import Event, to_detail
from shared.ledger.memory import MemoryLedger
from shared.listings.lifecycle import State
from shared.listings.listing import Listing
from shared.listings.store import LedgerListings
from shared.listings.timer import extended, reminded
from shared.listings.trouble import relieved, troubled
from shared.runtime.clock import Clock
from shared.runtime.discord import SENT_AGAIN_WITHIN
from shared.runtime.http import Address, Answer, Call, NoAnswerError, Service
from tests.support.builders import DEADLINES, STEP_DETAILS, a_cause, a_listing, a_sighting
from tests.unit.in_memory import HeldClock

CHANNEL: Final = "772908445358620702"
T = TypeVar("T")


class KilledError(Exception):
    """The function was stopped."""


class Killer:
    """Stops the function at one of its points, once."""

    def __init__(self) -> None:
        self.left: int | None = None
        self.is_after = False

    def around(self, work: Callable[[], T]) -> T:
        is_here = self.left == 0
        if self.left is not None:
            self.left -= 1
        if is_here and not self.is_after:
            self.left = None
            raise KilledError
        done = work()
        if is_here:
            self.left = None
            raise KilledError
        return done


class Deliveries(MemoryDeliveries):
    def __init__(self, killer: Killer) -> None:
        super().__init__()
        self._killer = killer

    def save(self, delivery: Delivery) -> Delivery:
        return self._killer.around(lambda: super(Deliveries, self).save(delivery))


class Channel:
    """Discord, as far as cards need it. A fate is a status; 0 is no answer, and then it was done all the same."""

    def __init__(self, killer: Killer, clock: Clock) -> None:
        self._killer = killer
        self._clock = clock
        self._known: dict[str, tuple[str, datetime]] = {}  # message and time of the last post, by nonce
        self.messages: dict[str, dict[str, Any]] = {}  # by id, in the order they were posted
        self.nonces: list[str] = []  # of the messages, in the same order
        self.edits: list[str] = []  # ids of messages
        self.fates: list[int] = []
        self.before_edit: Callable[[], None] = lambda: None  # what others do while an edit is under way

    def send(self, url: str, call: Call, headers: Mapping[str, str]) -> Answer:
        return self._killer.around(lambda: self._fated(call))

    def _fated(self, call: Call) -> Answer:
        fate = self.fates.pop(0) if self.fates else 200
        if fate >= 400:
            return _answer(fate, {"message": "no", "code": 0, "retry_after": 2.5})
        answer = self._create(call) if call.method == "POST" else self._edit(call)
        if fate == 0:
            raise NoAnswerError("did not answer in time")
        return answer

    def _create(self, call: Call) -> Answer:
        body = dict(call.json)
        nonce = body.pop("nonce")
        assert body.pop("enforce_nonce")
        message_id, at = self._known.get(nonce, ("", self._clock()))
        if not message_id or self._clock() - at >= SENT_AGAIN_WITHIN:
            self.nonces.append(nonce)
            message_id = str(1_000 + len(self.nonces))
            self.messages[message_id] = body
            self._known[nonce] = message_id, self._clock()
        return _answer(200, {"id": message_id})

    def _edit(self, call: Call) -> Answer:
        before, self.before_edit = self.before_edit, lambda: None
        before()
        message_id = call.path.rpartition("/")[2]
        if message_id not in self.messages:
            return _answer(404, {"message": "Unknown Message", "code": 10008})
        self.messages[message_id] = dict(call.json)
        self.edits.append(message_id)
        return _answer(200, {"id": message_id})

    @property
    def with_buttons(self) -> list[str]:
        return [one for one, message in self.messages.items() if message["components"]]

    def shows(self, message_id: str, reply: Reply) -> bool:
        return self.messages[message_id] == body_of(reply)


class World:
    def __init__(self, *, worth: WorthALook | None = None, is_live: bool = True, **sighting: Any) -> None:
        self.killer = Killer()
        self.clock = HeldClock()
        self.channel = Channel(self.killer, self.clock)
        self.deliveries = Deliveries(self.killer)
        self.ledger = MemoryLedger()
        self.listings = LedgerListings(self.ledger)
        service = Service("discord", _locate, send=self.channel.send)
        self.ports = Ports(
            kinds={
                "listing": ListingCards(listings=self.listings, channel_id=CHANNEL, worth=worth or WorthALook()),
                "claim": ClaimCards(board=LedgerBlackboard(self.ledger), channel_id=CHANNEL),
            },
            deliveries=self.deliveries,
            discord=service if is_live else None,
            clock=self.clock,
        )
        self.id = self.listings.save(a_listing(**sighting), a_cause()).id

    @property
    def listing(self) -> Listing:
        return self.listings.get(self.id)

    def change(self, change: Callable[[Listing], Listing | None]) -> Event:
        """The last event that comes of it."""
        changed = change(self.listing)
        assert changed is not None, "it changes nothing"
        self.listings.save(changed, a_cause())
        return self.events[-1]

    @property
    def events(self) -> list[Event]:
        return self.listings.history(self.id)

    def move(self, state: State, **details: Any) -> Event:
        details = STEP_DETAILS.get(state, {}) | details
        return self.change(
            lambda known: known.moved(
                state, at=self.clock(), actor="key:test", reason=None, details=details, deadlines=DEADLINES
            )
        )

    def answer(self, **details: Any) -> Event:
        return self.change(lambda known: known.answered(details, at=self.clock(), deadlines=DEADLINES))

    def reprice(self, price: int, profit: int | None) -> Event:
        seen = a_sighting(price=Decimal(price), estimated_profit=None if profit is None else Decimal(profit))
        return self.change(lambda known: known.seen(seen, at=self.clock()))

    def remind(self) -> Event:
        return self.change(lambda known: reminded(known, at=self.clock()))

    def extend(self) -> Event:
        later = self.clock() + timedelta(days=30)
        return self.change(lambda known: extended(known, later, at=self.clock(), reason=None, deadlines=DEADLINES))

    def trouble(self, said: str = "503") -> Event:
        return self.change(lambda known: troubled(known, "message_seller", said, at=self.clock(), final=True))

    def relieve(self) -> Event:
        return self.change(lambda known: relieved(known, "message_seller", at=self.clock()))

    def follow(self, event: Event) -> Came:
        return follow(to_detail(event), self.ports)

    def retry(self, event: Event) -> Event:
        """Somebody asks for its card once more."""
        ports = Asking(ledger=self.ledger, records=self.deliveries, said=DeliveryEvents(self.ledger))
        return ask_again(event.id, "cards", a_cause(), ports=ports, at=self.clock())

    def follow_all(self) -> None:
        for event in self.events:
            self.follow(event)

    def let_time_pass(self) -> None:
        """Whoever was at it is dead by then."""
        self.clock.now += HELD_FOR + timedelta(seconds=1)


def _answer(status: int, body: Mapping[str, Any]) -> Answer:
    return Answer(status=status, headers={}, body=json.dumps(body).encode())


def _locate(*, fresh: bool = False) -> Address:
    return Address(url="https://discord.example")
