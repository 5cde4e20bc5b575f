"""The step that brings the documents of one source: page by page, each kept before the next is asked for."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from shared.control.ingestion.documents.store import LedgerDocuments
from shared.control.ingestion.envelope import SOURCES
from shared.control.ingestion.feeds import LedgerFeeds
from shared.control.ingestion.run_tag import RunTag
from shared.control.ingestion.runs import Asked, LedgerIngestions
from shared.control.ingestion.source import Connector, Page, Position, Reading
from shared.control.runs.step import Again, Done, StepCall
from shared.runtime.clock import Clock
from shared.runtime.errors import ContradictionError, DependencyError
from shared.runtime.http import ServiceError, Verdict
from shared.runtime.observability import logger

MARGIN: Final = timedelta(seconds=30)  # a page that has been begun is kept, whatever it takes
USUAL_WAIT: Final = timedelta(seconds=60)  # where a source says "too much" and not for how long
MOST_WAITS: Final = 60  # in a row


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    documents: LedgerDocuments
    feeds: LedgerFeeds
    ingestions: LedgerIngestions
    clock: Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A place, and where in it we are. `waits`: how often in a row the source has asked us to."""

    place: str
    position: Position
    waits: int = 0


class Ingest:
    """`connect` gives what reads a source; or the reason, where there is nothing set up for it."""

    def __init__(self, connect: Callable[[str], Connector | str], ports: Ports) -> None:
        self._connect = connect
        self._ports = ports

    def __call__(self, call: StepCall) -> Done | Again:
        source = call.parameters["source"]
        if source not in call.parameters.get("sources", SOURCES):
            return _skipped(source, "nobody asked for it")
        connector = self._connect(source)
        if isinstance(connector, str):
            return _skipped(source, connector)
        if not call.checkpoint:
            self._say(call)
        return _Reader(call, connector, self._ports).go_on()

    def _say(self, call: StepCall) -> None:
        """That documents are wanted; whichever source is first says it for all."""
        asked = Asked(
            run_id=call.run_id,
            workflow=call.workflow,
            sources=tuple(call.parameters.get("sources", SOURCES)),
            scope=call.scope,
        )
        self._ports.ingestions.request(asked, call.cause, at=self._ports.clock())


class _Reader:
    """Reads on from where the last call of the step has left off."""

    def __init__(self, call: StepCall, connector: Connector, ports: Ports) -> None:
        self._call = call
        self._connector = connector
        self._ports = ports
        self._tag = RunTag(call.run_id, connector.source)
        self._places = list(connector.places(call.scope))
        self._until = call.until - MARGIN
        self._read: int = call.checkpoint.get("read", 0)
        self._refused: int = call.checkpoint.get("refused", 0)
        self._reason: str = call.checkpoint.get("reason", "")  # of the first that was refused

    def go_on(self) -> Done | Again:
        spot, is_moved = self._begun(), False
        while spot is not None:
            if is_moved and self._ports.clock() >= self._until:
                return self._again(spot)
            try:
                following = self._page(spot)
            except DependencyError as error:
                return self._interrupted(error, spot, is_moved)
            spot, is_moved = following, True
        return self._done()

    def _begun(self) -> Spot | None:
        left = self._call.checkpoint
        if not left:
            return self._next(None)
        return Spot(place=left["place"], position=left["position"], waits=left["waits"])

    def _next(self, place: str | None) -> Spot | None:
        """The beginning of the place behind; of the first one, behind None."""
        behind = (one for one in self._places if place is None or one > place)
        name = next(behind, None)
        return None if name is None else Spot(place=name, position={})

    def _page(self, spot: Spot) -> Spot | None:
        """Keep a page; where the next is, None behind the last."""
        page = self._connector.page(self._reading(spot))
        self._keep(page)
        if page.position is not None:
            return Spot(place=spot.place, position=page.position)
        cause, now = self._call.cause, self._ports.clock()
        self._ports.feeds.advance(self._tag, spot.place, page.cursor, cause, at=now)
        return self._next(spot.place)

    def _reading(self, spot: Spot) -> Reading:
        return Reading(
            place=spot.place,
            cursor={} if spot.position else self._ports.feeds.cursor(self._tag.source, spot.place),
            position=spot.position,
            correlation_id=self._call.cause.correlation_id,
            until=self._until,
        )

    def _keep(self, page: Page) -> None:
        """Each under the moment it is written at: a page may take a minute."""
        documents, clock = self._ports.documents, self._ports.clock
        for document in page.documents:
            try:
                documents.save(document, self._tag, self._call.cause, clock=clock)
            except ContradictionError as error:  # its id is taken, for good: no reason to take back all others
                logger.warning("document refused", document_id=document.id, reason=str(error))
                self._refused, self._reason = self._refused + 1, self._reason or str(error)
        for gone in page.removed:
            documents.remove(gone, self._tag, self._call.cause, clock=clock)
        self._read += len(page.documents)

    def _interrupted(self, error: DependencyError, spot: Spot, is_moved: bool) -> Again:
        """What was done is not lost. A source that says when to come again is taken at its word. Raises the error."""
        if isinstance(error, ServiceError) and error.verdict is Verdict.RETRY_AFTER and spot.waits < MOST_WAITS:
            wait = timedelta(seconds=error.retry_after) if error.retry_after else USUAL_WAIT
            return self._again(replace(spot, waits=spot.waits + 1), wait)
        if is_moved:
            return self._again(spot)  # it is no try in vain
        raise error

    def _again(self, spot: Spot, after: timedelta = timedelta()) -> Again:
        checkpoint = {
            "place": spot.place,
            "position": dict(spot.position),
            "waits": spot.waits,
            "read": self._read,
            **self._troubles(),
        }
        progress: dict[str, Any] = {"place": spot.place[:200], "documents": self._read}
        progress |= {"waits_seconds": int(after.total_seconds())} if after else {}
        return Again(checkpoint=checkpoint, after=after, progress=progress)

    def _done(self) -> Done:
        """How many versions are new is counted where they stand: of a page that was read twice all are known."""
        brought = list(self._ports.documents.brought(self._tag))
        removed = sum(one.is_removed for one in brought)
        return Done(
            output={
                "status": "done",
                "source": self._tag.source,
                "by": self._connector.by,
                "places": len(self._places),
                "read": self._read,
                "documents": len(brought) - removed,
                "removed": removed,
                **self._troubles(),
            }
        )

    def _troubles(self) -> dict[str, Any]:
        return {"refused": self._refused, "reason": self._reason} if self._refused else {}


def _skipped(source: str, reason: str) -> Done:
    return Done(output={"status": "skipped", "source": source, "reason": reason})
