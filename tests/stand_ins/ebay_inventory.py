"""A stand-in for eBay: its token endpoint and what Switchyard uses of the Sell Inventory API, over HTTP, with state.

Bodies are checked against the contract, and at publishing what eBay checks there. Any request can be made to fail.
"""

import json
import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler
from itertools import count
from threading import Lock, Thread
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.contract.ebay.bodies import faults
from tests.support.http_server import PatientServer

CLIENT_ID = "Anna-Shop-PRD-1a2b3c4d5-6e7f8a9b"
CLIENT_SECRET = "PRD-1a2b3c4d5e6f-7a8b-4c9d-8e0f-1a2b"
REFRESH_TOKEN = "v^1.1#i^1#p^3#r^1#f^0#I^3#t^Ul4xMF8x"
SECRET = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "refresh_token": REFRESH_TOKEN}
SCOPE = "https://api.ebay.com/oauth/api_scope/sell.inventory"
LOCATIONS = frozenset({"leeds"})
POLICIES = frozenset({"6101", "6102", "6103"})
# Currency and language of the marketplaces it knows.
MARKETPLACES = {"EBAY_GB": ("GBP", "en-GB"), "EBAY_US": ("USD", "en-US"), "EBAY_DE": ("EUR", "de-DE")}

TOKEN = "POST /identity/v1/oauth2/token"
_WITHOUT_EFFECT = {"offerId", "sku", "marketplaceId", "format", "status", "listing"}


