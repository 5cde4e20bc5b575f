"""Requests as Switchyard makes them."""

from typing import Any

import httpx

from tests.stand_ins.client import StandIns

SECRET = "whsec_c3RhbmQtaW4gc3RhbmQtaW4gc3RhbmQtaW4hISE="
LISTING = "3668b72f-2493-5f9e-afaf-5cf1988a2fe0"
JOB = "6f1d1f5e-7a52-4c0b-9f3e-1b1f3c1f0a01"
API = "https://a1b2c3.execute-api.us-east-1.amazonaws.com/local"
BOT = "bot1234567:telegram-key"


def a_message(**changes: Any) -> dict[str, Any]:
    return {
        "listing_id": LISTING,
        "listing_url": "https://market.example/item/1",
        "camera_name": "Sony a6400",
        "title": "Sony A6400, boxed",
        "price": "400",
        "currency": "GBP",
        "template_type": "interest",
        "callback_url": f"{API}/webhooks/chatterbot",
    } | changes


def an_offer(**changes: Any) -> dict[str, Any]:
    return {
        "listing_id": LISTING,
        "product_id": 230,
        "brand": "Sony",
        "model": "a6400",
        "title": "Sony A6400, boxed",
        "price": "500",
        "currency": "GBP",
        "condition": "USED_EXCELLENT",
        "category_id": None,
        "photos": [],
        "callback_url": f"{API}/webhooks/ebay",
    } | changes


def a_search(**changes: Any) -> dict[str, Any]:
    return {"brands": ["Sony"], "search": "Camera"} | changes


def write(http: httpx.Client, to: StandIns, *, version: int = 2, **changes: Any) -> httpx.Response:
    """Ask the chat bot to write to a seller."""
    body = a_message(**changes)
    headers = {"Idempotency-Key": f"listing:{body['listing_id']}:{version}"}
    return http.post(f"{to.addresses['chatterbot']}/messages", json=body, headers=headers)


def offer(http: httpx.Client, to: StandIns, **changes: Any) -> httpx.Response:
    """Ask the eBay lister to put a listing up."""
    headers = {"Idempotency-Key": f"listing:{LISTING}:6"}
    return http.post(f"{to.addresses['ebay']}/listings", json=an_offer(**changes), headers=headers)


def scrape(http: httpx.Client, to: StandIns, **changes: Any) -> httpx.Response:
    headers = {"Idempotency-Key": JOB}
    return http.post(f"{to.addresses['scraper']}/scrape", json=a_search(**changes), headers=headers)


def look_up(http: httpx.Client, to: StandIns, service: str, path: str) -> Any:
    return http.get(f"{to.addresses[service]}/{path}", params={"listing_id": LISTING}).json()


def tell_bot(http: httpx.Client, to: StandIns, method: str, body: Any, *, bot: str = BOT) -> httpx.Response:
    return http.post(f"{to.addresses['telegram']}/{bot}/{method}", json=body)
