"""The catalogue: what may be published, and how facts become events."""

import json
import subprocess
import sys
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from scripts.local_aws import ROOT
from shared.ledger import events
from shared.ledger.catalogue import CATALOGUE, SOURCES, own_names, recorded, source_of
from shared.ledger.envelope import Cause, Event, Fact
from shared.ledger.event_data import EventData
from shared.ledger.events.messages import MessageRecorded
from shared.listings.lifecycle import State
from tests.support.builders import NOON, a_cause, a_listing, a_sighting

ALL_TYPES = pytest.mark.parametrize("event_type", sorted(CATALOGUE))


def as_events(*facts: Fact, after: int = 0, cause: Cause | None = None) -> tuple[Event, ...]:
    return recorded("LISTING", a_listing().id, facts, after=after, cause=cause or a_cause())


@ALL_TYPES
def test_every_type_says_in_a_sentence_what_it_means(event_type: str) -> None:
    sentence = CATALOGUE[event_type].__doc__ or ""
    assert sentence.endswith(".")
    assert sentence != EventData.__doc__


@ALL_TYPES
def test_every_type_is_about_a_kind_that_somebody_publishes(event_type: str) -> None:
    assert source_of(event_type) in SOURCES.values()


def test_a_message_may_have_any_type_but_those_of_others() -> None:
    taken = own_names()
    ours = {"listing", "scraper", "delivery", "sink", "settings", "key", "searches", "command", "deploy", "digest"}
    ours |= {"agent", "artefact", "claim", "instance"}
    ours |= {"saga", "job", "events", "dead_letters"}
    ours |= {"ingestion", "document", "findings", "service", "peer"}
    assert ours == taken
    assert not taken & {"message", "task", "meeting", "sale"}
    empty: dict[str, Any] = dict.fromkeys(MessageRecorded.model_fields)
    lists: dict[str, Any] = {name: [] for name in ("attendees", "rules", "sinks")}
    said = empty | lists | {"message_id": "1", "origin": "discord", "content": "", "created_at": NOON, "metadata": {}}
    fact = Fact(type="invoice.paid", time=NOON, data=said, tags=("money",))
    (event,) = recorded("MESSAGE", "1", [fact], after=0, cause=a_cause())
    assert (event.type, event.source, event.tags) == ("invoice.paid", "switchyard.messages", ("money",))
    with pytest.raises(KeyError):
        recorded("LISTING", "1", [fact], after=0, cause=a_cause())


@pytest.mark.parametrize("state", [state for state in State if state is not State.FOUND])
def test_every_state_a_listing_can_step_into_has_its_type(state: State) -> None:
    assert f"listing.state.{state.lower()}" in CATALOGUE


@pytest.mark.parametrize("after", [0, 1, 41])
def test_facts_take_the_versions_that_follow_without_a_gap(after: int) -> None:
    events = as_events(*a_listing(State.SOLD).facts, after=after)
    assert [event.version for event in events] == list(range(after + 1, after + 1 + len(events)))
    assert [event.id for event in events] == [f"listing:{a_listing().id}:{event.version}" for event in events]


def test_recording_the_same_facts_again_gives_the_same_events() -> None:
    facts = a_listing(State.SOLD).facts
    assert as_events(*facts) == as_events(*facts)


def test_no_facts_are_no_events() -> None:
    assert as_events() == ()


def test_every_event_carries_who_made_it_happen_and_in_which_thread() -> None:
    cause = Cause(actor="timer", trace_id="ab" * 16, correlation_id="order 66", causation_id="listing:7:2")
    for event in as_events(*a_listing(State.MESSAGING).facts, cause=cause):
        told = Cause(
            actor=event.actor,
            trace_id=event.trace_id,
            correlation_id=event.correlation_id,
            causation_id=event.causation_id,
        )
        assert told == cause


def test_an_event_keeps_the_time_at_which_the_fact_happened() -> None:
    later = NOON + timedelta(days=2)
    seen = a_listing().seen(a_sighting(), at=later)
    assert [event.time for event in as_events(*seen.facts)] == [NOON, later]


def test_the_data_of_an_event_is_json_and_nothing_else() -> None:
    for event in as_events(*a_listing(State.SOLD).facts):
        assert json.loads(json.dumps(event.data)) == event.data


def test_a_type_that_is_not_in_the_catalogue_is_not_recorded() -> None:
    with pytest.raises(KeyError, match="listing\\.vanished"):
        as_events(Fact(type="listing.vanished", time=NOON))


@pytest.mark.parametrize("kind", ["listing", "ORDER", ""])
def test_a_kind_that_nobody_publishes_is_not_recorded(kind: str) -> None:
    with pytest.raises(KeyError):
        recorded(kind, "7", a_listing().facts, after=0, cause=a_cause())


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"colour": "black"}, "Extra inputs"),
        ({"asking_price": "400 GBP"}, "should match pattern"),
        ({"asking_price": "1e3"}, "should match pattern"),
        ({"asking_price": None}, "valid string"),
        ({"listing_id": "7"}, "valid UUID"),
        ({"product_id": "Sony"}, "valid integer"),
    ],
    ids=lambda value: str(value),
)
def test_data_that_is_not_its_types_is_not_recorded(change: dict[str, object], complaint: str) -> None:
    (created,) = a_listing().facts
    with pytest.raises(ValidationError, match=complaint):
        as_events(Fact(type=created.type, time=NOON, data={**created.data, **change}))


def test_data_that_leaves_something_out_is_not_recorded() -> None:
    (created,) = a_listing().facts
    for name in created.data:
        rest = {key: value for key, value in created.data.items() if key != name}
        with pytest.raises(ValidationError, match=f"(?s){name}.*Field required"):
            as_events(Fact(type=created.type, time=NOON, data=rest))


def test_every_file_of_events_is_in_the_catalogue() -> None:
    declared = {
        name
        for file in Path(events.__path__[0]).glob("[!_]*.py")
        for name in import_module(f"{events.__name__}.{file.stem}").EVENTS
    }
    assert declared == set(CATALOGUE)


def test_only_the_events_of_a_part_are_loaded() -> None:
    said = "from shared.ledger.catalogue import CATALOGUE; CATALOGUE['key.created']"
    loaded = subprocess.check_output(
        [sys.executable, "-c", f"{said}; import sys; print(*sys.modules)"], cwd=ROOT, text=True
    ).split()
    assert [name for name in loaded if name.startswith(f"{events.__name__}.")] == [f"{events.__name__}.keys"]


def test_the_names_that_are_ours_are_those_of_all_types_but_the_open_ones() -> None:
    known = {name.partition(".")[0] for name, model in CATALOGUE.items() if model is not MessageRecorded}
    assert own_names() == known
