"""Whatever a message says, what we tell a channel of it is what Discord takes, and it mentions nobody."""

import re
from typing import Any

from hypothesis import given, settings

from shared.runtime.discord import LONGEST_CONTENT, LONGEST_NONCE
from shared.sinks.discord import DiscordChannel
from tests.contract.discord.requests import violations
from tests.contract.strategies import messages

SINK = DiscordChannel(None, channel_id="1310000000000000001", currency="GBP")
MENTION = re.compile(r"@(everyone|here)|<(@[!&]?|#|a?:|t:|/|id:)")
MASKED_LINK = re.compile(r"(?<!\\)\]\(")


@settings(derandomize=True, deadline=None, max_examples=80)
@given(messages())
def test_whatever_a_message_says_discord_takes_it(event: dict[str, Any]) -> None:
    call = SINK.request(event)
    assert call.path == "/channels/1310000000000000001/messages"
    assert call.headers["User-Agent"].startswith("DiscordBot (https://")
    assert violations(call.json) == []
    assert len(call.json["content"].encode("utf-16-le")) <= 2 * LONGEST_CONTENT
    assert len(call.json["nonce"]) == LONGEST_NONCE
    assert call.json["enforce_nonce"] is True
    assert (call.body() or b"").decode()
    assert call == SINK.request(event)


@settings(derandomize=True, deadline=None, max_examples=80)
@given(messages())
def test_whatever_a_message_says_nobody_is_mentioned_and_no_link_is_masked(event: dict[str, Any]) -> None:
    body = SINK.request(event).json
    assert body["allowed_mentions"] == {"parse": []}
    assert not MENTION.search(body["content"])
    assert not MASKED_LINK.search(body["content"])
