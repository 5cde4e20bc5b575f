"""A stand-in is as unwell as it is told to be, and the same way each time."""

import time

import httpx
import pytest

from tests.integration.stand_ins.receiver import Receiver
from tests.integration.stand_ins.requests import LISTING, look_up, write
from tests.stand_ins.client import StandInError, StandIns


def test_the_next_requests_fail_and_then_no_more(stand_ins: StandIns, http: httpx.Client) -> None:
    stand_ins.set("chatterbot", faults={"fail": {"status": 503, "retry_after": 7, "next": 2}})
    answers = [write(http, stand_ins) for _ in range(3)]
    assert [(one.status_code, one.headers.get("Retry-After")) for one in answers] == [
        (503, "7"),
        (503, "7"),
        (200, None),
    ]
    assert len(stand_ins.delivered()) == 1


def test_a_failure_may_come_after_the_work(stand_ins: StandIns, http: httpx.Client, receiver: Receiver) -> None:
    stand_ins.set(
        "chatterbot", script=["reply-received"], faults={"fail": {"status": 500, "next": 1, "after_work": True}}
    )
    assert write(http, stand_ins).status_code == 500
    stand_ins.settle()
    assert look_up(http, stand_ins, "chatterbot", "messages")["messages"][0]["status"] == "sent"
    assert len(receiver.received) == 1


def test_the_work_may_be_done_without_an_answer(stand_ins: StandIns, http: httpx.Client) -> None:
    stand_ins.set("chatterbot", faults={"no_answer": {"next": 1}})
    with pytest.raises(httpx.RemoteProtocolError):
        write(http, stand_ins)
    assert len(stand_ins.delivered()) == 1


def test_the_silence_may_outlast_the_caller(stand_ins: StandIns, http: httpx.Client) -> None:
    stand_ins.set("chatterbot", faults={"no_answer": {"next": 1, "seconds": 3_600}})
    http.timeout = httpx.Timeout(0.2)
    with pytest.raises(httpx.ReadTimeout):
        write(http, stand_ins)
    assert len(stand_ins.delivered()) == 1


def test_a_webhook_may_come_before_a_late_answer(stand_ins: StandIns, http: httpx.Client, receiver: Receiver) -> None:
    stand_ins.set("chatterbot", script=["reply-received"], faults={"late": 3_600})
    http.timeout = httpx.Timeout(0.2)
    with pytest.raises(httpx.ReadTimeout):
        write(http, stand_ins)
    stand_ins.settle()
    assert len(receiver.received) == 1


def test_a_slow_one_answers_in_the_end(stand_ins: StandIns, http: httpx.Client) -> None:
    stand_ins.set("chatterbot", faults={"slow": 0.1})
    begun = time.monotonic()
    assert write(http, stand_ins).status_code == 200
    assert time.monotonic() - begun >= 0.1


def test_chance_falls_the_same_way_each_time(stand_ins: StandIns, http: httpx.Client) -> None:
    def outcomes(seed: int) -> list[int]:
        stand_ins.set("chatterbot", faults={"seed": seed, "fail": {"probability": 0.5}})
        return [write(http, stand_ins).status_code for _ in range(20)]

    first = outcomes(7)
    assert set(first) == {200, 503}
    assert outcomes(7) == first
    assert outcomes(8) != first


def test_look_ups_are_left_alone_unless_they_are_meant(stand_ins: StandIns, http: httpx.Client) -> None:
    def statuses() -> tuple[int, int]:
        looked_up = http.get(f"{stand_ins.addresses['chatterbot']}/messages", params={"listing_id": LISTING})
        return write(http, stand_ins).status_code, looked_up.status_code

    stand_ins.set("chatterbot", faults={"fail": {"probability": 1.0}})
    assert statuses() == (503, 200)
    stand_ins.set("chatterbot", faults={"look_ups": "too"})
    assert statuses() == (503, 503)
    stand_ins.set("chatterbot", faults={"look_ups": "only"})
    assert statuses() == (200, 503)


def test_one_that_drops_connections_says_nothing_and_does_nothing(stand_ins: StandIns, http: httpx.Client) -> None:
    stand_ins.set("chatterbot", faults={"down": "drop"})
    with pytest.raises(httpx.RemoteProtocolError):
        write(http, stand_ins)
    stand_ins.set("chatterbot", faults={"down": "no"})
    assert stand_ins.delivered() == []


def test_a_closed_one_does_not_listen_and_comes_back_to_its_port(stand_ins: StandIns, http: httpx.Client) -> None:
    stand_ins.set("chatterbot", faults={"down": "closed"})
    with pytest.raises(httpx.ConnectError):
        write(http, stand_ins)
    assert stand_ins.control("chatterbot")["settings"]["faults"]["down"] == "closed"
    stand_ins.reset()
    assert write(http, stand_ins).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"speed": 1},
        {"down": "up"},
        {"slow": "very"},
        {"fail": {"state": 1}},
        {"twice": 1},
        {"fail": 503},
        {"seed": None},
    ],
)
def test_a_fault_that_does_not_exist_is_refused(stand_ins: StandIns, changes: dict[str, object]) -> None:
    with pytest.raises(StandInError, match="setting"):
        stand_ins.set("chatterbot", faults=changes)


def test_a_fault_is_no_violation(stand_ins: StandIns, http: httpx.Client) -> None:
    stand_ins.set("chatterbot", faults={"fail": {"status": 404, "next": 1}})
    write(http, stand_ins)
    assert stand_ins.violations() == []
    assert stand_ins.control("chatterbot")["requests"] == {"POST /messages": 1}
