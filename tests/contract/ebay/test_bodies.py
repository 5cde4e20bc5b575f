"""Whatever a listing says, what we send of it is what eBay takes."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.listings.ebay_calls import create_offer, put_item, update_offer
from shared.listings.ebay_deal import CONDITIONS, MARKETPLACES, Deal, missing, to_cents
from shared.listings.listing import Listing
from shared.listings.selling import SellingTerms
from tests.contract.ebay.bodies import SCHEMA, faults
from tests.contract.ebay.samples import PHOTOS, a_received_listing, some_terms

WORDS = st.one_of(
    st.text(min_size=1, max_size=600),
    st.text(alphabet="📷👩‍👩‍👧é̂ẞ", min_size=1, max_size=300),
    st.text(alphabet="מצלמה سوني\u200f\u202e&<>\"'", min_size=1, max_size=600),
)
NAMES = st.one_of(WORDS, st.sampled_from(["Sony", "&" * 128, " ", "<script>alert(1)</script>"]))
PRICES = st.decimals("-1", "999999999", allow_nan=False, allow_infinity=False, places=4) | st.sampled_from(
    [Decimal("4E+2"), Decimal("0.005"), Decimal("0.004"), Decimal("1E-30"), Decimal("999999999.9999"), Decimal(0)]
)
NUMBERS = st.from_regex(r"[0-9]{1,12}", fullmatch=True)


@st.composite
def listings_and_terms(draw: st.DrawFn) -> tuple[Listing, SellingTerms]:
    place = draw(st.sampled_from(sorted(MARKETPLACES)))
    listing = a_received_listing(
        id=str(draw(st.uuids())),
        title=draw(WORDS),
        brand=draw(NAMES),
        model=draw(NAMES),
        currency=MARKETPLACES[place].currency,
        target_price=draw(PRICES),
        condition=draw(st.none() | st.sampled_from(CONDITIONS)),
        category_id=draw(st.none() | NUMBERS),
    )
    policies = {f"{name}_policy_id": draw(NUMBERS) for name in ("fulfillment", "payment", "return")}
    return listing, some_terms(marketplace_id=place, merchant_location_key="x" * draw(st.integers(1, 36)), **policies)


def a_deal(listing: Listing, terms: SellingTerms) -> Deal:
    assert terms.marketplace_id is not None
    assert listing.target_price is not None
    place = MARKETPLACES[terms.marketplace_id]
    return Deal(listing=listing, terms=terms, marketplace=place, price=to_cents(listing.target_price))


def bodies(deal: Deal, photos: tuple[str, ...] = PHOTOS) -> dict[str, Any]:
    return {
        "InventoryItem": put_item(deal, photos).json,
        "EbayOfferDetailsWithKeys": create_offer(deal).json,
        "EbayOfferDetailsWithId": update_offer("1", deal).json,
    }


@given(listings_and_terms(), st.lists(st.sampled_from(PHOTOS), min_size=1, max_size=30).map(tuple))
def test_whatever_a_listing_says_ebay_takes_it_or_we_say_what_is_missing(
    both: tuple[Listing, SellingTerms], photos: tuple[str, ...]
) -> None:
    if missing(*both):
        return
    for name, body in bodies(a_deal(*both), photos).items():
        assert faults(name, body) == []


@given(listings_and_terms())
def test_whatever_a_listing_says_it_can_be_sent_as_utf_8(both: tuple[Listing, SellingTerms]) -> None:
    deal = a_deal(*both)
    for call in (put_item(deal, PHOTOS), create_offer(deal), update_offer("1", deal)):
        assert (call.body() or b"").decode()
        assert call.all_headers()["Content-Language"] == deal.marketplace.language


@given(listings_and_terms())
def test_what_strangers_wrote_stays_text_and_a_title_is_short_however_one_counts(
    both: tuple[Listing, SellingTerms],
) -> None:
    product = bodies(a_deal(*both))["InventoryItem"]["product"]
    assert len(product["title"].encode("utf-16-le")) <= 160
    assert not set("<>\"'").intersection(product["description"].replace("<p>", "").replace("</p>", ""))
    assert len(product["description"].encode("utf-16-le")) <= 8_000


@pytest.mark.parametrize(
    ("name", "typo"),
    [
        ("InventoryItem", lambda body: body.update(conditon=body.pop("condition"))),
        ("InventoryItem", lambda body: body["product"].update(image_urls=[])),
        ("InventoryItem", lambda body: body["product"].update(aspects={"Brand": "Sony"})),
        ("InventoryItem", lambda body: body["product"].update(imageUrls=["http://photos.example/1.jpg"])),
        ("InventoryItem", lambda body: body.update(condition="USED")),
        ("EbayOfferDetailsWithKeys", lambda body: body.update(merchantLocation=body.pop("merchantLocationKey"))),
        ("EbayOfferDetailsWithKeys", lambda body: body["listingPolicies"].update(fulfilmentPolicyId="1")),
        ("EbayOfferDetailsWithKeys", lambda body: body.update(marketplaceId="EBAY_UK")),
        ("EbayOfferDetailsWithKeys", lambda body: body.update(sku="3668b72f-2493")),
        ("EbayOfferDetailsWithKeys", lambda body: body["pricingSummary"]["price"].update(value=499.5)),
        ("EbayOfferDetailsWithId", lambda body: body.update(sku="3668b72f2493")),
    ],
)
def test_a_typo_is_refused(name: str, typo: Any) -> None:
    body = bodies(a_deal(a_received_listing(), some_terms()))[name]
    assert faults(name, body) == []
    typo(body)
    assert faults(name, body) != []


def test_every_marketplace_and_condition_that_we_know_ebay_knows() -> None:
    definitions = SCHEMA["$defs"]
    assert set(MARKETPLACES) <= set(definitions["EbayOfferDetailsWithKeys"]["properties"]["marketplaceId"]["enum"])
    assert set(CONDITIONS) == set(definitions["InventoryItem"]["properties"]["condition"]["enum"])


def test_the_contract_says_where_it_is_from() -> None:
    provenance = SCHEMA["x-provenance"]
    assert provenance["package"].startswith("npm ebay-api ")
    assert len(provenance["sha256"]) == 64
    assert provenance["command"]
