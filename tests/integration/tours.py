"""A tour of each function: all it does with AWS, at least once. Preparations come before the `yield`."""

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest

from functions.advance_listings import app as advance_app
from functions.authorize_requests import app as authorize_app
from functions.deliver_events import app as deliveries_app
from functions.expire_listings import app as expire_app
from functions.receive_messages import app as messages_app
from functions.receive_webhooks import app as webhooks_app
from functions.relay_events import app as relay_app
from functions.run_searches import app as searches_app
from functions.run_searches import service as searches_service
from functions.serve_admin import app as admin_app
from functions.serve_reports import app as reports_app
from functions.serve_reports import service as reports_service
from functions.time_listings import app as timers_app
from functions.write_snapshot import app as snapshot_app
from functions.write_snapshot import service as snapshot_service
from scripts.keys import create_key
from shared.deliveries.delivery import Status, first_try
from shared.deliveries.events import RETRY_REQUESTED
from shared.ledger.envelope import Event as RecordedEvent
from shared.ledger.envelope import Fact
from shared.listings.lifecycle import State
from shared.runtime import wiring
from shared.runtime.circuit import FAILURES
from shared.runtime.clock import system_clock
from shared.runtime.errors import DependencyError
from tests.stand_ins.client import StandInError, StandIns
from tests.stand_ins.ebay_inventory import SECRET, EbayStandIn
from tests.stand_ins.photos import SMALL_JPEG
from tests.support.builders import a_cause, a_job, a_listing, a_match
from tests.support.circuits import let_time_pass
from tests.support.http_events import LambdaContext, api_event, as_operator, signed_headers
from tests.support.in_process import SCRAPER_SECRET, TELEGRAM_SECRET, set_secret
from tests.support.outside import reaching
from tests.support.posted import a_raw
from tests.support.queue_events import message_of, queue_batch
from tests.support.recorded import (
    CHAT,
    URL,
    decide_terms,
    keep,
    keep_listing,
    keep_message,
    keep_searches,
    keep_sent_photo,
    put_photo,
)
from tests.support.sinks import PLACES, made, serving
from tests.support.stream import stream_batch
from tests.support.unwell import unwell

JOB_COMPLETE = "/webhooks/scraper/job-complete"
TAKEN: Mapping[str, Any] = {"batchItemFailures": []}
Event = dict[str, Any]


def authorize_requests(_: StandIns) -> Iterator[None]:
    headers = {"x-api-key": create_key(name="tour", role="viewer")}
    event = api_event("GET", "/admin/listings", headers=headers) | {"methodArn": "arn:aws:execute-api:::x"}
    yield
    assert authorize_app.handler(event, LambdaContext())["principalId"]


def receive_webhooks(services: StandIns) -> Iterator[None]:
    key = create_key(name="tour", role="service", sources=["scraper"])
    bought, _ = keep_listing(State.PURCHASED, url=f"{URL}3")
    listed, _ = keep_listing(State.LISTED, url=f"{URL}4")
    found, _ = keep_listing(url=f"{URL}5")
    by_key = api_event("POST", JOB_COMPLETE, body=a_job(a_match(URL)), headers={"x-api-key": key})
    by_signature = signed(JOB_COMPLETE, a_job(a_match(URL, listing__price=1), a_match(f"{URL}2")))
    photo = an_update(caption=f"{bought.id}", media_group_id="1")
    events = {
        "by key": (by_key, 202),
        "by signature": (by_signature, 202),
        "by the same signature": (by_signature, 401),
        "the chat bot": (signed("/webhooks/chatterbot/reply-received", {"listing_id": found.id, "price": 300}), 200),
        "eBay": (signed("/webhooks/ebay/item-sold", {"listing_id": listed.id, "sold_price": 500}), 200),
        "a photo": (photo, 200),
        "another of the album": (an_update(media_group_id="1"), 200),
    }
    yield
    answers = {
        name: webhooks_app.handler(event, LambdaContext())["statusCode"] for name, (event, _status) in events.items()
    }
    assert answers == {name: status for name, (_, status) in events.items()}


def relay_events(_: StandIns) -> Iterator[None]:
    keep_listing()
    batch = stream_batch()
    yield
    assert relay_app.handler(batch, LambdaContext()) == TAKEN


