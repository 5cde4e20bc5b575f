"""An agent that is asked for a bid."""

import json
import sys
from pathlib import Path

import pytest

from tests.support.agent import agent
from tests.support.blackboard_api import BlackboardApi, Fault, artefact
from tests.support.waiting import eventually

COMMAND = ("--command", "true")


def deciding(code: str) -> str:
    return json.dumps([sys.executable, "-c", code])


def test_it_bids_what_it_is_told_to(api: BlackboardApi, tmp_path: Path) -> None:
    claims = {api.ask(), api.ask()}
    with agent(api, tmp_path, "--bid", "exclusive", *COMMAND):
        assert eventually(lambda: len(api.bids) == 2 and api.bids) == dict.fromkeys(claims, "exclusive")


def test_who_is_told_nothing_ignores(api: BlackboardApi, tmp_path: Path) -> None:
    claim_id = api.ask()
    with agent(api, tmp_path, *COMMAND):
        assert eventually(lambda: api.bids) == {claim_id: "ignore"}


def test_a_command_decides_by_the_artefact_and_may_complain_meanwhile(api: BlackboardApi, tmp_path: Path) -> None:
    mine, other = api.ask(target_artefact=artefact(type="Draft")), api.ask(target_artefact=artefact(type="Song"))
    code = """
import json, sys
print("a warning", file=sys.stderr)
print("review" if json.load(sys.stdin)["type"] == "Draft" else "ignore")
"""
    with agent(api, tmp_path, "--bid-command", deciding(code), *COMMAND) as running:
        assert eventually(lambda: len(api.bids) == 2 and api.bids) == {mine: "review", other: "ignore"}
        assert not running.lines("bid_command_failed")


@pytest.mark.parametrize(
    "code", ["print('reveiw')", "print('review'); raise SystemExit(1)", "pass", "print('x' * 9999)"]
)
def test_a_command_that_fails_or_talks_nonsense_ignores(api: BlackboardApi, tmp_path: Path, code: str) -> None:
    claim_id = api.ask()
    with agent(api, tmp_path, "--bid-command", deciding(code), *COMMAND) as running:
        assert eventually(lambda: api.bids) == {claim_id: "ignore"}
        assert running.told("bid_command_failed")["claim_id"] == claim_id


def test_where_the_command_fails_a_bid_beside_it_counts(api: BlackboardApi, tmp_path: Path) -> None:
    claim_id = api.ask()
    with agent(api, tmp_path, "--bid", "claim", "--bid-command", "false", *COMMAND):
        assert eventually(lambda: api.bids) == {claim_id: "claim"}


def test_it_bids_while_a_command_runs(api: BlackboardApi, tmp_path: Path) -> None:
    api.grant()
    with agent(api, tmp_path, "--bid", "claim", code="import time; time.sleep(60)") as running:
        running.told("work_granted")
        claim_id = api.ask()
        assert eventually(lambda: api.bids) == {claim_id: "claim"}


def test_what_comes_too_late_is_left_alone(api: BlackboardApi, tmp_path: Path) -> None:
    """The question is still told of for a while."""
    api.ask()
    api.faults.append(Fault("/bids", 409, times=9))
    with agent(api, tmp_path, "--bid", "claim", *COMMAND) as running:
        running.told("bid_refused")
        claim_id = api.grant()
        eventually(lambda: api.artefacts)
        assert [one["claim_id"] for one in api.artefacts.values()] == [claim_id]
        assert len(running.lines("bid_refused")) == 1
