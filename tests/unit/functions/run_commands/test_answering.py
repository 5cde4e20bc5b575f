"""Bringing an answer to who asked, whatever Discord says to it."""

from datetime import timedelta
from typing import Any

import pytest

from functions.run_commands.answering import Asked
from shared.discord.answers import Button, Reply, private
from shared.discord.interaction import Interaction, Kind
from shared.discord.options import Acknowledge
from shared.runtime.http import ServiceError
from tests.support.builders import NOON
from tests.unit.functions.run_commands.discord import (
    DOWN,
    INVALID_TOKEN,
    NO_ACCESS,
    TOKEN,
    UNKNOWN_WEBHOOK,
    FakeDiscord,
)

ORIGINAL = "PATCH /webhooks/42/<token>/messages/@original"
FOLLOW_UP = "POST /webhooks/42/<token>?wait=true"
REPLY = Reply(content="It is done")


def asked(acknowledged: str, **changes: Any) -> Asked:
    known: dict[str, Any] = {
        "id": "77",
        "application_id": "42",
        "token": TOKEN,
        "kind": Kind.COMMAND,
        "name": "listings",
    }
    used = Interaction(
        **{**known, "user_id": "5", "user_name": "Anna", "channel_id": "9", "message_id": "8", **changes}
    )
    return Asked(interaction=used, trace_id="ab" * 16, acknowledged=acknowledged, received_at=NOON)


@pytest.mark.parametrize(
    ("acknowledged", "reply", "lines"),
    [
        (Acknowledge.DEFER, REPLY, [ORIGINAL]),
        (Acknowledge.DEFER_PRIVATE, REPLY, [ORIGINAL]),
        (Acknowledge.DEFER_PRIVATE, private("no"), [ORIGINAL]),
        (Acknowledge.DEFER_UPDATE, REPLY, [ORIGINAL]),
        (Acknowledge.DEFER_UPDATE, private("no"), [FOLLOW_UP]),
        (Acknowledge.DEFER_UPDATE, None, []),
        (Acknowledge.DEFER, private("no"), ["DELETE /webhooks/42/<token>/messages/@original", FOLLOW_UP]),
        (Acknowledge.DEFER, None, [ORIGINAL]),
        (Acknowledge.REPLY, REPLY, []),
        ("refused", REPLY, []),
    ],
)
def test_each_way_of_beginning_has_its_way_of_ending(acknowledged: str, reply: Reply | None, lines: list[str]) -> None:
    discord = FakeDiscord()
    assert discord.answers.give(asked(acknowledged), reply)
    assert discord.lines == lines


def test_an_answer_mentions_nobody_and_leaves_nothing_of_what_stood_there() -> None:
    discord = FakeDiscord()
    discord.answers.give(asked(Acknowledge.DEFER), Reply(content="@everyone"))
    assert discord.told[0][2] == {
        "content": "@everyone",
        "embeds": [],
        "components": [],
        "attachments": [],
        "allowed_mentions": {"parse": []},
    }


def test_the_bot_s_token_is_shown_to_channels_only() -> None:
    discord = FakeDiscord(INVALID_TOKEN, INVALID_TOKEN)
    discord.answers.give(asked(Acknowledge.DEFER), REPLY)
    assert discord.tokens[-1] == "Bot of-ours"
    assert set(discord.tokens[:-1]) == {None}


@pytest.mark.parametrize("times", [1, 3, 5])
def test_discord_may_not_know_of_its_own_first_answer_yet(times: int) -> None:
    discord = FakeDiscord(*[UNKNOWN_WEBHOOK] * times)
    assert discord.answers.give(asked(Acknowledge.DEFER), REPLY)
    assert discord.lines == [ORIGINAL] * (times + 1)
    assert sum(discord.paused) < 10


def test_a_token_that_stays_unknown_is_no_longer_good() -> None:
    discord = FakeDiscord(*[UNKNOWN_WEBHOOK] * 7)
    assert discord.answers.give(asked(Acknowledge.DEFER), REPLY)
    assert discord.lines[-1] == "POST /channels/9/messages"


@pytest.mark.parametrize("refusals", [[INVALID_TOKEN, INVALID_TOKEN], [UNKNOWN_WEBHOOK]])
def test_an_answer_that_comes_too_late_goes_to_the_channel_once(refusals: list[tuple[int, dict[str, Any]]]) -> None:
    discord = FakeDiscord(*refusals)
    discord.now = NOON + timedelta(minutes=16)
    assert discord.answers.give(asked(Acknowledge.DEFER), REPLY)
    assert discord.lines[-1] == "POST /channels/9/messages"
    assert "It is done" in discord.said
    assert discord.told[-1][2]["nonce"] == "77"


