"""The contract with Discord takes what Discord takes and finds the mistakes that are easily made."""

from typing import Any

import pytest

from tests.contract.discord.refresh import PACKAGE
from tests.contract.discord.requests import SCHEMA, violations

MESSAGE: dict[str, Any] = {
    "content": "Kickoff with ACME: https://calendar.example/1",
    "allowed_mentions": {"parse": []},
    "nonce": "3668b72f24935f9eafaf5cf19",
    "enforce_nonce": True,
}


@pytest.mark.parametrize(
    "message",
    [
        MESSAGE,
        {"content": "a"},
        {"content": "x" * 2000},
        {"content": "📷" * 2000},
        {"content": "a", "allowed_mentions": {"parse": ["users"], "replied_user": False}},
        {"content": "a", "message_reference": {"message_id": "1310000000000000001"}, "flags": 4},
    ],
)
def test_a_message_that_discord_takes_is_good(message: dict[str, Any]) -> None:
    assert violations(message) == []


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"content": "x" * 2001}, "content: "),
        ({"content": ""}, "content: "),
        ({"content": " \n"}, "content: "),
        ({"content": None}, "content: "),
        ({"content": "half an emoji: \ud83d"}, "no JSON"),
        ({"contnet": "a"}, "contnet"),
        ({"nonce": "n" * 26}, "nonce: "),
        ({"nonce": 12345678901234567890}, "nonce: "),
        ({"allowed_mentions": {"parse": ["everybody"]}}, "allowed_mentions.parse.0: "),
        ({"allowed_mentions": {"prase": []}}, "prase"),
        ({"flags": "64"}, "flags: "),
        ({"embeds": {}}, "embeds"),
        ({"stickers": []}, "stickers"),
    ],
)
def test_a_mistake_is_named_with_its_place(changes: dict[str, Any], told: str) -> None:
    found = violations(MESSAGE | changes)
    assert len(found) == 1
    assert told in found[0]


def test_a_message_without_content_is_refused() -> None:
    assert violations({"allowed_mentions": {"parse": []}}) == ["content: there is nothing in the message"]


def test_what_is_no_message_at_all_is_refused() -> None:
    assert violations([MESSAGE]) != []
    assert violations(None) != []


def test_the_contract_says_where_it_is_from() -> None:
    provenance = SCHEMA["x-provenance"]
    assert provenance["package"].startswith("npm discord-api-spec ")
    assert PACKAGE.version in provenance["package"]
    assert provenance["sha256"] == PACKAGE.sha256
    assert provenance["licence"].startswith("MIT")
    assert provenance["command"]
