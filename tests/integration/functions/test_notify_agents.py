"""Agents are told, through the function as it is deployed: real receivers, real Redis; AWS is in this process."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import redis
from standardwebhooks import Webhook

from functions.notify_agents import app
from shared.blackboard.agent import Bid
from shared.blackboard.webhook import agent_secret
from shared.deliveries.delivery import HELD_FOR, Status
from shared.ledger.envelope import Event
from shared.runtime import wiring
from shared.runtime.clock import system_clock
from tests.integration.functions import crashes
from tests.integration.functions.crashes import a_world, kills, work_off
from tests.integration.shared.state.servers import PASSWORD, Server, redis_binaries, redis_server
from tests.support.aws_calls import Call, Kill
from tests.support.board import Board
from tests.support.ends import FOR_EVER
from tests.support.in_process import AGENT_WEBHOOK_SECRET, client, dead_letters
from tests.support.notifying import AGENT_QUEUES, notice_for, notifying
from tests.support.queue_events import message_of
from tests.support.raw_server import RawServer, answer, raw_server, saying
from tests.support.travel import Travel

QUEUE = f"{AGENT_QUEUES}writer"


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A message that comes again is there before the lease is over, and when nobody holds its record any more."""
    monkeypatch.setattr(crashes, "COMES_AGAIN_AFTER", HELD_FOR + timedelta(seconds=5))


@pytest.fixture
def travel() -> Iterator[Travel]:
    with a_world() as travel:
        yield travel


@pytest.fixture
def board(travel: Travel) -> Board:
    return Board(ledger=wiring.ledger(), clock=system_clock)


def asked(board: Board, **what: Any) -> Event:
    board.register("Writer", **what)
    return board.news(board.open(), "claim.created")


def granted(board: Board, **what: Any) -> Event:
    return board.news(board.kept.claim(asked(board, bidding_strategy=Bid.EXCLUSIVE, **what).subject), "claim.granted")


def received(server: RawServer) -> list[dict[str, Any]]:
    """What came, each checked by the library of Standard Webhooks, with the time it is of."""
    verifier = Webhook(agent_secret(AGENT_WEBHOOK_SECRET["current"].encode(), "default", "Writer"))
    bodies = []
    for request in server.requests:
        head, _, body = request.partition(b"\r\n\r\n")
        lines = [line.partition(": ") for line in head.decode().split("\r\n")[1:]]
        bodies.append(dict(verifier.verify(body, {name.lower(): value for name, _, value in lines})))
    return bodies


def test_a_webhook_is_believed_by_the_library_of_standard_webhooks(board: Board, travel: Travel) -> None:
    with raw_server(saying(answer())) as server, notifying(server.url):
        event = granted(board, delivery="webhook", url=f"{server.url}/hook")
        for _ in range(2):
            work_off(app.handler, message_of(event), travel)
        (body,) = received(server)
    assert (body["type"], body["agent"], body["event_id"]) == ("work.granted", "Writer", event.id)
    assert server.requests[0].startswith(b"POST /hook HTTP/1.1\r\n")


def test_where_the_agent_is_and_nowhere_else_may_be_private(board: Board, travel: Travel) -> None:
    with raw_server(saying(answer())) as server, notifying("http://127.0.0.1:1"):
        event = granted(board, delivery="webhook", url=server.url)
        work_off(app.handler, message_of(event), travel)
        assert server.requests == []
    record = wiring.deliveries().get(event.id, "agent:default/Writer")
    assert record is not None
    assert (record.status, record.last_error) == (Status.SKIPPED, "it does not hold the work any more")


def test_one_that_refuses_is_in_the_dead_letters(board: Board, travel: Travel) -> None:
    with raw_server(saying(answer(status="410 Gone"))) as server, notifying(server.url):
        event = granted(board, delivery="webhook", url=server.url)
        work_off(app.handler, message_of(event), travel)
    (letter,) = dead_letters()
    assert (letter["reason"], letter["detail"]["for_agent"]) == ("410", "Writer")


