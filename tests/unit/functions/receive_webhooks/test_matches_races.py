"""Scrape jobs reported by many at once: each listing is created once, and every job counts once."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest

from functions.receive_webhooks.matches import Outcome, record_matches
from shared.ledger.envelope import Cause
from shared.ledger.memory import MemoryLedger
from shared.listings.contracts import JobComplete
from shared.listings.listing import Listing, listing_id
from shared.listings.store import LedgerListings
from shared.runtime.errors import DependencyError
from tests.support.builders import DEADLINES, NOON, a_cause, a_job, a_match
from tests.support.pauses import no_pause

A, B, C = (UUID(int=number) for number in (1, 2, 3))
URL = "https://market.example/item/1"


def url(number: int) -> str:
    return f"https://market.example/item/{number}"


def report(listings: LedgerListings, *matches: Any, job: UUID = A) -> Outcome:
    told = JobComplete.model_validate(a_job(*matches, job_id=job))
    return record_matches(
        told,
        a_cause(),
        listings=listings,
        deadlines=DEADLINES,
        at=NOON,
        default_currency="GBP",
        pause=no_pause,
    )


class Contested(LedgerListings):
    """Just before each of our writes, another job reports the same."""

    def __init__(self, rivals: list[UUID]) -> None:
        super().__init__(ledger := MemoryLedger())
        self.rivals = rivals
        self._free = LedgerListings(ledger)

    def save_all(
        self, listings: Sequence[Listing], cause: Cause, *, claims: Mapping[str, str] | None = None
    ) -> set[str]:
        if self.rivals:
            report(self._free, a_match(), job=self.rivals.pop(0))
        return super().save_all(listings, cause, claims=claims)


@pytest.mark.parametrize(
    ("rivals", "times_seen"), [([A], 1), ([B], 2), ([B, C], 3), ([B, A], 2), ([B] * 3, 2)], ids=str
)
def test_who_loses_a_race_looks_again_and_nothing_is_counted_twice(rivals: list[UUID], times_seen: int) -> None:
    listings = Contested(rivals)
    assert report(listings, a_match(), job=A) == Outcome(skipped=1)
    assert listings.get(listing_id(URL)).times_seen == times_seen == len(listings.history(listing_id(URL)))


def test_losing_one_listing_does_not_undo_the_others() -> None:
    listings = Contested([B])
    assert report(listings, a_match(URL), a_match(url(2)), a_match(url(3)), job=A) == Outcome(created=2, skipped=1)


def test_who_loses_again_and_again_gives_up_and_may_come_back() -> None:
    listings = Contested([UUID(int=number) for number in range(10, 60)])
    with pytest.raises(DependencyError):
        report(listings, a_match(), job=A)
    listings.rivals.clear()
    assert report(listings, a_match(), job=A) == Outcome(skipped=1)


@pytest.mark.parametrize("same_job", [True, False])
def test_jobs_reported_at_once_create_each_listing_once(same_job: bool) -> None:
    listings = LedgerListings(MemoryLedger())
    matches = [a_match(url(number)) for number in range(20)]
    jobs = [A] * 4 if same_job else [UUID(int=number) for number in range(4)]
    with ThreadPoolExecutor(len(jobs)) as pool:
        outcomes = list(pool.map(lambda job: report(listings, *matches, job=job), jobs))
    assert sum(outcome.created for outcome in outcomes) == 20
    seen = {listings.get(listing_id(url(number))).times_seen for number in range(20)}
    assert seen == {1 if same_job else 4}
