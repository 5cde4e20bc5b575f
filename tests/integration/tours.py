"""A tour of each function: all it does with AWS, at least once. Preparations come before the `yield`."""

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest

from functions.advance_listings import app as advance_app
from functions.arbitrate_claims import app as claims_app
from functions.authorize_requests import app as authorize_app
from functions.conduct_deploys import app as deploys_app
from functions.deliver_events import app as deliveries_app
from functions.expire_listings import app as expire_app
from functions.notify_agents import app as notices_app
from functions.post_cards import app as cards_app
from functions.receive_interactions import app as interactions_app
from functions.receive_messages import app as messages_app
from functions.receive_webhooks import app as webhooks_app
from functions.record_spans import app as spans_app
from functions.relay_events import app as relay_app
from functions.run_commands import app as commands_app
from functions.run_commands.wired import WiredPorts
from functions.run_searches import app as searches_app
from functions.run_searches import service as searches_service
from functions.serve_admin import app as admin_app
from functions.serve_blackboard import app as blackboard_app
from functions.serve_reports import app as reports_app
from functions.serve_reports import service as reports_service
from functions.time_listings import app as timers_app
from functions.write_snapshot import app as snapshot_app
from functions.write_snapshot import service as snapshot_service
from scripts.keys import create_key
from shared.blackboard.agent import Bid
from shared.blackboard.artefact import INLINE_BYTES, claim_id_of
from shared.deliveries.delivery import Status, first_try
from shared.deliveries.events import RETRY_REQUESTED
from shared.deploys.order import ANNOUNCED
from shared.deploys.states import State as DeployState
from shared.discord.flows import begin
from shared.ledger.envelope import Event as RecordedEvent
from shared.ledger.envelope import Fact
from shared.listings.lifecycle import State
from shared.listings.timer import reminded
from shared.runtime import wiring, wiring_blackboard, wiring_listings
from shared.runtime.circuit import FAILURES
from shared.runtime.clock import system_clock
from shared.runtime.errors import DependencyError
from tests.integration.shared.state.servers import redis_binaries, redis_server
from tests.stand_ins.client import StandInError, StandIns
from tests.stand_ins.ebay_inventory import SECRET, EbayStandIn
from tests.stand_ins.photos import SMALL_JPEG
from tests.support import interactions
from tests.support.aws_over_http import aws_over_http
from tests.support.blackboard_in_process import INSTANCE, a_question, answer_to, asking, hear, work_of
from tests.support.board import Board
from tests.support.builders import a_cause, a_job, a_listing, a_match
from tests.support.cards import asked_people, showing_cards, shown_cards
from tests.support.circuits import let_time_pass
from tests.support.commanding import carry_out, commanding
from tests.support.findings import a_finding, keep_findings
from tests.support.http_events import LambdaContext, api_event, as_operator, signed_headers
from tests.support.in_process import SCRAPER_SECRET, TELEGRAM_SECRET, client, set_secret
from tests.support.notifying import AGENT_QUEUES, notice_for, notifying
from tests.support.outside import reaching
from tests.support.posted import a_raw
from tests.support.queue_events import message_of, queue_batch
from tests.support.raw_server import answer, raw_server, saying
from tests.support.receiving import receiving
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
from tests.support.shipping import ask_for, shipping, told_by_github
from tests.support.shipping import now as newest_deploy
from tests.support.sinks import PLACES, made, serving
from tests.support.stream import stream_batch
from tests.support.traced import take_parcels
from tests.support.travel import travelling
from tests.support.unwell import unwell

JOB_COMPLETE = "/webhooks/scraper/job-complete"
NOBODY = "http://127.0.0.1:9"  # is there
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
        "GitHub": (told_by_github({"id": 7, "status": "queued", "html_url": "https://github.example/7"}), 200),
    }
    with shipping(services):
        yield
        answers = {
            name: webhooks_app.handler(event, LambdaContext())["statusCode"]
            for name, (event, _status) in events.items()
        }
    assert answers == {name: status for name, (_, status) in events.items()}


def record_spans(_: StandIns) -> Iterator[None]:
    serve_a_request()
    parcels = take_parcels()
    yield
    assert spans_app.handler(queue_batch(*parcels), LambdaContext()) == TAKEN


def serve_a_request() -> None:
    assert admin_app.handler(as_operator("GET", "/admin/listings"), LambdaContext())["statusCode"] == 200


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
        *((api_event("GET", path), 200) for path in ("/docs", "/openapi.json")),
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
    assert timers_app.handler(queue_batch("no event"), LambdaContext()) != TAKEN