def test_an_agent_s_queue_has_it_once(board: Board, travel: Travel) -> None:
    url = client("sqs").create_queue(QueueName=QUEUE)["QueueUrl"]
    with notifying():
        event = granted(board, delivery="queue", queue=QUEUE)
        for _ in range(2):
            work_off(app.handler, message_of(event), travel)
    (message,) = client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    assert json.loads(message["Body"])["event_id"] == event.id


def told_of_work(travel: Travel, kill: Kill | None = None) -> list[Call]:
    with raw_server(saying(answer())) as server, notifying(server.url):
        event = granted(Board(ledger=wiring.ledger(), clock=system_clock), delivery="webhook", url=server.url)
        calls = work_off(app.handler, notice_for("Writer", event), travel, kill)
        told = [json.loads(request.partition(b"\r\n\r\n")[2])["event_id"] for request in server.requests]
    record = wiring.deliveries().get(event.id, "agent:default/Writer")
    assert record is not None
    assert (record.status, set(told), len(told) <= 2) == (Status.DELIVERED, {event.id}, True)
    return calls


def test_wherever_it_dies_the_agent_is_told_and_of_one_thing_only() -> None:
    """Who looks at the id sees it once: a second telling has the same."""
    with a_world() as travel:
        calls = told_of_work(travel)
    assert len(calls) >= 5
    for kill in kills(calls):
        with a_world() as travel:
            told_of_work(travel, kill)


# Redis


@pytest.fixture(scope="module", params=redis_binaries())
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    with redis_server(redis_binaries()[request.param]) as running:
        yield running


@contextmanager
def listening(server: Server) -> Iterator[list[tuple[str, dict[str, Any]]]]:
    """What was said on the seed's channels, as somebody heard it; complete at the end."""
    heard: list[tuple[str, dict[str, Any]]] = []
    client: Any = redis.Redis(port=server.port, password=PASSWORD, decode_responses=True)
    with client, client.pubsub(ignore_subscribe_messages=True) as subscription:
        subscription.psubscribe("sett:*", "the end")
        subscription.get_message(timeout=FOR_EVER)
        subscription.get_message(timeout=FOR_EVER)
        yield heard
        client.publish("the end", "")
        while (message := subscription.get_message(timeout=FOR_EVER)) and message["channel"] != "the end":
            heard.append((message["channel"], json.loads(message["data"])))


def test_who_listens_hears_of_artefacts_claims_and_the_workflow(board: Board, travel: Travel, server: Server) -> None:
    with notifying(redis_url=server.url()), listening(server) as heard:
        artefact = board.post("Ein schönes Gedicht")
        board.register("Writer", bidding_strategy=Bid.EXCLUSIVE)
        claim = board.open(artefact)
        for event in (board.created(artefact), board.news(claim, "claim.granted")):
            work_off(app.handler, message_of(event), travel)
    assert [channel for channel, _ in heard] == [
        "sett:default:artefact_events",
        "sett:default:claim_events",
        "sett:default:workflow_events",
    ]
    assert heard[0][1]["payload"] == "Ein schönes Gedicht"
    assert heard[1][1]["granted_exclusive_agent"] == "Writer"
    assert heard[2][1]["event"] == "claim_granted"


def test_a_payload_that_is_kept_as_a_file_is_said_whole(board: Board, travel: Travel, server: Server) -> None:
    payload = "ü" * 200_000
    wiring.files().put("blackboard/default/1", payload.encode(), "text/plain")
    with notifying(redis_url=server.url()), listening(server) as heard:
        artefact = board.post(None, payload_key="blackboard/default/1")
        work_off(app.handler, message_of(board.created(artefact)), travel)
    assert heard[0][1]["payload"] == payload


def test_redis_that_is_down_keeps_no_agent_from_being_told(board: Board, travel: Travel) -> None:
    with raw_server(saying(answer())) as agent, notifying(agent.url, redis_url="redis://:secret@127.0.0.1:1/0"):
        event = granted(board, delivery="webhook", url=agent.url)
        work_off(app.handler, message_of(event), travel)
        assert len(agent.requests) == 1
    assert dead_letters() == []
