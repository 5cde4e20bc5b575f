"""The life of a ticket: every event, document and run that names it, in the order of time."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from shared.control.proxies.documents import Document, Documents
from shared.control.proxies.levels import level_of
from shared.control.proxies.logs import message_of, service_of
from shared.control.proxies.mentions import Names
from shared.control.proxies.reading import Contents
from shared.control.proxies.span import Events, Ledger, is_for_everyone
from shared.ledger.envelope import Event, to_text
from shared.runtime.clock import Clock

MOST_SHOWN: Final = 200  # of the timeline, the newest
MOST_OF_ONE: Final = 1_000  # events of an aggregate whose id it is, the newest
MOST_DOCUMENTS: Final = 1_000  # that are looked at
MOST_CONTENTS: Final = 100  # that are read through, the newest; of others only what is known of them counts
MOST_RUNS: Final = 20
_RUN: Final = "SAGA"
_STATUS: Final = {
    "saga.created": "pending",
    "saga.started": "running",
    "saga.redriven": "running",
    "saga.compensating": "compensating",
    "saga.completed": "completed",
    "saga.compensated": "compensated",
    "saga.failed": "failed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """`events` the oldest first; of an aggregate whose id the ticket is, also those before the span."""

    ticket: str
    events: Sequence[Event]
    documents: Sequence[Document]
    runs: Sequence[dict[str, Any]]
    is_cut: bool  # there is more than was looked at

    def told(self) -> dict[str, Any]:
        shown = self.events[-MOST_SHOWN:]
        return {
            "ticket_id": self.ticket,
            "count": len(self.events),
            "first_at": to_text(self.events[0].time) if self.events else None,
            "last_at": to_text(self.events[-1].time) if self.events else None,
            "current_stage": self.events[-1].type if self.events else None,
            "timeline": list(map(_told, shown)),
            "documents": list(map(told_document, self.documents)),
            "sagas": list(self.runs),
            "is_cut": self.is_cut or len(shown) < len(self.events),
        }


def life_of(
    ticket: str, events: Events, *, kinds: Iterable[str], ledger: Ledger, documents: Documents, clock: Clock
) -> Life:
    """`kinds` are those of which the ticket may be an aggregate. Raises DependencyError."""
    names = Names([ticket])
    found = {event.id: event for event in events if names.is_of(event)}
    own = [list(islice(ledger.history(kind, ticket, newest_first=True), MOST_OF_ONE + 1)) for kind in kinds]
    found |= {event.id: event for some in own for event in some[:MOST_OF_ONE] if is_for_everyone(event)}
    in_order = sorted(found.values(), key=lambda event: (event.time, event.subject, event.version))
    naming, is_cut = naming_documents(names, documents, clock=clock)
    run_ids = list(dict.fromkeys(event.subject for event in in_order if event.type.startswith("saga.")))
    return Life(
        ticket=ticket,
        events=in_order,
        documents=naming,
        runs=[_run(run_id, ledger) for run_id in run_ids[-MOST_RUNS:]],
        is_cut=events.is_cut or is_cut or len(run_ids) > MOST_RUNS or max(map(len, own), default=0) > MOST_OF_ONE,
    )


def naming_documents(names: Names, documents: Documents, *, clock: Clock) -> tuple[list[Document], bool]:
    """Those that name it, the newest first; and whether there are more than were read. Raises DependencyError."""
    known = list(islice(documents.newest_first(), MOST_DOCUMENTS + 1))
    silent = [document for document in known if not names.is_about(document)]
    contents = Contents(silent[:MOST_CONTENTS], clock=clock)
    saying = {document.id for document, content in contents if names.is_in(content)}
    found = [document for document in known if document.id in saying or names.is_about(document)]
    return found, len(known) > MOST_DOCUMENTS or len(silent) > MOST_CONTENTS or contents.is_cut


def told_document(document: Document) -> dict[str, Any]:
    return {
        "id": document.id,
        "source": document.source,
        "place": document.place or None,
        "title": document.title,
        "url": document.url or None,
        "updated_at": to_text(document.updated_at),
    }


def _run(run_id: str, ledger: Ledger) -> dict[str, Any]:
    history = list(ledger.history(_RUN, run_id))
    statuses: Iterator[str] = (_STATUS[event.type] for event in reversed(history) if event.type in _STATUS)
    return {
        "saga_id": run_id,
        "workflow": next((event.data["workflow"] for event in history if "workflow" in event.data), None),
        "status": next(statuses, "unknown"),
        "created_at": to_text(history[0].time) if history else None,
        "changed_at": to_text(history[-1].time) if history else None,
    }


def _told(event: Event) -> dict[str, Any]:
    return {
        "time": to_text(event.time),
        "type": event.type,
        "service": service_of(event),
        "subject": event.subject,
        "actor": event.actor,
        "level": str(level_of(event)),
        "message": message_of(event),
        "event_id": event.id,
    }
