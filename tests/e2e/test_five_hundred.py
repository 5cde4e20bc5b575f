"""Five hundred messages at once, and every provider fails one call in five: on the deployed template."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest

from shared.ledger.envelope import to_detail
from tests.stand_ins.client import StandIns
from tests.support.cloud import SINKS, Cloud
from tests.support.gale import Gale
from tests.support.posting import SOON, Posting, a_meeting, a_message, a_sale, event_id
from tests.support.waiting import eventually

SEED = 20261
LIMIT = 400.0  # seconds; two processors take a tenth of it, but what often failed may be let wait for five minutes
IN_ONE_CALL = 125
BLOWS = 20.0  # seconds
PROVIDERS = ("notion", "google-calendar", "shopify")
REFUSED = "No metaobject definition exists"  # the shop has none: what is no sale that can be ordered is refused
# kind -> how many, and what they are
CROWD: dict[str, tuple[int, Any]] = {
    "chat with a time": (130, lambda text: a_message(content=text, scheduled_for=SOON)),
    "task": (90, lambda text: a_message(content=text, event_type="task.created", budget=12.5)),
    "meeting": (90, lambda text: a_meeting(content=text)),
    "sale": (170, lambda text: a_sale(content=text)),
    "sale without a price": (20, lambda text: a_sale(content=text, price=None)),
}

Meant = frozenset[tuple[str, str]]  # event and sink


@pytest.fixture(autouse=True)
def _as_new(cloud: Cloud, services: StandIns) -> None:
    """What other providers did to other tests is forgotten."""
    cloud.close_circuits()


def a_crowd() -> list[dict[str, Any]]:
    made = [make(f"{kind} {number}") for kind, (size, make) in CROWD.items() for number in range(size)]
    Random(SEED).shuffle(made)
    return made


def post(posting: Posting, crowd: Sequence[Mapping[str, Any]]) -> Meant:
    """In a few calls, each made twice at once. What goes where, as the answers say it."""
    parts = [crowd[start : start + IN_ONE_CALL] for start in range(0, len(crowd), IN_ONE_CALL)]
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda part: posting.post(*part), [part for part in parts for _ in range(2)]))
    assert sum(answer["recorded"] for answer in answers) == len(crowd)
    assert sum(answer["known"] for answer in answers) == len(crowd)
    routed = [one for answer in answers for one in answer["messages"]]
    return frozenset((one["event_id"], sent["sink"]) for one in routed for sent in one["sinks"])


def send_again(cloud: Cloud, meant: Meant) -> None:
    """As SQS does now and then: every event comes a second time, to every sink it is for."""
    with ThreadPoolExecutor(8) as pool:
        details = dict(pool.map(lambda of: (of, to_detail(cloud.ledger.event(of))), {of for of, _ in meant}))
        list(pool.map(lambda one: cloud.send(SINKS[one[1]][0], details[one[0]]), sorted(meant)))


def records(posting: Posting, meant: Meant, began: datetime) -> dict[tuple[str, str], dict[str, Any]]:
    """As GET /admin/deliveries shows them, day by day."""
    days = {str(moment.date()) for moment in (began, datetime.now(UTC))}
    listed = [one for day in days for sink in PROVIDERS for one in posting.listed(sink=sink, day=day, limit=200)]
    return {key: one for one in listed if (key := (one["event_id"], one["sink"])) in meant}


def test_five_hundred_messages_among_failing_providers_all_arrive_once_or_are_dead_letters_with_a_reason(
    cloud: Cloud, posting: Posting, services: StandIns, capsys: pytest.CaptureFixture[str]
) -> None:
    for _, dead, _ in SINKS.values():
        cloud.letters(dead)  # of other tests
    services.set("shopify", definitions=[])
    services.set("google", faults={"down": "closed"})
    crowd, gale = a_crowd(), Gale(services, SEED)
    began, at = time.monotonic(), datetime.now(UTC)
    with gale.blowing():
        meant = post(posting, crowd)
        posted = time.monotonic() - began
        send_again(cloud, meant)
        eventually(lambda: cloud.circuit("google-calendar") == "OPEN")
        services.set("google", faults={"down": "no"})
        known: dict[tuple[str, str], dict[str, Any]] = {}

        def is_open() -> list[tuple[str, str]]:
            known.update(records(posting, meant, at))
            gale.count()
            return [key for key in meant if known[key]["status"] not in ("delivered", "failed")]

        eventually(lambda: time.monotonic() > began + BLOWS, limit=LIMIT)
        gale.calm("notion", "shopify")  # what is in doubt there needs half a minute to be seen
        eventually(lambda: "google-calendar" not in {sink for _, sink in is_open()}, limit=LIMIT)
    eventually(lambda: not is_open(), limit=LIMIT)
    seconds = time.monotonic() - began
    cloud.settle()

    made = {sink: posting.made(sink) for sink in PROVIDERS}
    letters = {sink: cloud.letters(SINKS[sink][1]) for sink in PROVIDERS}
    given_up = {(one["detail"]["id"], sink) for sink in PROVIDERS for one in letters[sink]}
    figures = {
        "messages": len(crowd),
        "deliveries": {sink: sum(name == sink for _, name in meant) for sink in PROVIDERS},
        "calls": {provider: gale.told(provider) for provider in ("notion", "google", "shopify")},
        "tries that failed, on record": sum(one["attempts"] - 1 for one in known.values()),
        "done, answered with a failure, and not done again": done_all_the_same(gale, made),
        "dead letters": {sink: len(letters[sink]) for sink in PROVIDERS},
        "seconds to post": round(posted, 1),
        "seconds": round(seconds, 1),
        "deliveries a second": round(len(meant) / seconds, 1),
    }
    with capsys.disabled():
        print("", *(f"   {name}: {value}" for name, value in figures.items()), sep="\n")

    assert len(crowd) == 500
    for sink in PROVIDERS:
        assert made[sink] == {of: 1 for of, name in meant if name == sink and (of, name) not in given_up}
    unpriced = {(event_id(one), "shopify") for one in crowd if one.get("price", "1") is None}
    assert given_up == unpriced
    assert all(REFUSED in one["reason"] for one in letters["shopify"])
    assert_records_agree(posting, known, given_up)
    assert all(done_all_the_same(gale, made).values())  # else nothing was put to the test


def assert_records_agree(
    posting: Posting, known: Mapping[tuple[str, str], Mapping[str, Any]], given_up: set[tuple[str, str]]
) -> None:
    """With what stands at the providers."""
    standing = {(of, sink): name for sink in PROVIDERS for of, name in posting.standing(sink)}
    assert {key: one["external_id"] for key, one in known.items() if one["status"] == "delivered"} == standing
    failed = {key: one for key, one in known.items() if one["status"] == "failed"}
    assert set(failed) == given_up
    assert all(REFUSED in one["last_error"] for one in failed.values())


def done_all_the_same(gale: Gale, made: Mapping[str, Counter[str]]) -> dict[str, int]:
    return {
        "pages": gale.done_all_the_same("notion", "POST /v1/pages", made["notion"].total()),
        "entries": gale.done_all_the_same("google", "POST /calendar/v3/", made["google-calendar"].total()),
    }