class Failure(StrEnum):
    """What becomes of one request."""

    REFUSED_BEFORE = "500, and nothing was done"
    REFUSED_AFTER = "500, and it was done"
    SILENT_BEFORE = "closed, and nothing was done"
    SILENT_AFTER = "closed, and it was done"
    STALE_TOKEN = "401"
    TOO_MANY = "429, come back in a second"


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]  # names in lower case
    body: bytes

    @property
    def line(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


class RefusedError(Exception):
    def __init__(self, error_id: int, said: str, *, status: int = 400, **parameters: str) -> None:
        super().__init__(said)
        self.reply = Reply(status, errors(error_id, said, **parameters))


def errors(error_id: int, said: str, *, category: str = "REQUEST", **parameters: str) -> dict[str, Any]:
    """As eBay says it."""
    named = [{"name": name, "value": value} for name, value in parameters.items()]
    one = {"errorId": error_id, "domain": "API_INVENTORY", "category": category, "message": said, "parameters": named}
    return {"errors": [one]}


class EbayStandIn:
    """Use it as a context manager; `url` is where it is. What it holds may be looked at, and changed, from outside."""

    def __init__(self) -> None:
        self.items: dict[str, dict[str, Any]] = {}  # by sku; with the `language` they came in
        self.offers: dict[str, dict[str, Any]] = {}  # by id
        self.published: list[str] = []  # ids of listings, each time one was made
        self.tokens: set[str] = set()
        self.lines: list[str] = []  # of every request
        self.failures: dict[int, Failure] = {}  # by number of request, from 0
        self.refresh_token = REFRESH_TOKEN
        self.seconds = 7_200  # that a token lives, as it says
        self._ids = count(1)
        self._lock = Lock()
        self._server = _Server(self)
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> "EbayStandIn":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, request: Request) -> Reply | None:
        """None where the connection is to be closed without a word."""
        with self._lock:
            failure = self.failures.get(len(self.lines))
            self.lines.append(request.line)
            if failure in _INSTEAD:
                return _INSTEAD[failure]
            reply = self._worked(request)
            return _AFTERWARDS.get(failure, reply) if failure else reply

    def _worked(self, request: Request) -> Reply:
        try:
            return self._routed(request)
        except RefusedError as refused:
            return refused.reply

    def _routed(self, request: Request) -> Reply:
        if request.line == TOKEN:
            return self._give_token(request)
        if request.headers.get("authorization", "").removeprefix("Bearer ") not in self.tokens:
            return _STALE
        for pattern, work in _ROUTES:
            if found := re.fullmatch(pattern, request.line):
                return work(self, request, **found.groupdict())
        return Reply(404, errors(2002, f"Resource not found: {request.line}"))

    def _give_token(self, request: Request) -> Reply:
        pair = b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {pair}":
            return Reply(401, {"error": "invalid_client", "error_description": "client authentication failed"})
        if request.headers.get("content-type") != "application/x-www-form-urlencoded":
            return Reply(400, {"error": "invalid_request"})
        form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        if form != {"grant_type": "refresh_token", "refresh_token": self.refresh_token, "scope": SCOPE}:
            return Reply(400, {"error": "invalid_grant", "error_description": f"{form} is invalid"})
        token = f"v^1.1#t^{next(self._ids)}"
        self.tokens.add(token)
        return Reply(200, {"access_token": token, "expires_in": self.seconds, "token_type": "User Access Token"})

    def _put_item(self, request: Request, sku: str) -> Reply:
        body = _checked(request, "InventoryItem")
        if not re.fullmatch(r"[A-Za-z0-9]{1,50}", sku):
            raise RefusedError(25707, "This is an invalid value for a SKU.")
        is_new = sku not in self.items
        self.items[sku] = {**body, "language": request.headers["content-language"]}
        return Reply(201, {"warnings": []}) if is_new else Reply(204)

    def _find_offers(self, request: Request) -> Reply:
        (sku,) = request.query.get("sku", [""])
        if not sku:
            raise RefusedError(25707, "This is an invalid value for a SKU.")
        found = [offer for offer in self.offers.values() if _is_asked_for(offer, request.query)]
        if not found:
            raise RefusedError(25713, "This Offer is not available.", status=404)
        return Reply(200, {"total": len(found), "size": len(found), "limit": 100, "offers": found})

    def _create_offer(self, request: Request) -> Reply:
        body = _checked(request, "EbayOfferDetailsWithKeys")
        self._item_for(body["sku"], body["marketplaceId"])
        for offer in self.offers.values():
            if (offer["sku"], offer["format"]) == (body["sku"], body["format"]):
                raise RefusedError(25002, "Offer entity already exists.", offerId=offer["offerId"])
        offer_id = str(next(self._ids))
        self.offers[offer_id] = {**body, "offerId": offer_id, "status": "UNPUBLISHED"}
        return Reply(201, {"offerId": offer_id, "warnings": []})

    def _update_offer(self, request: Request, offer_id: str) -> Reply:
        body = _checked(request, "EbayOfferDetailsWithId")
        offer = self._offer(offer_id)
        kept = {name: value for name, value in offer.items() if name in _WITHOUT_EFFECT}
        self.offers[offer_id] = {**kept, **body}
        return Reply(204)

    def _get_offer(self, request: Request, offer_id: str) -> Reply:
        return Reply(200, self._offer(offer_id))

    def _publish(self, request: Request, offer_id: str) -> Reply:
        offer = self._offer(offer_id)
        if offer["status"] == "PUBLISHED":
            raise RefusedError(25002, "The offer is published already.")
        self._check_publishable(offer)
        listing_id = f"1100{len(self.published):08}"
        self.published.append(listing_id)
        offer |= {"status": "PUBLISHED", "listing": {"listingId": listing_id, "listingStatus": "ACTIVE"}}
        return Reply(200, {"listingId": listing_id, "warnings": errors(25402, "System warning.")["errors"]})

    def _check_publishable(self, offer: Mapping[str, Any]) -> None:
        """Beside what the contract has; those fields may be left out before."""
        item = self._item_for(offer["sku"], offer["marketplaceId"])
        currency, _ = MARKETPLACES[offer["marketplaceId"]]
        price = offer["pricingSummary"]["price"]
        wrong = {
            25003: price["currency"] != currency or not float(price["value"]) > 0,
            25004: item["availability"]["shipToLocationAvailability"]["quantity"] < 1,
            25007: not POLICIES.issuperset(offer["listingPolicies"].values()),
            25012: offer["merchantLocationKey"] not in LOCATIONS,
            25015: not all(urlsplit(url).hostname for url in item["product"]["imageUrls"]),
        }
        for error_id in (error_id for error_id, is_wrong in wrong.items() if is_wrong):
            raise RefusedError(error_id, "The offer cannot be published.")

    def _offer(self, offer_id: str) -> dict[str, Any]:
        if offer_id not in self.offers:
            raise RefusedError(25713, "This Offer is not available.", status=404)
        return self.offers[offer_id]

    def _item_for(self, sku: str, marketplace: str) -> dict[str, Any]:
        _, language = MARKETPLACES[marketplace]
        item = self.items.get(sku)
        if item is None or item["language"] != language:
            raise RefusedError(25702, f"{sku} is not available in the system for the marketplace {marketplace}.")
        return item


