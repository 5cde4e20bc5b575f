"""Two hundred listings live at once, and every service fails one call in five: on the deployed template."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from scripts.up import DISCORD_CHANNEL, TELEGRAM_CHAT
from shared.deliveries.delivery import Delivery, Status
from shared.deliveries.store import DynamoDeliveries
from shared.ledger.envelope import Event, to_detail
from shared.runtime.discord import nonce_of
from shared.sinks.notices import text_of
from tests.stand_ins.client import StandIns
from tests.support.api import Api
from tests.support.cloud import Cloud
from tests.support.scale import FAILING, FINAL, Crowd, Weather, callbacks
from tests.support.waiting import eventually

NUMBER = 200
SEED = 20261
LIMIT = 400.0  # seconds; two processors take a tenth of it
ASKED_AGAIN = NUMBER // 4  # at most; twice as many meet a failure, and go on by themselves
DEAD_LETTERS = ("ListingDeadLetters", "TimerDeadLetters", "DiscordDeadLetters", "RelayFailureQueue")

NOTICES = (
    "listing.operation_failed",
    "listing.deadline_approaching",
    "listing.state.purchased",
    "listing.state.sold",
)
OVER = (Status.DELIVERED, Status.SKIPPED, Status.IN_DOUBT)


@pytest.fixture(autouse=True)
def _closed_circuits(cloud: Cloud, services: StandIns) -> None:
    cloud.close_circuits()


def test_two_hundred_listings_among_failing_services_all_end_and_nothing_is_lost_or_done_twice(
    api: Api, cloud: Cloud, services: StandIns, capsys: pytest.CaptureFixture[str]
) -> None:
    crowd, weather = Crowd(api, services, NUMBER, seed=SEED), Weather(services, SEED)
    dead = {queue: cloud.waiting(queue) for queue in DEAD_LETTERS}
    crowd.set_scene()
    began = time.monotonic()
    with weather.blowing():
        crowd.report()
        crowd.live(limit=LIMIT)
        lived = time.monotonic() - began
        silent = crowd.playing("MESSAGING", "NEGOTIATING")
        with cloud.fast_time(1e-6, only=silent):
            eventually(lambda: crowd.are("CANCELLED", silent))
    seconds = time.monotonic() - began
    services.settle()
    heard, doubled = callbacks(services)

    ends = Counter(crowd.states().values())
    facts = {listing_id: cloud.facts(listing_id) for listing_id in crowd.parts}
    notices = told_of(facts, cloud)
    figures = {
        "listings": NUMBER,
        "end states": dict(ends),
        "calls": {service: weather.told(service) for service in FAILING},
        "failures on record": failures_on_record(facts),
        "tried again because an operator wanted it": len(crowd.asked_again),
        "webhooks heard": f"{heard}, {doubled} of them again",
        "done, answered with a failure, and not done again": done_all_the_same(weather, crowd),
        "notices": {sink: dict(Counter(str(one.status) for one in notices[sink].values())) for sink in notices},
        "seconds": round(seconds, 1),
        "listings a second": round(NUMBER / lived, 2),
    }
    with capsys.disabled():
        print("", *(f"   {name}: {value}" for name, value in figures.items()), sep="\n")

    assert ends == {"SOLD": len(crowd.playing(None)), "CANCELLED": NUMBER - len(crowd.playing(None))}
    assert len(crowd.asked_again) <= ASKED_AGAIN
    assert_nothing_done_twice(crowd, services)
    assert_ledger_is_whole(facts, cloud)
    assert_nobody_told_twice(facts, notices, cloud, services)
    assert {queue: cloud.waiting(queue) for queue in DEAD_LETTERS} == dead
    assert all(done_all_the_same(weather, crowd).values())  # else nothing was put to the test


def assert_nothing_done_twice(crowd: Crowd, services: StandIns) -> None:
    def about_them(done: list[dict[str, Any]]) -> Counter[str]:
        return Counter(one["listing_id"] for one in done if one["listing_id"] in crowd.parts)

    assert about_them(services.delivered()) == Counter(crowd.parts.keys())
    assert about_them(services.state("ebay")["listings"]) == Counter(crowd.playing(None))


def assert_ledger_is_whole(facts: Mapping[str, Sequence[Event]], cloud: Cloud) -> None:
    """Every listing has each of its versions once, and ends without trouble."""
    for listing_id, happened in facts.items():
        known = cloud.ledger.get("LISTING", listing_id)
        assert [fact.version for fact in happened] == list(range(1, known.version + 1))
        assert known.fields["state"] in FINAL
        assert "trouble" not in known.fields, known.fields["trouble"]


Notices = Mapping[str, Mapping[str, Delivery]]


def told_of(facts: Mapping[str, Sequence[Event]], cloud: Cloud) -> Notices:
    """What became of each notice, by sink and event, as soon as nothing more is to come of it."""
    events = [fact.id for happened in facts.values() for fact in happened if fact.type in NOTICES]
    records = DynamoDeliveries(cloud.client("dynamodb"), cloud.stack.outputs["LedgerTableName"])
    wanted = [(event_id, sink) for sink in ("telegram", "discord") for event_id in events]
    found: dict[tuple[str, str], Delivery] = {}

    def are_over() -> bool:
        found.update(records.get_many(wanted))
        return len(found) == len(wanted) and all(one.status in OVER for one in found.values())

    eventually(are_over)
    cloud.settle()
    return {sink: {event_id: found[event_id, sink] for event_id in events} for sink in ("telegram", "discord")}


def assert_nobody_told_twice(
    facts: Mapping[str, Sequence[Event]], notices: Notices, cloud: Cloud, services: StandIns
) -> None:
    """Discord knows a message again. Telegram does not: what may have been told there is a dead letter, and no more.

    Two events may say the same: what failed, was mended and failed anew.
    """
    texts = {fact.id: text_of(to_detail(fact), "GBP") for happened in facts.values() for fact in happened}
    chat = Counter(message["text"] for message in services.state("telegram")["messages"].get(str(TELEGRAM_CHAT), []))
    surely, perhaps = (
        Counter(texts[event_id] for event_id, known in notices["telegram"].items() if known.status is status)
        for status in (Status.DELIVERED, Status.IN_DOUBT)
    )
    for event_id in notices["telegram"]:
        text = texts[event_id]
        assert surely[text] <= chat[text or ""] <= surely[text] + perhaps[text], (event_id, text)
    doubtful = {event_id for event_id, known in notices["telegram"].items() if known.status is Status.IN_DOUBT}
    letters = [one["detail"]["id"] for one in cloud.letters("TelegramDeadLetters")]
    assert sorted(one for one in letters if one in notices["telegram"]) == sorted(doubtful)

    delivered = {event_id for event_id, known in notices["discord"].items() if known.status is Status.DELIVERED}
    assert {event_id for event_id, known in notices["discord"].items() if known.status is Status.IN_DOUBT} == set()
    nonces = Counter(message["nonce"] for message in services.discord_messages(DISCORD_CHANNEL))
    assert {nonces[nonce_of(event_id)] for event_id in delivered} == {1}


def failures_on_record(facts: Mapping[str, Sequence[Event]]) -> dict[str, int]:
    every = (fact for happened in facts.values() for fact in happened)
    return dict(Counter(fact.data["operation"] for fact in every if fact.type == "listing.operation_failed"))


def done_all_the_same(weather: Weather, crowd: Crowd) -> dict[str, int]:
    return {
        "messages": weather.done_all_the_same("chatterbot", "POST /messages", len(crowd.parts)),
        "offers": weather.done_all_the_same("ebay", "POST /listings", len(crowd.playing(None))),
    }
