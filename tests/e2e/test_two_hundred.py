"""Two hundred listings live at once, and every service fails one call in five: on the deployed template."""

import time
from collections import Counter
from collections.abc import Mapping

import pytest

from tests.stand_ins.client import StandIns
from tests.support.api import Api
from tests.support.cloud import Cloud
from tests.support.scale import FAILING, Crowd, Weather, callbacks
from tests.support.waiting import eventually

NUMBER = 200
SEED = 20261
LIMIT = 150.0  # seconds; two processors take a third of it
DEAD_LETTERS = ("ListingDeadLetters", "TimerDeadLetters", "NoticeDeadLetters", "RelayFailureQueue")


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
            eventually(lambda: all(crowd.states()[listing_id] == "CANCELLED" for listing_id in silent), limit=60)
    seconds = time.monotonic() - began
    services.settle(limit=90)
    heard, doubled = callbacks(services)

    ends = Counter(crowd.states().values())
    assert ends == {"SOLD": len(crowd.playing(None)), "CANCELLED": NUMBER - len(crowd.playing(None))}
    assert_nothing_done_twice(crowd, services)
    failures = assert_ledger_is_whole(crowd, cloud)
    assert {queue: cloud.waiting(queue) for queue in DEAD_LETTERS} == dead
    figures = {
        "listings": NUMBER,
        "end states": dict(ends),
        "calls": {service: weather.told(service) for service in FAILING},
        "failures on record": dict(failures),
        "webhooks heard": f"{heard}, {doubled} of them again",
        "done, answered with a failure, and not done again": done_all_the_same(weather, crowd),
        "seconds": round(seconds, 1),
        "listings a second": round(NUMBER / lived, 2),
    }
    with capsys.disabled():
        print("", *(f"   {name}: {value}" for name, value in figures.items()), sep="\n")
    assert all(done_all_the_same(weather, crowd).values())  # else nothing was put to the test


def assert_nothing_done_twice(crowd: Crowd, services: StandIns) -> None:
    messaged = Counter(one["listing_id"] for one in services.delivered())
    offered = Counter(one["listing_id"] for one in services.state("ebay")["listings"])
    assert messaged == Counter(crowd.parts.keys())
    assert offered == Counter(crowd.playing(None))


def assert_ledger_is_whole(crowd: Crowd, cloud: Cloud) -> Mapping[str, int]:
    """Every listing has each of its versions once; what failed on the way, by operation."""
    failures: Counter[str] = Counter()
    for listing_id in crowd.parts:
        facts = cloud.facts(listing_id)
        assert [fact.version for fact in facts] == list(range(1, len(facts) + 1))
        assert cloud.ledger.get("LISTING", listing_id).version == len(facts)
        assert facts[-1].type in ("listing.state.sold", "listing.state.cancelled")
        failures.update(fact.data["operation"] for fact in facts if fact.type == "listing.operation_failed")
    return failures


def done_all_the_same(weather: Weather, crowd: Crowd) -> dict[str, int]:
    return {
        "messages": weather.done_all_the_same("chatterbot", "POST /messages", len(crowd.parts)),
        "offers": weather.done_all_the_same("ebay", "POST /listings", len(crowd.playing(None))),
    }
