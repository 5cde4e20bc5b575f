"""A function may die before or after any call to AWS; when the message comes again, all is as if it had not."""

import json
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from functions.expire_listings import app as expire_listings
from functions.receive_messages import app as receive_messages
from functions.receive_webhooks import app as receive_webhooks
from functions.relay_events import app as relay_events
from functions.serve_admin import app as serve_admin
from functions.time_listings import app as time_listings
from shared.ledger.envelope import to_text
from shared.listings.lifecycle import State
from shared.listings.listing import Listing
from shared.listings.timer import reminded
from shared.listings.trouble import MESSAGE_SELLER, troubled
from shared.runtime import wiring_listings
from shared.runtime.clock import system_clock
from shared.scraping.job import Job
from tests.integration.functions.crashes import (
    Deliver,
    a_world,
    check_every_death,
    deliver_twice_if_killed,
    work_off,
)
from tests.integration.tours import JOB_COMPLETE, an_update, signed
from tests.support.aws_calls import Call, Kill, KilledError, Moment, watched
from tests.support.builders import DEADLINES, STEP_DETAILS, a_cause, a_job, a_listing, a_match
from tests.support.http_events import LambdaContext, as_operator
from tests.support.in_process import aws_in_process
from tests.support.queue_events import message_of, queue_batch
from tests.support.recorded import SOLD_AND_DUE, keep, keep_listing, keep_message, put_photo
from tests.support.stream import event_items, stream_batch
from tests.support.travel import Travel

KNOWN = "https://market.example/item/known"
FRESH = "https://market.example/item/fresh"
JOB_ID = "00000000-0000-4000-8000-000000000002"


def webhook(path: str, body: dict[str, Any]) -> Deliver:
    """Each delivery is the same message with a signature of its own, as senders do it."""
    tries = count()

    def deliver() -> Any:
        timestamp = int(system_clock().timestamp()) + next(tries)
        event = signed(path, body, message_id="msg_one", timestamp=timestamp)
        answer = receive_webhooks.handler(event, LambdaContext())
        assert answer["statusCode"] in (200, 202), answer
        return answer

    return deliver


def a_report(*, asked_for: bool) -> Deliver:
    """One match is new, one known at another price, one bad."""
    keep_listing(url=KNOWN)
    if asked_for:
        job = Job.created(JOB_ID, ["Sony"], "Camera", at=system_clock(), actor="timer")
        wiring_listings.scrape_jobs().save(job, a_cause())
    matches = (a_match(KNOWN, listing__price=380), a_match(FRESH), a_match("ftp://nowhere"))
    return webhook(JOB_COMPLETE, a_job(*matches, job_id=JOB_ID))


def told_by_the_chat_bot(what: str, state: State, **said: Any) -> Deliver:
    listing, _ = keep_listing(state)
    return webhook(f"/webhooks/chatterbot/{what}", {"listing_id": listing.id, **said})


def a_sale() -> Deliver:
    listing, _ = keep_listing(State.LISTED)
    return webhook("/webhooks/ebay/item-sold", {"listing_id": listing.id, "sold_price": "480", "fees": "50"})


def money_for_what_was_given_up() -> Deliver:
    """It is refused, and people are told."""
    listing, _ = keep_listing(State.CANCELLED)
    body = {"listing_id": listing.id, "price": "300"}

    def deliver() -> Any:
        event = signed("/webhooks/chatterbot/deal-confirmed", body)
        assert receive_webhooks.handler(event, LambdaContext())["statusCode"] == 409

    return deliver


def a_photo_by_telegram() -> Deliver:
    listing, _ = keep_listing(State.PURCHASED)
    event = an_update(7, caption=listing.id, media_group_id="album")

    def deliver() -> Any:
        answer = receive_webhooks.handler(event, LambdaContext())
        assert json.loads(answer["body"])["text"].startswith("Photo of Sony A6400, boxed"), answer

    return deliver


def a_transition() -> Deliver:
    listing, _ = keep_listing()
    target = f"/admin/listings/{listing.id}/transition"
    event = as_operator("POST", target, body={"to_state": "MESSAGING", "reason": "the price is right"})
    return lambda: serve_admin.handler(event, LambdaContext())


def received_with_photos() -> Deliver:
    listing, _ = keep_listing(State.PURCHASED)
    body = {"photos": [put_photo(listing, "front.png"), put_photo(listing, "back.png")], "shipping_cost": "8.50"}
    event = as_operator("POST", f"/admin/listings/{listing.id}/received", body=body)
    return lambda: serve_admin.handler(event, LambdaContext())


def messages_posted() -> Deliver:
    """One is new, one known, one new and long, one bad, and one there twice."""
    known = {"id": "m-0", **SOLD_AND_DUE}
    keep_message("m-0", author=None, channel=None)
    long = {"id": "m-2", "content": "tape " * 1_500}
    posted = [{"id": "m-1", "content": "Buy more tape"}, known, long, {"id": "m-3"}, long]
    event = as_operator("POST", "/messages", body={"messages": posted})

    def deliver() -> Any:
        answer = receive_messages.handler(event, LambdaContext())
        told = json.loads(answer["body"])
        assert (answer["statusCode"], [one["index"] for one in told["refused"]]) == (202, [3]), answer
        assert told["recorded"] + told["known"] == 4
        return answer

    return deliver


