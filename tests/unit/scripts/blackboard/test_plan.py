"""What has to change is what is different, and nothing else."""

from typing import Any

from scripts.blackboard.plan import plan, strangers
from shared.blackboard.instance import MAX_AGENTS
from shared.blackboard.sett_file import read_sett
from shared.blackboard.sett_reading import Sett

SETT = read_sett(
    """
version: "1.0"
orchestrator: {bidding_seconds: 5}
agents:
  Writer: {bidding_strategy: exclusive, target_types: [Goal*], capacity: 2}
  Editor: {}
"""
)
SETTINGS = {"bidding_seconds": 30, "max_grants": 3}


def there(name: str, **other: Any) -> dict[str, Any]:
    """An agent as the API shows it, with nothing said of it."""
    return {
        "name": name,
        "role": name,
        "bidding_strategy": None,
        "target_types": [],
        "capacity": 1,
        "delivery": "poll",
        "url": None,
        "queue": None,
        "working_on": [],
        "version": 3,
    } | other


def lines(sett: Sett, agents: dict[str, Any], *, settings: dict[str, Any] = SETTINGS, prune: bool = False) -> list[str]:
    return [line for change in plan(sett, agents=agents, settings=settings, prune=prune) for line in change.lines()]


def test_what_is_not_there_is_added() -> None:
    assert lines(SETT, {}) == [
        "~ settings",
        "    bidding_seconds: 30 -> 5",
        "+ agent Writer: bids exclusive, on Goal*, capacity 2",
        "+ agent Editor: bids itself",
    ]


def test_what_is_different_is_told_from_old_to_new() -> None:
    writer = there("Writer", bidding_strategy="claim", capacity=2, delivery="queue", queue="work")
    assert lines(SETT, {"Writer": writer, "Editor": there("Editor")}, settings={"bidding_seconds": 5}) == [
        "~ agent Writer",
        "    bidding_strategy: claim -> exclusive",
        "    target_types: [] -> [Goal*]",
        "    delivery: queue -> poll",
        "    queue: work -> none",
    ]


def test_where_all_is_as_it_should_be_nothing_changes() -> None:
    writer = there("Writer", bidding_strategy="exclusive", target_types=["Goal*"], capacity=2)
    agents = {"Writer": writer, "Editor": there("Editor")}
    assert lines(SETT, agents, settings={"bidding_seconds": 5, "max_grants": 7}) == []


def test_only_with_prune_is_anybody_removed() -> None:
    empty = Sett(settings={}, agents={})
    agents = {"B": there("B"), "A": there("A", working_on=["x", "y"])}
    assert strangers(empty, agents) == ["A", "B"]
    assert lines(empty, agents) == []
    assert lines(empty, agents, prune=True) == ["- agent A: has 2 in hand", "- agent B"]


def test_at_no_time_are_there_more_agents_than_before_and_after() -> None:
    half = MAX_AGENTS // 2 + 1
    agents = {f"Old-{number}": there(f"Old-{number}") for number in range(half)}
    new = Sett(settings={}, agents={f"New-{number}": there(f"New-{number}") for number in range(half)})
    signs = [change.sign for change in plan(new, agents=agents, settings={}, prune=True)]
    assert signs == ["-"] * half + ["+"] * half


def test_settings_that_are_not_said_stay_and_agents_are_whole() -> None:
    settings, writer, editor = plan(SETT, agents={}, settings=SETTINGS, prune=False)
    assert settings.body == {"bidding_seconds": 5, "max_grants": 3}
    assert writer.body == {
        "role": "Writer",
        "bidding_strategy": "exclusive",
        "target_types": ["Goal*"],
        "capacity": 2,
        "delivery": "poll",
    }
    assert editor.body is not None
    assert editor.body["bidding_strategy"] is None
