"""The workflow `ingestion` from end to end: sources side by side, what was found, and all of it taken back."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest

from functions.run_workflow_step.ports import Ports
from functions.run_workflow_step.service import decide, do_step
from shared.control.ingestion.notifying import NotifyFindings
from shared.control.ingestion.source import Connector, Page, SourceRefusedError
from shared.control.runs.run import Run, Status
from shared.control.runs.shipped import find_workflow
from shared.control.runs.starting import start_run
from shared.control.runs.step import StepHandler
from shared.control.runs.store import LedgerRuns
from tests.support.builders import a_cause
from tests.support.pauses import no_pause
from tests.unit.shared.control.ingestion.samples import an_envelope
from tests.unit.shared.control.ingestion.world import MemorySource, World

SOURCES = ("github", "jira", "confluence", "swagger")


class Driven(World):
    """The machine, and sources by their names; those that are not there are not set up."""

    def __init__(self) -> None:
        super().__init__()
        self.sources: dict[str, MemorySource] = {}
        self.runs = LedgerRuns(self.ledger)
        handlers: Mapping[str, Callable[[], StepHandler]] = {
            "ingest": lambda: self.ingest_from(self.connect),
            "forget-ingested": lambda: self.forget,
            "analyse": lambda: self.analyse,
            "notify-findings": lambda: NotifyFindings(lambda: None, ingestions=self.ingestions, clock=self.clock),
        }
        self.step_ports = Ports(
            runs=self.runs, handlers=handlers, clock=self.clock, pause=no_pause, backoff=lambda _: 1.0
        )

    def connect(self, source: str) -> Connector | str:
        return self.sources.get(source) or f"no address of {source} is configured"

    def has(self, source: str, *names: str, cursor: str = "1") -> MemorySource:
        documents = tuple(an_envelope(name, name, source=source) for name in names)
        page = Page(documents=documents, cursor={"at": cursor})
        self.sources[source] = MemorySource(self.clock, {"place": [page]}, source=source)
        return self.sources[source]

    def drive(self, workflow: str = "ingestion", **parameters: Any) -> Run:
        run, _ = start_run(
            find_workflow(workflow),
            scope={},
            parameters=parameters,
            correlation_id=None,
            cause=a_cause(),
            runs=self.runs,
            at=self.clock(),
        )
        for number in range(100):
            what = decide(run.id, number, ports=self.step_ports)
            if what["next"] in ("done", "failed"):
                return self.runs.get(run.id)
            self.clock.put_on(seconds=what["seconds"] or 0)
            for name in what["steps"]:
                do_step(run.id, name, ends=self.clock() + timedelta(seconds=120), ports=self.step_ports)
        raise AssertionError("it goes on for ever")

    def outputs(self, run: Run) -> Mapping[str, Mapping[str, Any]]:
        return {step.name: step.output for step in run.steps}


@pytest.fixture
def driven() -> Driven:
    return Driven()


def test_what_is_set_up_is_brought_and_looked_at(driven: Driven) -> None:
    driven.has("github", "a.md", "b.md")
    driven.has("swagger", "orders")
    run = driven.drive()
    assert run.status is Status.COMPLETED
    outputs = driven.outputs(run)
    assert [outputs[name]["status"] for name in SOURCES] == ["done", "skipped", "skipped", "done"]
    assert outputs["jira"]["reason"] == "no address of jira is configured"
    assert (outputs["analysis"]["documents"], outputs["notice"]["sent"]) == (3, 0)
    (asked,), (completed,) = driven.events("ingestion.requested"), driven.events("ingestion.completed")
    assert asked.time <= completed.time
    assert completed.data["sources"]["github"]["documents"] == 2


def test_only_sources_that_were_asked_for_are_read(driven: Driven) -> None:
    driven.has("github", "a.md")
    driven.has("jira", "1")
    run = driven.drive(sources=["jira"])
    assert driven.titles() == ["1"]
    assert driven.outputs(run)["github"]["reason"] == "nobody asked for it"


def test_a_source_that_fails_for_good_takes_the_others_back(driven: Driven) -> None:
    driven.has("github", "a.md")
    driven.has("jira", "1")
    assert driven.drive().status is Status.COMPLETED
    driven.has("github", "a.md", "b.md", cursor="2")
    driven.has("jira", "2", cursor="2").fails = {1: SourceRefusedError("jira: 403; may the account see it?")}
    run = driven.drive()
    assert run.status is Status.COMPENSATED
    assert run.error is not None
    assert "jira: 403" in run.error
    assert driven.titles() == ["1", "a.md"]
    assert driven.feeds.cursor("github", "place") == {"at": "1"}
    assert len(driven.events("findings.created")) == 1
    assert len(driven.events("ingestion.completed")) == 1


def test_after_the_source_is_well_again_everything_comes(driven: Driven) -> None:
    driven.has("github", "a.md")
    driven.has("jira", "1").fails = {1: SourceRefusedError("no")}
    driven.drive()
    driven.has("github", "a.md")
    driven.has("jira", "1")
    run = driven.drive()
    assert run.status is Status.COMPLETED
    assert driven.titles() == ["1", "a.md"]


def test_documents_are_looked_at_without_being_brought(driven: Driven) -> None:
    driven.has("github", "a.md")
    driven.drive()
    run = driven.drive("document-analysis", documents_of=["github"])
    assert run.status is Status.COMPLETED
    assert [step.name for step in run.steps] == ["analysis", "notice"]
    assert driven.outputs(run)["analysis"]["documents"] == 1
