"""Listings added up: every sum is that of a slower, plainer computation."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from statistics import median
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.listings.lifecycle import TRANSITIONS, State, is_final
from shared.listings.listing import Listing
from shared.listings.report import Fork, Money, Selection, Stay, tally
from shared.listings.report_views import Summary
from tests.support.builders import NOON, a_listing

BRANDS = ["Sony", "SONY", "Canon"]
MONEY = st.decimals(0, 999_999_999, places=4)
OPTIONAL_MONEY = st.none() | MONEY


BROUGHT: dict[State, dict[str, st.SearchStrategy[Any]]] = {
    State.PURCHASED: {"purchase_price": MONEY, "shipping_cost": OPTIONAL_MONEY},
    State.LISTED: {"ebay_listing_id": st.just("110011"), "ebay_asking_price": MONEY},
    State.SOLD: {"ebay_sold_price": MONEY, "ebay_fees": OPTIONAL_MONEY},
}


def stepped(listing: Listing, target: State, at: datetime = NOON, **brought: Any) -> Listing:
    stamped: dict[str, Any] = {f"{target.lower()}_at": at, **brought}
    after = replace(listing, state=target, **stamped)
    return replace(after, final_profit=after.profit() if target is State.SOLD else None)


@st.composite
def lives(draw: st.DrawFn) -> Listing:
    """A listing that went some way, in steps of seconds to months, or of no time at all."""
    at = NOON + timedelta(days=draw(st.integers(-60, 60)))
    listing = a_listing(at=at, brand=draw(st.sampled_from(BRANDS)), currency=draw(st.sampled_from(["GBP", "EUR"])))
    for _ in range(draw(st.integers(0, 7))):
        if not TRANSITIONS[listing.state]:
            break
        target = draw(st.sampled_from(TRANSITIONS[listing.state]))
        at += draw(st.just(timedelta()) | st.timedeltas(timedelta(), timedelta(days=90)))
        brought = {name: draw(values) for name, values in BROUGHT.get(target, {}).items()}
        listing = stepped(listing, target, at, **brought)
    return listing


shelves = st.lists(lives(), max_size=12)


def life(listing: Listing) -> list[tuple[State, datetime]]:
    """The states it was in, and since when."""
    stamps = ((state, getattr(listing, f"{state.lower()}_at")) for state in State)
    return [(state, at) for state, at in stamps if at]


def total(values: list[Decimal | None]) -> Fraction:
    return sum((Fraction(value) for value in values if value is not None), Fraction())


def naive_money(listings: list[Listing]) -> tuple[Fraction, Fraction, Fraction]:
    spent = total([x.purchase_price for x in listings]) + total([x.shipping_cost for x in listings])
    earned = total([x.ebay_sold_price for x in listings]) - total([x.ebay_fees for x in listings])
    sold = [x for x in listings if x.state is State.SOLD]
    profit = earned - total([x.purchase_price for x in sold]) - total([x.shipping_cost for x in sold])
    return spent, earned, profit


def exact(money: Money) -> tuple[Fraction, Fraction, Fraction]:
    return Fraction(money.spent), Fraction(money.earned), Fraction(money.profit)


@given(shelves)
def test_money_is_that_of_the_listings_in_one_currency_to_the_last_digit(listings: list[Listing]) -> None:
    added = tally(listings)
    for currency in ("GBP", "EUR"):
        same = [listing for listing in listings if listing.currency == currency]
        assert exact(added.money.get(currency, Money())) == naive_money(same)


@given(shelves)
def test_money_by_brand_is_that_of_the_brand_however_it_is_spelt(listings: list[Listing]) -> None:
    by_brand = {
        (brand.lower(), currency): exact(money) for (brand, currency), money in tally(listings).by_brand.items()
    }
    for brand, currency in [("sony", "GBP"), ("sony", "EUR"), ("canon", "GBP"), ("canon", "EUR")]:
        same = [x for x in listings if x.currency == currency and x.brand.lower() == brand]
        assert by_brand.get((brand, currency), (0, 0, 0)) == naive_money(same)


@given(shelves)
def test_money_by_month_is_of_the_month_of_the_purchase_or_of_the_sale(listings: list[Listing]) -> None:
    by_month = tally(listings).by_month
    for (month, currency), money in by_month.items():
        same = [x for x in listings if x.currency == currency]
        bought = [x for x in same if x.purchased_at and x.purchased_at.strftime("%Y-%m") == month]
        sold = [x for x in same if x.sold_at and x.sold_at.strftime("%Y-%m") == month]
        assert exact(money) == (naive_money(bought)[0], *naive_money(sold)[1:])


@given(shelves)
def test_no_money_is_lost_or_made_between_the_total_and_its_parts(listings: list[Listing]) -> None:
    added = tally(listings)
    for book in (added.by_brand, added.by_month):
        for currency, money in added.money.items():
            parts = [part for (_, its_currency), part in book.items() if its_currency == currency]
            assert Money(**{name: sum(getattr(part, name) for part in parts) for name in Money.__slots__}) == money


@given(shelves)
def test_every_listing_is_counted_once_where_it_is(listings: list[Listing]) -> None:
    assert tally(listings).states == Counter(listing.state for listing in listings)


@given(shelves)
def test_the_time_in_a_state_is_the_middle_of_the_times_of_those_that_left_it(listings: list[Listing]) -> None:
    spent: dict[State, list[float]] = {state: [] for state in State}
    for listing in listings:
        for (state, since), (_, until) in pairwise(life(listing)):
            spent[state].append((until - since).total_seconds())
    for stay in tally(listings).stays():
        times = spent[stay.state]
        enough = [time for time in times if sum(other <= time for other in times) * 10 >= 9 * len(times)]
        assert stay.count == len(times)
        assert stay.median == (pytest.approx(median(times)) if times else None)
        assert stay.p90 == (min(enough) if times else None)


@given(shelves)
def test_what_entered_a_state_went_on_or_was_cancelled_or_is_still_there(listings: list[Listing]) -> None:
    steps = Counter((state, following) for x in listings for (state, _), (following, _) in pairwise(life(x)))
    for fork in tally(listings).forks():
        state = fork.state
        assert fork.entered == sum(state in dict(life(listing)) for listing in listings)
        assert fork.onward == {to: count for (origin, to), count in steps.items() if origin is state}
        assert fork.still_there == sum(listing.state is state for listing in listings)


def test_a_jump_enters_the_states_it_passes_for_no_time_at_all() -> None:
    later = NOON + timedelta(hours=1)
    jumped = a_listing()
    for state in (State.MESSAGING, State.NEGOTIATING, State.PURCHASED):
        jumped = stepped(jumped, state, later)
    added = tally([jumped])
    assert {stay.state: stay.median for stay in added.stays() if stay.count} == {
        State.FOUND: 3600,
        State.MESSAGING: 0,
        State.NEGOTIATING: 0,
    }
    assert [fork.state for fork in added.forks() if fork.still_there] == [State.PURCHASED]


def test_a_state_that_was_never_entered_is_not_waited_in() -> None:
    skipped = replace(a_listing(), state=State.NEGOTIATING, negotiating_at=NOON + timedelta(hours=1))
    found, messaging = tally([skipped]).forks()[:2]
    assert found == Fork(state=State.FOUND, entered=1, onward={State.NEGOTIATING: 1}, still_there=0)
    assert messaging == Fork(state=State.MESSAGING, entered=0, onward={}, still_there=0)


def test_clocks_that_differ_make_no_time_negative() -> None:
    early = replace(a_listing(), state=State.MESSAGING, messaging_at=NOON - timedelta(milliseconds=5))
    assert tally([early]).stays()[0] == Stay(state=State.FOUND, count=1, median=0, p90=0)


def test_what_was_cancelled_waited_in_its_last_state_until_then() -> None:
    gone = stepped(a_listing(State.NEGOTIATING), State.CANCELLED, NOON + timedelta(days=1))
    stays = {stay.state: stay.median for stay in tally([gone]).stays()}
    assert stays[State.NEGOTIATING] == timedelta(days=1).total_seconds()


def test_what_was_bought_and_given_up_is_spent_all_the_same() -> None:
    gone = stepped(a_listing(State.PURCHASED), State.CANCELLED)
    assert tally([gone]).money == {"GBP": Money(spent=Decimal(300))}


def test_a_loss_is_a_negative_profit() -> None:
    sold = stepped(a_listing(State.LISTED), State.SOLD, ebay_sold_price=Decimal("299.99"))
    assert tally([sold]).money["GBP"] == Money(spent=Decimal(300), earned=Decimal("299.99"), profit=Decimal("-0.01"))


@pytest.mark.parametrize(
    ("selection", "taken"),
    [
        (Selection(), 3),
        (Selection(brand="sONY"), 2),
        (Selection(brand="Son"), 0),
        (Selection(since=NOON), 2),
        (Selection(since=NOON + timedelta(microseconds=1)), 1),
        (Selection(until=NOON), 1),
        (Selection(until=NOON + timedelta(microseconds=1)), 2),
        (Selection(brand="canon", since=NOON, until=NOON + timedelta(days=2)), 1),
    ],
    ids=str,
)
def test_only_what_is_of_the_brand_and_was_found_in_the_time_is_added(selection: Selection, taken: int) -> None:
    days = {"Sony": -1, "SONY": 0, "Canon": 1}
    shelf = [a_listing(brand=brand, at=NOON + timedelta(days=day)) for brand, day in days.items()]
    assert tally(shelf, selection).states.total() == taken


def shown(listings: list[Listing]) -> dict[str, Any]:
    summary: dict[str, Any] = Summary.of(tally(listings), Selection(), at=NOON).model_dump(mode="json")
    return summary


def test_nothing_adds_up_to_nothing() -> None:
    summary = shown([])
    assert summary["listings"] == 0
    assert summary["by_state"] == dict.fromkeys(State, 0)
    assert summary["money"] == {"total": [], "by_brand": [], "by_month": []}
    assert {entry["median_seconds"] for entry in summary["time_in_state"]} == {None}
    assert {entry["still_there"]["share"] for entry in summary["conversion"]} == {0.0}


def test_callers_are_shown_money_as_decimal_strings_and_each_currency_for_itself() -> None:
    summary = shown([a_listing(State.SOLD), a_listing(State.SOLD, currency="EUR", brand="Canon")])
    sums = {"spent": "300", "earned": "450", "profit": "150"}
    assert summary["money"]["total"] == [{"currency": "EUR"} | sums, {"currency": "GBP"} | sums]
    assert summary["money"]["by_brand"] == [
        {"brand": "Canon", "currency": "EUR"} | sums,
        {"brand": "Sony", "currency": "GBP"} | sums,
    ]
    assert {entry["month"] for entry in summary["money"]["by_month"]} == {"2026-03"}


def test_callers_are_shown_which_share_went_where() -> None:
    shelf = [a_listing(state) for state in (State.FOUND, State.MESSAGING, State.CANCELLED)]
    assert shown(shelf)["conversion"][0] == {
        "state": "FOUND",
        "entered": 3,
        "onward": [
            {"to": "MESSAGING", "count": 1, "share": 0.3333},
            {"to": "CANCELLED", "count": 1, "share": 0.3333},
        ],
        "still_there": {"count": 1, "share": 0.3333},
    }


@given(shelves)
def test_whatever_there_is_can_be_shown(listings: list[Listing]) -> None:
    summary = shown(listings)
    assert summary["listings"] == len(listings)
    assert {fork["state"] for fork in summary["conversion"]} == {state for state in State if not is_final(state)}
