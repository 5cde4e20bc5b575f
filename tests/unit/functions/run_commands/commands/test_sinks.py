"""/sinks: whether each is served; a decision is made once, and said to be made already where it is."""

from typing import Any

import pytest

from functions.run_commands.commands.sinks import ListSinks, PauseSink, ResumeSink
from shared.runtime.errors import NotFoundError
from shared.sinks.names import NAMES, TITLES
from tests.support.ports import ANNA, MemoryPorts, use_of
from tests.unit.functions.run_commands.desk import ODD, text_of

ALREADY = "It was so already"


@pytest.fixture
def ports() -> MemoryPorts:
    return MemoryPorts()


def listed(ports: MemoryPorts) -> str:
    return text_of(ListSinks().run(use_of("sinks list", ports=ports)))


def pause(ports: MemoryPorts, sink: str = "notion", reason: str | None = None, **use: Any) -> str:
    options = {"sink": sink} | ({"reason": reason} if reason is not None else {})
    return text_of(PauseSink().run(use_of("sinks pause", options, ports=ports, **use)))


def resume(ports: MemoryPorts, sink: str = "notion", **use: Any) -> str:
    return text_of(ResumeSink().run(use_of("sinks resume", {"sink": sink}, ports=ports, **use)))


def test_all_sinks_are_listed_with_whether_they_are_served(ports: MemoryPorts) -> None:
    pause(ports, "shopify", "  tidying\n up ")
    told = listed(ports)
    assert all(f"**{TITLES[name]}** is {'paused' if name == 'shopify' else 'served'}" in told for name in NAMES)
    assert f"by <@{ANNA}>: tidying up" in told


@pytest.mark.parametrize(("is_live", "words"), [(True, "asked for real"), (False, "nobody is asked")])
def test_a_dry_run_is_called_one(ports: MemoryPorts, is_live: bool, words: str) -> None:
    ports.is_live = is_live
    assert words in listed(ports)


def test_a_sink_is_paused_and_served_again(ports: MemoryPorts) -> None:
    assert "is paused" in pause(ports)
    assert ports.sinks.get("notion").is_paused
    assert "is served" in resume(ports)
    assert not ports.sinks.get("notion").is_paused


def test_deciding_what_is_decided_already_changes_nothing(ports: MemoryPorts) -> None:
    pause(ports, reason="first")
    told = pause(ports, reason="second", user_id="99")
    assert ALREADY in told
    assert "first" in told
    assert ALREADY in resume(ports, "shopify")
    assert [len(list(ports.ledger.history("SINK", name))) for name in ("notion", "shopify")] == [1, 0]


def test_carried_out_twice_it_was_not_so_already(ports: MemoryPorts) -> None:
    pause(ports, id="7")
    assert ALREADY not in pause(ports, id="7", is_repeated=True)
    assert len(list(ports.ledger.history("SINK", "notion"))) == 1


def test_carried_out_twice_it_does_not_undo_what_somebody_decided_meanwhile(ports: MemoryPorts) -> None:
    pause(ports, id="7")
    resume(ports, user_id="99")
    told = pause(ports, id="7", is_repeated=True)
    assert "is served" in told
    assert not ports.sinks.get("notion").is_paused
    assert len(list(ports.ledger.history("SINK", "notion"))) == 2


def test_what_somebody_decides_anew_is_no_repetition(ports: MemoryPorts) -> None:
    pause(ports)
    resume(ports)
    assert "is paused" in pause(ports, is_repeated=True)


def test_a_sink_there_is_not_is_not_found(ports: MemoryPorts) -> None:
    for decide in (pause, resume):
        with pytest.raises(NotFoundError):
            decide(ports, "fax")


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
def test_odd_reasons_are_shown_as_text(ports: MemoryPorts, odd: str) -> None:
    for name in NAMES:
        pause(ports, name, odd)
    told = listed(ports)
    for harmful in ("@everyone", "<@2>", "<@&1>", "[click](", "**bold**", "```"):
        assert harmful not in told


def test_a_reason_that_says_nothing_is_none(ports: MemoryPorts) -> None:
    pause(ports, reason=" \x00 ")
    assert ports.sinks.get("notion").reason is None
