"""Documents are looked at once in a run: by the engine where there is one, else by our own checks."""

import json
import tracemalloc
from datetime import timedelta
from typing import Any

import pytest

from shared.control.ingestion import analysing
from shared.control.ingestion.findings import MOST, TOLD
from shared.control.ingestion.source import SourceRefusedError
from shared.control.runs.step import Again, Done
from shared.ledger.envelope import to_detail
from shared.runtime.errors import NotFoundError
from tests.support.builders import a_cause
from tests.unit.shared.control.ingestion.far import Far
from tests.unit.shared.control.ingestion.samples import an_envelope
from tests.unit.shared.control.ingestion.test_web import MemoryWeb
from tests.unit.shared.control.ingestion.world import World


def save(world: World, *documents: tuple[str, str], **changes: Any) -> None:
    for path, content in documents:
        world.documents.save(an_envelope(path, content, **changes), None, a_cause(), clock=world.clock)


def analysed(world: World, run_id: str = "run-1", **parameters: Any) -> dict[str, Any]:
    done, _ = world.run(world.analyse, run_id, parameters=parameters)
    return dict(done.output)


@pytest.fixture
def world() -> World:
    return World(web=MemoryWeb(404, 404))


def test_what_is_found_is_kept_and_told(world: World) -> None:
    save(world, ("a.md", "[x](gone.md) https://dead.example/"), ("b.md", "text"))
    output = analysed(world)
    assert output == {
        "by": "built-in",
        "documents": 2,
        "is_cut": False,
        "count": 2,
        "new_count": 2,
        "severity_counts": {"low": 0, "med": 2, "high": 0},
        "worst": ["a.md: the link gone.md is broken", "a.md: the link https://dead.example/ is broken"],
        "links_left": 0,
    }
    (event,) = world.events("findings.created")
    assert event.subject == "run-1"
    assert event.data["correlation_id"] == a_cause().correlation_id
    assert (event.data["count"], event.data["type"], event.data["by"]) == (2, "broken_link", "built-in")
    assert [one["title"] for one in event.data["findings"]] == output["worst"]
    assert [one.title for one in world.findings.all("run-1")] == output["worst"]


def test_where_nothing_is_found_that_is_told(world: World) -> None:
    save(world, ("a.md", "text"))
    assert analysed(world)["count"] == 0
    (event,) = world.events("findings.created")
    assert (event.data["count"], event.data["findings"], event.data["type"]) == (0, [], "none")


def test_a_run_looks_once(world: World) -> None:
    save(world, ("a.md", "[x](gone.md)"))
    first = analysed(world)
    save(world, ("b.md", "[x](gone.md)"))
    assert analysed(world) == first
    assert len(world.events("findings.created")) == 1


def test_a_later_analysis_says_what_is_new(world: World) -> None:
    save(world, ("a.md", "[x](gone.md)"))
    analysed(world)
    world.clock.put_on(seconds=1)
    save(world, ("b.md", "[x](lost.md)"))
    output = analysed(world, "run-2")
    assert (output["count"], output["new_count"]) == (2, 1)
    newest = world.findings.newest()
    assert newest
    assert newest.run_id == "run-2"
    assert world.findings.of_correlation(a_cause().correlation_id) == newest


def test_only_so_many_addresses_are_looked_at(world: World) -> None:
    save(world, ("a.md", "https://a.example https://b.example https://c.example"))
    assert analysed(world, most_links=2)["links_left"] == 1
    assert len(world.web.asked) == 4  # each twice
    world.web.asked.clear()
    assert analysed(world, "run-2", check_links=False)["links_left"] == 3
    assert world.web.asked == []


def test_when_the_time_is_up_what_was_seen_is_not_looked_at_again(world: World) -> None:
    save(world, ("a.md", " ".join(f"https://a.example/{number}" for number in range(40))))
    answer = world.analyse(world.call(until=world.clock()))
    assert isinstance(answer, Again)
    assert answer.progress == {"links": 16, "of": 40}
    assert len(world.web.asked) == 32
    done, came = world.run(world.analyse, until=world.clock())
    assert len(came) == 2
    assert done.output["count"] == 40


def test_of_very_long_addresses_as_many_are_looked_at_as_of_others(world: World) -> None:
    """What was seen of them is kept from one call to the next, and a letter may take six bytes there."""
    start = "https://dead.example/"
    for name in "abcd":
        links = " ".join(f"{start}{name}{number:03}{'ж' * 460}" for number in range(110))
        save(world, (f"{name}.md", links))
    done, came = world.run(world.analyse, until=world.clock(), parameters={"most_links": 440})
    assert len(came) > 1
    assert (done.output["count"], done.output["links_left"]) == (440, 0)


