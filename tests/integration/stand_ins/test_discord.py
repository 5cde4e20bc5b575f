"""Discord writes each message to its channel, and one with a known nonce once."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.integration.stand_ins.providers import CHANNEL, a_text, to_discord
from tests.stand_ins.client import StandIns
from tests.stand_ins.discord import Discord


def test_a_message_is_written_to_its_channel(stand_ins: StandIns, http: httpx.Client) -> None:
    message = to_discord(http, stand_ins, a_text("Kickoff at ten")).json()
    assert (message["channel_id"], message["content"]) == (CHANNEL, "Kickoff at ten")
    assert message["author"]["bot"] is True
    assert stand_ins.discord_messages(CHANNEL) == [message]
    assert stand_ins.discord_messages("1") == []
    assert stand_ins.violations() == []


def test_without_a_nonce_each_request_is_a_message(stand_ins: StandIns, http: httpx.Client) -> None:
    ids = [to_discord(http, stand_ins, a_text()).json()["id"] for _ in range(3)]
    assert ids == sorted(set(ids), key=int)
    assert len(stand_ins.discord_messages()) == 3


def test_a_nonce_that_is_enforced_makes_one_message(stand_ins: StandIns, http: httpx.Client) -> None:
    body = a_text(nonce="evt-1", enforce_nonce=True)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: to_discord(http, stand_ins, body), range(8)))
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert {answer.status_code for answer in answers} == {200}
    assert (len(stand_ins.discord_messages()), len(stand_ins.state("discord")["sent"])) == (1, 8)


def test_a_nonce_that_is_not_enforced_or_long_gone_stops_nothing(stand_ins: StandIns, http: httpx.Client) -> None:
    for _ in range(2):
        to_discord(http, stand_ins, a_text(nonce="evt-1"))
    stand_ins.set("discord", nonce_seconds=0)
    to_discord(http, stand_ins, a_text(nonce="evt-1", enforce_nonce=True))
    assert len(stand_ins.discord_messages()) == 3


def test_a_text_may_have_two_thousand_characters(stand_ins: StandIns, http: httpx.Client) -> None:
    assert to_discord(http, stand_ins, a_text("x" * 2_000)).status_code == 200
    answer = to_discord(http, stand_ins, a_text("x" * 2_001))
    assert answer.status_code == 400
    assert answer.json() == {
        "message": "Invalid Form Body",
        "code": 50035,
        "errors": {
            "content": {"_errors": [{"code": "BASE_TYPE_MAX_LENGTH", "message": "Must be 2000 or fewer in length."}]}
        },
    }
    assert len(stand_ins.violations()) == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"content": ""}, 50006),
        ({"content": None}, 50006),
        ({"nonce": "n" * 26}, 50035),
        ({"contnet": "misspelt"}, 50035),
        ({"allowed_mentions": {"parse": ["all"]}}, 50035),
    ],
)
def test_what_discord_does_not_take_is_refused_and_remembered(
    stand_ins: StandIns, http: httpx.Client, changes: dict[str, Any], code: int
) -> None:
    answer = to_discord(http, stand_ins, a_text(**changes))
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert len(stand_ins.violations()) == 1
    assert stand_ins.discord_messages() == []


@pytest.mark.parametrize("mentions", [None, {"parse": ["everyone"]}, {"users": []}])
def test_a_message_that_may_call_people_is_taken_and_remembered(
    stand_ins: StandIns, http: httpx.Client, mentions: Any
) -> None:
    assert to_discord(http, stand_ins, a_text(allowed_mentions=mentions)).status_code == 200
    assert len(stand_ins.violations()) == 1


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Authorization": "Bot another"}, 401, 0),
        ({"Authorization": f"Bearer {Discord.key}"}, 401, 0),
        ({"User-Agent": "python-httpx/0.28"}, 403, 40333),
        ({"Content-Type": "text/plain"}, 400, 50035),
    ],
)
def test_headers_are_checked_too(
    stand_ins: StandIns, http: httpx.Client, headers: dict[str, str], status: int, code: int
) -> None:
    answer = to_discord(http, stand_ins, a_text(), **headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert len(stand_ins.violations()) == 1


def test_a_channel_may_be_unknown_or_closed_to_the_bot(stand_ins: StandIns, http: httpx.Client) -> None:
    stand_ins.set("discord", channels=[CHANNEL], forbidden=[CHANNEL])
    unknown = to_discord(http, stand_ins, a_text(), channel="1")
    assert (unknown.status_code, unknown.json()) == (404, {"message": "Unknown Channel", "code": 10003})
    closed = to_discord(http, stand_ins, a_text())
    assert (closed.status_code, closed.json()) == (403, {"message": "Missing Access", "code": 50001})
    stand_ins.set("discord", forbidden_code=50013)
    assert to_discord(http, stand_ins, a_text()).json() == {"message": "Missing Permissions", "code": 50013}
    assert stand_ins.violations() == []


def test_a_channel_that_is_no_number_is_a_violation(stand_ins: StandIns, http: httpx.Client) -> None:
    assert to_discord(http, stand_ins, a_text(), channel="general").json()["code"] == 50035
    assert len(stand_ins.violations()) == 1


@pytest.mark.parametrize(("scope", "whole"), [("user", False), ("shared", False), ("global", True)])
def test_too_many_requests_are_told_in_body_and_headers(
    stand_ins: StandIns, http: httpx.Client, scope: str, whole: bool
) -> None:
    stand_ins.set("discord", scope=scope, faults={"fail": {"status": 429, "retry_after": 1.25, "next": 1}})
    answer = to_discord(http, stand_ins, a_text())
    assert answer.status_code == 429
    assert answer.json() == {"message": "You are being rate limited.", "retry_after": 1.25, "global": whole}
    assert (answer.headers["Retry-After"], answer.headers["X-RateLimit-Scope"]) == ("2", scope)
    assert ("X-RateLimit-Global" in answer.headers) is whole
    assert to_discord(http, stand_ins, a_text()).headers["X-RateLimit-Remaining"] == "4"


@pytest.mark.parametrize("wait", ["Fri, 20 Nov 2026 10:00:00 GMT", "nan", None])
def test_when_to_come_again_may_be_nonsense_or_not_said(stand_ins: StandIns, http: httpx.Client, wait: Any) -> None:
    stand_ins.set("discord", faults={"fail": {"status": 429, "retry_after": wait, "next": 1}})
    answer = to_discord(http, stand_ins, a_text())
    assert (answer.json().get("retry_after"), answer.headers.get("Retry-After")) == (wait, wait)


def test_a_message_may_be_written_though_nobody_says_so(stand_ins: StandIns, http: httpx.Client) -> None:
    body = a_text(nonce="evt-1", enforce_nonce=True)
    stand_ins.set("discord", faults={"no_answer": {"next": 1}})
    with pytest.raises(httpx.RemoteProtocolError):
        to_discord(http, stand_ins, body)
    assert to_discord(http, stand_ins, body).json() == stand_ins.discord_messages()[0]
    stand_ins.set("discord", faults={"fail": {"status": 502, "next": 1}})
    assert to_discord(http, stand_ins, a_text()).json() == {"message": "502: Bad Gateway", "code": 0}
    assert len(stand_ins.discord_messages()) == 1
