"""A digest by the clock is in the channel once, however often the schedule calls and whatever Discord answers."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from functions.run_commands.digests.scheduled import DoubtfulError, run
from shared.runtime.discord import LONGEST_NONCE, SENT_AGAIN_WITHIN
from shared.runtime.errors import InvalidInputError
from shared.runtime.http import Answer, Call, NoAnswerError, NotSentError, ServiceError
from tests.support.builders import NOON
from tests.support.digests import a_service, happen
from tests.support.ports import MemoryPorts

CHANNEL = "772908445358620702"
DAILY = {"task": "status-digest", "period": "daily", "time": "2026-03-01T12:00:00Z"}
WEEKLY = DAILY | {"period": "weekly"}
TOMORROW = DAILY | {"time": "2026-03-02T12:00:00Z"}
ROUNDS = [NotSentError("cannot be reached"), 429, 500, 503, NoAnswerError("did not answer in time")]


class Channel:
    """As Discord: the same nonce makes one message while it is remembered. `trouble` comes first, each once."""

    def __init__(self) -> None:
        self.by_nonce: dict[str, dict[str, Any]] = {}
        self.calls: list[Call] = []
        self.trouble: list[Exception | int] = []

    def __call__(self, url: str, call: Call, headers: Mapping[str, str]) -> Answer:
        assert url == f"https://discord.example/channels/{CHANNEL}/messages"
        self.calls.append(call)
        trouble = self.trouble.pop(0) if self.trouble else None
        if isinstance(trouble, NotSentError):
            raise trouble
        if trouble in (429, 403):
            return Answer(status=trouble, headers={"retry-after": "1"}, body=b"{}")
        message = self.by_nonce.setdefault(nonce_in(call), {"id": str(len(self.by_nonce) + 1)})
        if isinstance(trouble, Exception):
            raise trouble  # it is there all the same
        body = Call(method="", path="", json=message, repeatable=True).body() or b""
        return Answer(status=trouble or 200, headers={}, body=body)


def nonce_in(call: Call) -> str:
    if call.json is not None:
        assert call.json["enforce_nonce"] is True
        return str(call.json["nonce"])
    content = call.content or b""
    assert b'"enforce_nonce": true' in content
    return content.partition(b'"nonce": "')[2].partition(b'"')[0].decode()


def ports_with(channel: Channel) -> MemoryPorts:
    ports = MemoryPorts()
    ports.discord, ports.status_channel_id = a_service(channel, "discord"), CHANNEL
    return ports


def test_where_no_channel_is_configured_nothing_happens() -> None:
    channel = Channel()
    ports = ports_with(channel)
    ports.status_channel_id = ""
    assert run(DAILY, ports=ports) is False
    assert channel.calls == []
    assert list(ports.ledger.history("DIGEST", "daily")) == []


def test_in_a_dry_run_nothing_is_posted_and_nothing_kept() -> None:
    channel = Channel()
    ports = ports_with(channel)
    ports.is_live = False
    assert run(DAILY, ports=ports) is False
    assert channel.calls == []
    assert list(ports.ledger.history("DIGEST", "daily")) == []


def test_each_time_of_each_schedule_is_posted_once() -> None:
    channel = Channel()
    ports = ports_with(channel)
    assert [run(event, ports=ports) for event in (DAILY, DAILY, WEEKLY, DAILY, TOMORROW, WEEKLY)] == [
        True,
        False,
        True,
        False,
        True,
        False,
    ]
    assert len(channel.calls) == len(channel.by_nonce) == 3
    assert all(len(nonce) <= LONGEST_NONCE for nonce in channel.by_nonce)
    assert len(list(ports.ledger.history("DIGEST", "daily"))) == 2


def test_it_is_of_the_period_that_ends_at_the_scheduled_time() -> None:
    channel = Channel()
    ports = ports_with(channel)
    ports.now = NOON + timedelta(minutes=3)  # the call came late
    happen(ports.ledger, NOON - timedelta(minutes=1), NOON + timedelta(minutes=1))
    run(DAILY, ports=ports)
    (event,) = ports.ledger.history("DIGEST", "daily")
    assert (event.data["until"], event.data["figures"]["events"]) == ("2026-03-01T12:00:00Z", 1)
    assert event.time == ports.now
    content = channel.calls[0].content or b""
    assert b"events.png" in content
    assert b"\x89PNG" in content


@pytest.mark.parametrize("trouble", ROUNDS, ids=str)
@pytest.mark.parametrize("again", ROUNDS, ids=str)
def test_whatever_discord_does_it_is_there_once_in_the_end(trouble: Exception | int, again: Exception | int) -> None:
    channel = Channel()
    ports = ports_with(channel)
    channel.trouble = [trouble, again]
    for _ in range(2):
        with pytest.raises(ServiceError):
            run(DAILY, ports=ports)
        ports.now += SENT_AGAIN_WITHIN / 2
    assert run(DAILY, ports=ports) is True
    assert len(channel.by_nonce) == 1
    assert run(DAILY, ports=ports) is False
    assert len(list(ports.ledger.history("DIGEST", "daily"))) == 1


@pytest.mark.parametrize("trouble", [NotSentError("cannot be reached"), 429, 403], ids=str)
def test_what_was_surely_not_posted_may_be_posted_much_later(trouble: Exception | int) -> None:
    channel = Channel()
    ports = ports_with(channel)
    channel.trouble = [trouble]
    with pytest.raises(ServiceError):
        run(DAILY, ports=ports)
    ports.now += timedelta(hours=1)
    assert run(DAILY, ports=ports) is True


@pytest.mark.parametrize("trouble", [500, NoAnswerError("did not answer in time")], ids=str)
def test_what_may_have_been_posted_is_not_posted_when_discord_has_forgotten(trouble: Exception | int) -> None:
    channel = Channel()
    ports = ports_with(channel)
    channel.trouble = [trouble]
    with pytest.raises(ServiceError):
        run(DAILY, ports=ports)
    ports.now += SENT_AGAIN_WITHIN + timedelta(seconds=1)
    channel.by_nonce.clear()
    with pytest.raises(DoubtfulError, match="may be in the channel"):
        run(DAILY, ports=ports)
    assert len(channel.calls) == 1


def test_a_sure_failure_does_not_undo_an_earlier_doubt() -> None:
    channel = Channel()
    ports = ports_with(channel)
    channel.trouble = [NoAnswerError("did not answer in time"), 429]
    for _ in range(2):
        with pytest.raises(ServiceError):
            run(DAILY, ports=ports)
    ports.now += SENT_AGAIN_WITHIN + timedelta(seconds=1)
    with pytest.raises(DoubtfulError):
        run(DAILY, ports=ports)


@pytest.mark.parametrize(
    "event",
    [
        {},
        DAILY | {"task": "tidy-up"},
        DAILY | {"period": "hourly"},
        DAILY | {"period": None},
        DAILY | {"time": "<aws.scheduler.scheduled-time>"},
        DAILY | {"time": None},
    ],
    ids=str,
)
def test_a_call_that_is_not_understood_is_refused(event: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError):
        run(event, ports=ports_with(Channel()))