def test_documents_grow_old_as_it_is_configured_or_asked_for(world: World) -> None:
    old = (world.clock() - timedelta(days=100)).isoformat()
    save(world, ("a.md", "text"), updated_at=old)
    assert [analysed(world, f"run-{days}", **({"stale_days": days} if days else {}))["count"] for days in (0, 50)] == [
        0,
        1,
    ]


def test_only_documents_of_the_sources_that_were_named_are_looked_at(world: World) -> None:
    save(world, ("a.md", "text"))
    save(world, ("b", "text"), source="saved")
    assert analysed(world)["documents"] == 2
    assert analysed(world, "run-2", documents_of=["saved"])["documents"] == 1


def test_of_very_many_findings_all_are_counted_and_the_worst_are_told(world: World) -> None:
    save(world, ("a.md", " ".join(f"[x](gone-{number}.md)" for number in range(TOLD + 10))))
    assert analysed(world)["count"] == TOLD + 10
    (event,) = world.events("findings.created")
    assert len(event.data["findings"]) == TOLD
    assert len(world.findings.all("run-1")) == TOLD + 10 < MOST


@pytest.mark.parametrize("most", [{"MOST_DOCUMENTS": 2}, {"MOST_ROOM": 10_000}])
def test_where_there_is_no_room_for_all_documents_that_is_said_and_none_is_missed(
    world: World, monkeypatch: pytest.MonkeyPatch, most: dict[str, int]
) -> None:
    for name, value in most.items():
        monkeypatch.setattr(analysing, name, value)
    for name, content in (("old.md", "text"), ("a.md", "[x](old.md)"), ("b.md", "[x](a.md)")):
        save(world, (name, content))
        world.clock.put_on(seconds=1)
    output = analysed(world)
    assert (output["documents"], output["is_cut"], output["count"]) == (2, True, 0)
    assert world.events("findings.created")[0].data["is_cut"]
    assert world.findings.get("run-1").is_cut


def test_documents_that_say_very_much_take_no_more_room_than_there_is(world: World) -> None:
    """What they are said to take is what is counted against the room that the function has."""
    links = " ".join(f"[x](https://a.example/{number})" for number in range(2_000))
    for number in range(20):
        save(world, (f"{number}.md", links))
    tracemalloc.start()
    try:
        room = sum(record.outline.room for _, record in world.documents.newest())
        before = tracemalloc.get_traced_memory()[0]
        analysed(world)
        taken = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
    assert taken < room


def test_what_is_told_of_findings_is_never_too_large_for_the_bus() -> None:
    long = [{"title": f"{number}{'🙂' * 300}", "where": "🙂" * 300, "detail": "🙂" * 1_000} for number in range(TOLD)]
    world = World(engine=Far((200, {"findings": long})))
    save(world, ("a.md", "text"))
    analysed(world)
    (event,) = world.events("findings.created")
    assert len(json.dumps(to_detail(event), ensure_ascii=False).encode()) < 256 * 1024
    assert len(world.findings.all("run-1")[0].detail) == 1_000


def test_the_engine_that_is_registered_looks_in_our_place() -> None:
    far = Far((200, {"findings": [{"type": "drift", "severity": "high", "title": "They differ"}]}))
    world = World(engine=far)
    save(world, ("a.md", "[x](gone.md) https://a.example"))
    output = analysed(world)
    assert (output["by"], output["worst"]) == ("consistency-engine", ["They differ"])
    assert world.web.asked == []


def test_an_engine_that_will_not_is_not_replaced_in_silence() -> None:
    world = World(engine=Far((422, {})))
    save(world, ("a.md", "text"))
    with pytest.raises(SourceRefusedError, match="consistency-engine: 422"):
        world.analyse(world.call())
    assert world.events("findings") == []


def test_of_two_who_look_at_the_same_time_one_counts(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    save(world, ("a.md", "[x](gone.md)"))
    analyse, call = world.analyse, world.call()
    monkeypatch.setattr(analyse, "_known", lambda _: None)  # neither has seen the other's
    first, second = analyse(call), analyse(call)
    assert isinstance(first, Done)
    assert first == second
    assert len(world.events("findings.created")) == 1


def test_an_analysis_that_there_is_not_is_not_found(world: World) -> None:
    assert world.findings.newest() is None
    for look in (world.findings.get, world.findings.all, world.findings.of_correlation):
        with pytest.raises(NotFoundError, match="no analysis of"):
            look("nothing")
