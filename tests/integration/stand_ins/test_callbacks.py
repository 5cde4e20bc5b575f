"""A webhook is signed anew with each try, and sent until the answer is final."""

import json
from pathlib import Path
from threading import Barrier

import httpx
import pytest
from standardwebhooks import Webhook

from tests.integration.stand_ins.receiver import Receiver
from tests.integration.stand_ins.requests import LISTING, SECRET, write
from tests.stand_ins.client import StandIns


def test_a_library_that_is_not_ours_accepts_the_signature(stand_ins: StandIns, receiver: Receiver) -> None:
    stand_ins.say(LISTING, "declined", reason="für später")
    one = receiver.received[0]
    assert Webhook(SECRET).verify(one.content, one.headers) == {"listing_id": LISTING, "reason": "für später"}


def test_it_is_sent_again_under_the_same_id_until_it_is_taken(stand_ins: StandIns, receiver: Receiver) -> None:
    receiver.statuses = [500, 409, 429]
    outcome = stand_ins.say(LISTING, "reply-received")
    assert (outcome["state"], outcome["statuses"]) == ("accepted", [500, 409, 429, 200])
    assert {one.headers["webhook-id"] for one in receiver.received} == {outcome["webhook_id"]}


@pytest.mark.parametrize(
    ("status", "tries", "state"), [(400, 1, "refused"), (409, 5, "given up"), (503, 10, "given up")]
)
def test_it_ends_where_the_answer_stays_the_same(
    stand_ins: StandIns, receiver: Receiver, status: int, tries: int, state: str
) -> None:
    receiver.statuses = [status] * 20
    outcome = stand_ins.say(LISTING, "reply-received")
    assert (outcome["state"], outcome["statuses"]) == (state, [status] * tries)


def test_a_message_of_yesterday_may_be_sent_again(stand_ins: StandIns, receiver: Receiver) -> None:
    stand_ins.say(LISTING, "declined", webhook_id="msg_1")
    stand_ins.say(LISTING, "declined", webhook_id="msg_1")
    assert [one.headers["webhook-id"] for one in receiver.received] == ["msg_1", "msg_1"]


def test_twice_means_two_at_the_same_moment_under_one_id(stand_ins: StandIns, receiver: Receiver) -> None:
    stand_ins.set("chatterbot", faults={"twice": True})
    receiver.barrier = Barrier(2)
    stand_ins.say(LISTING, "declined")
    assert (len(receiver.received), receiver.met) == (2, 2)
    assert len({one.headers["webhook-id"] for one in receiver.received}) == 1


def test_it_waits_for_the_stack(stand_ins: StandIns, http: httpx.Client, receiver: Receiver, stack_file: Path) -> None:
    stack = stack_file.read_text()
    stack_file.unlink()
    stand_ins.set("chatterbot", script=["declined"], backoff=0.2)
    write(http, stand_ins)
    while not any(one["tries"] for one in stand_ins.control("chatterbot")["callbacks"]):
        pass
    stack_file.write_text(stack)
    stand_ins.settle()
    callback = stand_ins.control("chatterbot")["callbacks"][0]
    assert (callback["state"], callback["statuses"][0], callback["statuses"][-1]) == ("accepted", None, 200)


def test_without_a_local_aws_addresses_stay_as_they_are(
    stand_ins: StandIns, receiver: Receiver, stack_file: Path, http: httpx.Client
) -> None:
    known = json.loads(stack_file.read_text())
    del known["aws_endpoint_url"]
    stack_file.write_text(json.dumps(known))
    stand_ins.set("chatterbot", script=["declined"])
    write(http, stand_ins, callback_url=f"{receiver.address}/prod/webhooks/chatterbot")
    stand_ins.settle()
    assert receiver.paths == ["/prod/webhooks/chatterbot/declined"]


def test_a_reset_ends_what_waits_to_be_called_back(stand_ins: StandIns, http: httpx.Client, receiver: Receiver) -> None:
    stand_ins.set("chatterbot", script=[{"webhook": "declined", "after": 3_600}])
    write(http, stand_ins)
    assert stand_ins.control("chatterbot")["under_way"] == 1
    stand_ins.reset("chatterbot")
    stand_ins.settle()
    assert receiver.received == []
    assert stand_ins.state("chatterbot") == {"messages": [], "delivered": [], "posts": {}}
