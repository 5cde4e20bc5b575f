"""What went wrong with one thing does not stand in the way of the next, and nothing goes wrong unseen."""

from collections.abc import Iterator

import pytest

from functions.advance_listings import app as advance_listings
from functions.send_notices import app as send_notices
from shared.ledger.envelope import Event
from shared.listings.lifecycle import State
from shared.listings.photos import sent
from shared.runtime import wiring
from shared.runtime.clock import system_clock
from tests.integration.functions.crashes import a_world, work_off
from tests.integration.tours import a_file
from tests.stand_ins.client import StandIns
from tests.support.http_events import LambdaContext
from tests.support.in_process import set_secret, template
from tests.support.queue_events import message_of, queue_batch
from tests.support.recorded import keep, keep_listing, keep_sent_photo
from tests.support.travel import Travel


@pytest.fixture
def travel() -> Iterator[Travel]:
    with a_world() as travel:
        yield travel


def send_photo(listing_id: str, file_id: str, unique_id: str, update_id: int) -> Event:
    """The event of a photo that somebody sent to the bot."""
    listing = wiring.listings().get(listing_id)
    photo = sent(listing, file_id=file_id, file_unique_id=unique_id, update_id=update_id, at=system_clock())
    return keep(photo)[1]


def after(event: Event) -> Iterator[Event]:
    """What followed from it, and is for the same queue by the rule of the template."""
    wanted = template()["Resources"]["ListingRule"]["Properties"]["EventPattern"]["detail-type"]
    yield from (
        later
        for later in wiring.listings().history(event.subject)
        if later.version > event.version and later.type in wanted
    )


def test_a_photo_that_was_lost_does_not_keep_its_listing_from_ebay_for_ever(services: StandIns, travel: Travel) -> None:
    """Whether the listing waits until the photo is sent again, or does not."""
    file_id = a_file(services)
    listing, first = keep_sent_photo(file_id)
    advance_listings.handler(queue_batch(message_of(first)), LambdaContext())
    received = wiring.listings().history(listing.id)[-1]
    lost = send_photo(listing.id, "a-file-that-is-gone", "AQADy", 8)
    work_off(advance_listings.handler, message_of(lost), travel)
    work_off(advance_listings.handler, message_of(received), travel)
    if wiring.listings().get(listing.id).state is State.RECEIVED:
        again = send_photo(listing.id, file_id, "AQADz", 9)
        for event in (again, *after(again)):
            work_off(advance_listings.handler, message_of(event), travel)
    now = wiring.listings().get(listing.id)
    assert (now.state, now.trouble) == (State.LISTED, None)
    assert len(services.state("ebay")["listings"]) == 1


@pytest.mark.usefixtures("services", "travel")
def test_a_notice_that_the_bot_may_not_send_is_seen_in_the_logs(caplog: pytest.LogCaptureFixture) -> None:
    set_secret("telegram", bot_token="1234567:a-token-that-was-withdrawn", webhook_token="token")
    notice = message_of(keep_listing(State.SOLD)[1])
    send_notices.handler(queue_batch(notice), LambdaContext())
    assert [getattr(record, "reason", None) for record in caplog.records] == ["401 Unauthorized"]
    assert "withdrawn" not in str([vars(record) for record in caplog.records])


def test_while_telegram_has_too_much_to_do_notices_wait_and_then_arrive_once(
    services: StandIns, travel: Travel
) -> None:
    services.set("telegram", faults={"fail": {"status": 429, "retry_after": 20, "next": 3}})
    work_off(send_notices.handler, message_of(keep_listing(State.SOLD)[1]), travel)
    (messages,) = services.state("telegram")["messages"].values()
    assert len(messages) == 1


def test_while_the_chat_bot_is_down_sellers_wait_and_then_get_one_message(services: StandIns, travel: Travel) -> None:
    services.set("chatterbot", faults={"fail": {"status": 503, "retry_after": 20, "next": 3}})
    listing, found = keep_listing()
    work_off(advance_listings.handler, message_of(found), travel)
    assert wiring.listings().get(listing.id).state is State.MESSAGING
    assert len(services.delivered()) == 1


def test_an_answer_that_was_lost_is_looked_for_and_not_asked_for_again(services: StandIns, travel: Travel) -> None:
    services.set("chatterbot", faults={"no_answer": {"next": 1}})
    listing, found = keep_listing()
    work_off(advance_listings.handler, message_of(found), travel)
    assert wiring.listings().get(listing.id).state is State.MESSAGING
    assert services.state("chatterbot")["posts"] == {listing.id: 1}


def test_without_a_look_up_what_is_in_doubt_is_left_to_a_person(services: StandIns, travel: Travel) -> None:
    services.set("chatterbot", no_look_up=405, faults={"no_answer": {"next": 1}})
    listing, found = keep_listing()
    work_off(advance_listings.handler, message_of(found), travel)
    trouble = wiring.listings().get(listing.id).trouble
    assert trouble is not None
    assert (trouble.next, trouble.in_doubt) == ("person", True)
    assert services.state("chatterbot")["posts"] == {listing.id: 1}
