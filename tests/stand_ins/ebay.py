"""The eBay lister: fetches the photos, puts things up for sale, and tells when they are sold."""

from collections.abc import Mapping
from decimal import Decimal
from hashlib import sha256
from itertools import count
from time import time
from typing import Any, ClassVar
from urllib.parse import urlsplit

import httpx

from tests.stand_ins import scripts
from tests.stand_ins.checks import (
    address,
    check_fields,
    check_query,
    currency,
    ends_with,
    idempotency_key,
    listing_key,
    many,
    money,
    or_null,
    pattern,
    text,
    uuid,
    whole,
)
from tests.stand_ins.http import Answer, RefusedError, Request
from tests.stand_ins.routes import Route
from tests.stand_ins.stand_in import Action, StandIn

_LISTING = {
    "listing_id": uuid,
    "product_id": whole,
    "brand": text,
    "model": text,
    "title": text,
    "price": or_null(money),
    "currency": currency,
    "condition": or_null(pattern("[A-Z]+(_[A-Z]+)*")),
    "category_id": or_null(pattern("[0-9]+")),
    "photos": many(address),
    "callback_url": ends_with("/webhooks/ebay"),
}
_CENT = Decimal("0.01")
_LEAST = Decimal("0.99")
_USUAL = Decimal("250.00")  # where nobody says what it should be offered for
_JPEG, _PNG, _RIFF, _WEBP = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF", b"WEBP"


class Ebay(StandIn):
    """Settings: `script` for every buyer, `scripts` for titles that match, `price_change`, `fetch_photos`.

    `no_look_up` is the status of GET /listings where the service has none.
    """

    name = "ebay"
    key = "ebay-key"
    webhooks = frozenset({"item-sold"})
    own_settings: ClassVar[Mapping[str, Any]] = {
        "script": [],
        "scripts": [],
        "price_change": "-1.00",  # what it is offered for differs from what was asked for
        "fee_share": "0.12",
        "shipping": "9.50",
        "fetch_photos": True,
        "no_look_up": None,
    }

    def routes(self) -> Mapping[str, Route]:
        return {"POST /listings": self._put_up, "GET /listings": self._look_up}

    def actions(self) -> Mapping[str, Action]:
        return {"sell": self._sell}

    def change(self, changes: Mapping[str, Any]) -> None:
        scripts.check(self.settings | dict(changes), self.webhooks)
        super().change(changes)

    def state(self) -> dict[str, Any]:
        return {"listings": self.listings}

    def forget(self) -> None:
        self.listings: list[dict[str, Any]] = []  # every one that was put up
        self.numbers = count(110_000_000_000 + int(time() * 10) % 10_000_000_000)  # not those of another run

    def _put_up(self, request: Request) -> Answer:
        body = request.json()
        check_fields(body, _LISTING)
        key = idempotency_key(request, listing_key(body["listing_id"]))
        # The photos' addresses are signed anew each time.
        asked = body | {"photos": [urlsplit(photo).path for photo in body["photos"]]}
        return self.once.do(key, asked, lambda: self._listed(key, body))

    def _listed(self, key: str, body: dict[str, Any]) -> Answer:
        steps = scripts.steps(scripts.chosen(self.settings, body["title"]))
        photos = [self._photo(photo) for photo in body["photos"]] if self.settings["fetch_photos"] else []
        price = max(Decimal(body["price"] or _USUAL) + Decimal(self.settings["price_change"]), _LEAST)
        offered = {"ebay_listing_id": str(next(self.numbers)), "price": str(price.quantize(_CENT))}
        listing = {**body, **offered, "asked_price": body["price"], "photos": photos, "key": key}
        with self.lock:
            self.listings.append(listing)
        play = (lambda: scripts.play(self, steps, body["callback_url"], lambda _, said: self._sale(listing, said)),)
        return Answer(status=201, body=offered, afterwards=play)

    def _photo(self, photo: str) -> dict[str, Any]:
        where = f"the photo {urlsplit(photo).path}"
        try:
            answer = self.caller.client.get(photo, timeout=10)
        except httpx.HTTPError as error:
            raise RefusedError(f"{where} cannot be fetched: {error!r}", status=422) from error
        if answer.status_code != 200 or not _is_photo(answer.content):
            raise RefusedError(f"{where} is none: {answer.status_code} {answer.content[:80]!r}", status=422)
        return {
            "path": urlsplit(photo).path,
            "bytes": len(answer.content),
            "sha256": sha256(answer.content).hexdigest(),
        }

    def _sale(self, listing: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
        sold = str(said.get("sold_price", listing["price"]))
        fees = (Decimal(sold) * Decimal(self.settings["fee_share"])).quantize(_CENT)
        usual = {"sold_price": sold, "fees": str(fees), "shipping": self.settings["shipping"]}
        named = {name: listing[name] for name in ("listing_id", "currency", "ebay_listing_id")}
        return named | usual | dict(said)

    def _look_up(self, request: Request) -> Answer:
        if status := self.settings["no_look_up"]:
            raise RefusedError("there is no look-up", status=status, violation=False)
        listing_id = check_query(request, {"listing_id": uuid})["listing_id"]
        found = [listing for listing in self.listings if listing["listing_id"] == listing_id]
        shown = ("listing_id", "ebay_listing_id", "price")
        return Answer(body={"listings": [{name: one[name] for name in shown} for one in found]})

    def _sell(self, body: dict[str, Any]) -> Any:
        """`{"listing_id", "body"?, "webhook_id"?}`: sold now; tells what came of the webhook."""
        found = [one for one in self.listings if one["listing_id"] == body.get("listing_id")]
        said = body.get("body", {})
        base = found[-1]["callback_url"] if found else f"{self.caller.stack.api_url()}/webhooks/ebay"
        whole_body = self._sale(found[-1], said) if found else {"listing_id": body.get("listing_id"), **said}
        return self.call(f"{base}/item-sold", whole_body, webhook_id=body.get("webhook_id")).shown()


def _is_photo(content: bytes) -> bool:
    return content.startswith((_JPEG, _PNG)) or (content.startswith(_RIFF) and content[8:12] == _WEBP)