def test_a_message_with_buttons_is_edited_where_it_stands_when_the_token_is_too_old() -> None:
    discord = FakeDiscord(INVALID_TOKEN, INVALID_TOKEN)
    assert discord.answers.give(asked(Acknowledge.DEFER_UPDATE), REPLY)
    assert discord.lines[-1] == "PATCH /channels/9/messages/8"


def test_a_private_answer_waits_for_a_discord_that_is_slow_to_know_of_the_first_one() -> None:
    discord = FakeDiscord(*[UNKNOWN_WEBHOOK] * 7)
    with pytest.raises(ServiceError):
        discord.answers.give(asked(Acknowledge.DEFER_PRIVATE), REPLY)
    assert discord.answers.give(asked(Acknowledge.DEFER_PRIVATE), REPLY)


@pytest.mark.parametrize(
    ("acknowledged", "reply"),
    [(Acknowledge.DEFER_PRIVATE, REPLY), (Acknowledge.DEFER_UPDATE, private("no")), (Acknowledge.DEFER, private("no"))],
)
def test_what_was_for_one_pair_of_eyes_is_never_told_to_a_channel(acknowledged: str, reply: Reply) -> None:
    discord = FakeDiscord(*[INVALID_TOKEN] * 4)
    assert not discord.answers.give(asked(acknowledged), reply)
    assert [line for line in discord.lines if "/channels/" in line] == []


def test_a_channel_that_refuses_is_not_asked_again() -> None:
    discord = FakeDiscord(INVALID_TOKEN, INVALID_TOKEN, NO_ACCESS)
    assert not discord.answers.give(asked(Acknowledge.DEFER), REPLY)


def test_a_short_limit_is_waited_for_and_a_long_one_is_left_to_the_queue() -> None:
    short = FakeDiscord((429, {"message": "slow down", "retry_after": 1.5}))
    assert short.answers.give(asked(Acknowledge.DEFER), REPLY)
    assert short.paused == [1.5]
    long = FakeDiscord((429, {"message": "slow down", "retry_after": 60}))
    with pytest.raises(ServiceError) as caught:
        long.answers.give(asked(Acknowledge.DEFER), REPLY)
    assert caught.value.retry_after == 60


@pytest.mark.parametrize("fate", [DOWN, None])
def test_a_discord_that_is_down_is_tried_again_by_the_queue(fate: tuple[int, dict[str, Any]] | None) -> None:
    discord = FakeDiscord(fate)
    with pytest.raises(ServiceError):
        discord.answers.give(asked(Acknowledge.DEFER), REPLY)


@pytest.mark.parametrize("fate", [DOWN, None])
@pytest.mark.parametrize("acknowledged", [Acknowledge.DEFER, Acknowledge.DEFER_UPDATE])
def test_an_answer_that_may_have_been_lost_is_not_given_again_and_counts_as_not_heard(
    acknowledged: str, fate: tuple[int, dict[str, Any]] | None
) -> None:
    discord = FakeDiscord(*([(204, {})] if acknowledged == Acknowledge.DEFER else []), fate)
    assert not discord.answers.give(asked(acknowledged), private("no"))
    assert discord.lines.count(FOLLOW_UP) == 1


def test_files_go_with_their_message_in_one_request() -> None:
    from shared.discord.answers import Embed, File
    from shared.discord.rest import original_call

    chart = File(name="chart.png", content_type="image/png", content=b"\x89PNG\r\n--not a boundary--")
    call = original_call("42", TOKEN, Reply(embeds=[Embed(title="Week", image="chart.png")], files=[chart]))
    boundary = call.headers["Content-Type"].partition("boundary=")[2]
    parts = (call.content or b"").split(f"--{boundary}".encode())
    assert len(parts) == 4
    assert b'name="payload_json"' in parts[1]
    assert b'{"id": 0, "filename": "chart.png"}' in parts[1]
    assert parts[2].endswith(chart.content + b"\r\n")
    assert call.json is None


def test_a_button_says_where_its_press_goes() -> None:
    discord = FakeDiscord()
    discord.answers.give(
        asked(Acknowledge.DEFER), Reply(content="?", buttons=[Button(label="Skip", custom_id="a.b:1")])
    )
    (row,) = discord.told[0][2]["components"]
    assert row["components"][0]["custom_id"] == "a.b:1"
