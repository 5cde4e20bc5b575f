"""What somebody wants of the history: types and their beginnings, subjects, times."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from shared.control.history.known import checked_type, meant_types
from shared.control.history.wanted import COMMANDS, Wanted, checked_span
from shared.ledger.catalogue import CATALOGUE, SOURCES
from shared.runtime.errors import InvalidInputError
from tests.support.builders import NOON
from tests.unit.shared.control.history.ledgers import an_event


@pytest.mark.parametrize("said", ["listing.state", "listing.state.*", " Listing.State "])
def test_the_first_parts_of_a_type_stand_for_all_that_begin_so(said: str) -> None:
    found = meant_types([said])
    assert set(found) == {name for name in CATALOGUE if name.startswith("listing.state.")}
    assert len(found) == 7


def test_a_type_is_itself_alone() -> None:
    assert meant_types(["listing.state.sold"]) == ("listing.state.sold",)
    assert meant_types(["deploy.completed", "deploy.completed"]) == ("deploy.completed",)
    assert meant_types([]) == ()


@pytest.mark.parametrize(
    "said", ["listing.sta", "listing.vanished", "deploy.completed.twice", "", " ", ".*", "events."]
)
def test_a_type_of_ours_that_there_is_not_is_refused(said: str) -> None:
    with pytest.raises(InvalidInputError, match="no type"):
        meant_types([said])


def test_what_is_posted_may_have_any_type_and_is_looked_for_under_its_own_name() -> None:
    assert meant_types(["invoice.paid"]) == ("invoice.paid",)
    assert meant_types(["task"]) == ("task", "task.created")
    assert meant_types(["message.created"]) == ("message.created",)


def test_a_type_is_kept_as_it_is_written_in_the_catalogue() -> None:
    assert checked_type(" Listing.State.* ") == "listing.state"
    with pytest.raises(InvalidInputError):
        checked_type("listing.sta")


@pytest.mark.parametrize(
    ("wanted", "is_taken"),
    [
        ({}, True),
        ({"event_types": ("listing.created", "x")}, True),
        ({"event_types": ("x",)}, False),
        ({"subject": "7"}, True),
        ({"subject": "listing:7"}, True),
        ({"subject": "claim:7"}, False),
        ({"subject": "listing:7:1"}, False),
        ({"correlation_id": "order 66"}, True),
        ({"correlation_id": "a" * 32}, False),
        ({"trace_id": "a" * 32}, True),
        ({"trace_id": "order 66"}, False),
        ({"actor": "webhook:scraper"}, True),
        ({"actor": "webhook"}, False),
        ({"since": NOON, "until": NOON}, True),
        ({"since": NOON + timedelta(microseconds=1)}, False),
        ({"until": NOON - timedelta(microseconds=1)}, False),
        ({"actor": "webhook:scraper", "subject": "8"}, False),
    ],
)
def test_an_event_is_taken_that_is_all_that_is_wanted(wanted: dict[str, Any], is_taken: bool) -> None:
    assert Wanted(**wanted).takes(an_event(subject="7", correlation_id="order 66")) is is_taken


def test_who_uses_which_command_is_only_for_who_may_know() -> None:
    event = an_event("COMMAND", type="command.invoked", source=COMMANDS)
    assert SOURCES["COMMAND"] == COMMANDS
    assert not Wanted().takes(event)
    assert Wanted(with_commands=True).takes(event)


def test_a_time_is_kept_in_utc_and_may_have_one_end_or_none() -> None:
    there = datetime(2026, 3, 1, 14, tzinfo=timezone(timedelta(hours=2)))
    assert checked_span(there, None) == (NOON, None)
    assert checked_span(None, there) == (None, NOON)
    assert checked_span(there, there) == (NOON, NOON)


@pytest.mark.parametrize(
    ("since", "until"),
    [
        (NOON + timedelta(microseconds=1), NOON),
        (datetime(2026, 3, 1, 12), None),  # noqa: DTZ001
        (None, datetime(2026, 3, 1, 12)),  # noqa: DTZ001
        (datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))), None),
        (None, datetime(9999, 12, 31, 23, 59, tzinfo=timezone(timedelta(hours=-14)))),
    ],
)
def test_a_time_that_there_is_not_is_refused(since: datetime | None, until: datetime | None) -> None:
    with pytest.raises(InvalidInputError):
        checked_span(since, until)


def test_a_moment_far_away_is_one() -> None:
    far = (datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC))
    assert checked_span(*far) == far