def expire_listings(_: StandIns) -> Iterator[None]:
    listing, _event = keep_listing()
    assert listing.deadline_at is not None
    trace = {"id": listing.entry_id, "trace_id": "0" * 32, "correlation_id": "0" * 32}
    until = (listing.deadline_at + timedelta(seconds=1)).isoformat()
    event = {"listing_id": listing.id, "entered_version": listing.entered_version, "until": until, "trace": trace}
    yield
    assert expire_app.handler(event, LambdaContext())["over"] is True


def conduct_deploys(services: StandIns) -> Iterator[None]:
    """Something is shipped: GitHub is down at first, then does it; the run is followed, and looked at."""
    services.set("github", seconds=0.0)
    with travelling() as travel, shipping(services):
        ask_for()
        yield
        with down(services, "github"):
            for _ in range(FAILURES):
                deal_with_deploys()
                travel.go_on(timedelta(minutes=1))
        for _ in range(4):
            deal_with_deploys()
            travel.go_on(timedelta(minutes=2))
        assert newest_deploy().state is DeployState.DEPLOYED


def deal_with_deploys() -> None:
    """Every event that the rule hands over, once more."""
    newest = newest_deploy().version  # they are read one by one, as the function itself may read
    for event in [wiring.ledger().event(f"deploy:staging:{version}") for version in range(1, newest + 1)]:
        if event.type != ANNOUNCED:
            assert deploys_app.handler(queue_batch(message_of(event)), LambdaContext()) == TAKEN


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


def notify_agents(_: StandIns) -> Iterator[None]:
    """Agents with webhooks and queues, one that is down, one whose queue is not there; Redis hears of all of it."""
    board = Board(ledger=wiring.ledger(), clock=system_clock)
    name = f"{AGENT_QUEUES}writer"
    client("sqs").create_queue(QueueName=name)
    with ExitStack() as until:
        redis = until.enter_context(redis_server(next(iter(redis_binaries().values()))))
        well = until.enter_context(raw_server(saying(answer())))
        ill = until.enter_context(raw_server(saying(answer(status="500 No"))))
        until.enter_context(notifying(well.url, ill.url, redis_url=redis.url()))
        board.register("Well", delivery="webhook", url=well.url, bidding_strategy=Bid.REVIEW)
        board.register("Queued", delivery="queue", queue=name, bidding_strategy=Bid.REVIEW)
        board.register("Gone", delivery="queue", queue=f"{AGENT_QUEUES}nothing", bidding_strategy=Bid.REVIEW)
        board.register("Ill", delivery="webhook", url=ill.url, bidding_strategy=Bid.REVIEW, capacity=32)
        artefact = board.post("x" * 10)
        wiring.files().put(f"blackboard/{artefact.id}", b"much", "text/plain")
        large = board.post(None, payload_key=f"blackboard/{artefact.id}")
        claims = [board.open(artefact), *(board.open() for _ in range(FAILURES + 1))]
        first, *others = [board.grants(claim) for claim in claims]
        yield
        told = [message_of(event) for event in (board.created(large), *first)]
        assert notices_app.handler(queue_batch(*told), LambdaContext()) == TAKEN
        for agent, event in ((event.data["agent_name"], event) for event in first):
            assert notices_app.handler(queue_batch(notice_for(agent, event)), LambdaContext()) == TAKEN
        for event in (one for grants in others[:-1] for one in grants if one.data["agent_name"] == "Ill"):
            assert notices_app.handler(queue_batch(notice_for("Ill", event)), LambdaContext()) == TAKEN
        let_time_pass("agent:default/Ill")
        last = next(one for one in others[-1] if one.data["agent_name"] == "Ill")
        assert notices_app.handler(queue_batch(notice_for("Ill", last)), LambdaContext()) == TAKEN
        assert (len(well.requests), len(ill.requests)) == (1, FAILURES + 1)


def post_cards(services: StandIns) -> Iterator[None]:
    """A listing is shown and edited, people are asked; the others find Discord down and have to wait."""
    kept = [keep_listing(url=f"https://market.example/{number}") for number in range(FAILURES + 3)]
    (first, found), *others = kept
    _, moved = keep(reminded(first, at=system_clock()))
    asked = a_question()
    told = [message_of(event) for event in wiring.ledger().history("CLAIM", asked)]
    with showing_cards(services):
        yield
        assert cards_app.handler(queue_batch(message_of(found), message_of(moved)), LambdaContext()) == TAKEN
        assert len(shown_cards(services)) == 2
        assert cards_app.handler(queue_batch(told[-1]), LambdaContext()) == TAKEN
        assert len(asked_people(services)) == 1
        with down(services, "discord", circuit="discord"):
            assert cards_app.handler(queue_batch(*(message_of(event) for _, event in others[1:])), LambdaContext())
        assert cards_app.handler(queue_batch(message_of(others[0][1])), LambdaContext()) == TAKEN
    assert len(shown_cards(services)) == 3


