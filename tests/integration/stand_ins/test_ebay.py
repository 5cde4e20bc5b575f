"""The eBay lister looks at the photos, puts a thing up once, and tells when it is sold."""

from hashlib import sha256

import httpx

from tests.integration.stand_ins.receiver import Receiver
from tests.integration.stand_ins.requests import BOT, LISTING, look_up, offer
from tests.stand_ins.client import StandIns
from tests.stand_ins.photos import SMALL_JPEG


def an_address_of_a_photo(stand_ins: StandIns, content: bytes) -> str:
    update = stand_ins.photo(42, content)["body"]
    name = update["message"]["photo"][-1]["file_id"]
    path = stand_ins.state("telegram")["files"][name]["file_path"]
    return f"{stand_ins.addresses['telegram']}/file/{BOT}/{path}"


def test_what_is_put_up_is_looked_up(stand_ins: StandIns, http: httpx.Client) -> None:
    assert look_up(http, stand_ins, "ebay", "listings") == {"listings": []}
    answer = offer(http, stand_ins)
    assert answer.status_code == 201
    assert answer.json()["price"] == "499.00"
    assert look_up(http, stand_ins, "ebay", "listings") == {"listings": [{"listing_id": LISTING, **answer.json()}]}
    assert stand_ins.violations() == []


def test_put_up_twice_with_addresses_signed_anew_it_is_there_once(stand_ins: StandIns, http: httpx.Client) -> None:
    photo = an_address_of_a_photo(stand_ins, SMALL_JPEG)
    stand_ins.set("ebay", fetch_photos=False)
    answers = [offer(http, stand_ins, photos=[f"{photo}?signature={number}"]).text for number in range(2)]
    assert answers[0] == answers[1]
    assert len(stand_ins.state("ebay")["listings"]) == 1


def test_it_fetches_every_photo(stand_ins: StandIns, http: httpx.Client) -> None:
    assert offer(http, stand_ins, photos=[an_address_of_a_photo(stand_ins, SMALL_JPEG)]).status_code == 201
    fetched = stand_ins.state("ebay")["listings"][0]["photos"][0]
    assert fetched["sha256"] == sha256(SMALL_JPEG).hexdigest()


def test_a_photo_that_is_none_is_refused(stand_ins: StandIns, http: httpx.Client, receiver: Receiver) -> None:
    text = an_address_of_a_photo(stand_ins, b"<html>")
    for photo in (text, f"{stand_ins.addresses['telegram']}/nothing", "http://127.0.0.1:1/closed.jpg"):
        assert offer(http, stand_ins, photos=[photo]).status_code == 422
    assert stand_ins.state("ebay")["listings"] == []
    assert len([one for one in stand_ins.violations() if one.startswith("ebay")]) == 3


def test_it_is_sold_when_the_script_says_so(stand_ins: StandIns, http: httpx.Client, receiver: Receiver) -> None:
    stand_ins.set("ebay", scripts=[{"match": "A6400", "steps": [{"webhook": "item-sold", "after": 0.01}]}])
    number = offer(http, stand_ins).json()["ebay_listing_id"]
    stand_ins.settle()
    assert receiver.paths == ["/_aws/execute-api/a1b2c3/local/webhooks/ebay/item-sold"]
    sale = {"sold_price": "499.00", "fees": "59.88", "shipping": "9.50", "currency": "GBP"}
    assert receiver.received[0].body == {"listing_id": LISTING, "ebay_listing_id": number, **sale}


def test_it_is_sold_when_somebody_says_so(stand_ins: StandIns, http: httpx.Client, receiver: Receiver) -> None:
    offer(http, stand_ins)
    assert stand_ins.sell(LISTING, sold_price="450.00")["statuses"] == [200]
    assert receiver.received[0].body["sold_price"] == "450.00"
    assert receiver.received[0].body["fees"] == "54.00"


def test_an_offer_without_a_price_is_offered_for_what_the_lister_thinks(
    stand_ins: StandIns, http: httpx.Client
) -> None:
    assert offer(http, stand_ins, price=None).json()["price"] == "249.00"
    assert stand_ins.violations() == []
