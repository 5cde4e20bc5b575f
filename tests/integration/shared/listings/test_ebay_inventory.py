"""Listings on eBay, whatever goes wrong on the way: over HTTP, against a stand-in that keeps state."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import product
from threading import Barrier

import pytest

from shared.listings.ebay_inventory import SCOPE, TOKEN_PATH, EbayInventory
from shared.listings.selling import Published, SellingTerms
from shared.runtime.clock import Clock, system_clock
from shared.runtime.http import GrantRefusedError, Service, ServiceError, Verdict, send
from shared.runtime.oauth import Credential, Grant, bearer, refresh_grant
from tests.contract.ebay.samples import PHOTOS, TERMS, a_received_listing, some_terms
from tests.stand_ins.ebay_inventory import SECRET, TOKEN, EbayStandIn, Failure
from tests.support.builders import NOON

LISTING = a_received_listing()
# What is asked when nothing goes wrong: token, look, item, offer, publish.
CALLS = 5
TRIES = 4


@pytest.fixture
def ebay() -> Iterator[EbayStandIn]:
    with EbayStandIn() as running:
        yield running


def a_seller(ebay: EbayStandIn, *, terms: SellingTerms = TERMS, clock: Clock = system_clock) -> EbayInventory:
    """As a new process has it: without a token."""

    def grants(*, fresh: bool = False) -> Grant:
        return refresh_grant("ebay", SECRET, scope=SCOPE)

    credential = Credential("ebay", ebay.url + TOKEN_PATH, grants, send=send, clock=clock)
    return EbayInventory(Service("ebay", bearer(ebay.url, credential), send=send), lambda: terms)


def published_at_last(ebay: EbayStandIn) -> tuple[Published, list[Verdict]]:
    """What comes of trying again and again, each time in a new process, and what was met on the way."""
    met: list[Verdict] = []
    for _ in range(TRIES):
        try:
            return a_seller(ebay).publish(LISTING, PHOTOS), met
        except ServiceError as error:
            met.append(error.verdict)
    raise AssertionError(f"not published after {TRIES} tries: {met}")


def assert_it_is_there_once(ebay: EbayStandIn, published: Published) -> None:
    ebay.failures = {}
    assert len(ebay.items) == len(ebay.offers) == 1
    assert ebay.published == [published.ebay_listing_id]
    assert published.price == Decimal("499.50")
    assert a_seller(ebay).find(LISTING) == published


def test_a_listing_is_put_on_ebay_with_four_calls_and_a_token(ebay: EbayStandIn) -> None:
    assert_it_is_there_once(ebay, a_seller(ebay).publish(LISTING, PHOTOS))
    assert [line.replace("/sell/inventory/v1", "") for line in ebay.lines[:CALLS]] == [
        TOKEN,
        "GET /offer",
        "PUT /inventory_item/3668b72f24935f9eafaf5cf1988a2fe0",
        "POST /offer",
        "POST /offer/2/publish",
    ]


# The token endpoint knows no stale tokens.
@pytest.mark.parametrize(
    ("at", "failure"), [one for one in product(range(CALLS), Failure) if one != (0, Failure.STALE_TOKEN)]
)
def test_wherever_a_try_fails_trying_again_leaves_one_listing(ebay: EbayStandIn, at: int, failure: Failure) -> None:
    ebay.failures = {at: failure}
    published, met = published_at_last(ebay)
    assert_it_is_there_once(ebay, published)
    assert Verdict.TERMINAL not in met
    assert bool(met) == (failure is not Failure.STALE_TOKEN)


@pytest.mark.parametrize("second", [Failure.REFUSED_AFTER, Failure.SILENT_AFTER, Failure.REFUSED_BEFORE])
@pytest.mark.parametrize("first", [Failure.REFUSED_AFTER, Failure.SILENT_AFTER])
@pytest.mark.parametrize("after", range(1, CALLS + 1))
def test_a_try_that_fails_and_whose_repetition_fails_leaves_one_listing(
    ebay: EbayStandIn, after: int, first: Failure, second: Failure
) -> None:
    for at in range(1, CALLS):
        ebay.items, ebay.offers, ebay.published, ebay.lines = {}, {}, [], []
        ebay.failures = {at: first, at + after: second}
        assert_it_is_there_once(ebay, published_at_last(ebay)[0])


@pytest.mark.parametrize("failure", [Failure.REFUSED_AFTER, Failure.SILENT_AFTER])
@pytest.mark.parametrize("at", [3, 4])
def test_what_may_have_been_done_is_called_ambiguous(ebay: EbayStandIn, at: int, failure: Failure) -> None:
    ebay.failures = {at: failure}
    with pytest.raises(ServiceError) as caught:
        a_seller(ebay).publish(LISTING, PHOTOS)
    assert caught.value.verdict is Verdict.AMBIGUOUS


def test_who_is_told_to_come_back_later_knows_when(ebay: EbayStandIn) -> None:
    ebay.failures = {2: Failure.TOO_MANY}
    with pytest.raises(ServiceError) as caught:
        a_seller(ebay).publish(LISTING, PHOTOS)
    assert (caught.value.verdict, caught.value.retry_after) == (Verdict.RETRY_AFTER, 1.0)


def test_trying_again_when_all_is_done_changes_nothing(ebay: EbayStandIn) -> None:
    first = a_seller(ebay).publish(LISTING, PHOTOS)
    asked = len(ebay.lines)
    assert a_seller(ebay).publish(LISTING, PHOTOS) == first
    assert ebay.lines[asked:] == [TOKEN, "GET /sell/inventory/v1/offer"]


def test_an_offer_that_an_earlier_try_left_is_brought_up_to_date_and_published(ebay: EbayStandIn) -> None:
    ebay.failures = {4: Failure.REFUSED_BEFORE}
    with pytest.raises(ServiceError):
        a_seller(ebay).publish(a_received_listing(target_price=Decimal(600)), PHOTOS)
    assert_it_is_there_once(ebay, a_seller(ebay).publish(LISTING, PHOTOS))
    (offer,) = ebay.offers.values()
    assert offer["pricingSummary"]["price"] == {"value": "499.50", "currency": "GBP"}


def test_a_listing_that_is_on_one_marketplace_is_not_put_on_another(ebay: EbayStandIn) -> None:
    first = a_seller(ebay).publish(LISTING, PHOTOS)
    assert a_seller(ebay, terms=some_terms(marketplace_id="EBAY_US")).publish(LISTING, PHOTOS) == first


def test_several_who_publish_at_the_same_moment_leave_one_listing(ebay: EbayStandIn) -> None:
    together = Barrier(8)

    def publish(_: int) -> Published:
        seller = a_seller(ebay)
        together.wait()
        return seller.publish(LISTING, PHOTOS)

    with ThreadPoolExecutor(8) as pool:
        published = set(pool.map(publish, range(8)))
    assert len(published) == 1
    assert_it_is_there_once(ebay, published.pop())


def test_what_ebay_refuses_is_told_in_its_words_and_nothing_is_on_sale(ebay: EbayStandIn) -> None:
    with pytest.raises(ServiceError, match="25012 The offer cannot be published") as caught:
        a_seller(ebay, terms=some_terms(merchant_location_key="york")).publish(LISTING, PHOTOS)
    assert caught.value.verdict is Verdict.TERMINAL
    assert ebay.published == []
    assert a_seller(ebay).find(LISTING) is None


def test_nothing_is_created_while_something_is_missing(ebay: EbayStandIn) -> None:
    with pytest.raises(ServiceError, match="without a category"):
        a_seller(ebay, terms=some_terms(category_id=None)).publish(LISTING, PHOTOS)
    assert ebay.items == {}


def test_one_token_serves_many_calls_until_five_minutes_before_its_end(ebay: EbayStandIn) -> None:
    now = NOON

    def clock() -> datetime:
        return now

    seller = a_seller(ebay, clock=clock)
    for after in (0, 1, 114, 115, 120):
        now = NOON + timedelta(minutes=after)
        assert seller.find(LISTING) is None
    assert ebay.lines.count(TOKEN) == 2


def test_a_token_that_was_withdrawn_is_replaced_once(ebay: EbayStandIn) -> None:
    seller = a_seller(ebay)
    assert seller.find(LISTING) is None
    ebay.tokens.clear()
    assert seller.find(LISTING) is None
    assert ebay.lines.count(TOKEN) == 2


def test_a_consent_that_was_withdrawn_needs_a_person(ebay: EbayStandIn) -> None:
    ebay.refresh_token = "another"
    with pytest.raises(GrantRefusedError, match="a person has to consent anew") as caught:
        a_seller(ebay).publish(LISTING, PHOTOS)
    assert caught.value.verdict is Verdict.TERMINAL
    assert ebay.lines == [TOKEN]


def test_an_ebay_that_is_not_there_is_tried_again(ebay: EbayStandIn) -> None:
    seller = a_seller(ebay)
    ebay.__exit__(None, None, None)
    with pytest.raises(ServiceError) as caught:
        seller.publish(LISTING, PHOTOS)
    assert caught.value.verdict is Verdict.RETRY_BACKOFF