def serve_admin(services: StandIns) -> Iterator[None]:
    found, _ = keep_listing()
    keep_listing(url=f"{URL}2")
    bought, _ = keep_listing(State.PURCHASED, url=f"{URL}3")
    uploaded = put_photo(bought)
    one, other = f"/admin/listings/{found.id}", f"/admin/listings/{bought.id}"
    search = {"id": "sony", "brand": "Sony", "search": "Camera"}
    message = keep_message(sinks=["notion", "shopify"])
    given_up = first_try(message.id, "notion", at=system_clock()).ended(Status.FAILED, at=system_clock())
    wiring.deliveries().save(given_up)
    requests: list[tuple[Event, int]] = [
        (as_operator("GET", "/admin/listings?limit=1"), 200),
        (as_operator("GET", one), 200),
        (as_operator("GET", f"{one}/history"), 200),
        (as_operator("POST", f"{one}/retry", body={}), 202),
        (as_operator("POST", f"{one}/deadline", body={"days": 2}), 200),
        (as_operator("POST", f"{one}/transition", body={"to_state": "MESSAGING"}), 200),
        (as_operator("POST", f"{other}/photos", body={"photos": [{"content_type": "image/png", "size": 16}]}), 200),
        (as_operator("POST", f"{other}/received", body={"photos": [f"listings/{bought.id}/nothing.png"]}), 422),
        (as_operator("POST", f"{other}/received", body={"photos": [uploaded]}), 200),
        (as_operator("PUT", "/admin/settings/messaging", body={"automatic": False}), 200),
        (as_operator("PUT", "/admin/settings/selling", body={"condition": "USED_GOOD"}), 200),
        (as_operator("GET", "/admin/settings"), 200),
        (as_operator("PUT", "/admin/searches", body={"searches": [search]}), 200),
        (as_operator("GET", "/admin/searches"), 200),
        (as_operator("GET", "/admin/scrape/jobs"), 200),
        (as_operator("GET", f"/admin/scrape/jobs/{uuid4()}"), 404),
        (as_operator("GET", "/admin/settings/routing"), 200),
        (as_operator("PUT", "/admin/settings/routing", body={"rules": None}), 200),
        (as_operator("GET", "/admin/deliveries?limit=1"), 200),
        (as_operator("GET", "/admin/deliveries?status=failed"), 200),
        (as_operator("GET", f"/admin/deliveries?event_id={message.id}"), 200),
        (as_operator("POST", f"/admin/deliveries/{message.id}/notion/retry"), 202),
        (as_operator("POST", f"/admin/deliveries/{message.id}/notion/retry"), 409),
        (as_operator("GET", "/admin/sinks"), 200),
        (as_operator("POST", "/admin/sinks/notion/pause", body={"reason": "it moves house"}), 200),
        (as_operator("POST", "/admin/sinks/notion/resume"), 200),
        *((api_event("GET", path), 200) for path in ("/health", "/docs", "/openapi.json")),
    ]
    trigger = partial(as_operator, "POST", "/admin/scrape/trigger", body={"brand": "Sony"})
    yield
    answers = [admin_app.handler(event, LambdaContext())["statusCode"] for event, _status in requests]
    assert answers == [status for _, status in requests]
    with down(services, "scraper"):
        answers = [admin_app.handler(trigger(), LambdaContext())["statusCode"] for _ in range(FAILURES)]
    assert answers == [503] * FAILURES
    assert admin_app.handler(trigger(), LambdaContext())["statusCode"] == 202


def serve_reports(_: StandIns) -> Iterator[None]:
    for number in range(3):
        keep_listing(url=f"{URL}{number}")
    table = partial(as_operator, "GET", "/admin/reports/listings.csv")
    yield
    summary = reports_app.handler(as_operator("GET", "/admin/reports/summary"), LambdaContext())
    answers = [summary, reports_app.handler(table(), LambdaContext())]
    with patch.object(reports_service, "MAX_ANSWER_BYTES", 0):
        answers.append(reports_app.handler(table(), LambdaContext()))
    with patch.object(reports_service, "CHUNK_BYTES", 1), patch.object(reports_app, "listings", BrokenOff()):
        answers.append(reports_app.handler(table(), LambdaContext()))
    assert [answer["statusCode"] for answer in answers] == [200, 200, 303, 503]


