"""What is said of an interaction: one line, a log entry and its metrics; and nothing that is nobody's business."""

import json
from typing import Any

import pytest
from nacl.signing import SigningKey

from functions.receive_interactions.report import line
from functions.receive_interactions.service import Done
from scripts.discord.places import GUILD
from tests.support.interactions import USER, component, form, posted, slash
from tests.unit.functions.receive_interactions.world import NOW, World


def told(done: Done) -> dict[str, Any]:
    text = line(done, stage="local", milliseconds=12.345)
    assert "\n" not in text
    said: dict[str, Any] = json.loads(text)
    return said


def test_who_did_what_where_and_what_came_of_it() -> None:
    used = slash("listing show", {"listing": "a secret"})
    said = told(World().receive(used))
    assert {name: said[name] for name in ("level", "message", "outcome", "id", "kind", "name")} == {
        "level": "INFO",
        "message": "interaction",
        "outcome": "taken",
        "id": used["id"],
        "kind": "command",
        "name": "listing show",
    }
    assert (said["user_id"], said["guild_id"]) == (USER, GUILD)


@pytest.mark.parametrize(
    "used",
    [
        slash("listing show", {"listing": "a secret"}),
        form("listing.priced:a secret", {"price": "a secret"}),
        component("listing.more:a secret", values=["a secret"]),
    ],
)
def test_what_was_written_and_the_token_stand_nowhere(used: dict[str, Any]) -> None:
    text = json.dumps(told(World().receive(used)))
    assert "a secret" not in text
    assert used["token"] not in text


def test_metrics_are_named_where_cloudwatch_looks() -> None:
    said = told(World().receive(slash("ship")))
    (metrics,) = said["_aws"]["CloudWatchMetrics"]
    assert (metrics["Namespace"], metrics["Dimensions"]) == ("Switchyard", [["service", "stage"]])
    values = {metric["Name"]: (said[metric["Name"]], metric["Unit"]) for metric in metrics["Metrics"]}
    assert values == {"InteractionsRefused": (1, "Count"), "InteractionDuration": (12.3, "Milliseconds")}
    assert (said["service"], said["stage"]) == ("switchyard", "local")
    assert said["_aws"]["Timestamp"] > 1_700_000_000_000


def test_what_aws_did_not_do_is_a_warning() -> None:
    world = World()
    world.aws.down = {"queue"}
    said = told(world.receive(slash("help")))
    assert (said["level"], said["outcome"], said["trouble"]) == ("WARNING", "lost", "queue does not answer")


def test_of_who_is_not_believed_nothing_is_repeated() -> None:
    event = posted(slash("help", {"x": "a lie"}), SigningKey(b"\x08" * 32), at=NOW)
    said = told(World().receiver.receive(event))
    assert said["outcome"] == "unproven"
    assert not {"id", "user_id", "name"} & said.keys()
    assert "a lie" not in json.dumps(said)


def test_a_name_is_no_longer_than_a_log_needs() -> None:
    said = told(World().receive(component(f"{'x' * 500}\n")))
    assert (len(said["name"]), said["outcome"]) == (100, "unknown")
