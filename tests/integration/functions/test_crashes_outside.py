"""Who dies around a request to another service does not ask twice, whatever the answer would have been."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from functions.advance_listings import app as advance_listings
from functions.run_searches import app as run_searches
from shared.deliveries.delivery import HELD_FOR, Status, first_try
from shared.listings.lifecycle import State
from shared.listings.listing import Listing
from shared.listings.trouble import retried
from shared.runtime import wiring, wiring_listings
from shared.runtime.clock import system_clock
from shared.scraping.job import DUE_AFTER, Job
from tests.integration.functions.crashes import (
    a_world,
    check_every_death,
    deliver_twice_if_killed,
    work_off,
)
from tests.integration.tours import a_file, a_received_listing
from tests.stand_ins.client import StandIns
from tests.stand_ins.ebay_inventory import SECRET, EbayStandIn
from tests.support.aws_calls import Call, Kill, KilledError, watched
from tests.support.builders import a_cause
from tests.support.fresh_process import forget
from tests.support.http_events import LambdaContext
from tests.support.in_process import set_secret
from tests.support.outside import reaching, renew
from tests.support.queue_events import message_of, queue_batch
from tests.support.recorded import decide_terms, keep, keep_listing, keep_searches, keep_sent_photo
from tests.support.travel import Travel

LEAST_REQUESTS = 8  # a story of this page asks for more than that


def advancing(services: StandIns, prepare: Callable[[], Any], check: Callable[[], None]) -> Any:
    """An attempt: the message that `prepare` leads to is worked off; `check` looks at the other side afterwards."""

    def attempt(travel: Travel, kill: Kill | None) -> list[Call]:
        message = message_of(prepare())
        calls = work_off(advance_listings.handler, message, travel, kill)
        check()
        assert services.violations() == []
        return calls

    return attempt


@pytest.mark.parametrize("answer", ["sent", "later", "failed"])
def test_a_seller_gets_exactly_one_message(services: StandIns, answer: str) -> None:
    def prepare() -> Any:
        renew(services)
        services.set("chatterbot", answer=answer)
        return keep_listing()[1]

    def check() -> None:
        known = services.state("chatterbot")
        assert [message["status"] for message in known["messages"]] == [STATUSES[answer]]
        assert len(known["delivered"]) == int(answer == "sent")
        (posts,) = known["posts"].values()
        assert posts == 1 or answer == "failed"  # what surely failed may be asked for again, under the same key

    assert check_every_death(advancing(services, prepare, check)) >= LEAST_REQUESTS


@pytest.mark.parametrize("confirmed_not_done", [True, False])
def test_what_a_person_wants_tried_again_is_asked_for_exactly_once(
    services: StandIns, confirmed_not_done: bool
) -> None:
    def prepare() -> Any:
        renew(services)
        listing, _ = keep_listing()
        try_in_doubt(listing)
        return keep(retried(listing, at=system_clock(), confirmed_not_done=confirmed_not_done))[1]

    def check() -> None:
        known = services.state("chatterbot")
        assert len(known["delivered"]) == 1
        assert list(known["posts"].values()) == [1]

    assert check_every_death(advancing(services, prepare, check)) >= LEAST_REQUESTS


def try_in_doubt(listing: Listing) -> None:
    """The chat bot was asked, and never answered; it has not done it."""
    deliveries = wiring.deliveries()
    taken = deliveries.save(first_try(listing.entry_id, "chatterbot", at=system_clock()))
    deliveries.save(taken.ended(Status.IN_DOUBT, at=system_clock(), error="did not answer in time"))


STATUSES = {"sent": "sent", "later": "pending", "failed": "failed"}


def test_a_lister_puts_a_listing_on_ebay_exactly_once(services: StandIns) -> None:
    def prepare() -> Any:
        renew(services)
        return a_received_listing()[1]

    def check() -> None:
        page = services.control("ebay")
        assert [listing["price"] for listing in page["state"]["listings"]] == ["499.00"]
        assert page["requests"]["POST /listings"] == 1

    assert check_every_death(advancing(services, prepare, check)) >= LEAST_REQUESTS


def test_ebay_itself_is_given_an_offer_exactly_once(services: StandIns) -> None:
    def attempt(travel: Travel, kill: Kill | None) -> list[Call]:
        renew(services)
        with EbayStandIn() as ebay, reaching(services.addresses, ebay_api_url="", ebay_inventory_url=ebay.url):
            decide_terms()
            set_secret("ebay-credentials", **SECRET)
            calls = work_off(advance_listings.handler, message_of(a_received_listing()[1]), travel, kill)
            assert len(ebay.published) == len(ebay.offers) == 1
        return calls

    assert check_every_death(attempt) >= LEAST_REQUESTS


@pytest.mark.parametrize("state", [State.PURCHASED, State.RECEIVED])
def test_a_photo_of_telegram_s_is_kept_once(services: StandIns, state: State) -> None:
    def prepare() -> Any:
        renew(services)
        return keep_sent_photo(a_file(services), state=state)[1]

    def check() -> None:
        (listing,) = [listing for _, listing in wiring_listings.listings().newest(list(State))]
        assert (listing.state, len(listing.photos)) == (State.RECEIVED, 1)

    assert check_every_death(advancing(services, prepare, check)) >= LEAST_REQUESTS


def test_a_message_that_comes_again_while_another_try_is_under_way_waits_for_its_end(services: StandIns) -> None:
    with a_world():
        calls = work_off(advance_listings.handler, message_of(keep_listing()[1]), Travel())
    asked = next(number for number, call in enumerate(calls) if call.service == "http")
    renew(services)
    with a_world() as travel:
        listing, event = keep_listing()
        batch = queue_batch(message_of(event))
        with watched(kill=(asked, "after")), pytest.raises(KilledError):
            advance_listings.handler(batch, LambdaContext())
        forget()
        with watched() as second:
            advance_listings.handler(batch, LambdaContext())
        assert [call for call in second if call.service == "http"] == []
        (put_back,) = [call.parameters for call in second if call.operation == "SendMessage"]
        assert put_back["DelaySeconds"] == HELD_FOR.total_seconds()
        travel.go_on(HELD_FOR)
        advance_listings.handler(queue_batch(put_back["MessageBody"]), LambdaContext())
        assert wiring_listings.listings().get(listing.id).state is State.MESSAGING
    assert len(services.delivered()) == 1


def test_a_turn_killed_anywhere_and_taken_again_runs_its_search_and_no_other(services: StandIns) -> None:
    event = {"task": "take_turn", "time": "2026-03-01T09:00:00Z"}

    def attempt(_: Travel, kill: Kill | None) -> list[Call]:
        renew(services)
        keep_searches("Sony", "Canon")
        calls, _ = deliver_twice_if_killed(lambda: run_searches.handler(event, LambdaContext()), kill)
        jobs = services.state("scraper")["jobs"].values()
        assert [job["brands"] for job in jobs] in ([], [["Sony"]])
        assert wiring_listings.rotation().get().last == "sony"
        return calls

    assert check_every_death(nameless(attempt, services)) >= 6


def nameless(attempt: Callable[[Travel, Kill | None], list[Call]], services: StandIns) -> Any:
    """The scraper chooses the id of a job, each time another one: here always the same."""

    def named(travel: Travel, kill: Kill | None) -> list[Call]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("tests.stand_ins.scraper.uuid4", lambda: "6f1d1f5e-7a52-4c0b-9f3e-1b1f3c1f0a01")
            return attempt(travel, kill)

    return named


def test_overdue_jobs_are_flagged_once_wherever_who_does_it_is_killed() -> None:
    event = {"task": "flag_overdue", "time": "2026-03-01T09:00:00Z"}

    def attempt(travel: Travel, kill: Kill | None) -> list[Call]:
        for number in range(3):
            job_id = f"00000000-0000-4000-8000-{number:012}"
            job = Job.created(job_id, ["Sony"], "Camera", at=system_clock(), actor="timer")
            wiring_listings.scrape_jobs().save(job, a_cause())
        travel.go_on(DUE_AFTER + timedelta(seconds=1))
        return deliver_twice_if_killed(lambda: run_searches.handler(event, LambdaContext()), kill)[0]

    assert check_every_death(attempt) >= 4