class BrokenOff:
    """Listings of which only the first can be read."""

    def newest(self, *_: Any, **__: Any) -> Iterator[Any]:
        yield from (("", a_listing(url=f"{URL}{number}")) for number in range(5))
        raise DependencyError("the rest cannot be read now")


def advance_listings(services: StandIns) -> Iterator[None]:
    """The chat bot, eBay by its lister and by itself, a photo, and a service that is down for a while."""
    _, found = keep_listing()
    _, photo_sent = keep_sent_photo(a_file(services), url=f"{URL}2")
    _, to_lister = a_received_listing(f"{URL}3")
    _, to_ebay = a_received_listing(f"{URL}4")
    others = [message_of(keep_listing(url=f"{URL}/{number}")[1]) for number in range(FAILURES + 1)]
    decide_terms()
    set_secret("ebay-credentials", **SECRET)
    yield
    assert advance_app.handler(queue_batch(*map(message_of, (found, photo_sent, to_lister))), LambdaContext()) == TAKEN
    with EbayStandIn() as ebay, reaching(services.addresses, ebay_api_url="", ebay_inventory_url=ebay.url):
        assert advance_app.handler(queue_batch(message_of(to_ebay)), LambdaContext()) == TAKEN
        assert len(ebay.published) == 1
    with down(services, "chatterbot"):
        assert advance_app.handler(queue_batch(*others[:-1]), LambdaContext()) == TAKEN
    assert advance_app.handler(queue_batch(others[-1]), LambdaContext()) == TAKEN
    assert len(services.delivered()) == 2
    assert len(services.state("ebay")["listings"]) == 1


def time_listings(_: StandIns) -> Iterator[None]:
    entries = [keep_listing()[1], keep_listing(State.MESSAGING, url=f"{URL}2")[1]]
    yield
    assert timers_app.handler(queue_batch(*map(message_of, entries)), LambdaContext()) == TAKEN


def expire_listings(_: StandIns) -> Iterator[None]:
    listing, _event = keep_listing()
    assert listing.deadline_at is not None
    trace = {"id": listing.entry_id, "trace_id": "0" * 32, "correlation_id": "0" * 32}
    until = (listing.deadline_at + timedelta(seconds=1)).isoformat()
    event = {"listing_id": listing.id, "entered_version": listing.entered_version, "until": until, "trace": trace}
    yield
    assert expire_app.handler(event, LambdaContext())["over"] is True


def deliver_events_to(sink: str) -> Callable[[StandIns], Iterator[None]]:
    """One is delivered, one given up and asked for again; the others find the service down and have to wait."""

    def tour(services: StandIns) -> Iterator[None]:
        place = PLACES[sink]
        events = [keep_message(f"m-{number}", sinks=[sink]) for number in range(FAILURES + 3)]
        good, bad, last, *others = events
        with serving(sink, services):
            yield
            assert deliveries_app.handler(queue_batch(message_of(good)), LambdaContext()) == TAKEN
            services.set(place.stand_in, faults={"fail": {"status": 400, "next": 1}})
            assert deliveries_app.handler(queue_batch(message_of(bad)), LambdaContext()) == TAKEN
            assert made(sink, services) == 1
            with down(services, place.stand_in, circuit=sink):
                assert deliveries_app.handler(queue_batch(*map(message_of, others)), LambdaContext()) == TAKEN
            asked_again = message_of(ask_again(bad, sink))
            assert deliveries_app.handler(queue_batch(asked_again, message_of(last)), LambdaContext()) == TAKEN
        assert made(sink, services) == 3

    return tour


def ask_again(event: RecordedEvent, sink: str) -> RecordedEvent:
    said, fact = wiring.delivery_events(), {"event_id": event.id, "sinks": [sink]}
    return said.say(
        Fact(type=RETRY_REQUESTED, time=system_clock(), data=fact),
        first_try(event.id, sink, at=system_clock()),
        after=said.last(event.id, sink),
        cause=a_cause(),
    )


