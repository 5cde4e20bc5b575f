"""A sink that is slow, away, paused or refuses: what is for it waits, arrives once, or is given up for all to see."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from functions.deliver_events import app
from shared.deliveries.delivery import Delivery, Status
from shared.ledger.envelope import Event
from shared.listings.lifecycle import State
from shared.runtime import wiring
from shared.runtime.circuit import FAILURES
from shared.runtime.clock import system_clock
from tests.integration.functions.crashes import COMES_AGAIN_AFTER, a_world, work_off
from tests.integration.stand_ins.providers import ACCOUNT, private_pem, service_account
from tests.integration.tours import down
from tests.stand_ins.client import StandIns
from tests.stand_ins.notion import Notion
from tests.support.aws_calls import Call, watched
from tests.support.builders import a_cause
from tests.support.fresh_process import forget
from tests.support.http_events import LambdaContext
from tests.support.in_process import dead_letters, set_secret
from tests.support.queue_events import message_of, queue_batch
from tests.support.recorded import keep_listing, keep_message
from tests.support.sinks import PLACES, made, serving
from tests.support.stream import event_items
from tests.support.travel import Travel

CAN_LOOK = ["notion", "google-calendar", "shopify"]


@pytest.fixture
def travel() -> Iterator[Travel]:
    with a_world() as travel:
        yield travel


def hand_over(event: Event) -> list[Call]:
    """One message, once: what was asked on the way."""
    with watched() as calls:
        assert app.handler(queue_batch(message_of(event)), LambdaContext()) == {"batchItemFailures": []}
    return calls


def delivery_of(event: Event, sink: str) -> Delivery:
    found = wiring.deliveries().get(event.id, sink)
    assert found is not None
    return found


def requests(calls: list[Call]) -> int:
    return sum(call.service == "http" for call in calls)


def fail(services: StandIns, sink: str, **how: Any) -> None:
    services.set(PLACES[sink].stand_in, faults=how)


@pytest.mark.parametrize("sink", PLACES)
def test_a_message_is_brought_to_its_sink_however_often_it_comes(services: StandIns, travel: Travel, sink: str) -> None:
    event = keep_message(sinks=[sink])
    with serving(sink, services):
        for _ in range(3):
            work_off(app.handler, message_of(event), travel)
    assert made(sink, services) == 1
    assert services.violations() == []
    delivery = delivery_of(event, sink)
    assert (delivery.status, delivery.attempts) == (Status.DELIVERED, 1)


@pytest.mark.usefixtures("travel")
@pytest.mark.parametrize("sink", PLACES)
def test_in_a_dry_run_nobody_is_asked_and_the_request_is_kept(services: StandIns, sink: str) -> None:
    event = keep_message(sinks=[sink])
    with serving(sink, services, sink_mode="dry_run"):
        assert requests(hand_over(event)) == 0
    delivery = delivery_of(event, sink)
    assert delivery.status is Status.DRY_RUN
    assert delivery.request is not None
    assert "Tripod" in json.dumps(delivery.request) or "tripod" in json.dumps(delivery.request)


@pytest.mark.usefixtures("travel")
@pytest.mark.parametrize("sink", PLACES)
def test_without_a_secret_it_is_a_dry_run_whatever_the_stack_says(services: StandIns, sink: str) -> None:
    event = keep_message(sinks=[sink])
    with serving(sink, services):
        set_secret(PLACES[sink].secret)
        assert requests(hand_over(event)) == 0
    assert delivery_of(event, sink).status is Status.DRY_RUN


@pytest.mark.parametrize("sink", PLACES)
def test_while_a_sink_has_too_much_to_do_what_is_for_it_waits_and_then_arrives_once(
    services: StandIns, travel: Travel, sink: str
) -> None:
    event = keep_message(sinks=[sink])
    fail(services, sink, fail={"status": 429, "retry_after": 20, "next": 3})
    with serving(sink, services):
        work_off(app.handler, message_of(event), travel)
    assert made(sink, services) == 1
    assert delivery_of(event, sink).attempts == 1  # to be told to wait is no failure


@pytest.mark.parametrize("sink", PLACES)
def test_while_a_sink_is_known_to_be_down_what_comes_for_it_goes_back_at_once(
    services: StandIns, travel: Travel, sink: str
) -> None:
    first, last, *before = [keep_message(f"m-{number}", sinks=[sink]) for number in range(FAILURES + 2)]
    with serving(sink, services):
        with down(services, PLACES[sink].stand_in, circuit=sink):
            for event in (*before, first):
                hand_over(event)
            calls = hand_over(last)
        assert [call.operation for call in calls] == ["SendMessage"]
        travel.go_on(COMES_AGAIN_AFTER)
        work_off(app.handler, calls[0].parameters["MessageBody"], travel)
    assert (made(sink, services), delivery_of(last, sink).attempts) == (1, 1)


@pytest.mark.parametrize("sink", CAN_LOOK)
def test_an_answer_that_was_lost_is_looked_for_and_not_asked_for_again(
    services: StandIns, travel: Travel, sink: str
) -> None:
    event = keep_message(sinks=[sink])
    fail(services, sink, no_answer={"next": 1})
    with serving(sink, services):
        work_off(app.handler, message_of(event), travel)
    assert made(sink, services) == 1
    assert delivery_of(event, sink).status is Status.DELIVERED


@pytest.mark.usefixtures("travel")
def test_a_chat_that_cannot_be_asked_is_not_told_again_and_people_hear_of_the_doubt(services: StandIns) -> None:
    event = keep_message(sinks=["telegram"])
    fail(services, "telegram", no_answer={"next": 1})
    with serving("telegram", services):
        hand_over(event)
        hand_over(event)
    assert (made("telegram", services), delivery_of(event, "telegram").status) == (1, Status.IN_DOUBT)
    (said,) = failures()
    assert (said["event_id"], said["sink"], said["in_doubt"]) == (event.id, "telegram", True)
    (letter,) = dead_letters()
    assert letter["detail"]["id"] == event.id


@pytest.mark.usefixtures("travel")
def test_a_nonce_keeps_discord_from_being_told_twice_where_the_first_answer_was_lost(services: StandIns) -> None:
    event = keep_message(sinks=["discord"])
    fail(services, "discord", no_answer={"next": 1})
    with serving("discord", services):
        hand_over(event)
    assert (made("discord", services), delivery_of(event, "discord").status) == (1, Status.DELIVERED)


@pytest.mark.parametrize("sink", PLACES)
def test_what_was_given_up_lies_in_the_dead_letters_with_the_reason_and_is_tried_anew_from_there(
    services: StandIns, travel: Travel, sink: str
) -> None:
    event = keep_message(sinks=[sink])
    fail(services, sink, fail={"status": 400, "next": 1})
    with serving(sink, services):
        hand_over(event)
        assert (made(sink, services), delivery_of(event, sink).status) == (0, Status.FAILED)
        (letter,) = dead_letters()
        assert letter["reason"] == letter["delivery"]["answer"] == delivery_of(event, sink).last_error != ""
        work_off(app.handler, json.dumps(letter), travel)  # somebody moves it back into the queue
        work_off(app.handler, json.dumps(letter), travel)  # where it may come twice
    assert (made(sink, services), delivery_of(event, sink).status) == (1, Status.DELIVERED)
    assert len(failures()) == 1


@pytest.mark.parametrize("sink", PLACES)
def test_what_is_for_a_paused_sink_waits_until_it_is_served_again(
    services: StandIns, travel: Travel, sink: str
) -> None:
    event = keep_message(sinks=[sink])
    sinks = wiring.sink_states()
    paused = sinks.decide(sinks.get(sink), paused=True, reason=None, cause=a_cause(), at=system_clock())
    with serving(sink, services):
        calls = hand_over(event)
        assert (requests(calls), wiring.deliveries().get(event.id, sink)) == (0, None)
        (put_back,) = [call.parameters["MessageBody"] for call in calls if call.operation == "SendMessage"]
        sinks.decide(paused, paused=False, reason=None, cause=a_cause(), at=system_clock())
        travel.go_on(COMES_AGAIN_AFTER)
        work_off(app.handler, put_back, travel)
    assert made(sink, services) == 1


@pytest.mark.usefixtures("travel")
def test_a_service_account_signs_for_a_token_which_is_kept_and_renewed_when_it_is_refused(services: StandIns) -> None:
    services.set("google", service_account=service_account())
    first, second, third = (keep_message(f"m-{number}", sinks=["google-calendar"]) for number in range(3))
    with serving("google-calendar", services):
        set_secret("google", client_email=ACCOUNT, private_key=private_pem())
        hand_over(first)
        hand_over(second)
        assert services.state("google")["tokens_given"] == 1
        services.set("google", refuse_tokens=1)
        hand_over(third)
    assert made("google-calendar", services) == 3
    assert services.violations() == []


@pytest.mark.usefixtures("travel")
def test_of_a_database_the_data_source_is_looked_up_once(services: StandIns) -> None:
    events = [keep_message(f"m-{number}", sinks=["notion"]) for number in range(2)]
    with serving("notion", services, sink_target="", notion_database_id=Notion.database_id):
        assert [requests(hand_over(event)) for event in events] == [2, 1]
    assert made("notion", services) == 2


@pytest.mark.usefixtures("travel")
@pytest.mark.parametrize("sink", ["telegram", "discord"])
def test_a_notice_for_nobody_costs_no_call(services: StandIns, sink: str) -> None:
    with serving(sink, services, sink_target=""):
        assert hand_over(keep_listing(State.SOLD)[1]) == []


@pytest.mark.usefixtures("travel")
def test_a_notice_that_the_bot_may_not_send_is_seen_in_the_logs(
    services: StandIns, caplog: pytest.LogCaptureFixture
) -> None:
    with serving("telegram", services):
        set_secret("telegram", bot_token="1234567:a-token-that-was-withdrawn", webhook_token="token")
        hand_over(keep_listing(State.SOLD)[1])
    assert [getattr(record, "reason", None) for record in caplog.records] == ["401 Unauthorized"]
    assert "withdrawn" not in str([vars(record) for record in caplog.records])


def test_a_secret_that_is_put_right_is_used_without_anybody_asking_again(services: StandIns, travel: Travel) -> None:
    event = keep_message(sinks=["notion"])
    with serving("notion", services):
        set_secret("notion", token="a-token-that-was-withdrawn")
        (put_back,) = [call.parameters["MessageBody"] for call in hand_over(event) if call.operation == "SendMessage"]
        set_secret("notion", **PLACES["notion"].credentials)
        forget()
        travel.go_on(timedelta(minutes=15))
        work_off(app.handler, put_back, travel)
    assert made("notion", services) == 1


def failures() -> list[dict[str, Any]]:
    """What was said of deliveries that were given up."""
    given_up = (item["id"]["S"] for item in event_items() if item["type"]["S"] == "delivery.failed")
    return [dict(wiring.ledger().event(event_id).data) for event_id in given_up]
