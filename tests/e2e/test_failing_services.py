"""A service fails, in every way services do: nothing is lost, nothing done twice. On the deployed template."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from scripts.up import TELEGRAM_CHAT
from tests.stand_ins.client import StandIns
from tests.support.api import Api
from tests.support.cloud import Cloud
from tests.support.life import REPLIES, SELLS, Lives
from tests.support.waiting import eventually

SLOW = 11.0  # seconds: longer than anybody is waited for

# way to fail once -> faults, calls of POST it takes until it is done, what is said of the first
FAULTS: dict[str, tuple[dict[str, Any], int, str]] = {
    "500 before the work": ({"fail": {"status": 500, "next": 1}}, 2, "500"),
    "500 after the work": ({"fail": {"status": 500, "next": 1, "after_work": True}}, 1, "500"),
    "503 before the work": ({"fail": {"status": 503, "next": 1}}, 2, "503"),
    "429, come back": ({"fail": {"status": 429, "retry_after": 1, "next": 1}}, 2, "429"),
    "503, come back": ({"fail": {"status": 503, "retry_after": 1, "next": 1}}, 2, "503"),
    "the work, then a closed connection": ({"no_answer": {"next": 1, "seconds": 0.0}}, 1, "broke off"),
}
IN_DOUBT = ("500", "503 before", "the work")
CALL = {"chatterbot": "POST /messages", "ebay": "POST /listings"}
OPERATION = {"chatterbot": "message_seller", "ebay": "list_on_ebay"}


@pytest.fixture(autouse=True)
def _closed_circuits(cloud: Cloud, services: StandIns) -> Iterator[None]:
    """What a test has broken is whole for the next one."""
    yield
    services.reset()
    cloud.close_circuits(*CALL, "telegram")


class Work:
    """What a service is asked to do for a listing, and what it has done."""

    def __init__(self, service: str, lives: Lives) -> None:
        self.service = service
        self.lives = lives
        self.services = lives.services
        self.ready = None if service == "chatterbot" else lives.bought()
        self.services.set("chatterbot", script=[])
        self.before = self.calls

    @property
    def calls(self) -> int:
        return int(self.services.control(self.service)["requests"].get(CALL[self.service], 0))

    def begin(self) -> str:
        """The listing for which it is now asked for."""
        if self.ready is None:
            return self.lives.found()
        self.lives.receive(self.ready)
        return self.ready

    def end(self, listing_id: str) -> dict[str, Any]:
        return self.lives.reach(listing_id, "MESSAGING" if self.service == "chatterbot" else "LISTED")

    def done(self, listing_id: str) -> int:
        """How often."""
        if self.service == "chatterbot":
            return len(self.services.delivered(listing_id))
        return sum(one["listing_id"] == listing_id for one in self.services.state("ebay")["listings"])


ForEach = Callable[[Callable[[Work], None]], None]


@pytest.fixture
def for_each(cloud: Cloud, lives: Lives) -> ForEach:
    """Checks both services at the same time: they know nothing of each other, and most of it is waiting."""
    assert cloud.ledger  # made now: boto3 does not make clients in several threads
    works = [Work(service, lives) for service in ("ebay", "chatterbot")]  # what is to be sold is bought from somebody

    def check_each(check: Callable[[Work], None]) -> None:
        def checked(work: Work) -> None:
            try:
                check(work)
            except Exception as error:
                error.add_note(f"with {work.service}")
                raise

        with ThreadPoolExecutor(len(works)) as pool:
            list(pool.map(checked, works))

    return check_each


def failures(cloud: Cloud, listing_id: str) -> list[dict[str, Any]]:
    return [dict(fact.data) for fact in cloud.facts(listing_id) if fact.type == "listing.operation_failed"]


@pytest.mark.parametrize("fault", FAULTS)
def test_what_fails_once_is_done_once_and_the_trouble_is_forgotten(cloud: Cloud, for_each: ForEach, fault: str) -> None:
    faults, calls, said = FAULTS[fault]

    def check(work: Work) -> None:
        work.services.set(work.service, faults=faults)
        listing_id = work.begin()
        ended = work.end(listing_id)
        assert (work.done(listing_id), work.calls - work.before, ended["trouble"]) == (1, calls, None)
        (failure,) = failures(cloud, listing_id)
        assert said in failure["answer"]
        known = {name: failure[name] for name in ("operation", "times", "in_doubt", "next")}
        in_doubt = fault.startswith(IN_DOUBT)
        assert known == {"operation": OPERATION[work.service], "times": 1, "in_doubt": in_doubt, "next": "retry"}

    for_each(check)


def test_a_service_that_does_its_work_and_never_answers_is_asked_what_it_did(cloud: Cloud, for_each: ForEach) -> None:
    def check(work: Work) -> None:
        work.services.set(work.service, faults={"no_answer": {"next": 1, "seconds": SLOW}})
        listing_id = work.begin()
        ended = work.end(listing_id)
        assert (work.done(listing_id), work.calls - work.before, ended["trouble"]) == (1, 1, None)
        (failure,) = failures(cloud, listing_id)
        assert (failure["answer"], failure["in_doubt"]) == ("did not answer in time", True)

    for_each(check)


def test_a_service_that_is_not_there_is_waited_for(cloud: Cloud, for_each: ForEach) -> None:
    cloud.close_circuits(*CALL)  # and with them all connections that are open still

    def check(work: Work) -> None:
        work.services.set(work.service, faults={"down": "closed"})
        listing_id = work.begin()
        trouble = work.lives.when(listing_id, lambda listing: listing["trouble"])["trouble"]
        assert (trouble["operation"], trouble["next"]) == (OPERATION[work.service], "retry")
        assert (trouble["answer"], trouble["in_doubt"]) == ("cannot be reached", False)
        work.services.set(work.service, faults={"down": "no"})
        ended = work.end(listing_id)
        assert (work.done(listing_id), ended["trouble"]) == (1, None)

    for_each(check)


def test_a_look_up_that_fails_is_repeated_and_the_work_is_not(cloud: Cloud, for_each: ForEach) -> None:
    def check(work: Work) -> None:
        work.services.set(work.service, faults={"no_answer": {"next": 1, "seconds": 0.0}})
        listing_id = work.begin()
        work.services.set(work.service, faults={"fail": {"status": 500, "next": 1}, "look_ups": "only"})
        ended = work.end(listing_id)
        assert (work.done(listing_id), work.calls - work.before, ended["trouble"]) == (1, 1, None)
        assert all(failure["in_doubt"] for failure in failures(cloud, listing_id))

    for_each(check)


@pytest.mark.parametrize("after_work", [False, True], ids=["before the work", "after the work"])
def test_what_a_service_without_look_up_may_have_done_is_left_to_a_person(
    api: Api, cloud: Cloud, for_each: ForEach, after_work: bool
) -> None:
    def check(work: Work) -> None:
        work.services.set(
            work.service, no_look_up=405, faults={"fail": {"status": 500, "next": 1, "after_work": after_work}}
        )
        listing_id = work.begin()

        def is_for_a_person(listing: dict[str, Any]) -> bool:
            return bool(listing["trouble"]) and listing["trouble"]["next"] == "person"

        left = work.lives.when(listing_id, is_for_a_person)
        assert (left["trouble"]["in_doubt"], left["trouble"]["operation"]) == (True, OPERATION[work.service])
        assert "does not tell" in left["trouble"]["answer"]

        # Whoever only wants it tried again is told the same.
        api.act(listing_id, "retry", {}).raise_for_status()
        again = work.lives.when(listing_id, lambda listing: listing["version"] >= left["version"] + 2)
        assert is_for_a_person(again)
        assert (work.done(listing_id), work.calls - work.before) == (int(after_work), 1)

        if not after_work:  # and a person has looked
            api.act(listing_id, "retry", {"confirmed_not_done": True}).raise_for_status()
            ended = work.end(listing_id)
            assert (work.done(listing_id), work.calls - work.before, ended["trouble"]) == (1, 2, None)

    for_each(check)


def test_what_a_service_will_not_do_is_left_to_a_person_who_can_have_it_tried_again(
    api: Api, cloud: Cloud, for_each: ForEach
) -> None:
    def check(work: Work) -> None:
        work.services.set(work.service, faults={"fail": {"status": 422, "next": 1}})
        listing_id = work.begin()
        trouble = work.lives.when(listing_id, lambda listing: listing["trouble"])["trouble"]
        assert (trouble["next"], trouble["in_doubt"], work.done(listing_id)) == ("person", False, 0)
        api.act(listing_id, "retry", {}).raise_for_status()
        assert (work.end(listing_id)["trouble"], work.done(listing_id)) == (None, 1)

    for_each(check)


def test_a_seller_who_cannot_be_reached_is_a_matter_for_a_person_and_not_for_another_try(
    api: Api, cloud: Cloud, services: StandIns, lives: Lives
) -> None:
    services.set("chatterbot", answer="failed")
    listing_id = lives.found()
    trouble = lives.when(listing_id, lambda listing: listing["trouble"])["trouble"]
    assert (trouble["answer"], trouble["next"]) == ("the seller cannot be reached", "person")
    services.set("chatterbot", answer="sent")
    api.act(listing_id, "retry", {}).raise_for_status()  # under a new key: the old one has its answer
    lives.reach(listing_id, "MESSAGING")
    assert len(services.delivered(listing_id)) == 1


def test_photos_of_a_telegram_that_fails_are_fetched_when_it_is_back(
    cloud: Cloud, services: StandIns, lives: Lives
) -> None:
    listing_id = lives.bought()
    cloud.settle("TelegramQueue")
    services.set("telegram", faults={"fail": {"status": 500, "next": 2}, "look_ups": "too"})
    services.photo(TELEGRAM_CHAT, caption=listing_id)
    received = lives.reach(listing_id, "RECEIVED")
    assert (len(received["photos"]), received["trouble"]) == (1, None)


def test_a_telegram_that_is_down_is_no_matter_for_the_lifecycle(cloud: Cloud, services: StandIns, lives: Lives) -> None:
    services.set("telegram", faults={"down": "closed"})
    sold = lives.sold()
    assert (sold["state"], sold["trouble"], sold["version"]) == ("SOLD", None, 7)
    assert failures(cloud, sold["id"]) == []


def test_a_service_that_is_down_is_given_time_and_ten_listings_wait_for_it_and_go_on(
    api: Api, cloud: Cloud, services: StandIns, lives: Lives
) -> None:
    services.set("chatterbot", script=REPLIES, faults={"down": "closed"})
    services.set("ebay", script=SELLS)
    listings = [lives.found() for _ in range(10)]
    for listing_id in listings:
        lives.when(listing_id, lambda listing: listing["trouble"])
    eventually(lambda: cloud.circuit("chatterbot") == "OPEN")

    with cloud.fast_time(1e-6, only=listings):  # their three days pass, and more
        for listing_id in listings:
            lives.when(listing_id, lambda known: known["deadline_at"] > cloud_deadline(cloud, known["id"]))
    known = [api.listing(listing_id) for listing_id in listings]
    assert {(one["state"], one["trouble"]["next"]) for one in known} == {("FOUND", "retry")}
    kinds = Counter(fact.type for listing_id in listings for fact in cloud.facts(listing_id))
    assert kinds["listing.deadline_approaching"] == len(listings)

    services.set("chatterbot", faults={"down": "no"})
    for listing_id in listings:
        going_on = lives.reach(listing_id, "NEGOTIATING")
        assert going_on["trouble"] is None
    assert Counter(one["listing_id"] for one in services.delivered()) == Counter(listings)
    assert cloud.circuit("chatterbot") == "CLOSED"


def cloud_deadline(cloud: Cloud, listing_id: str) -> str:
    """The one it was found with."""
    return str(cloud.facts(listing_id)[0].data["deadline_at"])