REQUESTS: dict[str, Callable[[], Deliver]] = {
    "a report of a job that was asked for": lambda: a_report(asked_for=True),
    "a report of a job that was not": lambda: a_report(asked_for=False),
    "message-sent": lambda: told_by_the_chat_bot("message-sent", State.FOUND, conversation_thread_id="t_1"),
    "reply-received": lambda: told_by_the_chat_bot("reply-received", State.MESSAGING, price="390"),
    "deal-confirmed": lambda: told_by_the_chat_bot("deal-confirmed", State.NEGOTIATING, price="380", shipping="8"),
    "deal-confirmed, before all else": lambda: told_by_the_chat_bot("deal-confirmed", State.FOUND, price="380"),
    "declined": lambda: told_by_the_chat_bot("declined", State.NEGOTIATING, reason="sold"),
    "item-sold": a_sale,
    "deal-confirmed, too late": money_for_what_was_given_up,
    "a photo by Telegram": a_photo_by_telegram,
    "a transition": a_transition,
    "received with photos": received_with_photos,
    "messages": messages_posted,
}


@pytest.mark.parametrize("request_", REQUESTS)
def test_a_request_killed_at_any_call_and_made_again_leaves_what_one_undisturbed_leaves(
    request_: str,
) -> None:
    def attempt(_: Travel, kill: Kill | None) -> list[Call]:
        return deliver_twice_if_killed(REQUESTS[request_](), kill)[0]

    assert check_every_death(attempt) >= 2  # it read and it wrote, so it died at both


def reminder_due() -> dict[str, Any]:
    listing, _ = keep_listing()
    return timer_of(listing, listing.reminder_at)


def end_due() -> dict[str, Any]:
    listing, _ = keep(reminded(a_listing(at=system_clock()), at=system_clock()))
    return timer_of(listing, listing.deadline_at)


def end_due_while_the_chat_bot_is_down() -> dict[str, Any]:
    waiting = reminded(a_listing(at=system_clock()), at=system_clock())
    listing, _ = keep(troubled(waiting, MESSAGE_SELLER, "cannot be reached", at=system_clock()))
    return timer_of(listing, listing.deadline_at)


def timer_of(listing: Listing, until: Any) -> dict[str, Any]:
    trace = {"id": listing.entry_id, "trace_id": "a" * 32, "correlation_id": "a" * 32}
    return {
        "listing_id": listing.id,
        "entered_version": listing.entered_version,
        "until": to_text(until + timedelta(seconds=1)),
        "trace": trace,
    }


@pytest.mark.parametrize("prepare", [reminder_due, end_due, end_due_while_the_chat_bot_is_down])
def test_a_timer_s_task_killed_at_any_call_and_tried_again_does_and_answers_what_one_undisturbed_does(
    prepare: Callable[[], dict[str, Any]],
) -> None:
    overs = set()

    def attempt(_: Travel, kill: Kill | None) -> list[Call]:
        event = prepare()
        calls, answer = deliver_twice_if_killed(lambda: expire_listings.handler(event, LambdaContext()), kill)
        overs.add((answer["over"], answer["until"] == event["until"]))
        return calls

    assert check_every_death(attempt) == 2
    assert len(overs) == 1


def entered(state: State) -> str:
    return message_of(keep_listing(state)[1])


def moved(origin: State, target: State) -> str:
    """The message of a step, the timer of the state it leaves running."""
    listing, event = keep_listing(origin)
    time_listings.handler(queue_batch(message_of(event)), LambdaContext())
    details = STEP_DETAILS.get(target, {})
    after = listing.moved(
        target, at=system_clock(), actor="key:test", reason=None, details=details, deadlines=DEADLINES
    )
    return message_of(keep(after)[1])


ENTRIES: dict[str, Callable[[], str]] = {
    "found": lambda: entered(State.FOUND),
    "written to": lambda: moved(State.FOUND, State.MESSAGING),
    "bought": lambda: moved(State.NEGOTIATING, State.PURCHASED),
    "given up": lambda: moved(State.MESSAGING, State.CANCELLED),
}


@pytest.mark.parametrize("entry", ENTRIES)
def test_timers_are_started_and_stopped_once_wherever_who_does_it_is_killed(entry: str) -> None:
    def attempt(travel: Travel, kill: Kill | None) -> list[Call]:
        return work_off(time_listings.handler, ENTRIES[entry](), travel, kill)

    assert check_every_death(attempt) >= 1


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_relay_killed_around_the_bus_sends_every_event_with_its_own_id_when_it_comes_again(moment: Moment) -> None:
    with aws_in_process():
        a_report(asked_for=True)()
        recorded = event_items()
        batch = stream_batch(recorded)
        with watched(kill=(0, moment)) as first, pytest.raises(KilledError):
            relay_events.handler(batch, LambdaContext())
        with watched() as second:
            answer = relay_events.handler(batch, LambdaContext())

    assert answer == {"batchItemFailures": []}
    assert ids_put(second) == [item["id"]["S"] for item in recorded]
    assert set(ids_put(first)) <= set(ids_put(second))


def ids_put(calls: list[Call]) -> list[str]:
    entries = [entry for call in calls for entry in call.parameters.get("Entries", ())]
    return [json.loads(entry["Detail"])["id"] for entry in entries]


def test_the_world_of_a_story_is_a_new_one() -> None:
    with a_world():
        keep_listing()
    with a_world():
        assert event_items() == []
