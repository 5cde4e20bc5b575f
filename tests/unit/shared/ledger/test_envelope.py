"""The envelope: times as text, ids, and the event as it travels."""

import json
from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.ledger.envelope import Event, event_id, from_text, to_detail, to_text
from tests.support.builders import NOON

WITHIN_A_DAY = st.timedeltas(min_value=timedelta(hours=-23), max_value=timedelta(hours=23))
MOMENTS = st.datetimes(
    min_value=datetime(1, 1, 2),  # noqa: DTZ001 - the strategy adds the zone
    max_value=datetime(9999, 12, 30),  # noqa: DTZ001
    timezones=st.builds(timezone, WITHIN_A_DAY),
)
EVENT = Event(
    id="listing:7:3",
    type="listing.seen",
    source="switchyard.listings",
    subject="7",
    version=3,
    time=NOON,
    actor="webhook:scraper",
    trace_id="0af7651916cd43dd8448eb211c80319c",
    correlation_id="a caller's own",
    causation_id="listing:7:2",
    tags=("urgent", "camera"),
    data={"times_seen": 2},
)


@settings(derandomize=True, deadline=None, max_examples=100)
@given(MOMENTS)
def test_a_moment_of_any_timezone_survives_as_text(moment: datetime) -> None:
    assert from_text(to_text(moment)) == moment


@settings(derandomize=True, deadline=None, max_examples=100)
@given(MOMENTS, MOMENTS)
def test_moments_sort_as_text_in_the_order_of_time(one: datetime, other: datetime) -> None:
    assert (to_text(one) < to_text(other)) == (one < other)


def test_a_moment_of_another_timezone_is_told_in_utc_with_microseconds() -> None:
    half_past_six_in_delhi = datetime(2026, 3, 1, 18, 30, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    assert to_text(half_past_six_in_delhi) == "2026-03-01T13:00:00.000000Z"


def test_a_moment_read_from_text_is_in_utc() -> None:
    assert from_text("2026-03-01T13:00:00.000001Z").tzinfo == UTC


def test_an_event_id_names_kind_aggregate_and_version_in_lower_case() -> None:
    assert event_id("LISTING", "0199-ab", 3) == "listing:0199-ab:3"


def test_an_event_travels_with_every_field_of_its_envelope() -> None:
    assert to_detail(EVENT).keys() == {field.name for field in fields(Event)}


def test_an_event_travels_as_json_without_loss() -> None:
    arrived = json.loads(json.dumps(to_detail(EVENT)))
    assert Event(**arrived | {"time": from_text(arrived["time"]), "tags": tuple(arrived["tags"])}) == EVENT
