"""What is sent to eBay, what its answers mean, and what is missing; without a network."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from shared.listings.ebay_deal import missing, sku
from shared.listings.ebay_inventory import EbayInventory
from shared.listings.listing import Listing
from shared.listings.selling import Published, SellingTerms
from shared.runtime.http import Address, Answer, Call, NoAnswerError, Service, ServiceDownError, ServiceError, Verdict
from tests.contract.ebay.samples import PHOTOS, TERMS, a_received_listing, some_terms

LISTING = a_received_listing()
UNPUBLISHED = {
    "offerId": "7",
    "sku": sku(LISTING),
    "marketplaceId": "EBAY_GB",
    "format": "FIXED_PRICE",
    "status": "UNPUBLISHED",
    "pricingSummary": {"price": {"value": "450.0", "currency": "GBP"}},
}
PUBLISHED = UNPUBLISHED | {"status": "PUBLISHED", "listing": {"listingId": "110012345678", "listingStatus": "ACTIVE"}}
THERE = Published(ebay_listing_id="110012345678", price=Decimal("450.0"))


def an_error(error_id: int, said: str = "…", *, category: str = "REQUEST", **parameters: str) -> dict[str, Any]:
    named = [{"name": name, "value": value} for name, value in parameters.items()]
    one = {"errorId": error_id, "domain": "API_INVENTORY", "category": category, "message": said, "parameters": named}
    return {"errors": [one]}


NO_OFFER = (404, an_error(25713, "This Offer is not available."))
EXISTS = (400, an_error(25002, "Offer entity already exists.", offerId="7"))
DONE = (204, None)


class Ebay:
    """Answers what it was told to, one after the other, and keeps what it was asked."""

    def __init__(self, *answers: tuple[int, Any] | Exception, terms: SellingTerms = TERMS) -> None:
        self.answers = list(answers)
        self.asked: list[Call] = []
        self.headers: list[Mapping[str, str]] = []
        service = Service("ebay", lambda *, fresh=False: Address(url="https://ebay.example"), send=self._send)
        self.seller = EbayInventory(service, lambda: terms)

    def _send(self, url: str, call: Call, headers: Mapping[str, str]) -> Answer:
        self.asked.append(call)
        self.headers.append(headers)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        status, body = answer
        content = b"" if body is None else json.dumps(body).encode()
        return Answer(status=status, headers={"retry-after": "5"} if status == 429 else {}, body=content)

    def lines(self) -> list[str]:
        return [f"{call.method} {call.path.removeprefix('/sell/inventory/v1')}" for call in self.asked]

    def publish(self, listing: Listing = LISTING) -> Published:
        return self.seller.publish(listing, PHOTOS)

    def refusal(self, listing: Listing = LISTING) -> ServiceError:
        with pytest.raises(ServiceError) as caught:
            self.publish(listing)
        return caught.value


def test_a_listing_becomes_an_item_and_an_offer_that_is_published() -> None:
    ebay = Ebay(NO_OFFER, (201, {}), (201, {"offerId": "7"}), (200, {"listingId": "110012345678"}))
    assert ebay.publish() == Published(ebay_listing_id="110012345678", price=Decimal("499.50"))
    assert ebay.lines() == [
        "GET /offer?sku=3668b72f24935f9eafaf5cf1988a2fe0&format=FIXED_PRICE",
        "PUT /inventory_item/3668b72f24935f9eafaf5cf1988a2fe0",
        "POST /offer",
        "POST /offer/7/publish",
    ]
    _, item, offer, publish = ebay.asked
    assert item.json == {
        "availability": {"shipToLocationAvailability": {"quantity": 1}},
        "condition": "USED_EXCELLENT",
        "product": {
            "title": "Sony A6400, boxed",
            "description": "<p>Sony A6400, boxed</p><p>Sony</p><p>a6400</p>",
            "aspects": {"Brand": ["Sony"], "Model": ["a6400"]},
            "imageUrls": list(PHOTOS),
        },
    }
    assert offer.json == {
        "sku": "3668b72f24935f9eafaf5cf1988a2fe0",
        "marketplaceId": "EBAY_GB",
        "format": "FIXED_PRICE",
        "availableQuantity": 1,
        "categoryId": "31388",
        "includeCatalogProductDetails": False,
        "listingDuration": "GTC",
        "listingPolicies": {"fulfillmentPolicyId": "6101", "paymentPolicyId": "6102", "returnPolicyId": "6103"},
        "merchantLocationKey": "leeds",
        "pricingSummary": {"price": {"value": "499.50", "currency": "GBP"}},
    }
    assert publish.body() is None
    for headers in ebay.headers[1:3]:
        assert (headers["Content-Type"], headers["Content-Language"]) == ("application/json", "en-GB")


def test_what_a_listing_says_of_itself_goes_before_the_terms() -> None:
    ebay = Ebay(NO_OFFER, (201, {}), (201, {"offerId": "7"}), (200, {"listingId": "1"}))
    ebay.publish(a_received_listing(condition="FOR_PARTS_OR_NOT_WORKING", category_id="15230"))
    assert ebay.asked[1].json["condition"] == "FOR_PARTS_OR_NOT_WORKING"
    assert ebay.asked[2].json["categoryId"] == "15230"


def test_warnings_come_with_success() -> None:
    warned = {"warnings": an_error(25402, category="APPLICATION")["errors"]}
    ebay = Ebay(NO_OFFER, (200, warned), (201, {"offerId": "7", **warned}), (200, {"listingId": "1", **warned}))
    assert ebay.publish().ebay_listing_id == "1"


def test_an_offer_that_is_published_is_left_alone() -> None:
    ebay = Ebay((200, {"offers": [PUBLISHED]}))
    assert ebay.publish() == THERE
    assert len(ebay.asked) == 1


def test_an_offer_that_is_there_is_reused() -> None:
    ebay = Ebay((200, {"offers": [UNPUBLISHED]}), DONE, DONE, (200, {"listingId": "1"}))
    assert ebay.publish() == Published(ebay_listing_id="1", price=Decimal("499.50"))
    assert ebay.lines()[2:] == ["PUT /offer/7", "POST /offer/7/publish"]
    assert ebay.asked[2].json["pricingSummary"]["price"]["value"] == "499.50"


def test_an_offer_that_was_ended_is_reused_too() -> None:
    ended = UNPUBLISHED | {"listing": {"listingId": "110012345678", "listingStatus": "ENDED"}}
    ebay = Ebay((200, {"offers": [ended]}), DONE, DONE, (200, {"listingId": "2"}))
    assert ebay.publish().ebay_listing_id == "2"


def test_an_unpublished_offer_on_another_marketplace_is_not_reused() -> None:
    elsewhere = UNPUBLISHED | {"marketplaceId": "EBAY_US"}
    ebay = Ebay((200, {"offers": [elsewhere]}), DONE, (201, {"offerId": "8"}), (200, {"listingId": "1"}))
    ebay.publish()
    assert ebay.lines()[2:] == ["POST /offer", "POST /offer/8/publish"]


def test_an_offer_that_the_look_up_did_not_show_is_reused_when_ebay_names_it() -> None:
    ebay = Ebay(NO_OFFER, DONE, EXISTS, DONE, (200, {"listingId": "1"}))
    assert ebay.publish().ebay_listing_id == "1"
    assert ebay.lines()[2:] == ["POST /offer", "PUT /offer/7", "POST /offer/7/publish"]


def test_an_offer_that_ebay_does_not_name_is_looked_up() -> None:
    exists = (400, an_error(25002, "Offer entity already exists."))
    ebay = Ebay(NO_OFFER, DONE, exists, (200, {"offers": [UNPUBLISHED]}), DONE, (200, {"listingId": "1"}))
    assert ebay.publish().ebay_listing_id == "1"
    assert ebay.lines()[4:] == ["PUT /offer/7", "POST /offer/7/publish"]


@pytest.mark.parametrize("error_id", [25002, 25005])
def test_another_mistake_is_not_taken_for_an_offer_that_exists(error_id: int) -> None:
    ebay = Ebay(NO_OFFER, DONE, (400, an_error(error_id, "Add at least 1 photo.")), NO_OFFER)
    error = ebay.refusal()
    assert error.verdict is Verdict.TERMINAL
    assert f"{error_id} Add at least 1 photo." in str(error)


def test_a_publication_that_is_refused_because_it_is_done_is_done() -> None:
    refused = (400, an_error(25002, "It is published already."))
    ebay = Ebay((200, {"offers": [UNPUBLISHED]}), DONE, DONE, refused, (200, PUBLISHED))
    assert ebay.publish() == THERE


def test_a_publication_that_is_refused_is_refused() -> None:
    refused = (400, an_error(25026, "Selling limit exceeded."))
    error = Ebay((200, {"offers": [UNPUBLISHED]}), DONE, DONE, refused, (200, UNPUBLISHED)).refusal()
    assert error.verdict is Verdict.TERMINAL
    assert "25026 Selling limit exceeded." in str(error)


def test_where_nothing_was_put_nothing_is_found() -> None:
    answers: list[tuple[int, Any]] = [NO_OFFER, (200, {"offers": []}), (200, {"offers": [UNPUBLISHED]})]
    for answer in answers:
        assert Ebay(answer).seller.find(LISTING) is None


def test_what_was_put_there_is_found_on_whichever_marketplace() -> None:
    elsewhere = PUBLISHED | {"marketplaceId": "EBAY_IE"}
    assert Ebay((200, {"offers": [UNPUBLISHED, elsewhere]}), terms=SellingTerms()).seller.find(LISTING) == THERE


@pytest.mark.parametrize("answer", [(404, None), (404, {"errors": []}), (400, an_error(25707)), (403, an_error(1100))])
def test_that_nothing_is_found_is_not_said_lightly(answer: tuple[int, Any]) -> None:
    with pytest.raises(ServiceError) as caught:
        Ebay(answer).seller.find(LISTING)
    assert caught.value.verdict is Verdict.TERMINAL


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {"offers": None},
        {"offers": [5]},
        {"offers": [{}]},
        {"offers": [PUBLISHED | {"listing": {}}]},
        {"offers": [PUBLISHED | {"pricingSummary": {"price": {"value": "4,50", "currency": "GBP"}}}]},
        {"offers": [PUBLISHED | {"pricingSummary": {"price": {"value": "NaN", "currency": "GBP"}}}]},
    ],
)
def test_an_answer_that_cannot_be_read_does_not_say_that_there_is_nothing(body: Any) -> None:
    with pytest.raises(ServiceError) as caught:
        Ebay((200, body)).seller.find(LISTING)
    assert caught.value.verdict is Verdict.RETRY_BACKOFF


def test_a_price_in_another_currency_is_not_taken_for_ours() -> None:
    dollars = PUBLISHED | {"pricingSummary": {"price": {"value": "450", "currency": "USD"}}}
    with pytest.raises(ServiceError, match="it is there in USD, and here in GBP") as caught:
        Ebay((200, {"offers": [dollars]})).seller.find(LISTING)
    assert caught.value.verdict is Verdict.TERMINAL


UNWELL = (500, an_error(25001, "A system error has occurred.", category="APPLICATION"))


@pytest.mark.parametrize(
    ("step", "answer", "verdict"),
    [
        (0, UNWELL, Verdict.RETRY_BACKOFF),
        (1, UNWELL, Verdict.RETRY_BACKOFF),
        (2, UNWELL, Verdict.AMBIGUOUS),
        (3, UNWELL, Verdict.AMBIGUOUS),
        (1, NoAnswerError("broke off"), Verdict.RETRY_BACKOFF),
        (2, NoAnswerError("broke off"), Verdict.AMBIGUOUS),
        (3, NoAnswerError("broke off"), Verdict.AMBIGUOUS),
        (1, (400, an_error(25003, "Invalid price.")), Verdict.TERMINAL),
        (1, (400, an_error(25003, "Invalid price.", category="BUSINESS")), Verdict.TERMINAL),
        (1, (400, an_error(25504, "Service.", category="APPLICATION")), Verdict.RETRY_BACKOFF),
        (2, (400, an_error(25504, "Service.", category="APPLICATION")), Verdict.AMBIGUOUS),
        (2, (429, an_error(2001, "Too many requests.")), Verdict.RETRY_AFTER),
        (2, (201, {}), Verdict.RETRY_BACKOFF),
        (3, (200, {}), Verdict.RETRY_BACKOFF),
    ],
)
def test_what_goes_wrong_has_a_verdict(step: int, answer: Any, verdict: Verdict) -> None:
    good: list[Any] = [NO_OFFER, DONE, (201, {"offerId": "7"})]
    error = Ebay(*good[:step], answer).refusal()
    assert error.verdict is verdict
    assert isinstance(error, ServiceDownError) == (answer is UNWELL or isinstance(answer, Exception))
    assert error.retry_after == (5.0 if verdict is Verdict.RETRY_AFTER else None)


def test_a_token_that_is_refused_again_is_said_to_be_so() -> None:
    stale = (401, an_error(1001, "Invalid access token"))
    error = Ebay(stale, stale).refusal()
    assert (error.verdict, error.said) == (Verdict.REFRESH_CREDENTIAL, "1001 Invalid access token")


def test_what_ebay_says_is_told_in_one_line_and_without_signatures() -> None:
    said = f"Invalid image:\n{PHOTOS[0]} " + "x" * 1_000
    error = Ebay(NO_OFFER, (400, an_error(25015, said))).refusal()
    assert error.said.startswith("25015 Invalid image: https://photos.example/1.jpg?… xxx")
    assert len(error.said) == 300
    assert "Signature" not in str(error)


@pytest.mark.parametrize(
    ("lacking", "terms", "changes"),
    [
        ("a marketplace (one of EBAY_AT, EBAY_AU", {"marketplace_id": None}, {}),
        ("a marketplace (one of EBAY_AT, EBAY_AU", {"marketplace_id": "EBAY_UK"}, {}),
        ("a price in USD (EBAY_US does not trade in GBP)", {"marketplace_id": "EBAY_US"}, {}),
        ("a category (its number)", {"category_id": None}, {}),
        ("a category (its number)", {}, {"category_id": "cameras"}),
        ("a condition (one of NEW, LIKE_NEW", {"condition": None}, {}),
        ("a condition (one of NEW, LIKE_NEW", {}, {"condition": "USED"}),
        ("a fulfillment policy (its number)", {"fulfillment_policy_id": None}, {}),
        ("a payment policy (its number)", {"payment_policy_id": ""}, {}),
        ("a return policy (its number)", {"return_policy_id": "x"}, {}),
        ("a merchant location (its key)", {"merchant_location_key": None}, {}),
        ("a merchant location (its key)", {"merchant_location_key": "x" * 37}, {}),
        ("a target price", {}, {"target_price": None}),
        ("a target price", {}, {"target_price": Decimal("0.004")}),
        ("a title", {}, {"title": "\x00 ", "brand": " ", "model": "\n"}),
        ("a brand or a model", {}, {"brand": " ", "model": ""}),
        ("photos", {}, {"photos": ()}),
    ],
)
def test_what_is_missing_is_said_before_anything_is_asked(lacking: str, terms: Any, changes: Any) -> None:
    listing = a_received_listing(**changes)
    said = missing(listing, some_terms(**terms))
    assert [what for what in said if what.startswith(lacking)]
    assert Ebay(terms=some_terms(**terms)).seller.missing(listing) == said
    ebay = Ebay(NO_OFFER, terms=some_terms(**terms))
    assert ebay.refusal(listing).verdict is Verdict.TERMINAL
    assert len(ebay.asked) == 1


def test_everything_that_is_missing_is_said_at_once() -> None:
    assert len(missing(a_received_listing(photos=(), target_price=None), SellingTerms())) == 9


def test_a_listing_of_which_all_is_known_lacks_nothing() -> None:
    assert missing(LISTING, TERMS) == []


@pytest.mark.parametrize("photos", [(), ("http://photos.example/1.jpg",), (PHOTOS[0], "ftp://photos.example/2.jpg")])
def test_photos_have_to_be_where_ebay_fetches_them(photos: tuple[str, ...]) -> None:
    with pytest.raises(ServiceError, match="photos at https addresses"):
        Ebay(NO_OFFER).seller.publish(LISTING, photos)


def test_twenty_four_photos_are_enough() -> None:
    ebay = Ebay(NO_OFFER, UNWELL)
    with pytest.raises(ServiceError):
        ebay.seller.publish(LISTING, PHOTOS * 15)
    assert len(ebay.asked[1].json["product"]["imageUrls"]) == 24


@pytest.mark.parametrize(
    ("title", "cut"),
    [
        ("x" * 100, "x" * 80),
        ("📷" * 100, "📷" * 40),
        ("x" * 79 + "📷", "x" * 79),
        ("x" * 79 + " y", "x" * 79),
        ("Sony\t A6400 \r\n boxed\x00", "Sony A6400 boxed"),
        ("מצלמה סוני", "מצלמה סוני"),
        ("\ud800", "Sony a6400"),
        (" \n", "Sony a6400"),
    ],
)
def test_a_title_is_one_line_of_eighty(title: str, cut: str) -> None:
    ebay = Ebay(NO_OFFER, UNWELL)
    ebay.refusal(a_received_listing(title=title))
    assert ebay.asked[1].json["product"]["title"] == cut


def test_what_strangers_wrote_does_not_become_markup() -> None:
    ebay = Ebay(NO_OFFER, UNWELL)
    ebay.refusal(a_received_listing(title='<img src=x onerror=alert(1)> & "more"'))
    assert (
        ebay.asked[1]
        .json["product"]["description"]
        .startswith("<p>&lt;img src=x onerror=alert(1)&gt; &amp; &quot;more&quot;</p>")
    )