def serve_blackboard(_: StandIns) -> Iterator[None]:
    """People and agents do all they can do; a payload is large, a question waits, a list has a second page."""
    goal, draft, question, large = (str(uuid4()) for _ in range(4))
    asked = {"question_text": "How much?", "routing": "human"}
    answer_to("PUT", "agents/Writer", {"bidding_strategy": "exclusive", "target_types": ["GoalDefined"]})
    answer_to("PUT", "agents/Critic", {"target_types": ["Draft"]})
    answer_to("POST", "artefacts", {"id": goal, "type": "GoalDefined", "payload": "Sell the camera"})
    answer_to("POST", "artefacts", {"id": draft, "type": "Draft", "payload": "It takes pictures"})
    answer_to("POST", "artefacts", {"id": question, "type": "Q", "structural_type": "Question", "payload": asked})
    hear(*(f"ARTEFACT {one}" for one in (goal, draft, question)))
    claim, bidding, waiting = (f"claims/{claim_id_of(one)}" for one in (goal, draft, question))
    yield
    answer_to("POST", f"{claim}/heartbeat", {}, agent="Writer")
    made = {"id": large, "type": "Ad", "claim_id": claim_id_of(goal), "payload": "x" * (INLINE_BYTES + 1)}
    answer_to("POST", "artefacts", made, agent="Writer")
    assert answer_to("GET", f"artefacts/{large}", agent="Writer")["payload"] == made["payload"]
    assert [one["kind"] for one in work_of("Critic")] == ["bid"]
    answer_to("POST", f"{bidding}/bids", {"bid": "ignore"}, agent="Critic")
    answer_to("POST", f"{bidding}/terminate", {"reason": "it has gone"})
    answer_to("POST", f"{waiting}/answer", {"text": "380"})
    looks = (f"artefacts/{goal}/lineage?direction=down", f"threads/{goal}", claim, f"{claim}/history")
    for path in (*looks, "agents", "agents/Writer", "instance", "events"):
        answer_to("GET", path)
    for what in ("artefacts", "claims"):
        page = answer_to("GET", what, limit=1)
        assert answer_to("GET", what, limit=1, cursor=page["next_cursor"])[what]
    answer_to("PUT", "instance", {"bidding_seconds": 60})
    editor = {"bidding_strategy": "review", "delivery": "webhook", "url": f"{NOBODY}/work"}
    with notifying(NOBODY):
        assert answer_to("PUT", "agents/Editor", editor)["webhook_secret"].startswith("whsec_")
    assert answer_to("DELETE", "agents/Editor") == {"removed": True}
    late = asking("POST", f"{claim}/heartbeat", {}, agent="Writer")
    assert blackboard_app.handler(late, LambdaContext())["statusCode"] == 409


def arbitrate_claims(_: StandIns) -> Iterator[None]:
    """A goal is granted, its lease lost; a large question is read; a sweep finds what nobody was told of."""
    goal, question, unheard = (str(uuid4()) for _ in range(3))
    asked = {"question_text": "How much?", "routing": "human", "more": "x" * INLINE_BYTES}
    answer_to("PUT", "instance", {"lease_seconds": 600})
    answer_to("PUT", "agents/Writer", {"bidding_strategy": "exclusive"})
    answer_to("POST", "artefacts", {"id": goal, "type": "GoalDefined", "payload": "Sell the camera"})
    answer_to("POST", "artefacts", {"id": question, "type": "Q", "structural_type": "Question", "payload": asked})
    answer_to("POST", "artefacts", {"id": unheard, "type": "GoalDefined", "payload": "Sell the tripod"})
    with travelling() as travel:
        yield
        hear(f"ARTEFACT {goal}", f"ARTEFACT {question}", f"CLAIM {claim_id_of(goal)}")
        travel.go_on(timedelta(minutes=11))
        hear(f"CLAIM {claim_id_of(goal)}")
        assert [grant.times for grant in wiring_blackboard.blackboard().claim(claim_id_of(goal)).grants] == [1, 2]
        for task in ("sweep", "sweep"):
            claims_app.handler({"task": task}, LambdaContext())
    assert len(wiring_blackboard.blackboard().claims([claim_id_of(one) for one in (goal, question, unheard)])) == 3


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


