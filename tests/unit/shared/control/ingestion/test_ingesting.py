"""A source is read page by page: nothing is lost between, nothing brought twice, and nothing is made up."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.control.ingestion.envelope import SourceRef
from shared.control.ingestion.ingesting import MOST_WAITS
from shared.control.ingestion.source import Page, SourceRefusedError
from shared.control.runs.step import Again, Done
from shared.runtime.errors import ConflictError, DependencyError
from shared.runtime.http import Answer, ServiceError, Verdict
from tests.support.builders import NOON, a_cause
from tests.unit.in_memory import HeldClock
from tests.unit.shared.control.ingestion.far import Far
from tests.unit.shared.control.ingestion.samples import an_envelope
from tests.unit.shared.control.ingestion.world import World


def a_page(*names: str, cursor: str = "1", **more: Any) -> Page:
    return Page(documents=tuple(an_envelope(name, name) for name in names), cursor={"tree": cursor}, **more)


@pytest.fixture
def world() -> World:
    return World()


def test_documents_of_all_places_are_brought(world: World) -> None:
    source = world.source(a=[a_page("a.md"), a_page("b.md", "c.md")], b=[a_page("d.md", cursor="2")])
    done, came = world.run(world.ingest(source))
    assert came == []
    assert done.output == {
        "status": "done",
        "source": "github",
        "by": "connector",
        "places": 2,
        "read": 4,
        "documents": 4,
        "removed": 0,
    }
    assert world.titles() == ["a.md", "b.md", "c.md", "d.md"]
    assert (world.feeds.cursor("github", "a"), world.feeds.cursor("github", "b")) == ({"tree": "1"}, {"tree": "2"})


def test_a_second_run_begins_where_the_first_ended_and_brings_only_what_has_changed(world: World) -> None:
    world.run(world.ingest(world.source(a=[a_page("a.md", "b.md")])))
    second = world.source(a=[a_page("b.md", "c.md", cursor="2")])
    done, _ = world.run(world.ingest(second), "run-2")
    assert second.readings[0].cursor == {"tree": "1"}
    assert (done.output["read"], done.output["documents"]) == (2, 1)


def test_what_is_gone_is_said_to_be(world: World) -> None:
    world.run(world.ingest(world.source(a=[a_page("a.md", "b.md")])))
    gone = Page(removed=(an_envelope("a.md").id, "github-unknown"))
    done, _ = world.run(world.ingest(world.source(a=[gone])), "run-2")
    assert (done.output["documents"], done.output["removed"]) == (0, 1)
    assert world.titles() == ["b.md"]


@pytest.mark.parametrize(
    ("connector", "parameters", "reason"),
    [
        ("there is no token for GitHub", {}, "there is no token for GitHub"),
        ("never asked", {"sources": ["jira"]}, "nobody asked for it"),
    ],
)
def test_a_source_that_is_not_read_says_so(
    world: World, connector: str, parameters: dict[str, Any], reason: str
) -> None:
    done, _ = world.run(world.ingest(connector), parameters={"source": "github"} | parameters)
    assert done.output == {"status": "skipped", "source": "github", "reason": reason}
    assert world.events("ingestion") == []


def test_that_documents_are_wanted_is_said_once_for_all_sources(world: World) -> None:
    world.run(world.ingest(world.source(a=[a_page("a.md")])), scope={"repositories": ["a"]})
    world.run(world.ingest(world.source(a=[a_page("b.md")])), scope={"repositories": ["a"]})
    (asked,) = world.events("ingestion.requested")
    assert asked.subject == "run-1"
    assert asked.data == {
        "run_id": "run-1",
        "workflow": "ingestion",
        "sources": ["github", "jira", "confluence", "swagger"],
        "scope": {"repositories": ["a"]},
    }


def test_a_document_whose_id_is_taken_is_counted_and_takes_no_other_with_it(world: World) -> None:
    taken = [an_envelope("a.md").id, an_envelope("c.md").id]
    for known in taken:
        ref = SourceRef(source="saved", place=known)
        mine = replace(an_envelope("mine.md"), id=known, source_refs=(ref,))
        world.documents.save(mine, None, a_cause(), clock=world.clock)
    source = world.source(a=[a_page("a.md", "b.md"), a_page("c.md")])
    source.seconds = 100
    done, came = world.run(world.ingest(source))
    assert len(came) == 1
    assert (done.output["documents"], done.output["refused"]) == (1, 2)
    assert done.output["reason"] == f"{taken[0]} is a document of saved"
    assert world.feeds.cursor("github", "a") == {"tree": "1"}


class Slow(Far):
    """Takes nine seconds of the clock for each answer."""

    clock: HeldClock

    def __call__(self, *asked: Any) -> Answer:
        self.clock.put_on(seconds=9)
        return super().__call__(*asked)


def test_each_document_is_dated_when_it_is_written_however_long_others_take() -> None:
    slow = Slow((200, {}))
    world = World(doc_store=slow)
    slow.clock = world.clock
    world.run(world.ingest(world.source(a=[a_page("a.md", "b.md", "c.md")])))
    assert [event.time for event in world.events("document.saved")] == [
        NOON + timedelta(seconds=seconds) for seconds in (9, 18, 27)
    ]


def test_when_the_time_is_up_it_goes_on_from_there(world: World) -> None:
    source = world.source(a=[a_page(f"{number}.md") for number in range(6)], b=[a_page("x.md")])
    source.seconds = 40
    done, came = world.run(world.ingest(source))
    assert [one.checkpoint["position"] for one in came] == [{"page": 3}, {}]
    assert [one.progress for one in came] == [{"place": "a", "documents": 3}, {"place": "b", "documents": 6}]
    assert (done.output["read"], done.output["documents"]) == (7, 7)
    assert len(source.readings) == 7


def test_a_page_takes_its_time_even_where_there_is_little(world: World) -> None:
    source = world.source(a=[a_page("a.md"), a_page("b.md")])
    answer = world.ingest(source)(world.call(until=world.clock()))
    assert isinstance(answer, Again)
    assert world.titles() == ["a.md"]


def test_after_a_crash_the_same_is_brought_once(world: World) -> None:
    source = world.source(a=[a_page("a.md"), a_page("b.md")])
    call = world.call()
    world.ingest(source)(call)
    done = world.ingest(source)(call)  # nobody has heard of the first one
    assert isinstance(done, Done)
    assert done.output["documents"] == 2
    assert len(world.events("document.saved")) == 2
    assert len(world.events("ingestion.advanced")) == 1


@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_place_is_read_to_its_end_before_its_cursor_moves(world: World, at: int) -> None:
    source = world.source(a=[a_page("a.md"), a_page("b.md"), a_page("c.md")])
    source.fails = {number: DependencyError("down") for number in (at, at + 1)}
    checkpoint: Mapping[str, Any] = {}
    if at > 1:
        first = world.ingest(source)(world.call())
        assert isinstance(first, Again)
        checkpoint = first.checkpoint
    with pytest.raises(DependencyError, match="down"):
        world.ingest(source)(world.call(checkpoint=checkpoint))
    assert world.feeds.cursor("github", "a") == {}


def test_a_failure_after_something_was_done_is_no_try_in_vain(world: World) -> None:
    source = world.source(a=[a_page("a.md"), a_page("b.md")])
    source.fails = {2: DependencyError("down")}
    done, came = world.run(world.ingest(source))
    assert [one.checkpoint["position"] for one in came] == [{"page": 1}]
    assert done.output["documents"] == 2


def test_a_failure_before_anything_was_done_is_told(world: World) -> None:
    source = world.source(a=[a_page("a.md")])
    source.fails = {1: ServiceError("github", Verdict.RETRY_BACKOFF, "502")}
    with pytest.raises(ServiceError, match="502"):
        world.ingest(source)(world.call())


def limited(seconds: float | None) -> ServiceError:
    return ServiceError("github", Verdict.RETRY_AFTER, "403 too much", retry_after=seconds)


@pytest.mark.parametrize(("said", "waits"), [(1_800.0, 1_800), (None, 60)])
def test_a_source_that_says_when_to_come_again_is_taken_at_its_word(
    world: World, said: float | None, waits: int
) -> None:
    source = world.source(a=[a_page("a.md"), a_page("b.md")])
    source.fails = {1: limited(said), 2: limited(said), 4: limited(said)}
    done, came = world.run(world.ingest(source))
    assert [one.after for one in came] == [timedelta(seconds=waits)] * 3
    assert [one.checkpoint["waits"] for one in came] == [1, 2, 1]
    assert came[0].progress["waits_seconds"] == waits
    assert done.output["documents"] == 2


def test_a_source_that_never_lets_us_in_is_given_up(world: World) -> None:
    source = world.source(a=[a_page("a.md")])
    source.fails = {number: limited(1.0) for number in range(1, 1_000)}
    checkpoint: Mapping[str, Any] = {}
    for _ in range(MOST_WAITS):
        answer = world.ingest(source)(world.call(checkpoint=checkpoint))
        assert isinstance(answer, Again)
        checkpoint = answer.checkpoint
    with pytest.raises(ServiceError, match="too much"):
        world.ingest(source)(world.call(checkpoint=checkpoint))
    assert len(source.readings) == MOST_WAITS + 1


def test_a_refusal_is_told_as_it_is(world: World) -> None:
    source = world.source(a=[a_page("a.md"), a_page("b.md")])
    source.fails = {2: SourceRefusedError("no")}
    with pytest.raises(SourceRefusedError):
        world.ingest(source)(world.call())
    assert world.titles() == ["a.md"]  # what was kept is taken back by the run


def test_a_place_that_is_no_longer_there_is_passed_over(world: World) -> None:
    source = world.source(a=[a_page("a.md")], c=[a_page("c.md")])
    left = {"place": "b", "position": {}, "waits": 0, "read": 1}
    source.pages = {"a": [a_page("a.md")], "b": [a_page("b.md")], "c": [a_page("c.md")]}
    done = world.ingest(source)(world.call(checkpoint=left))
    assert isinstance(done, Done)
    assert world.titles() == ["b.md", "c.md"]


def test_without_places_there_is_nothing_to_do(world: World) -> None:
    done, _ = world.run(world.ingest(world.source()))
    assert (done.output["status"], done.output["documents"]) == ("done", 0)


def test_where_the_doc_store_is_down_nothing_is_recorded() -> None:
    world = World(doc_store=Far((503, {})))
    with pytest.raises(ServiceError, match="doc-store"):
        world.ingest(world.source(a=[a_page("a.md")]))(world.call())
    assert world.titles() == []


def test_documents_that_others_change_all_the_time_are_tried_again(world: World) -> None:
    class Contested(type(world.ledger)):  # type: ignore[misc]
        def commit(self, change):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            raise ConflictError("somebody was faster")

    world.documents._ledger = Contested()
    with pytest.raises(ConflictError):
        world.ingest(world.source(a=[a_page("a.md")]))(world.call())
