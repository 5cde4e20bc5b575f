"""The record of doing something outside: who holds it, what it lets others conclude, and whose write counts."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.deliveries.delivery import HELD_FOR, MemoryDeliveries, Status, first_try
from shared.runtime.errors import ConflictError
from tests.support.builders import NOON

MOMENT = timedelta(microseconds=1)
FIRST = first_try("listing:7:1", "chatterbot", at=NOON)


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize(("after", "is_held"), [(0.0, True), (149.999999, True), (150.0, False), (1e6, False)])
def test_only_what_is_being_sent_is_held_and_only_while_it_may_be_sent(
    status: Status, after: float, is_held: bool
) -> None:
    delivery = replace(FIRST, status=status)
    assert timedelta(seconds=150) == HELD_FOR
    assert delivery.is_held(at=NOON + timedelta(seconds=after)) == (is_held and status is Status.SENDING)


@pytest.mark.parametrize("status", Status)
def test_only_of_some_it_is_sure_that_nothing_was_done(status: Status) -> None:
    sure = {Status.PENDING, Status.DRY_RUN, Status.SKIPPED, Status.FAILED}
    assert replace(FIRST, status=status).is_surely_not_done == (status in sure)


def test_another_try_counts_and_keeps_its_key_unless_it_is_given_another() -> None:
    failed = FIRST.ended(Status.FAILED, at=NOON, error="503")
    again = failed.taken(at=NOON + timedelta(seconds=1))
    assert (again.attempts, again.key, again.status, again.last_error) == (2, FIRST.key, Status.SENDING, None)
    assert failed.taken(at=NOON, key="listing:7:5").key == "listing:7:5"


def test_the_first_try_shows_the_id_of_its_event_as_its_key() -> None:
    assert (FIRST.key, FIRST.attempts, FIRST.status) == ("listing:7:1", 1, Status.SENDING)


def test_of_two_who_write_over_the_same_the_second_loses() -> None:
    deliveries = MemoryDeliveries()
    first = deliveries.save(FIRST)
    with pytest.raises(ConflictError):
        deliveries.save(FIRST)
    deliveries.save(first.taken(at=NOON))
    with pytest.raises(ConflictError):
        deliveries.save(first.ended(Status.DELIVERED, at=NOON))
    kept = deliveries.get("listing:7:1", "chatterbot")
    assert kept
    assert (kept.attempts, kept.revision) == (2, 2)


def test_each_place_has_a_record_of_its_own() -> None:
    deliveries = MemoryDeliveries()
    deliveries.save(FIRST)
    assert deliveries.get("listing:7:1", "ebay") is None
    assert deliveries.get("listing:7:2", "chatterbot") is None
    deliveries.save(replace(FIRST, sink="ebay"))
