"""A scrape job's matches become listings: each once, whatever else is in the call."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.receive_webhooks.matches import Outcome, record_matches
from shared.ledger.ledger import Aggregate, Change
from shared.ledger.memory import MemoryLedger
from shared.listings.contracts import MAX_MATCHES, JobComplete
from shared.listings.lifecycle import State
from shared.listings.listing import listing_id
from shared.listings.store import LedgerListings
from tests.support.builders import DEADLINES, NOON, a_cause, a_job, a_match
from tests.support.pauses import no_pause

A, B, C = (UUID(int=number) for number in (1, 2, 3))
URL = "https://market.example/item/1"
BAD: list[Any] = [None, 5, [], {}, "match", a_match("ftp://market.example/1"), a_match(listing__price="NaN")]


def url(number: int) -> str:
    return f"https://market.example/item/{number}"


def report(listings: LedgerListings, *matches: Any, job: UUID = A, currency: str = "GBP") -> Outcome:
    told = JobComplete.model_validate(a_job(*matches, job_id=job))
    return record_matches(
        told,
        a_cause(),
        listings=listings,
        deadlines=DEADLINES,
        at=NOON,
        default_currency=currency,
        pause=no_pause,
    )


def happened_to(listings: LedgerListings, address: str = URL) -> list[str]:
    return [event.type for event in listings.history(listing_id(address))]


@pytest.fixture
def listings() -> LedgerListings:
    return LedgerListings(MemoryLedger())


def test_a_new_match_becomes_a_listing_with_its_event(listings: LedgerListings) -> None:
    assert report(listings, a_match()) == Outcome(created=1)
    listing = listings.get(listing_id(URL))
    assert (listing.title, listing.asking_price, listing.scraper_job_id) == ("Sony A6400, boxed", Decimal(400), str(A))
    assert (listing.found_at, listing.version) == (NOON, 1)
    assert happened_to(listings) == ["listing.created"]


def test_a_price_without_a_currency_is_in_the_default_one(listings: LedgerListings) -> None:
    report(listings, a_match(url(1)), a_match(url(2), listing__currency="USD"), currency="EUR")
    assert [listings.get(listing_id(url(n))).currency for n in (1, 2)] == ["EUR", "USD"]


def test_a_job_without_matches_does_nothing(listings: LedgerListings) -> None:
    told = JobComplete(job_id=A, matches=[])
    done = record_matches(
        told,
        a_cause(),
        listings=listings,
        deadlines=DEADLINES,
        at=NOON,
        default_currency="GBP",
        pause=no_pause,
    )
    assert done == Outcome()


def test_a_match_known_by_another_job_is_counted_and_not_doubled(listings: LedgerListings) -> None:
    report(listings, a_match(), job=A)
    assert report(listings, a_match(), job=B) == Outcome(skipped=1)
    assert happened_to(listings) == ["listing.created", "listing.seen"]
    assert listings.get(listing_id(URL)).times_seen == 2


def test_the_same_job_again_changes_nothing(listings: LedgerListings) -> None:
    report(listings, a_match(url(1)), a_match(url(2)))
    assert report(listings, a_match(url(1)), a_match(url(2))) == Outcome(skipped=2)
    assert happened_to(listings, url(1)) == happened_to(listings, url(2)) == ["listing.created"]


@pytest.mark.parametrize(
    ("jobs", "times_seen"), [([A, A], 1), ([A, B, A], 2), ([A, B, B], 2), ([A, B, C, B, A, C], 3)], ids=str
)
def test_every_job_counts_once_however_the_reports_are_mixed(
    listings: LedgerListings, jobs: list[UUID], times_seen: int
) -> None:
    for job in jobs:
        report(listings, a_match(), job=job)
    assert listings.get(listing_id(URL)).times_seen == times_seen == len(happened_to(listings))


def test_the_rest_of_a_job_that_was_cut_off_is_done_when_it_comes_again(listings: LedgerListings) -> None:
    report(listings, a_match(url(1)))
    assert report(listings, a_match(url(1)), a_match(url(2))) == Outcome(created=1, skipped=1)


@pytest.mark.parametrize("again", [URL, f"{URL}/", f"{URL}?utm_source=mail", "HTTPS://MARKET.example:443/item/1#x"])
def test_one_address_twice_in_a_call_is_one_listing(listings: LedgerListings, again: str) -> None:
    assert report(listings, a_match(URL), a_match(again)) == Outcome(created=1, skipped=1)
    assert happened_to(listings) == ["listing.created"]


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: str(bad)[:30])
def test_a_bad_match_is_refused_by_its_place_and_spoils_no_other(listings: LedgerListings, bad: Any) -> None:
    outcome = report(listings, a_match(url(1)), bad, a_match(url(2)))
    assert (outcome.created, outcome.skipped, list(outcome.refused)) == (2, 0, [1])


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (a_match(listing__price="hunter2"), "listing.price: "),
        (a_match(product__id="hunter2"), "product.id: "),
        (a_match(confidence="hunter2"), "confidence: "),
        (a_match("javascript:hunter2"), "the url "),
        (a_match("https://anna:hunter2@market.example/"), "the url "),
        ("hunter2", "match: "),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_reason_says_where_the_fault_is_and_not_what_was_there(
    listings: LedgerListings, bad: Any, reason: str
) -> None:
    refused = report(listings, bad).refused[0]
    assert refused.startswith(reason)
    assert "hunter2" not in refused


def test_another_price_is_told_once(listings: LedgerListings) -> None:
    report(listings, a_match(), job=A)
    for _ in range(2):
        assert report(listings, a_match(listing__price=379.99), job=B) == Outcome(skipped=1)
    assert happened_to(listings) == ["listing.created", "listing.price_changed"]
    assert listings.get(listing_id(URL)).asking_price == Decimal("379.99")


@settings(derandomize=True, deadline=None, max_examples=25)
@given(st.lists(st.sampled_from([*(a_match(url(n)) for n in range(4)), a_match(f"{url(1)}/"), *BAD[:3]]), min_size=1))
def test_every_match_is_created_skipped_or_refused_and_never_again(matches: list[Any]) -> None:
    listings = LedgerListings(MemoryLedger())
    first, again = report(listings, *matches), report(listings, *matches)
    assert first.created + first.skipped + len(first.refused) == len(matches)
    assert (again.created, again.refused) == (0, first.refused)
    assert all(listing.version == 1 for _, listing in listings.newest([State.FOUND]))


class CountingLedger(MemoryLedger):
    """Counts the calls that cost something."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0

    def get_many(self, kind: str, aggregate_ids: Any) -> dict[str, Aggregate]:
        self.calls += 1
        return super().get_many(kind, aggregate_ids)

    def claimed(self, claims: Any) -> set[str]:
        self.calls += 1
        return super().claimed(claims)

    def commit_all(self, changes: Sequence[Change]) -> list[Change]:
        self.calls += 1
        return super().commit_all(changes)


def test_a_thousand_matches_take_a_handful_of_calls() -> None:
    ledger = CountingLedger()
    matches = [a_match(url(number)) for number in range(MAX_MATCHES)]
    assert report(LedgerListings(ledger), *matches, job=A) == Outcome(created=MAX_MATCHES)
    assert report(LedgerListings(ledger), *matches, job=B) == Outcome(skipped=MAX_MATCHES)
    assert ledger.calls <= 6
