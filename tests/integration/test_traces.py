"""One trace over the whole chain: from what came in, over ledger, relay and queue, to who was asked in the end."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from functions.advance_listings import app as advance_app
from functions.authorize_requests import app as authorize_app
from functions.deliver_events import app as deliver_app
from functions.expire_listings import app as expire_app
from functions.receive_interactions import app as interactions_app
from functions.receive_messages import app as messages_app
from functions.receive_webhooks import app as webhooks_app
from functions.record_spans import app as record_app
from functions.relay_events import app as relay_app
from functions.run_commands import app as commands_app
from functions.run_searches import app as searches_app
from scripts.keys import create_key
from shared.control.tracing.critical import critical_path
from shared.control.tracing.told import Told
from shared.ledger.envelope import Event
from shared.runtime import http, wiring, wiring_listings
from shared.runtime.clock import system_clock
from shared.runtime.span import Status, event_span_id
from tests.integration.tours import JOB_COMPLETE, down, signed
from tests.stand_ins.client import StandIns
from tests.support import interactions
from tests.support.aws_over_http import aws_over_http
from tests.support.builders import a_job, a_match
from tests.support.commanding import commanding
from tests.support.http_events import LambdaContext, api_event, as_operator
from tests.support.in_process import aws_in_process
from tests.support.posted import a_raw
from tests.support.queue_events import message_of, queue_batch
from tests.support.receiving import receiving
from tests.support.recorded import keep_listing, keep_searches
from tests.support.sinks import serving
from tests.support.stream import stream_batch
from tests.support.traced import record_all, spans_of, take_parcels, told_of, traced, traced_over_http
from tests.support.unwell import unwell

CALLER = "b7ad6b7169203331"  # whose span the trace begins with
TAKEN: dict[str, Any] = {"batchItemFailures": []}


@pytest.fixture(autouse=True)
def _aws(services: StandIns) -> Iterator[None]:
    with aws_in_process():
        yield


def a_trace() -> str:
    return uuid4().hex


def from_caller(trace_id: str) -> dict[str, str]:
    return {"traceparent": f"00-{trace_id}-{CALLER}-01"}


def arrived(event: dict[str, Any]) -> dict[str, Any]:
    """When API Gateway got it: a while ago."""
    event["requestContext"]["requestTimeEpoch"] = int((system_clock() - timedelta(seconds=1)).timestamp() * 1_000)
    return event


def events_of(trace_id: str) -> list[Event]:
    return list(wiring.ledger().trace(trace_id))


def relay() -> None:
    assert relay_app.handler(stream_batch(), LambdaContext()) == TAKEN


def shape(told: Told) -> list[str]:
    """Each piece of work below what it is part of."""
    return [f"{'  ' * node.depth}{node.span.service}: {node.span.name}" for node in told.tree.nodes]


@contextmanager
def as_a_request(event: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """As API Gateway asks: first whether it may be let in, then who answers."""
    key = create_key(name="tracer", role="operator")
    asked = event | {"methodArn": "arn:aws:execute-api:::x"}
    asked["multiValueHeaders"] = {**event["multiValueHeaders"], "x-api-key": [key]}
    assert authorize_app.handler(asked, LambdaContext())["principalId"]
    yield event


def test_a_message_posted_over_http_is_one_trace_as_far_as_notion(services: StandIns) -> None:
    trace_id = a_trace()
    posted = arrived(as_operator("POST", "/messages", body=a_raw("m-1"), headers=from_caller(trace_id)))
    with traced(), serving("notion", services):
        with as_a_request(posted) as event:
            assert messages_app.handler(event, LambdaContext())["statusCode"] == 202
        (created,) = events_of(trace_id)
        relay()
        assert deliver_app.handler(queue_batch(message_of(created)), LambdaContext()) == TAKEN
        told = told_of(trace_id)
    assert shape(told) == [
        "api: request",
        "  authorize_requests: authorize",
        "  receive_messages: POST /messages",
        "    receive_messages: commit",
        f"      ledger: {created.type}",
        f"        relay_events: relay {created.type}",
        f"        deliver_events: handle {created.type}",
        "          deliver_events: POST notion",
    ]
    assert (told.source, told.errors, told.is_all) == ("spans", 0, True)
    assert told.tree.root.span.parent_id == CALLER
    assert sum(step.duration for step in critical_path(told.tree.root)) == told.tree.duration
    assert told.services == [
        "api",
        "authorize_requests",
        "deliver_events",
        "notion",
        "receive_messages",
        "relay_events",
    ]
    assert told.tree.root.span.duration >= 1_000_000  # since API Gateway got it


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str | None]]:
    """How services are asked, and what each hears of the trace."""
    calls: list[tuple[str, str | None]] = []
    send = http.send_over

    def noting(client: Any, url: str, call: http.Call, headers: Mapping[str, str]) -> http.Answer:
        calls.append((f"{call.method} {call.path}", headers.get("traceparent")))
        return send(client, url, call, headers)

    monkeypatch.setattr(http, "send_over", noting)
    return calls


def test_a_webhook_is_one_trace_as_far_as_the_chat_bot_which_hears_whose_part_it_is(
    services: StandIns, heard: list[tuple[str, str | None]]
) -> None:
    trace_id = a_trace()
    event = signed(JOB_COMPLETE, a_job(a_match()))
    event["multiValueHeaders"] |= {name: [value] for name, value in from_caller(trace_id).items()}
    with traced():
        assert webhooks_app.handler(event, LambdaContext())["statusCode"] == 202
        created = next(one for one in events_of(trace_id) if one.type == "listing.created")
        assert advance_app.handler(queue_batch(message_of(created)), LambdaContext()) == TAKEN
        told = told_of(trace_id)
    lines = shape(told)
    assert lines[:2] == ["api: request", "  receive_webhooks: POST /webhooks/scraper/job-complete"]
    handled = lines.index("      ledger: listing.created")
    assert lines[handled + 1] == "        advance_listings: handle listing.created"
    assert "          advance_listings: POST chatterbot" in lines
    assert "            ledger: listing.state.messaging" in lines  # recorded by who asked
    call = next(node.span for node in told.tree.nodes if node.span.name == "POST chatterbot")
    assert dict(heard)["POST /messages"] == f"00-{trace_id}-{call.span_id}-01"
    assert services.violations() == []


def test_a_provider_hears_nothing_of_our_traces(services: StandIns, heard: list[tuple[str, str | None]]) -> None:
    posted = as_operator("POST", "/messages", body=a_raw("m-1"), headers=from_caller(trace_id := a_trace()))
    with traced(), serving("notion", services):
        messages_app.handler(posted, LambdaContext())
        deliver_app.handler(queue_batch(message_of(events_of(trace_id)[0])), LambdaContext())
    assert [trace for _, trace in heard] == [None]


def test_a_command_used_in_discord_is_one_trace_from_its_receiver_on(services: StandIns) -> None:
    used = interactions.slash("listings")
    with traced(), commanding(services):
        with aws_over_http() as aws, receiving(aws.url):
            interactions_app.handler(interactions.posted(used), LambdaContext())
            (message,) = aws.sent()
        detail = message["detail"]
        assert commands_app.handler(queue_batch(json.dumps(message)), LambdaContext()) == TAKEN
        assert commands_app.handler(queue_batch(json.dumps(message)), LambdaContext()) == TAKEN
        told = told_of(detail["trace_id"])
    lines = shape(told)
    assert lines[:2] == [
        "receive_interactions: receive interaction",
        "  run_commands: handle discord.interaction",
    ]
    assert "      ledger: command.invoked" in lines
    assert lines.count("receive_interactions: receive interaction") == 1
    assert told.tree.root.span.duration > 0


def test_a_timer_hangs_on_the_event_with_which_it_began() -> None:
    listing, entered = keep_listing()
    assert listing.deadline_at
    trace = {"id": entered.id, "trace_id": a_trace(), "correlation_id": "c"}
    until = (listing.deadline_at + timedelta(seconds=1)).isoformat()
    task = {"listing_id": listing.id, "entered_version": listing.entered_version, "until": until, "trace": trace}
    with traced():
        assert expire_app.handler(task, LambdaContext())["over"] is True
        told = told_of(trace["trace_id"])
    assert shape(told)[:2] == ["expire_listings: timer", "  expire_listings: commit"]
    assert told.tree.root.span.parent_id == event_span_id(entered.id)


def test_what_the_clock_begins_is_a_trace_of_its_own(services: StandIns) -> None:
    keep_searches("Sony")
    with traced():
        searches_app.handler({"task": "take_turn", "time": "2026-03-01T09:00:00Z"}, LambdaContext())
        (job,) = wiring_listings.scrape_jobs().newest()
        (created, *_others) = wiring.ledger().history("SCRAPER", job.id)
        told = told_of(created.trace_id)
    lines = shape(told)
    assert lines[0] == "run_searches: take turn"
    assert "  run_searches: POST scraper" in lines


def test_a_service_that_is_down_shows_as_errors_though_the_trace_is_not_sampled(services: StandIns) -> None:
    trace_id = a_trace()
    posted = as_operator("POST", "/messages", body=a_raw("m-1"), headers=from_caller(trace_id))
    with traced(0.0), serving("notion", services):
        assert messages_app.handler(posted, LambdaContext())["statusCode"] == 202
        (created,) = events_of(trace_id)
        assert take_parcels() == []
        with down(services, "notion"):
            deliver_app.handler(queue_batch(message_of(created)), LambdaContext())
        told = told_of(trace_id)
    assert (told.source, told.errors) == ("spans and events", 1)
    assert shape(told) == [
        f"ledger: {created.type}",
        f"  deliver_events: handle {created.type}",
        "    deliver_events: POST notion",
    ]
    assert [node.span.status for node in told.tree.nodes] == [Status.OK, Status.OK, Status.ERROR]


def test_of_a_trace_that_was_not_kept_its_events_are_told() -> None:
    trace_id = a_trace()
    posted = as_operator("POST", "/messages", body=a_raw("m-1"), headers=from_caller(trace_id))
    with traced(0.0):
        assert messages_app.handler(posted, LambdaContext())["statusCode"] == 202
        told = told_of(trace_id)
    assert (told.source, told.spans, told.events) == ("events", 0, 1)


def test_what_is_kept_says_nothing_of_what_was_posted_and_no_secret(services: StandIns) -> None:
    trace_id = a_trace()
    words = a_raw("m-secret", content="The code of the safe is opensesame", author="Alice-opensesame")
    posted = as_operator(
        "POST", "/messages", body=words, headers={**from_caller(trace_id), "x-api-key": "swy_opensesame"}
    )
    with traced(), serving("notion", services):
        assert messages_app.handler(posted, LambdaContext())["statusCode"] == 202
        (created,) = events_of(trace_id)
        deliver_app.handler(queue_batch(message_of(created)), LambdaContext())
        bodies = take_parcels()
    assert len(bodies) == 2
    said = ("opensesame", "m-secret", "key:", "http", "v1/pages")  # with letters that no id and no time has
    assert not [word for word in said for body in bodies if word in body]


def test_spans_leave_over_http_in_one_message_for_each_call() -> None:
    trace_id = a_trace()
    asked = {"x-api-key": create_key(name="tracer", role="viewer"), **from_caller(trace_id)}
    event = api_event("GET", "/admin/listings", headers=asked) | {"methodArn": "arn:aws:execute-api:::x"}
    with traced_over_http() as aws:
        assert authorize_app.handler(event, LambdaContext())["principalId"]
        assert aws.operations() == ["SendMessage"]
    assert record_all() == TAKEN
    assert [span.name for span in spans_of(trace_id)] == ["authorize"]


@pytest.mark.parametrize("fault", ["silent", "closed", "unwell", "html"])
def test_whatever_the_queue_of_spans_does_the_work_is_done(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    trace_id = a_trace()
    with traced_over_http() as aws:
        monkeypatch.setattr("shared.runtime.span_queue.SECONDS", 0.3)
        aws.faults["sqs"] = fault
        posted = as_operator("POST", "/messages", body=a_raw("m-1"), headers=from_caller(trace_id))
        assert messages_app.handler(posted, LambdaContext())["statusCode"] == 202
        again = as_operator("POST", "/messages", body=a_raw("m-2"), headers=from_caller(trace_id))
        assert messages_app.handler(again, LambdaContext())["statusCode"] == 202
    assert len(events_of(trace_id)) == 2
    assert aws.connections <= 2  # the second time it was left alone


def test_where_the_table_is_unwell_spans_wait_in_their_queue_and_come_again() -> None:
    trace_id = a_trace()
    posted = as_operator("POST", "/messages", body=a_raw("m-1"), headers=from_caller(trace_id))
    with traced():
        messages_app.handler(posted, LambdaContext())
        batch = queue_batch(*take_parcels())
        with unwell(wiring.client("dynamodb"), "BatchWriteItem"):
            failed = record_app.handler(batch, LambdaContext())["batchItemFailures"]
        assert [one["itemIdentifier"] for one in failed] == [one["messageId"] for one in batch["Records"]]
        for _ in range(2):
            assert record_app.handler(batch, LambdaContext()) == TAKEN
    assert len(spans_of(trace_id)) == 3