def receive_messages(_: StandIns) -> Iterator[None]:
    """New ones, the same once more, and something else under a known id."""
    bad = a_raw("m-2", price="a lot")
    first = as_operator("POST", "/messages", body={"messages": [a_raw("m-0"), a_raw("m-1"), bad]})
    requests: list[tuple[Event, int]] = [
        (as_operator("POST", "/messages?dry_run=true", body=a_raw("m-0")), 200),
        (first, 202),
        (first, 202),
        (as_operator("POST", "/messages", body=a_raw("m-0", content="Buy less tape")), 422),
    ]
    yield
    answers = [messages_app.handler(event, LambdaContext())["statusCode"] for event, _status in requests]
    assert answers == [status for _, status in requests]


def write_snapshot(_: StandIns) -> Iterator[None]:
    """The first one; one with nothing new; one that breaks off."""
    first, _second = (keep_message(message_id, sinks=["notion"]) for message_id in ("m-0", "m-1"))
    delivered = first_try(first.id, "notion", at=system_clock()).ended(Status.DELIVERED, at=system_clock())
    wiring.deliveries().save(delivered)
    with patch.object(snapshot_service, "REACHES_BACK", timedelta(days=1)):
        yield
        assert snapshot_app.handler({}, LambdaContext()) == {"read": 2, "updated": 1, "count": 2, "written": True}
    assert snapshot_app.handler({}, LambdaContext()) == {"read": 0, "updated": 0, "count": 2, "written": False}
    always = patch.multiple(snapshot_service, WRITTEN_AFTER=0, OVERLAP=timedelta(0))
    with always, unwell(wiring.files()._client, "UploadPart"), pytest.raises(DependencyError):
        snapshot_app.handler({}, LambdaContext())


def run_searches(services: StandIns) -> Iterator[None]:
    keep_searches("Sony", "Canon")

    def take_turn(number: int) -> None:
        event = {"task": "take_turn", "time": f"2026-03-01T09:00:{number:02}Z"}
        searches_app.handler(event, LambdaContext())

    yield
    with patch.object(searches_service, "PAUSE", 0):
        take_turn(1)
        take_turn(1)  # the scheduler repeats itself
        with down(services, "scraper"):
            take_turn(2)
            take_turn(3)
        take_turn(4)
    assert len(services.state("scraper")["jobs"]) == 2
    searches_app.handler({"task": "flag_overdue", "time": "2026-03-01T09:15:00Z"}, LambdaContext())


@contextmanager
def down(services: StandIns, name: str, *, circuit: str | None = None) -> Iterator[None]:
    """A service that cannot be reached inside; after it, its circuit gives it a chance. So it is called as the
    stand-in, or otherwise.
    """
    services.set(name, faults={"down": "closed"})
    yield
    services.set(name, faults={"down": "no"})
    let_time_pass(circuit or name)


def signed(path: str, body: Mapping[str, Any], **signing: Any) -> Event:
    text = json.dumps(body)
    headers = signed_headers(text, base64.b64decode(SCRAPER_SECRET), at=datetime.now(UTC), **signing)
    return api_event("POST", path, body=text, headers=headers)


def an_update(update_id: int | None = None, **message: Any) -> Event:
    """Telegram tells of a photo in the chat of the operators."""
    photo = [{"file_id": "AgAC", "file_unique_id": "AQADx", "width": 1, "height": 1}]
    said = {"message_id": 1, "date": 1, "chat": {"id": CHAT}, "photo": photo, **message}
    body = {"update_id": uuid4().int % 2**40 if update_id is None else update_id, "message": said}
    headers = {"X-Telegram-Bot-Api-Secret-Token": TELEGRAM_SECRET["webhook_token"]}
    return api_event("POST", "/webhooks/telegram", body=body, headers=headers)


def a_file(services: StandIns) -> str:
    """The id of a photo that Telegram has."""
    with suppress(StandInError):  # it does not know whom to tell
        services.photo(CHAT, SMALL_JPEG)
    return str(list(services.state("telegram")["files"])[-1])


def a_received_listing(url: str = URL) -> Any:
    """With a photo, ready to be put up for sale."""
    details = {"photos": (put_photo(a_listing(url=url)),), "target_price": a_listing().target_price}
    bought = a_listing(State.PURCHASED, at=system_clock(), url=url)
    received = bought.moved(
        State.RECEIVED,
        at=system_clock(),
        actor="key:test",
        reason=None,
        details=details,
        deadlines=advance_app.deadlines,
    )
    return keep(received)
