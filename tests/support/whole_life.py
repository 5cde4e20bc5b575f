"""One listing from the report to the sale, and one message on its way to three sinks: what they use of AWS."""

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import boto3

from functions.receive_messages import app as receive_messages
from functions.receive_webhooks import app as receive_webhooks
from functions.serve_admin import app as serve_admin
from shared.listings.listing import listing_id
from shared.messages.settings import ROUTING
from shared.runtime import http, wiring
from shared.runtime.clock import system_clock
from shared.runtime.http import Answer, Call
from tests.support.builders import a_cause, a_job, a_match
from tests.support.fresh_process import forget
from tests.support.http_events import LambdaContext, api_event, as_operator, json_of, signed_headers
from tests.support.in_process import SCRAPER_SECRET, aws_in_process, set_secret
from tests.support.recorded import SOLD_AND_DUE
from tests.support.system import System
from tests.support.usage import Usage

URL = "https://market.example/item/1"
JPEG = b"\xff\xd8\xff\xe0" + b"0" * 200_000
TO_THREE = """
routes:
  - name: everything to three
    when: {always: true}
    to: [notion, google-calendar, shopify]
"""


class Life:
    def __init__(self) -> None:
        self.system = System()
        self._id = listing_id(URL)

    def live(self) -> dict[str, Any]:
        """The listing as it is at the end."""
        self._webhook("scraper/job-complete", a_job(a_match(URL)))
        self._webhook("chatterbot/reply-received", {"listing_id": self._id, "price": "380"})
        self._webhook("chatterbot/deal-confirmed", {"listing_id": self._id, "price": "360", "shipping": "8"})
        wanted = {"photos": [{"content_type": "image/jpeg", "size": len(JPEG)}]}
        upload = self._admin("photos", wanted)["uploads"][0]
        boto3.client("s3").put_object(Bucket="files", Key=upload["key"], Body=JPEG, ContentType="image/jpeg")
        self.system.usage.file_writes += 1
        self._admin("received", {"photos": [upload["key"]], "condition": "USED_EXCELLENT"})
        self._webhook("ebay/item-sold", {"listing_id": self._id, "sold_price": "489", "fees": "62"})
        return dict(json_of(serve_admin.handler(as_operator("GET", f"/admin/listings/{self._id}"), LambdaContext())))

    def _webhook(self, path: str, body: Mapping[str, Any]) -> None:
        text = json.dumps(body)
        headers = signed_headers(text, base64.b64decode(SCRAPER_SECRET), at=datetime.now(UTC))
        event = api_event("POST", f"/webhooks/{path}", body=text, headers=headers)
        self.system.usage.api_requests += 1
        answer = self.system.call(receive_webhooks, event)
        assert answer["statusCode"] < 300, answer
        self.system.relay()

    def _admin(self, path: str, body: Mapping[str, Any]) -> Any:
        return self.system.ask(serve_admin, "POST", f"/admin/listings/{self._id}/{path}", body)


def whole_life() -> tuple[dict[str, Any], Usage]:
    """The listing in SOLD, and what its life used."""
    with world():
        life = Life()
        return life.live(), life.system.usage


def message_to_three() -> tuple[list[str], Usage]:
    """How its deliveries stand in the end, and what its way used."""
    with world():
        wiring.settings_store().save(ROUTING, {"rules": TO_THREE}, a_cause(), version=0, at=system_clock())
        system = System()
        system.ask(receive_messages, "POST", "/messages", {"id": "m-1", "author": "Alice", **SOLD_AND_DUE})
        return [str(one.status) for one in wiring.deliveries().of_event("message:m-1:1")], system.usage


@contextmanager
def world() -> Iterator[list[str]]:
    """AWS, and all around it: the addresses that are asked for something, one after the other."""
    forget()  # else it depends on what came before how much is read
    with aws_in_process(), _services() as asked:
        set_secret("notion", token="token")
        set_secret("google", token="token")
        set_secret("shopify", access_token="token")
        yield asked


@contextmanager
def _services() -> Iterator[list[str]]:
    """All around do at once what they are asked."""
    asked_for: list[str] = []
    answers: Mapping[str, Callable[[Any], Any]] = {
        "chatterbot.test": lambda asked: {"success": True, "listing_url": asked["listing_url"]},
        "ebay.test": lambda asked: {"ebay_listing_id": "110011", "price": "499"},
        "api.telegram.org": lambda asked: {"ok": True, "result": {"message_id": 1}},
        "api.notion.com": lambda asked: {"id": "page", "url": "https://www.notion.so/page"},
        "www.googleapis.com": lambda asked: {"id": asked["id"], "htmlLink": "https://calendar.google.com/event"},
        "shop.myshopify.com": lambda asked: {
            "data": {"draftOrderCreate": {"draftOrder": {"id": "gid://shopify/DraftOrder/1"}, "userErrors": []}}
        },
    }

    def send(url: str, call: Call, headers: Mapping[str, str]) -> Answer:
        asked_for.append(url)
        said = answers[urlsplit(url).hostname or ""](call.json)
        return Answer(status=200, headers={}, body=json.dumps(said).encode())

    before = http.send
    http.send = send
    try:
        yield asked_for
    finally:
        http.send = before
