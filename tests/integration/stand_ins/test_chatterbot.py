"""The chat bot writes to each seller once, and tells what its script says."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.integration.stand_ins.receiver import Receiver
from tests.integration.stand_ins.requests import LISTING, a_message, look_up, write
from tests.stand_ins.client import StandInError, StandIns

WEBHOOKS = "/_aws/execute-api/a1b2c3/local/webhooks/chatterbot"


def test_a_message_is_answered_looked_up_and_nothing_follows(
    stand_ins: StandIns, http: httpx.Client, receiver: Receiver
) -> None:
    assert look_up(http, stand_ins, "chatterbot", "messages") == {"messages": []}
    said = write(http, stand_ins).json()
    assert said["success"] is True
    thread = {name: said[name] for name in ("conversation_thread_id", "seller_messenger_id")}
    assert look_up(http, stand_ins, "chatterbot", "messages") == {
        "messages": [{"listing_id": LISTING, "status": "sent", **thread}]
    }
    stand_ins.settle()
    assert receiver.received == []
    assert stand_ins.violations() == []


def test_a_repeated_request_gets_the_same_answer_and_the_seller_one_message(
    stand_ins: StandIns, http: httpx.Client
) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: write(http, stand_ins).text, range(8)))
    assert len(set(answers)) == 1
    assert len(stand_ins.delivered(LISTING)) == 1
    assert stand_ins.state("chatterbot")["posts"] == {LISTING: 8}


def test_a_second_key_is_a_second_message(stand_ins: StandIns, http: httpx.Client) -> None:
    write(http, stand_ins, version=2)
    write(http, stand_ins, version=3)
    assert len(stand_ins.delivered(LISTING)) == 2


def test_a_key_that_comes_with_another_request_is_a_violation(stand_ins: StandIns, http: httpx.Client) -> None:
    write(http, stand_ins)
    assert write(http, stand_ins, price="390").status_code == 422
    assert len(stand_ins.violations()) == 1


def test_the_seller_follows_the_script_step_by_step(
    stand_ins: StandIns, http: httpx.Client, receiver: Receiver
) -> None:
    stand_ins.set("chatterbot", script=["reply-received", {"webhook": "deal-confirmed", "after": 0.01}])
    thread = write(http, stand_ins).json()["conversation_thread_id"]
    stand_ins.settle()
    assert receiver.paths == [f"{WEBHOOKS}/reply-received", f"{WEBHOOKS}/deal-confirmed"]
    assert receiver.received[0].body["conversation_thread_id"] == thread
    deal = {"listing_id": LISTING, "price": "360.00", "shipping": "8.00", "currency": "GBP"}
    assert receiver.received[1].body == deal


@pytest.mark.parametrize("changes", [{"listing_url": "https://market.example/item/77"}, {"title": "item/77"}])
def test_a_seller_may_have_a_script_of_his_own(
    stand_ins: StandIns, http: httpx.Client, receiver: Receiver, changes: dict[str, Any]
) -> None:
    own = {"match": "item/77", "steps": [{"webhook": "declined", "reason": "changed my mind"}]}
    stand_ins.set("chatterbot", script=["reply-received"], scripts=[own])
    write(http, stand_ins, **changes)
    stand_ins.settle()
    assert [one.body for one in receiver.received] == [{"listing_id": LISTING, "reason": "changed my mind"}]


def test_a_message_may_be_sent_later(stand_ins: StandIns, http: httpx.Client) -> None:
    stand_ins.set("chatterbot", answer="later")
    assert write(http, stand_ins).status_code == 202
    assert look_up(http, stand_ins, "chatterbot", "messages")["messages"][0]["status"] == "pending"
    assert stand_ins.delivered() == []
    assert stand_ins.say(LISTING, "message-sent")["state"] == "accepted"
    assert look_up(http, stand_ins, "chatterbot", "messages")["messages"][0]["status"] == "sent"
    assert len(stand_ins.delivered()) == 1


def test_a_message_that_fails_reaches_nobody(stand_ins: StandIns, http: httpx.Client) -> None:
    stand_ins.set("chatterbot", answer="failed")
    assert write(http, stand_ins).json()["success"] is False
    assert look_up(http, stand_ins, "chatterbot", "messages")["messages"][0]["status"] == "failed"
    assert stand_ins.delivered() == []


def test_it_may_have_no_look_up(stand_ins: StandIns, http: httpx.Client) -> None:
    stand_ins.set("chatterbot", no_look_up=405)
    assert http.get(f"{stand_ins.addresses['chatterbot']}/messages", params={"listing_id": LISTING}).status_code == 405


def test_it_speaks_of_a_listing_that_it_never_heard_of(stand_ins: StandIns, receiver: Receiver) -> None:
    stand_ins.say(LISTING, "reply-received", price="380")
    assert receiver.paths == ["/api/webhooks/chatterbot/reply-received"]
    assert receiver.received[0].body == {"listing_id": LISTING, "price": "380"}


def test_a_script_with_a_webhook_that_is_none_is_refused(stand_ins: StandIns) -> None:
    with pytest.raises(StandInError, match="no webhook"):
        stand_ins.set("chatterbot", script=["deal-confirmd"])


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"price": 400}, "price is no decimal string"),
        ({"price": "4e2"}, "price is no decimal string"),
        ({"listing_id": "1"}, "listing_id is no UUID"),
        ({"currency": "gbp"}, "currency is no code"),
        ({"title": None}, "title is no text"),
        ({"colour": "black"}, "colour is unknown"),
        ({"callback_url": "https://api.example/prod/webhooks/ebay"}, "callback_url is not"),
    ],
)
def test_what_is_not_as_the_contract_says_is_refused_and_remembered(
    stand_ins: StandIns, http: httpx.Client, changes: dict[str, Any], reason: str
) -> None:
    answer = write(http, stand_ins, **changes)
    assert answer.status_code == 400
    assert reason in answer.json()["error"]
    assert [reason in one for one in stand_ins.violations()] == [True]
    assert stand_ins.delivered() == []


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 400),
        ({"Idempotency-Key": LISTING}, 400),
        ({"Idempotency-Key": f"listing:{LISTING}:2", "x-api-key": "another"}, 401),
        ({"Idempotency-Key": f"listing:{LISTING}:2", "Authorization": "chatterbot-key"}, 401),
        ({"Idempotency-Key": f"listing:{LISTING}:2", "Content-Type": "text/plain"}, 415),
        ({"Idempotency-Key": f"listing:{LISTING}:2", "traceparent": "00-1-2-3"}, 400),
    ],
)
def test_headers_are_checked_too(stand_ins: StandIns, http: httpx.Client, headers: dict[str, str], status: int) -> None:
    answer = http.post(f"{stand_ins.addresses['chatterbot']}/messages", json=a_message(), headers=headers)
    assert answer.status_code == status
    assert len(stand_ins.violations()) == 1


def test_a_key_may_be_demanded(stand_ins: StandIns, http: httpx.Client) -> None:
    stand_ins.set("chatterbot", key_required=True)
    assert write(http, stand_ins).status_code == 401
    keys = {"Authorization": "Bearer chatterbot-key", "x-api-key": "chatterbot-key"}
    http.headers.update(keys)
    assert write(http, stand_ins).status_code == 200


def test_a_look_up_of_nothing_in_particular_is_a_violation(stand_ins: StandIns, http: httpx.Client) -> None:
    assert http.get(f"{stand_ins.addresses['chatterbot']}/messages").status_code == 400
    assert len(stand_ins.violations()) == 1
