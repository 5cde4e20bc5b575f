"""What Discord is answered at once, for every command, button and form there is; and what tests take for Discord's."""

import json
from pathlib import Path
from typing import Any

import pytest

from functions.receive_interactions import answers
from functions.receive_interactions.service import _LOST, _TOO_LONG, _UNKNOWN, _refusal
from scripts.local_aws import ROOT
from tests.contract.discord.requests import violations, violations_of_interaction
from tests.support import interactions

FOLDER: Path = ROOT / "functions" / "receive_interactions"
TABLE: dict[str, dict[str, Any]] = json.loads((FOLDER / "commands.json").read_text())
ROWS = [pytest.param(row, id=name) for part in TABLE.values() for name, row in part.items()]


@pytest.mark.parametrize("row", ROWS)
def test_discord_takes_what_it_is_answered_at_once(row: dict[str, Any]) -> None:
    if row["acknowledge"] == "modal":
        answer = answers.form(row["modal"], ["3668b72f-2493-5f9e-afaf-5cf1988a2fe0", "380.50"])
        assert answer is not None
    else:
        answer = answers.acknowledged(row)
    assert violations(answer, "Answer") == []


SAYINGS = [_LOST, _TOO_LONG, *_UNKNOWN.values(), _refusal("operator", "viewer"), _refusal("admin", None)]


@pytest.mark.parametrize(
    "answer",
    [
        answers.PONG,
        *map(answers.said, SAYINGS),
        answers.suggested([]),
        answers.suggested([{"name": "x" * 100, "value": "y" * 100}] * 25),
        *(answers.acknowledged({"acknowledge": kind}) for kind in ("defer", "defer_private", "defer_update")),
        answers.acknowledged({"acknowledge": "reply", "text": "Ask away."}),
    ],
)
def test_discord_takes_all_that_is_said_to_it(answer: dict[str, Any]) -> None:
    assert violations(answer, "Answer") == []


@pytest.mark.parametrize(
    "interaction",
    [
        interactions.ping(),
        interactions.slash("help"),
        interactions.slash("listing move", {"listing": "1", "days": 2, "price": 1.5, "now": True}),
        interactions.autocomplete("listing show", "listing", "son"),
        interactions.component("listing.skip:1"),
        interactions.component("listing.more", values=["1"]),
        interactions.form("listing.priced:1", {"price": "3", "note": ""}),
        interactions.form("listing.priced", {"price": "3"}, on_message=False),
        interactions.message_menu("Send to sinks", "Kickoff at three"),
        interactions.slash("help", guild=False),
    ],
    ids=lambda interaction: str(interaction["type"]),
)
def test_what_tests_take_for_an_interaction_is_one(interaction: dict[str, Any]) -> None:
    assert violations_of_interaction(interaction) == []


def test_the_sample_event_carries_an_interaction() -> None:
    event = json.loads((ROOT / "events" / "receive_interactions.json").read_text())
    assert violations_of_interaction(json.loads(event["body"])) == []
