"""The catalogue: every type of event there is, what it means, and the model of its data.

The events are declared in `events/`, a file for each part of the system, which is loaded with the first of its events.
The table in docs/events.md is made from them. Decimals, money above all, are text; times are ISO 8601 in UTC.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module

from shared.ledger.envelope import Cause, Event, Fact, event_id
from shared.ledger.event_data import EventData

# Who publishes events about which kind of aggregate.
SOURCES: Mapping[str, str] = {
    "LISTING": "switchyard.listings",
    "SCRAPER": "switchyard.scraping",
    "SEARCHES": "switchyard.scraping",
    "MESSAGE": "switchyard.messages",
    "DELIVERY": "switchyard.sinks",
    "SINK": "switchyard.sinks",
    "SETTINGS": "switchyard.settings",
    "COMMAND": "switchyard.discord",
    "DIGEST": "switchyard.status",
    "DEPLOY": "switchyard.deploys",
    "ARTEFACT": "switchyard.blackboard",
    "CLAIM": "switchyard.blackboard",
    "AGENT": "switchyard.blackboard",
    "INSTANCE": "switchyard.blackboard",
    "KEY": "switchyard.keys",
    "SAGA": "switchyard.control",
    "SERVICE": "switchyard.control",
    "PEER": "switchyard.control",
    "INGESTION": "switchyard.control",
    "DOCUMENT": "switchyard.control",
    "FINDINGS": "switchyard.control",
    "DEAD_LETTERS": "switchyard.control",
    "EVENTS": "switchyard.control",
    "JOB": "switchyard.control",
}

# In which of the files the events about a kind of aggregate are declared.
_FILES: Mapping[str, str] = {
    "LISTING": "listings",
    "SCRAPER": "scraping",
    "SEARCHES": "scraping",
    "MESSAGE": "messages",
    "DELIVERY": "deliveries",
    "SINK": "deliveries",
    "SETTINGS": "settings",
    "COMMAND": "commands",
    "DIGEST": "digests",
    "DEPLOY": "deploys",
    "ARTEFACT": "blackboard",
    "CLAIM": "blackboard",
    "AGENT": "blackboard",
    "INSTANCE": "blackboard",
    "KEY": "keys",
    "SAGA": "runs",
    "SERVICE": "registry",
    "PEER": "registry",
    "INGESTION": "ingestion",
    "DOCUMENT": "ingestion",
    "FINDINGS": "ingestion",
    "DEAD_LETTERS": "letters",
    "EVENTS": "history",
    "JOB": "jobs",
}

# Of these kinds an event may have any type its poster gives it; its data is that of this one.
OPEN_KINDS: Mapping[str, str] = {"MESSAGE": "message.created"}
# The types that Switchyard itself gives to messages begin with these.
_OF_MESSAGES = ("message", "task", "meeting", "sale")


@cache
def _declared(file: str) -> Mapping[str, type[EventData]]:
    events: Mapping[str, type[EventData]] = import_module(f"shared.ledger.events.{file}").EVENTS
    return events


def _kind(event_type: str) -> str:
    first = event_type.partition(".")[0]
    return "MESSAGE" if first in _OF_MESSAGES else first.upper()


class _Catalogue(Mapping[str, type[EventData]]):
    """Nobody waits for the events of a part of the system that he has nothing to do with."""

    def __getitem__(self, event_type: str) -> type[EventData]:
        return _declared(_FILES[_kind(event_type)])[event_type]

    def __iter__(self) -> Iterator[str]:
        for file in dict.fromkeys(_FILES.values()):
            yield from _declared(file)

    def __len__(self) -> int:
        return sum(1 for _ in self)


CATALOGUE: Mapping[str, type[EventData]] = _Catalogue()


def source_of(event_type: str) -> str:
    """Raises KeyError for a type that is not in the catalogue."""
    CATALOGUE[event_type]
    return SOURCES[_kind(event_type)]


def own_names() -> frozenset[str]:
    """The first parts of the types that are Switchyard's own: nobody else may use them."""
    return frozenset(kind.lower() for kind in SOURCES if kind not in OPEN_KINDS)


def _model(kind: str, event_type: str) -> type[EventData]:
    return CATALOGUE[OPEN_KINDS.get(kind, event_type)]


def recorded(kind: str, subject: str, facts: Sequence[Fact], *, after: int, cause: Cause) -> tuple[Event, ...]:
    """The facts as events in their place: versions follow `after`, the version now stored.

    Raises KeyError for a type that is not in the catalogue and pydantic's ValidationError for data that
    is not its model's: both are faults of ours, not of a caller.
    """
    return tuple(
        Event(
            id=event_id(kind, subject, version),
            type=fact.type,
            source=SOURCES[kind],
            subject=subject,
            version=version,
            time=fact.time,
            actor=cause.actor,
            trace_id=cause.trace_id,
            correlation_id=cause.correlation_id,
            causation_id=cause.causation_id,
            tags=fact.tags,
            data=_model(kind, fact.type).model_validate(fact.data).model_dump(mode="json"),
        )
        for version, fact in enumerate(facts, start=after + 1)
    )