def receive_interactions(_: StandIns) -> Iterator[None]:
    """A command, the same once more, what is offered while somebody types, or has a whole id, and who may not."""
    listing_id = keep_listing()[0].id
    used = interactions.slash("listing show", {"listing": "1"})
    typing = interactions.autocomplete("listing show", "listing", "s")
    pasted = interactions.autocomplete("listing show", "listing", listing_id)
    refused = interactions.slash("analytics", roles=[interactions.VIEWER])
    with aws_over_http() as aws, receiving(aws.url):
        yield
        answers = [
            interactions_app.handler(interactions.posted(one), LambdaContext())
            for one in (used, used, typing, pasted, refused)
        ]
        assert aws.operations()[:3] == ["PutItem", "SendMessage", "PutItem"]
    assert [answer["statusCode"] for answer in answers] == [200, 401, 200, 200, 200]
    assert [json.loads(answers[at]["body"])["type"] for at in (0, 2, 3, 4)] == [5, 8, 8, 4]
    assert [len(json.loads(answers[at]["body"])["data"]["choices"]) for at in (2, 3)] == [1, 1]


def run_commands(services: StandIns) -> Iterator[None]:
    """Looking, acting, repairing, the digest; each answered in the channel, for its token is over."""
    found, _ = keep_listing()
    bought, _ = keep_listing(State.PURCHASED, url=f"{URL}3")
    uploaded = put_photo(bought)
    message = keep_message(sinks=["notion"])
    wiring.deliveries().save(first_try(message.id, "notion", at=system_clock()).ended(Status.FAILED, at=system_clock()))
    keys = [uploaded, f"listings/{bought.id}/nothing.png"]
    flow = begin(wiring.state(), {"listing_id": bought.id, "keys": keys}, user_id=interactions.USER)
    answered, waiting, ended = ({"id": a_question(), "instance": INSTANCE} for _ in range(3))
    answer_to("POST", f"claims/{answered['id']}/answer", {"text": "é" * (INLINE_BYTES // 2 + 1)})
    too_late = interactions.slash("blackboard answer", {**answered, "text": "380"})
    keep_findings(WiredPorts().findings, a_finding(1))
    uses = [
        interactions.slash("listings"),
        interactions.slash("listing show", {"listing": found.id}),
        interactions.slash("listing extend", {"listing": found.id, "days": 3}),
        interactions.slash("listing photos", {"listing": bought.id, "count": 1}),
        interactions.component(f"listing.uploaded:{bought.id}:{flow}"),
        interactions.message_menu("Send to sinks", "Kickoff with ACME"),
        interactions.slash("dead-letters list"),
        interactions.slash("dead-letters retry", {"all": "notion"}),
        interactions.slash("sinks pause", {"sink": "notion"}),
        interactions.slash("services"),
        interactions.slash("trace", {"id": message.trace_id}),
        interactions.slash("events"),
        interactions.slash("events", {"actor": message.actor}),
        interactions.slash("events", {"correlation": message.correlation_id}),
        interactions.slash("workflow run", {"name": "ingestion", "parameters": "sources=github"}),
        interactions.slash("runs"),
        interactions.slash("jobs run", {"job": "poll-services"}),
        interactions.slash("replay", {"event_types": "message"}),
        interactions.slash("findings"),
        interactions.slash("system"),
        interactions.slash("scrape now", {"brands": "Sony"}),
        interactions.slash("rotation show"),
        interactions.slash("ship", {"env": "staging"}),
        interactions.slash("blackboard goal", {"text": "Sell the camera"}),
        interactions.slash("blackboard questions", {"instance": INSTANCE}),
        interactions.slash("blackboard answer", {**waiting, "text": "380"}),
        interactions.slash("blackboard terminate", {**ended, "reason": "it has gone"}),
        interactions.slash("analytics", roles=[interactions.ADMIN]),
        interactions.slash("help", roles=[]),
    ]
    digest = {"task": "status-digest", "period": "daily", "time": "2026-03-01T16:00:00Z"}
    with commanding(services, github_repository="switchyard/shop", github_api_url=NOBODY):
        yield
        for use in (*uses, too_late):
            assert carry_out(use) == TAKEN
        commands_app.handler(digest, LambdaContext())
        with down(services, "discord", circuit="discord"):
            carry_out(*(interactions.slash("listings") for _ in range(FAILURES)))
            with pytest.raises(DependencyError):
                commands_app.handler(digest | {"time": "2026-03-02T16:00:00Z"}, LambdaContext())
    assert wiring_listings.listings().get(bought.id).photos == (uploaded,)
    came = {use["data"].get("name"): outcome_of(use) for use in uses}
    assert came == dict.fromkeys(came, "done") | {"help": "refused"}
    assert outcome_of(too_late) == "wrong"


def outcome_of(use: Event) -> str:
    """Of a command that was carried out, as it is recorded."""
    (event,) = wiring.ledger().history("COMMAND", use["id"])
    return str(event.data["outcome"])


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
