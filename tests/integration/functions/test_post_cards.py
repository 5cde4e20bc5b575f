"""A listing's cards in Discord, as the function posts and edits them; and who dies over one leaves no two of it."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

import pytest

from functions.post_cards import app as post_cards
from shared.deliveries.asking import Ports, ask_again
from shared.deliveries.delivery import Status
from shared.ledger.envelope import Event
from shared.listings.lifecycle import State
from shared.listings.timer import reminded
from shared.runtime import wiring, wiring_listings
from shared.runtime.clock import system_clock
from tests.integration.functions.crashes import a_world, check_every_death, kills, work_off
from tests.stand_ins.client import StandIns
from tests.support.aws_calls import Call, Kill, KilledError, watched
from tests.support.builders import DEADLINES, STEP_DETAILS, a_cause
from tests.support.cards import CARDS, labels_of, showing_cards, shown_cards
from tests.support.fresh_process import forget
from tests.support.http_events import LambdaContext
from tests.support.in_process import aws_in_process
from tests.support.outside import renew
from tests.support.queue_events import message_of, queue_batch
from tests.support.recorded import URL, keep, keep_listing
from tests.support.travel import Travel

NOT_TAKEN = 1  # of one message


@contextmanager
def showing(services: StandIns, **changes: str) -> Iterator[None]:
    renew(services)
    with aws_in_process(), showing_cards(services, **changes):
        yield


def follow(event: Event) -> int:
    """How many were not dealt with."""
    return len(post_cards.handler(queue_batch(message_of(event)), LambdaContext())["batchItemFailures"])


def move(event: Event, state: State) -> Event:
    listing = wiring_listings.listings().get(event.subject)
    details = STEP_DETAILS.get(state, {})
    at = system_clock()
    moved = listing.moved(state, at=at, actor="key:test", reason=None, details=details, deadlines=DEADLINES)
    return keep(moved)[1]


def test_a_life_is_two_cards_of_which_the_last_says_how_it_ended(services: StandIns) -> None:
    with showing(services):
        _, event = keep_listing(title="Sony A6400 @everyone `boxed`")
        follow(event)
        (card,) = shown_cards(services)
        assert labels_of(card) == ["Message seller", "Skip", "Details"]
        assert card["embeds"][0]["url"] == URL
        for state in list(State)[1:-1]:
            event = move(event, state)
            assert follow(event) == 0
        first, last = shown_cards(services)
    assert (first["content"], labels_of(first)) == ("⤵️ Continued below", [])
    assert (last["content"], labels_of(last)) == ("💰 Sold, with a profit of £150.00", [])
    assert services.violations() == []


def test_a_reminder_is_a_card_with_more_time_to_ask_for(services: StandIns) -> None:
    with showing(services):
        listing, event = keep_listing(State.MESSAGING)
        follow(event)
        assert shown_cards(services) == []  # only what is new, or a deal, or runs out of time
        follow(keep(reminded(listing, at=system_clock()))[1])
        (card,) = shown_cards(services)
    assert labels_of(card) == ["Extend 3 days", "Cancel", "Details"]


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"sink_mode": "dry_run"}, Status.DRY_RUN),
        ({"card_minimum_profit": "100.01"}, Status.SKIPPED),
        ({"card_minimum_confidence": "96"}, Status.SKIPPED),
        ({"discord_cards_channel_id": ""}, None),
    ],
)
def test_nothing_is_shown_where_the_stack_says_so(
    services: StandIns, changes: dict[str, str], status: Status | None
) -> None:
    with showing(services, **changes):
        _, event = keep_listing()
        assert follow(event) == 0
        record = wiring.deliveries().get(event.id, "cards")
        assert (record and record.status) == status
    assert services.discord_messages(CARDS) == []


def test_a_card_that_discord_refuses_fails_so_that_it_ends_where_somebody_looks(services: StandIns) -> None:
    with showing(services):
        services.set("discord", forbidden=[CARDS])
        _, event = keep_listing()
        assert [follow(event), follow(event)] == [NOT_TAKEN, NOT_TAKEN]


def test_a_card_that_was_given_up_is_posted_when_somebody_asks_for_it(services: StandIns) -> None:
    with showing(services):
        services.set("discord", forbidden=[CARDS])
        _, event = keep_listing()
        assert follow(event) == NOT_TAKEN
        services.set("discord", forbidden=[])
        ports = Ports(ledger=wiring.ledger(), records=wiring.deliveries(), said=wiring.delivery_events())
        asked = ask_again(event.id, "cards", a_cause(), ports=ports, at=system_clock())
        assert [follow(asked), follow(asked)] == [0, 0]
        assert len(shown_cards(services)) == 1


def test_who_dies_over_an_edit_leaves_the_card_as_it_should_be(services: StandIns) -> None:
    def attempt(travel: Travel, kill: Kill | None) -> list[Call]:
        renew(services)
        with showing_cards(services):
            _, event = keep_listing()
            follow(event)
            calls = work_off(post_cards.handler, message_of(move(event, State.MESSAGING)), travel, kill)
            (card,) = shown_cards(services)
        assert (card["content"], labels_of(card)) == ("✉️ The seller was written to", ["Skip", "Details"])
        return calls

    assert check_every_death(attempt) >= 6  # the secret, the listing, its history, the records, the circuit, the edit


def test_who_dies_over_a_post_never_posts_it_twice(services: StandIns) -> None:
    """Where it may be there, it is not posted again, and the message ends where somebody looks."""

    def attempt(kill: Kill | None) -> list[Call]:
        with a_world() as travel, showing_cards(services):
            renew(services)
            services.set("discord", nonce_seconds=0.0)  # it is not Discord that keeps us from it
            _, event = keep_listing()
            calls = post_one(event, travel, kill)
        assert len(shown_cards(services)) <= 1
        return calls

    calls = attempt(None)
    posted = [attempt(kill) and len(shown_cards(services)) for kill in kills(calls)]
    assert posted.count(1) >= 4


def post_one(event: Event, travel: Travel, kill: Kill | None) -> list[Call]:
    """Until it is dealt with, or lies in the dead letters."""
    first: list[Call] | None = None
    for _ in range(5):
        with watched(kill) as calls, suppress(KilledError):
            follow(event)
        if kill:
            forget()
        first, kill = first or calls, None
        travel.go_on(timedelta(minutes=9))
    assert first
    return first
