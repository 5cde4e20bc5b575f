"""The relay says how far it came, and fails in the open when it came nowhere."""

from collections.abc import Sequence

import pytest

from functions.relay_events.service import relay
from shared.ledger.catalogue import recorded
from shared.ledger.envelope import Event
from shared.listings.lifecycle import State
from shared.runtime.errors import DependencyError
from tests.support.builders import a_cause, a_listing


class MemoryBus:
    """Takes so many events and no more."""

    def __init__(self, room: int) -> None:
        self.taken: list[Event] = []
        self._room = room

    def publish(self, events: Sequence[Event]) -> int:
        accepted = list(events[: self._room])
        self.taken += accepted
        return len(accepted)


def a_life() -> tuple[Event, ...]:
    listing = a_listing(State.SOLD)
    return recorded("LISTING", listing.id, listing.facts, after=0, cause=a_cause())


@pytest.mark.parametrize("room", [1, 3, len(a_life()), 100])
def test_the_relay_says_how_many_events_left_before_the_first_that_did_not(room: int) -> None:
    bus, events = MemoryBus(room), a_life()
    assert relay(events, bus=bus) == min(room, len(events))
    assert bus.taken == list(events[:room])


def test_a_relay_that_gets_nothing_done_fails_and_names_what_was_refused() -> None:
    events = a_life()
    with pytest.raises(DependencyError, match=events[0].id):
        relay(events, bus=MemoryBus(0))


def test_nothing_to_relay_is_no_failure() -> None:
    assert relay([], bus=MemoryBus(0)) == 0
