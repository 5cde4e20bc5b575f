"""What a run brought is taken back, and nothing else."""

from datetime import timedelta

import pytest

from shared.control.ingestion.source import Page, SourceRefusedError
from shared.control.runs.step import Again
from tests.unit.shared.control.ingestion.far import Far
from tests.unit.shared.control.ingestion.samples import an_envelope
from tests.unit.shared.control.ingestion.test_ingesting import a_page
from tests.unit.shared.control.ingestion.world import World


@pytest.fixture
def world() -> World:
    return World()


def test_after_it_everything_is_as_before_the_run(world: World) -> None:
    world.run(world.ingest(world.source(a=[a_page("a.md", "b.md")])))
    changed = Page(
        documents=(an_envelope("a.md", "new"), an_envelope("c.md")),
        removed=(an_envelope("b.md").id,),
        cursor={"tree": "2"},
    )
    world.run(world.ingest(world.source(a=[changed])), "run-2")
    assert world.titles() == ["a.md", "c.md"]
    done, _ = world.run(world.forget, "run-2")
    assert done.output == {"forgotten": 3, "places": 1, "left_at_doc_store": 0}
    assert world.titles() == ["a.md", "b.md"]
    assert world.documents.content(world.documents.get(an_envelope("a.md").id)) == "a.md"
    assert world.feeds.cursor("github", "a") == {"tree": "1"}


def test_the_next_run_brings_it_again(world: World) -> None:
    world.run(world.ingest(world.source(a=[a_page("a.md")])))
    world.run(world.forget)
    done, _ = world.run(world.ingest(world.source(a=[a_page("a.md")])), "run-2")
    assert done.output["documents"] == 1


def test_a_step_that_failed_on_its_way_is_taken_back_as_well(world: World) -> None:
    source = world.source(a=[a_page("a.md"), a_page("b.md")])
    source.fails = {2: SourceRefusedError("no")}
    with pytest.raises(SourceRefusedError):
        world.ingest(source)(world.call())
    done, _ = world.run(world.forget)
    assert (done.output["forgotten"], done.output["places"]) == (1, 0)
    assert world.titles() == []


def test_it_may_be_repeated(world: World) -> None:
    world.run(world.ingest(world.source(a=[a_page("a.md")])))
    assert [world.run(world.forget)[0].output["forgotten"] for _ in range(2)] == [1, 1]
    assert len(world.events("document.forgotten")) == 1
    assert len(world.events("ingestion.set_back")) == 1


def test_where_nothing_was_brought_nothing_is_done(world: World) -> None:
    done, _ = world.run(world.forget)
    assert done.output == {"forgotten": 0, "places": 0, "left_at_doc_store": 0}


def test_when_the_time_is_up_it_goes_on_from_there(world: World) -> None:
    world.run(world.ingest(world.source(a=[a_page("a.md", "b.md", "c.md")])))
    answer = world.forget(world.call(until=world.clock() + timedelta(seconds=1)))
    assert isinstance(answer, Again)
    assert answer.progress == {"forgotten": 1, "left_behind": 0}
    assert len(world.titles()) == 2
    done, came = world.run(world.forget, until=world.clock())
    assert (done.output["forgotten"], len(came)) == (3, 3)
    assert world.titles() == []


def test_what_a_doc_store_keeps_all_the_same_is_counted() -> None:
    world = World(doc_store=Far((200, {}), (200, {}), (405, {})))
    world.run(world.ingest(world.source(a=[a_page("a.md", "b.md")])))
    done, _ = world.run(world.forget)
    assert done.output == {"forgotten": 2, "places": 1, "left_at_doc_store": 2}
