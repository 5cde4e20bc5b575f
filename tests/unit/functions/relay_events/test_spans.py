"""What the relay tells of each event that it took along, in the event's own trace."""

from datetime import timedelta

from functions.relay_events.spans import show_relayed
from shared.ledger.catalogue import recorded
from shared.ledger.envelope import Event
from shared.listings.lifecycle import State
from shared.runtime.span import Status, event_span_id
from shared.runtime.tracing import now
from tests.support.builders import a_cause, a_listing
from tests.unit.spanned import Told, spanned

SECOND = 1_000_000  # microseconds


def events() -> tuple[Event, ...]:
    listing = a_listing(State.MESSAGING)
    return recorded("LISTING", listing.id, listing.facts, after=0, cause=a_cause())


def relayed(taken: int, *, took: int = 0) -> Told:
    with spanned("relay_events") as told:
        show_relayed(events(), taken=taken, began=now() - took)
    return told


def test_each_event_s_way_hangs_on_the_event() -> None:
    told, known = relayed(2), events()
    assert len(known) == len(told.spans) == 2
    for event, span in zip(known, told.spans, strict=True):
        assert (span.name, span.service) == (f"relay {event.type}", "relay_events")
        assert (span.trace_id, span.parent_id) == (event.trace_id, event_span_id(event.id))


def test_the_first_that_the_bus_refused_is_an_error_and_what_is_behind_it_comes_again() -> None:
    first, second = events()
    assert relayed(1).named(f"relay {first.type}").status is Status.OK
    assert relayed(1).named(f"relay {second.type}").status is Status.ERROR
    assert [span.status for span in relayed(0).spans] == [Status.ERROR]


def test_they_left_together_and_all_took_as_long() -> None:
    spans = relayed(2, took=SECOND).spans
    assert len({(span.start, span.duration) for span in spans}) == 1
    assert SECOND <= spans[0].duration < 10 * SECOND


def test_it_is_told_how_long_an_event_had_been_there() -> None:
    (span, *_others) = relayed(2).spans
    lag = timedelta(milliseconds=int(span.attributes["lag_ms"]))
    assert lag > timedelta(days=1)  # it is of a day long past
