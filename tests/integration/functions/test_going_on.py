"""What went wrong with one thing does not stand in the way of the next, and nothing goes wrong unseen."""

from collections.abc import Iterator

import pytest

from functions.advance_listings import app as advance_listings
from shared.ledger.envelope import Event
from shared.listings.lifecycle import State
from shared.listings.photos import sent
from shared.runtime import wiring_listings
from shared.runtime.clock import system_clock
from tests.integration.functions.crashes import a_world, work_off
from tests.integration.tours import a_file
from tests.stand_ins.client import StandIns
from tests.support.http_events import LambdaContext
from tests.support.in_process import template
from tests.support.queue_events import message_of, queue_batch
from tests.support.recorded import keep, keep_listing, keep_sent_photo
from tests.support.travel import Travel


@pytest.fixture
def travel() -> Iterator[Travel]:
    with a_world() as travel:
        yield travel


def send_photo(listing_id: str, file_id: str, unique_id: str, update_id: int) -> Event:
    """The event of a photo that somebody sent to the bot."""
    listing = wiring_listings.listings().get(listing_id)
    photo = sent(listing, file_id=file_id, file_unique_id=unique_id, update_id=update_id, at=system_clock())
    return keep(photo)[1]


def after(event: Event) -> Iterator[Event]:
    """What followed from it, and is for the same queue by the rule of the template."""
    wanted = template()["Resources"]["ListingRule"]["Properties"]["EventPattern"]["detail-type"]
    yield from (
        later
        for later in wiring_listings.listings().history(event.subject)
        if later.version > event.version and later.type in wanted
    )


def test_a_photo_that_was_lost_does_not_keep_its_listing_from_ebay_for_ever(services: StandIns, travel: Travel) -> None:
    """Whether the listing waits until the photo is sent again, or does not."""
    file_id = a_file(services)
    listing, first = keep_sent_photo(file_id)
    advance_listings.handler(queue_batch(message_of(first)), LambdaContext())
    received = wiring_listings.listings().history(listing.id)[-1]
    lost = send_photo(listing.id, "a-file-that-is-gone", "AQADy", 8)
    work_off(advance_listings.handler, message_of(lost), travel)
    work_off(advance_listings.handler, message_of(received), travel)
    if wiring_listings.listings().get(listing.id).state is State.RECEIVED:
        again = send_photo(listing.id, file_id, "AQADz", 9)
        for event in (again, *after(again)):
            work_off(advance_listings.handler, message_of(event), travel)
    now = wiring_listings.listings().get(listing.id)
    assert (now.state, now.trouble) == (State.LISTED, None)
    assert len(services.state("ebay")["listings"]) == 1


def test_while_the_chat_bot_is_down_sellers_wait_and_then_get_one_message(services: StandIns, travel: Travel) -> None:
    services.set("chatterbot", faults={"fail": {"status": 503, "retry_after": 20, "next": 3}})
    listing, found = keep_listing()
    work_off(advance_listings.handler, message_of(found), travel)
    assert wiring_listings.listings().get(listing.id).state is State.MESSAGING
    assert len(services.delivered()) == 1


def test_an_answer_that_was_lost_is_looked_for_and_not_asked_for_again(services: StandIns, travel: Travel) -> None:
    services.set("chatterbot", faults={"no_answer": {"next": 1}})
    listing, found = keep_listing()
    work_off(advance_listings.handler, message_of(found), travel)
    assert wiring_listings.listings().get(listing.id).state is State.MESSAGING
    assert services.state("chatterbot")["posts"] == {listing.id: 1}


def test_without_a_look_up_what_is_in_doubt_is_left_to_a_person(services: StandIns, travel: Travel) -> None:
    services.set("chatterbot", no_look_up=405, faults={"no_answer": {"next": 1}})
    listing, found = keep_listing()
    work_off(advance_listings.handler, message_of(found), travel)
    trouble = wiring_listings.listings().get(listing.id).trouble
    assert trouble is not None
    assert (trouble.next, trouble.in_doubt) == ("person", True)
    assert services.state("chatterbot")["posts"] == {listing.id: 1}
