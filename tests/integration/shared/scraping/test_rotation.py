"""The search rotation is kept alike by the ledger in memory and by those in DynamoDB; turns are taken one by one."""

from collections import Counter

import pytest

from functions.run_searches.service import take_turn
from shared.ledger.ledger import Ledger
from shared.runtime.errors import ConflictError
from shared.scraping.job import Job
from shared.scraping.rotation import Rotation, Search
from shared.scraping.store import ROTATION, LedgerJobs, LedgerRotation
from tests.support.builders import NOON, a_cause
from tests.support.pauses import no_pause
from tests.support.places import MANY, at_once

LATER = NOON.replace(hour=14)


def searches(number: int) -> list[Search]:
    return [Search(id=f"s{one}", brand=f"Brand {one}", search="Camera", enabled=one != 1) for one in range(number)]


def with_searches(ledger: Ledger, number: int) -> tuple[LedgerRotation, Rotation]:
    rotation = LedgerRotation(ledger)
    return rotation, rotation.save(rotation.get().with_searches(searches(number), at=NOON), a_cause())


def test_where_nobody_has_made_a_list_it_is_empty(any_ledger: Ledger) -> None:
    assert LedgerRotation(any_ledger).get() == Rotation()


def test_a_list_is_read_back_as_it_was_saved(any_ledger: Ledger) -> None:
    rotation, kept = with_searches(any_ledger, 3)
    assert kept == rotation.get()
    assert (kept.version, kept.searches, kept.last) == (1, tuple(searches(3)), None)
    assert rotation.save(kept.with_searches([], at=LATER), a_cause()).searches == rotation.get().searches == ()


def test_turns_go_round_past_what_is_switched_off(any_ledger: Ledger) -> None:
    rotation, _ = with_searches(any_ledger, 3)
    taken = []
    for number in range(4):
        advanced, search = rotation.get().advanced(at=LATER)
        rotation.save(advanced, a_cause(), turn=f"turn {number}")
        taken.append(search.id if search else None)
    assert taken == ["s0", "s2", "s0", "s2"]
    assert [event.type for event in any_ledger.history(ROTATION, "rotation")][1:] == ["searches.advanced"] * 4


def test_a_turn_that_was_taken_is_not_taken_again(any_ledger: Ledger) -> None:
    rotation, kept = with_searches(any_ledger, 3)
    assert not rotation.is_taken("09:00")
    rotation.save(kept.advanced(at=LATER)[0], a_cause(), turn="09:00")
    assert rotation.is_taken("09:00")
    assert not rotation.is_taken("14:00")
    with pytest.raises(ConflictError):
        rotation.save(rotation.get().advanced(at=LATER)[0], a_cause(), turn="09:00")
    assert rotation.get().last == "s0"


def test_a_list_that_others_changed_meanwhile_is_not_saved(any_ledger: Ledger) -> None:
    rotation, kept = with_searches(any_ledger, 3)
    rotation.save(kept.advanced(at=LATER)[0], a_cause())
    with pytest.raises(ConflictError):
        rotation.save(kept.with_searches([], at=LATER), a_cause())
    assert rotation.get().searches == tuple(searches(3))


class Scraper:
    """Takes on everything."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()

    def scrape(self, brands: list[str], search: str, *, key: str) -> str:
        self.asked[brands[0]] += 1
        return key  # one job for one key


def turn(ledger: Ledger, scraper: Scraper, name: str) -> Job | None:
    rotation, jobs = LedgerRotation(ledger), LedgerJobs(ledger)
    return take_turn(name, a_cause(), rotation=rotation, jobs=jobs, scraper=scraper, at=LATER, pause=no_pause)


def test_the_same_turn_taken_by_many_at_once_runs_one_search(racing_ledger: Ledger) -> None:
    rotation, before = with_searches(racing_ledger, MANY)
    scraper = Scraper()
    jobs = at_once(lambda _: turn(racing_ledger, scraper, "09:00"))
    assert {job.brands for job in jobs if job} == {("Brand 0",)}
    assert scraper.asked.keys() == {"Brand 0"}
    assert len(list(LedgerJobs(racing_ledger).newest())) == 1
    assert (rotation.get().last, rotation.get().version) == ("s0", before.version + 1)


def test_different_turns_at_once_run_different_searches(racing_ledger: Ledger) -> None:
    """Each in the end: who loses too often leaves its turn to the next run of the same schedule."""
    rotation, _ = with_searches(racing_ledger, MANY + 1)

    def take(number: int) -> str | None:
        for _ in range(4 * MANY):
            advanced, search = rotation.get().advanced(at=LATER)
            try:
                rotation.save(advanced, a_cause(), turn=f"turn {number}")
            except ConflictError:
                continue
            return search.id if search else None
        return None

    taken = at_once(take)
    assert sorted(str(one) for one in taken) == sorted(f"s{one}" for one in range(MANY + 1) if one != 1)
