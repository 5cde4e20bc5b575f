"""A listing found, and met again."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from shared.ledger.catalogue import recorded
from shared.ledger.envelope import to_text
from shared.listings.facts import amount
from shared.listings.lifecycle import State
from shared.listings.listing import Listing, listing_id
from shared.runtime.errors import InvalidInputError
from tests.support.builders import DEADLINES, NOON, a_cause, a_listing, a_sighting

LATER = NOON + timedelta(hours=6)
ANOTHER_JOB = "c0ffee00-0000-4000-8000-000000000001"


def met_again(listing: Listing, **sighting: Any) -> Listing:
    return listing.seen(a_sighting(job_id=ANOTHER_JOB, **sighting), at=LATER)


def test_a_match_becomes_a_listing_in_found_that_was_seen_once() -> None:
    listing = Listing.found(a_sighting(), at=NOON, deadlines=DEADLINES)
    assert (listing.state, listing.times_seen, listing.version) == (State.FOUND, 1, 0)
    assert {listing.found_at, listing.last_seen_at, listing.changed_at} == {NOON}


def test_a_new_listing_says_all_that_was_told_about_it() -> None:
    sighting = a_sighting()
    listing = Listing.found(sighting, at=NOON, deadlines=DEADLINES)
    assert (listing.title, listing.brand, listing.model) == (sighting.title, sighting.brand, sighting.model)
    assert (listing.asking_price, listing.currency) == (sighting.price, sighting.currency)
    assert (listing.marketplace_url, listing.scraper_job_id) == (sighting.url, sighting.job_id)
    assert (listing.confidence, listing.estimated_profit) == (sighting.confidence, sighting.estimated_profit)
    (created,) = listing.facts
    assert created.data["asking_price"] == "400"
    assert created.data["listing_id"] == listing.id


@pytest.mark.parametrize(
    "url", ["https://MARKET.example/item/1", "https://market.example:443/item/1/?utm_source=mail#photos"]
)
def test_two_spellings_of_one_address_are_one_listing(url: str) -> None:
    assert a_listing(url=url).id == a_listing().id


def test_two_addresses_are_two_listings() -> None:
    assert listing_id("https://market.example/item/2") != listing_id("https://market.example/item/1")


def test_an_address_that_is_none_has_no_listing() -> None:
    with pytest.raises(InvalidInputError):
        listing_id("market.example/item/1")


@pytest.mark.parametrize("state", State)
def test_a_listing_met_again_unchanged_is_counted_in_whatever_state_it_is(state: State) -> None:
    before = a_listing(state)
    after = met_again(before)
    assert after == replace(before, times_seen=2, last_seen_at=LATER, facts=after.facts)
    assert after.facts[-1].type == "listing.seen"
    assert after.facts[-1].time == LATER
    assert after.facts[-1].data == {"listing_id": before.id, "scraper_job_id": ANOTHER_JOB, "times_seen": 2}


@pytest.mark.parametrize("price", [Decimal("400.00"), Decimal("4E+2")])
def test_a_price_written_differently_is_the_same_price(price: Decimal) -> None:
    assert met_again(a_listing(), price=price).facts[-1].type == "listing.seen"


def test_a_price_that_fell_is_told_with_what_it_was() -> None:
    after = met_again(a_listing(), price=Decimal("379.50"), estimated_profit=Decimal("120.5"))
    assert (after.asking_price, after.estimated_profit) == (Decimal("379.50"), Decimal("120.5"))
    assert (after.times_seen, after.last_seen_at) == (2, LATER)
    fact = after.facts[-1]
    assert fact.type == "listing.price_changed"
    told = ("from_price", "to_price", "currency", "estimated_profit", "scraper_job_id", "times_seen")
    assert [fact.data[name] for name in told] == ["400", "379.5", "GBP", "120.5", ANOTHER_JOB, 2]


def test_the_same_number_in_another_currency_is_another_price() -> None:
    after = met_again(a_listing(), currency="EUR")
    assert after.currency == "EUR"
    assert after.facts[-1].type == "listing.price_changed"
    assert after.facts[-1].data["currency"] == "EUR"


@pytest.mark.parametrize("state", [State.PURCHASED, State.LISTED, State.SOLD])
def test_what_was_paid_stays_in_the_currency_in_which_it_was_paid(state: State) -> None:
    bought = a_listing(state)
    after = met_again(bought, price=Decimal(60_000), currency="JPY")
    assert (after.currency, after.asking_price, after.times_seen) == ("GBP", bought.asking_price, 2)
    assert after.facts[-1].type == "listing.seen"


def test_a_new_price_without_an_estimate_forgets_the_old_estimate() -> None:
    after = met_again(a_listing(), price=Decimal(390), estimated_profit=None)
    assert after.estimated_profit is None
    assert after.facts[-1].data["estimated_profit"] is None


def test_a_later_scrape_does_not_change_who_found_a_listing() -> None:
    after = met_again(a_listing(), price=Decimal(1), title="Another title")
    assert (after.scraper_job_id, after.found_at, after.title) == (a_sighting().job_id, NOON, a_listing().title)


@pytest.mark.parametrize("changes", [{}, {"price": Decimal(1)}, {"currency": "EUR"}, {"estimated_profit": None}])
def test_whatever_a_scrape_says_can_be_recorded(changes: dict[str, Any]) -> None:
    found = a_listing(**changes)
    again = met_again(found)
    events = recorded("LISTING", found.id, again.facts, after=0, cause=a_cause())
    assert [event.time for event in events] == [NOON, LATER]


def test_what_it_should_sell_for_is_what_the_scraper_expects_until_somebody_says() -> None:
    assert a_listing().target_price == Decimal(500)
    assert a_listing(estimated_profit=None).target_price is None
    assert met_again(a_listing(), price=Decimal(380), estimated_profit=Decimal(130)).target_price == Decimal(510)


@pytest.mark.parametrize("again", [{"price": Decimal(380)}, {"price": Decimal(380), "estimated_profit": None}])
def test_a_scrape_does_not_overrule_what_an_operator_wants_for_it(again: dict[str, Any]) -> None:
    received = a_listing(State.PURCHASED).moved(
        State.RECEIVED,
        at=NOON,
        actor="key:anna",
        reason=None,
        details={"target_price": Decimal(650)},
        deadlines=DEADLINES,
    )
    assert met_again(received, **again).target_price == Decimal(650)


def test_facts_are_told_in_the_order_in_which_they_happened() -> None:
    twice = met_again(met_again(a_listing()), price=Decimal(1))
    assert [fact.type for fact in twice.facts] == ["listing.created", "listing.seen", "listing.price_changed"]
    assert twice.times_seen == 3


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("400", "400"),
        ("400.50", "400.5"),
        ("4E+2", "400"),
        ("0.00", "0"),
        ("-12.3400", "-12.34"),
        ("0.0001", "0.0001"),
        ("1E-7", "0.0000001"),
        ("999999999.9999", "999999999.9999"),
    ],
)
def test_money_is_told_in_plain_digits_without_idle_zeros(value: str, text: str) -> None:
    assert amount(Decimal(value)) == text


def test_the_facts_of_a_listing_tell_times_as_text() -> None:
    received = a_listing(State.PURCHASED).moved(
        State.RECEIVED, at=NOON, actor="key:test", reason=None, details={"photos": ("1.jpg",)}, deadlines=DEADLINES
    )
    assert received.facts[-1].data["details"] == {"photos": ["1.jpg"]}
    assert to_text(received.facts[-1].time) == "2026-03-01T12:00:00.000000Z"
