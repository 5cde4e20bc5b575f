"""All that steps of ingestion stand on, in memory."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from shared.control.ingestion.analysing import Analyse
from shared.control.ingestion.analysing import Ports as AnalysisPorts
from shared.control.ingestion.documents.remote import RemoteDocuments
from shared.control.ingestion.documents.store import LedgerDocuments
from shared.control.ingestion.engine import ConsistencyEngine
from shared.control.ingestion.feeds import LedgerFeeds
from shared.control.ingestion.findings import LedgerFindings
from shared.control.ingestion.forgetting import ForgetIngested
from shared.control.ingestion.ingesting import Ingest, Ports
from shared.control.ingestion.runs import LedgerIngestions
from shared.control.ingestion.source import Connector, Page, Reading
from shared.control.runs.step import Again, Done, StepCall, StepHandler
from shared.files.store import MemoryFiles
from shared.ledger.envelope import Event
from shared.ledger.memory import MemoryLedger
from tests.support.builders import NOON, a_cause
from tests.support.pauses import no_pause
from tests.unit.in_memory import HeldClock
from tests.unit.shared.control.ingestion.far import Far, service
from tests.unit.shared.control.ingestion.test_web import MemoryWeb


class MemorySource:
    """A source whose places have pages; each page takes `seconds` of the clock. `fails`: raised before that page."""

    by = "connector"

    def __init__(self, clock: HeldClock, pages: Mapping[str, list[Page]], *, source: str = "github") -> None:
        self.source = source
        self.pages = pages
        self.seconds = 0.0
        self.fails: dict[int, Exception] = {}  # by the number of the request, from 1
        self.readings: list[Reading] = []
        self._clock = clock

    def places(self, scope: Mapping[str, Any]) -> list[str]:
        return sorted(self.pages)

    def page(self, reading: Reading) -> Page:
        self.readings.append(reading)
        self._clock.put_on(seconds=self.seconds)
        if error := self.fails.get(len(self.readings)):
            raise error
        number = reading.position.get("page", 0)
        pages = self.pages[reading.place]
        page = pages[number]
        is_last = number + 1 == len(pages)
        return page if is_last else replace(page, position={"page": number + 1})


class World:
    def __init__(
        self, *, doc_store: Far | None = None, engine: Far | None = None, web: MemoryWeb | None = None
    ) -> None:
        self.clock = HeldClock()
        self.ledger = MemoryLedger()
        self.files = MemoryFiles()
        mirror = RemoteDocuments(service(doc_store, "doc-store")) if doc_store else None
        self.documents = LedgerDocuments(self.ledger, files=self.files, mirror=mirror, pause=no_pause)
        self.findings = LedgerFindings(self.ledger, files=self.files)
        self.ingestions = LedgerIngestions(self.ledger)
        self.feeds = LedgerFeeds(self.ledger, pause=no_pause)
        self.ports = Ports(documents=self.documents, feeds=self.feeds, ingestions=self.ingestions, clock=self.clock)
        self.web = web or MemoryWeb()
        self.engine = ConsistencyEngine(service(engine, "consistency-engine")) if engine else None

    def source(self, **pages: list[Page]) -> MemorySource:
        return MemorySource(self.clock, pages)

    def ingest(self, connector: Connector | str) -> Ingest:
        return self.ingest_from(lambda _: connector)

    def ingest_from(self, connect: Callable[[str], Connector | str]) -> Ingest:
        return Ingest(connect, self.ports)

    @property
    def forget(self) -> ForgetIngested:
        return ForgetIngested(self.ports)

    @property
    def analyse(self) -> Analyse:
        ports = AnalysisPorts(
            documents=self.documents, findings=self.findings, files=self.files, guard=self.web, clock=self.clock
        )
        return Analyse(lambda: self.engine, ports, stale_days=180)

    def call(self, run_id: str = "run-1", **changes: Any) -> StepCall:
        told: dict[str, Any] = {
            "run_id": run_id,
            "workflow": "ingestion",
            "step": "github",
            "scope": {},
            "parameters": {"source": "github"},
            "outputs": {},
            "checkpoint": {},
            "attempt": 1,
            "cause": a_cause(),
            "until": self.clock() + timedelta(seconds=120),
        }
        return StepCall(**told | changes)

    def run(self, handler: StepHandler, run_id: str = "run-1", **changes: Any) -> tuple[Done, list[Again]]:
        """To the end, as the machine does it; what came before that."""
        came: list[Again] = []
        checkpoint: Mapping[str, Any] = {}
        while True:
            answer = handler(self.call(run_id, checkpoint=checkpoint, **changes))
            if isinstance(answer, Done):
                return answer, came
            came.append(answer)
            checkpoint = answer.checkpoint
            assert len(came) < 100

    def titles(self) -> list[str]:
        return sorted(record.title for _, record in self.documents.newest())

    def events(self, kind: str) -> list[Event]:
        return [event for event in self.ledger.timeline(NOON.date()) if event.type.startswith(kind)]
