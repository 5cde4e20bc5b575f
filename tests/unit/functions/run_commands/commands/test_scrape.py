"""/scrape: a search now, once, and what came of the last ones."""

import json
from collections.abc import Mapping
from datetime import timedelta
from uuid import NAMESPACE_URL, uuid5

import pytest

from shared.runtime.errors import InvalidInputError, NotFoundError
from shared.runtime.http import Answer, Call, ServiceError
from shared.scraping.job import Job, Outcome, Status
from tests.support.builders import NOON, a_cause
from tests.support.ports import ANNA, MemoryPorts, scraper_that
from tests.unit.functions.run_commands.commands.hands import Hands


class Searches:
    """A scraper that makes a job for each idempotency key."""

    def __init__(self, *fates: int) -> None:
        self.fates = list(fates)
        self.asked: list[tuple[str, object]] = []

    def send(self, url: str, call: Call, headers: Mapping[str, str]) -> Answer:
        key = headers["Idempotency-Key"]
        self.asked.append((key, call.json))
        status = self.fates.pop(0) if self.fates else 202
        return Answer(status=status, headers={}, body=json.dumps({"job_id": str(uuid5(NAMESPACE_URL, key))}).encode())


def hands_with(searches: Searches) -> Hands:
    return Hands(MemoryPorts(scraper=scraper_that(searches.send)))


def test_a_search_is_started_and_its_job_shown() -> None:
    searches = Searches()
    hands = hands_with(searches)
    reply = hands.type("scrape now", {"brands": "Sony,  Canon,", "search": "Lens"})
    ((_, asked),) = searches.asked
    assert asked == {"brands": ["Sony", "Canon"], "search": "Lens"}
    (job,) = hands.ports.jobs.newest()
    assert (job.requested_by, job.status) == (f"discord:{ANNA}", Status.RUNNING)
    assert reply.embeds[0].fields[0].name == "⏳ Sony, Canon · Lens"


def test_what_is_searched_for_may_be_left_out() -> None:
    searches = Searches()
    hands_with(searches).type("scrape now", {"brands": "Sony"})
    assert searches.asked[0][1] == {"brands": ["Sony"], "search": "Camera"}


def test_carried_out_twice_it_starts_nothing_twice() -> None:
    searches = Searches()
    hands = hands_with(searches)
    for is_repeated in (False, True):
        hands.type("scrape now", {"brands": "Sony"}, id="1290000000000000077", is_repeated=is_repeated)
    assert len({key for key, _ in searches.asked}) == 1
    assert len(list(hands.ports.jobs.newest())) == 1


def test_who_asks_twice_searches_twice() -> None:
    searches = Searches()
    hands = hands_with(searches)
    for _ in range(2):
        hands.type("scrape now", {"brands": "Sony"})
    assert len({key for key, _ in searches.asked}) == 2


@pytest.mark.parametrize("brands", ["", " , ,", "x" * 129, ",".join(["Sony"] * 101), "So\nny"])
def test_brands_that_are_none_are_refused_and_nobody_is_asked(brands: str) -> None:
    searches = Searches()
    with pytest.raises(InvalidInputError, match="brands"):
        hands_with(searches).type("scrape now", {"brands": brands})
    assert searches.asked == []


def test_without_a_scraper_it_is_said_at_once() -> None:
    with pytest.raises(NotFoundError, match="no scraper is configured"):
        Hands(MemoryPorts()).type("scrape now", {"brands": "Sony"})


def test_a_scraper_that_is_unwell_is_asked_again_later_by_whoever_carries_this_out() -> None:
    searches = Searches(503)
    hands = hands_with(searches)
    with pytest.raises(ServiceError):
        hands.type("scrape now", {"brands": "Sony"}, id="1290000000000000077")
    hands.type("scrape now", {"brands": "Sony"}, id="1290000000000000077", is_repeated=True)
    assert len(list(hands.ports.jobs.newest())) == 1


def test_jobs_are_listed_with_what_came_of_them() -> None:
    hands = Hands(MemoryPorts())
    for number in range(12):
        job_id = str(uuid5(NAMESPACE_URL, str(number)))
        job = Job.created(job_id, ["@everyone"], "Lens", at=NOON + timedelta(minutes=number), actor="timer")
        if number == 11:
            outcome = Outcome(matches=5, created_listings=3, skipped=1, refused=1)
            job = job.completed(outcome, [], at=NOON + timedelta(hours=1))
        hands.ports.jobs.save(job, a_cause())
    fields = hands.type("scrape jobs", {}).embeds[0].fields
    assert len(fields) == 10
    assert fields[0].name.startswith("✅")
    assert "5 matches: 3 new, 1 known, 1 unreadable" in fields[0].value
    assert not any("@everyone" in field.name for field in fields)
    assert len(hands.type("scrape jobs", {"status": "completed"}).embeds[0].fields) == 1
    assert hands.type("scrape jobs", {"status": "overdue"}).content == "There is none."