_ROUTES: list[tuple[str, Callable[..., Reply]]] = [
    (r"PUT /sell/inventory/v1/inventory_item/(?P<sku>[^/]+)", EbayStandIn._put_item),
    (r"GET /sell/inventory/v1/offer", EbayStandIn._find_offers),
    (r"POST /sell/inventory/v1/offer", EbayStandIn._create_offer),
    (r"GET /sell/inventory/v1/offer/(?P<offer_id>[^/]+)", EbayStandIn._get_offer),
    (r"PUT /sell/inventory/v1/offer/(?P<offer_id>[^/]+)", EbayStandIn._update_offer),
    (r"POST /sell/inventory/v1/offer/(?P<offer_id>[^/]+)/publish", EbayStandIn._publish),
]

_STALE = Reply(401, errors(1001, "Invalid access token"))
_UNWELL = Reply(500, errors(25001, "A system error has occurred.", category="APPLICATION"))
_INSTEAD: dict[Failure | None, Reply | None] = {
    Failure.REFUSED_BEFORE: _UNWELL,
    Failure.SILENT_BEFORE: None,
    Failure.STALE_TOKEN: _STALE,
    Failure.TOO_MANY: Reply(429, errors(2001, "Too many requests."), {"Retry-After": "1"}),
}
_AFTERWARDS: dict[Failure, Reply | None] = {Failure.REFUSED_AFTER: _UNWELL, Failure.SILENT_AFTER: None}


def _is_asked_for(offer: Mapping[str, Any], query: Mapping[str, list[str]]) -> bool:
    names = {"sku": "sku", "format": "format", "marketplace_id": "marketplaceId"}
    return all(offer[field] == query[name][0] for name, field in names.items() if name in query)


def _checked(request: Request, name: str) -> dict[str, Any]:
    if request.headers.get("content-type") != "application/json":
        raise RefusedError(25709, "Invalid value for header Content-Type.")
    if request.headers.get("content-language") not in {language for _, language in MARKETPLACES.values()}:
        raise RefusedError(25709, "Invalid value for header Content-Language.")
    body: dict[str, Any] = json.loads(request.body)
    if wrong := faults(name, body):
        raise RefusedError(2004, f"Could not serialize: {wrong}")
    return body


class _Server(PatientServer):
    def __init__(self, ebay: EbayStandIn) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.ebay = ebay


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer leaves in one piece
    server: _Server

    def _serve(self) -> None:
        reply = self.server.ebay.answer(self._request())
        self.close_connection = True
        if reply:
            self._reply(reply)

    do_GET = do_POST = do_PUT = _serve  # noqa: N815 - named by http.server

    def _request(self) -> Request:
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", 0)))
        return Request(self.command, parts.path, parse_qs(parts.query), headers, body)

    def _reply(self, reply: Reply) -> None:
        content = b"" if reply.body is None else json.dumps(reply.body).encode()
        self.send_response(reply.status)
        for name, value in {"Content-Type": "application/json", "Connection": "close", **reply.headers}.items():
            self.send_header(name, value)
        if reply.status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Nothing: the tests look at `lines`."""
