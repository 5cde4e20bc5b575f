"""The eBay lister: what it is asked, and what its answers are taken for."""

import json
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from shared.listings.ebay_lister import EbayLister
from shared.listings.lifecycle import State
from shared.listings.selling import Published
from shared.runtime.http import Address, Answer, Call, Service, ServiceError, Verdict
from tests.support.builders import a_listing

LISTING = replace(
    a_listing(State.RECEIVED), condition="USED_EXCELLENT", category_id="31388", target_price=Decimal("499.90")
)
ANOTHER = "00000000-0000-4000-8000-000000000001"
NO_PRICES: list[Any] = [None, "", "free", "NaN", "Infinity", "-1", "1e10", [], {}]
LIVE: dict[str, Any] = {"listing_id": LISTING.id, "ebay_listing_id": "110012345678", "price": "499.00"}


class Lister:
    """Answers the same to everything, and keeps what it was asked."""

    def __init__(self, body: Any, *, status: int = 200) -> None:
        self.asked: list[tuple[str, Call]] = []
        self._answer = Answer(
            status=status, headers={}, body=body if isinstance(body, bytes) else json.dumps(body).encode()
        )
        service = Service("ebay", self._locate, send=self._send)
        self.port = EbayLister(service, callback_url="https://api.example/prod/webhooks/ebay")

    def _locate(self, *, fresh: bool = False) -> Address:
        return Address(url="https://lister.example")

    def _send(self, url: str, call: Call, headers: Mapping[str, str]) -> Answer:
        self.asked.append((url, call))
        return self._answer


def test_it_is_asked_to_list_as_the_contract_says() -> None:
    lister = Lister(LIVE, status=201)
    assert lister.port.publish(LISTING, ["https://files.example/a.jpg"]) == Published(
        ebay_listing_id="110012345678", price=Decimal(499)
    )
    ((url, call),) = lister.asked
    assert (call.method, url, call.repeatable) == ("POST", "https://lister.example/listings", False)
    assert call.headers == {"Idempotency-Key": LISTING.entry_id}
    assert call.json == {
        "listing_id": LISTING.id,
        "product_id": 230,
        "brand": "Sony",
        "model": "a6400",
        "title": "Sony A6400, boxed",
        "price": "499.9",
        "currency": "GBP",
        "condition": "USED_EXCELLENT",
        "category_id": "31388",
        "photos": ["https://files.example/a.jpg"],
        "callback_url": "https://api.example/prod/webhooks/ebay",
    }


def test_what_nobody_has_said_is_null() -> None:
    lister = Lister(LIVE)
    lister.port.publish(replace(LISTING, condition=None, category_id=None, target_price=None), [])
    assert [lister.asked[0][1].json[name] for name in ("price", "condition", "category_id")] == [None] * 3


@pytest.mark.parametrize(
    "wrong",
    [
        {"ebay_listing_id": None},
        {"ebay_listing_id": ""},
        {"ebay_listing_id": 110012345678},
        {"ebay_listing_id": "1" * 257},
        *({"price": price} for price in NO_PRICES),
    ],
    ids=str,
)
def test_a_yes_that_does_not_say_what_is_in_doubt(wrong: dict[str, Any]) -> None:
    with pytest.raises(ServiceError) as caught:
        Lister(LIVE | wrong).port.publish(LISTING, [])
    assert caught.value.verdict is Verdict.AMBIGUOUS


@pytest.mark.parametrize("body", [b"", b"ok", [], "110012345678", None])
def test_a_yes_that_cannot_be_read_is_in_doubt(body: Any) -> None:
    with pytest.raises(ServiceError) as caught:
        Lister(body).port.publish(LISTING, [])
    assert caught.value.verdict is Verdict.AMBIGUOUS


@pytest.mark.parametrize("price", ["499.00", "499", 499, 499.0])
def test_what_is_listed_already_is_found(price: Any) -> None:
    found = Lister({"listings": [LIVE | {"price": price}]}).port.find(LISTING)
    assert found == Published(ebay_listing_id="110012345678", price=Decimal(499))


def test_an_empty_list_says_that_there_is_nothing() -> None:
    assert Lister({"listings": []}).port.find(LISTING) is None


@pytest.mark.parametrize(
    "body", [b"", [], {}, {"listings": None}, {"listings": {}}, {"listings": [None]}, {"listings": ["x"]}]
)
def test_a_list_that_cannot_be_read_is_not_an_empty_one(body: Any) -> None:
    with pytest.raises(ServiceError) as caught:
        Lister(body).port.find(LISTING)
    assert caught.value.verdict is Verdict.AMBIGUOUS


def test_what_is_listed_for_another_is_not_taken_for_ours() -> None:
    """A service that passes over the question shows them all."""
    other = LIVE | {"listing_id": ANOTHER, "ebay_listing_id": "999"}
    assert Lister({"listings": [other]}).port.find(LISTING) is None
    found = Lister({"listings": [other, LIVE]}).port.find(LISTING)
    assert found
    assert found.ebay_listing_id == "110012345678"


def test_a_price_of_no_money_is_none_that_could_not_be_kept() -> None:
    published = Lister({"ebay_listing_id": "1", "price": "1e-300"}).port.publish(LISTING, [])
    assert published.price == 0
