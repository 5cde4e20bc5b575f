"""Ledger values as items: nothing is lost on the way there and back, and no two things share a key."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.ledger.catalogue import recorded
from shared.ledger.envelope import Event
from shared.ledger.items import aggregate_from, aggregate_item, claim_key, event_from, event_item, event_key
from shared.ledger.ledger import Aggregate
from tests.support.builders import NOON, a_cause, a_listing

TEXT = st.text(st.characters(codec="utf-8"), max_size=10)
PLAIN = st.none() | st.booleans() | st.integers(-(10**37), 10**37) | TEXT
# What JSON can say, without fractions: money in events is text.
JSON = st.recursive(PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3))


def an_event(**changes: Any) -> Event:
    listing = a_listing()
    (event,) = recorded("LISTING", listing.id, listing.facts, after=0, cause=a_cause())
    return replace(event, **changes)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(data=st.dictionaries(TEXT, JSON, max_size=4), tags=st.lists(TEXT, max_size=3), causation=st.none() | TEXT)
def test_an_event_comes_back_from_its_item_as_it_was(data: Any, tags: list[str], causation: str | None) -> None:
    event = an_event(data=data, tags=tuple(tags), causation_id=causation or None)
    assert event_from(event_item("LISTING", event)) == event


@settings(derandomize=True, deadline=None, max_examples=60)
@given(data=st.dictionaries(TEXT, JSON, max_size=4))
def test_an_item_is_what_boto3_would_make_of_it(data: Any) -> None:
    attribute = event_item("LISTING", an_event(data=data))["data"]
    assert attribute == TypeSerializer().serialize(data)
    assert TypeDeserializer().deserialize(attribute) == data


@pytest.mark.parametrize("place", [None, "FOUND#3"])
def test_an_aggregate_comes_back_from_its_item_with_all_it_holds(place: str | None) -> None:
    aggregate = Aggregate(
        kind="LISTING",
        id="a#b",
        version=7,
        changed_at=NOON,
        place=place,
        fields={"title": "Sony", "photos": ["1.jpg"], "price": Decimal("4E+2"), "times_seen": 2, "sold": False},
    )
    assert aggregate_from(aggregate_item(aggregate)) == aggregate


def test_a_field_that_holds_nothing_takes_no_room() -> None:
    aggregate = Aggregate(kind="LISTING", id="7", version=1, changed_at=NOON, fields={"ebay_fees": None})
    assert "ebay_fees" not in aggregate_item(aggregate)


@given(st.tuples(st.integers(1, 10**9), st.integers(1, 10**9)))
@settings(derandomize=True, deadline=None, max_examples=60)
def test_events_of_an_aggregate_sort_by_version(versions: tuple[int, int]) -> None:
    keys = [event_key("LISTING", "7", version)["sk"]["S"] for version in versions]
    assert (keys[0] < keys[1]) == (versions[0] < versions[1])


def test_claims_differ_by_what_is_claimed_and_by_whom() -> None:
    claims = ["URL#a", "URL#b", "URL#a#b", "SIGHTING#a", "SIGHTING#a#b"]
    assert len({str(claim_key(claim)) for claim in claims}) == len(claims)


def test_a_claimed_value_cannot_be_read_in_its_key() -> None:
    assert "seller@market.example" not in str(claim_key("SELLER#seller@market.example"))
