"""A listing's whole life, lived by everybody at once: services, operators, its timer, and what follows by itself."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from functions.advance_listings.service import News as Followed
from functions.advance_listings.service import Ports, advance
from functions.expire_listings.service import Timer, act_on
from functions.receive_webhooks import news
from shared.deliveries.delivery import HELD_FOR, MemoryDeliveries
from shared.ledger.envelope import Event
from shared.ledger.memory import MemoryLedger
from shared.listings.changing import change_listing
from shared.listings.chatterbot import Messaged
from shared.listings.contracts import DealConfirmed, Declined, ItemSold, MessageSent, ReplyReceived
from shared.listings.lifecycle import TRANSITIONS, State, is_final
from shared.listings.listing import Listing
from shared.listings.photos import added
from shared.listings.selling import Published
from shared.listings.settings_store import LedgerSettings
from shared.listings.store import LedgerListings
from shared.listings.timer import extended
from shared.listings.trouble import retried
from shared.listings.views import step_of
from shared.runtime.errors import DomainError
from shared.runtime.http import ServiceDownError, ServiceError, Verdict
from tests.support.builders import DEADLINES, NOON, STEP_DETAILS, a_cause, a_listing, a_sighting
from tests.support.pauses import no_pause

ID = a_listing().id
PRICES = st.sampled_from(["300", "310"])
SHIPPING = st.none() | st.just("12.5")


class Services:
    """A chat bot and eBay that do what they are asked, unless they are down; they write to a seller once each time."""

    def __init__(self) -> None:
        self.error: Callable[[], ServiceError] | None = None
        self.messages = self.offers = 0

    def find(self, listing: Listing) -> Messaged | None:
        return Messaged(sent=True) if self.messages else None

    def write_to_seller(self, listing: Listing, *, key: str) -> Messaged:
        self._may_fail()
        self.messages += 1
        return Messaged(sent=True, conversation_thread_id="thread 7")

    def _may_fail(self) -> None:
        if self.error:
            raise self.error()


class Ebay(Services):
    def missing(self, listing: Listing) -> list[str]:
        return []

    def find(self, listing: Listing) -> Any:
        return Published(ebay_listing_id="110011", price=Decimal(520)) if self.offers else None

    def publish(self, listing: Listing, photos: Any) -> Published:
        self._may_fail()
        self.offers += 1
        return Published(ebay_listing_id="110011", price=Decimal(520))


ERRORS: list[Callable[[], ServiceError] | None] = [
    None,
    lambda: ServiceDownError("x", Verdict.RETRY_BACKOFF, "cannot be reached"),
    lambda: ServiceDownError("x", Verdict.AMBIGUOUS, "did not answer in time"),
    lambda: ServiceError("x", Verdict.TERMINAL, "422"),
]


class Life(RuleBasedStateMachine):
    """Whatever comes, comes in any order and as often as it likes; what is refused must be refused by name."""

    def __init__(self) -> None:
        super().__init__()
        self.ledger = MemoryLedger()
        self.listings = LedgerListings(self.ledger)
        self.settings, self.deliveries = LedgerSettings(self.ledger), MemoryDeliveries()
        self.bot, self.ebay = Services(), Ebay()
        self.now = NOON
        self.scrapes = 0
        self.ended_in: State | None = None
        self.timers: dict[int, datetime] = {}
        self.listings.save(a_listing(), a_cause())
        self._see_timers()

    @property
    def listing(self) -> Listing:
        return self.listings.get(ID)

    @property
    def events(self) -> list[Event]:
        return self.listings.history(ID)

    def _see_timers(self) -> None:
        """As the machines would be started: one for each entry with a reminder."""
        for event in self.events:
            if event.data.get("reminder_at") and event.type != "listing.deadline_extended":
                self.timers.setdefault(event.version, datetime.fromisoformat(event.data["reminder_at"]))

    def _hear(self, told: news.News) -> None:
        with suppress(DomainError):
            news.hear(
                told,
                a_cause("webhook:x"),
                listings=self.listings,
                deadlines=DEADLINES,
                clock=lambda: self.now,
                pause=no_pause,
            )

    def _act(self, change: Callable[[Listing], Listing]) -> None:
        with suppress(DomainError):
            change_listing(ID, change, a_cause("key:anna"), listings=self.listings, pause=no_pause)

    @rule(seconds=st.sampled_from([1, 200, 86_400, 400_000]))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule()
    def message_sent(self) -> None:
        self._hear(news.of_message_sent(MessageSent.model_validate({"listing_id": ID})))

    @rule(price=st.none() | PRICES)
    def reply(self, price: str | None) -> None:
        self._hear(news.of_reply(ReplyReceived.model_validate({"listing_id": ID, "price": price})))

    @rule(price=PRICES, shipping=SHIPPING)
    def deal(self, price: str, shipping: str | None) -> None:
        self._hear(news.of_deal(DealConfirmed.model_validate({"listing_id": ID, "price": price, "shipping": shipping})))

    @rule()
    def declined(self) -> None:
        self._hear(news.of_refusal(Declined.model_validate({"listing_id": ID})))

    @rule(fees=st.none() | st.just("50"), shipping=SHIPPING)
    def sold(self, fees: str | None, shipping: str | None) -> None:
        said = {"listing_id": ID, "sold_price": "500", "fees": fees, "shipping": shipping}
        self._hear(news.of_sale(ItemSold.model_validate(said)))

    @rule(to=st.sampled_from(State), shipping=SHIPPING)
    def operator_moves(self, to: State, shipping: str | None) -> None:
        details = STEP_DETAILS.get(to, {})
        if shipping and to in (State.PURCHASED, State.RECEIVED, State.SOLD):
            details = details | {"shipping_cost": Decimal(shipping)}
        self._act(
            lambda listing: listing.moved(
                to, at=self.now, actor="key:anna", reason=None, details=details, deadlines=DEADLINES
            )
        )

    @rule(days=st.sampled_from([1, 30]))
    def operator_gives_time(self, days: int) -> None:
        self._act(
            lambda listing: extended(
                listing, self.now + timedelta(days=days), at=self.now, reason=None, deadlines=DEADLINES
            )
        )

    @rule(price=st.sampled_from([400, 380]))
    def scraped_again(self, price: int) -> None:
        self.scrapes += 1
        seen = a_sighting(job_id=f"00000000-0000-4000-8000-{self.scrapes:012}", price=Decimal(price))
        self._act(lambda listing: listing.seen(seen, at=self.now))

    @precondition(lambda self: self.listing.state is State.RECEIVED)
    @rule(name=st.sampled_from("ab"))
    def photo_added(self, name: str) -> None:
        known = self.listing
        more = added(known, [f"listings/7/{name}.jpg"], at=self.now)
        if more is not None:
            self.listings.save(more, a_cause("webhook:telegram"))

    @rule(data=st.data())
    def timer_goes_off(self, data: st.DataObject) -> None:
        """Any timer there ever was, at its time or, where its function failed for a while, later."""
        version = data.draw(st.sampled_from(sorted(self.timers)))
        self.now = max(self.now, self.timers[version])
        timer = Timer(listing_id=ID, entered_version=version, waited_until=self.timers[version])
        until = act_on(
            timer,
            a_cause("timer"),
            listings=self.listings,
            deadlines=DEADLINES,
            clock=lambda: self.now,
            pause=no_pause,
        )
        if until:
            assert until > self.timers[version]
            self.timers[version] = until

    @rule(data=st.data(), error=st.sampled_from(ERRORS))
    def follows_by_itself(self, data: st.DataObject, error: Callable[[], ServiceError] | None) -> None:
        """Any event there ever was comes, again or for the first time."""
        self.bot.error = self.ebay.error = error
        event = data.draw(st.sampled_from(self.events))
        if event.type == "listing.photo_sent":
            return
        followed = Followed(
            id=event.id,
            type=event.type,
            time=event.time,
            listing_id=ID,
            data=event.data,
            cause=a_cause("key:anna"),
        )
        advance(followed, self._ports())

    @rule()
    def person_asks_again(self) -> None:
        self._act(lambda listing: retried(listing, at=self.now, confirmed_not_done=False))

    def _ports(self) -> Ports:
        self.now += HELD_FOR
        return Ports(
            listings=self.listings,
            settings=self.settings,
            deliveries=self.deliveries,
            link=lambda key: key,
            fetch_photo=lambda *_: "",
            messenger=lambda: self.bot,
            seller=lambda: self.ebay,
            deadlines=DEADLINES,
            clock=lambda: self.now,
            pause=no_pause,
        )

    @invariant()
    def its_path_is_in_the_diagram(self) -> None:
        steps = [step for event in self.events if (step := step_of(event))]
        states = [step.to_state for step in steps]
        assert [step.from_state for step in steps] == [None, *states[:-1]]
        assert all(after in TRANSITIONS[before] for before, after in pairwise(states))
        assert states[-1] is self.listing.state

    @invariant()
    def versions_have_no_gap(self) -> None:
        assert [event.version for event in self.events] == list(range(1, self.listing.version + 1))

    @invariant()
    def the_end_is_the_end(self) -> None:
        state = self.listing.state
        assert self.ended_in in (None, state)
        self.ended_in = state if is_final(state) else None

    @invariant()
    def it_knows_which_event_brought_it_where_it_is(self) -> None:
        entries = [event for event in self.events if step_of(event)]
        assert self.listing.entered_version == entries[-1].version
        versions = [entry.version for entry in entries]
        assert [entry.data["from_version"] for entry in entries[1:]] == versions[:-1]

    @invariant()
    def it_has_a_deadline_just_where_it_must_not_stay(self) -> None:
        self._see_timers()
        listing = self.listing
        assert (listing.deadline_at is not None) == (listing.state in DEADLINES.periods)
        assert (listing.reminder_at is not None) == (listing.state in DEADLINES.periods)
        assert listing.state not in DEADLINES.periods or listing.entered_version in self.timers

    @invariant()
    def it_reckons_right(self) -> None:
        listing = self.listing
        if listing.state is not State.SOLD:
            assert listing.final_profit is None
            return
        told: dict[str, Decimal] = {}
        for details in [event.data["details"] for event in self.events if event.type.startswith("listing.state.")]:
            for name in ("purchase_price", "shipping_cost", "ebay_sold_price", "ebay_fees"):
                told[name] = told.get(name, Decimal(0)) + Decimal(details.get(name, 0))
        costs = told["purchase_price"] + told["shipping_cost"] + told["ebay_fees"]
        assert listing.final_profit == told["ebay_sold_price"] - costs

    @invariant()
    def nobody_is_asked_twice(self) -> None:
        assert self.bot.messages <= 1
        assert self.ebay.offers <= 1

    @invariant()
    def each_entry_is_reminded_of_at_most_once_for_each_deadline(self) -> None:
        told = [event.type for event in self.events]
        self._see_timers()
        assert told.count("listing.deadline_approaching") <= len(self.timers) + told.count("listing.deadline_extended")


def test_whatever_comes_in_whatever_order_a_listing_lives_one_life() -> None:
    run_state_machine_as_test(
        Life, settings=settings(derandomize=True, deadline=None, max_examples=40, stateful_step_count=25)
    )
