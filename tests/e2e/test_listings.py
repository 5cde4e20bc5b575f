"""A scraper reports, operators read, follow and move: the main job, on the deployed template."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest

from shared.listings.lifecycle import TRANSITIONS, State
from shared.listings.listing import listing_id as id_of
from tests.stand_ins.client import StandIns
from tests.support.api import Api
from tests.support.builders import a_job, a_match
from tests.support.cloud import Cloud
from tests.support.waiting import eventually

AT_ONCE = 16

NewUrl = Callable[[], str]


def test_a_reported_match_becomes_a_listing_that_is_read_moved_and_sold_with_every_step_on_the_bus(
    api: Api, cloud: Cloud, services: StandIns, new_url: NewUrl
) -> None:
    api.decide(automatic=False)
    services.set("ebay", faults={"fail": {"status": 400, "probability": 1.0}})  # people do its part
    url = new_url()
    answer = api.report(a_job(a_match(url), a_match(f"{url}/?utm_source=x#top"), a_match("ftp://no"), {"listing": {}}))
    assert answer.status_code == 202
    told = answer.json()
    assert (told["accepted"], told["created_listings"], told["skipped"]) == (True, 1, 1)
    assert [refused["index"] for refused in told["refused"]] == [2, 3]

    identity = id_of(url)
    steps: list[tuple[str, dict[str, Any]]] = [
        ("MESSAGING", {"reason": "worth it"}),
        ("NEGOTIATING", {"conversation_thread_id": "t.100"}),
        ("PURCHASED", {"purchase_price": "310.50", "shipping_cost": 9.5}),
        ("RECEIVED", {"condition": "USED_GOOD"}),
        ("LISTED", {"ebay_listing_id": "1100", "ebay_asking_price": 520}),
        ("SOLD", {"ebay_sold_price": "500", "ebay_fees": "62.25"}),
    ]
    for state, details in steps:
        if state == "LISTED":
            eventually(lambda: api.listing(identity)["trouble"])  # eBay was asked, and refused
        version = api.listing(identity)["version"]
        moved = api.move(identity, state, if_match=version, **details)
        assert moved.status_code == 200, moved.text
        assert (moved.json()["state"], moved.json()["version"]) == (state, version + 1)

    sold = api.call("GET", f"/admin/listings/{identity}", role="viewer").json()
    assert sold["final_profit"] == "117.75"
    assert api.move(identity, "CANCELLED").status_code == 409

    history = api.history(identity)
    assert [step["to_state"] for step in history] == ["FOUND", *(state for state, _ in steps)]
    assert history[0]["from_state"] is None
    assert history[1]["reason"] == "worth it"

    events = cloud.on_the_bus(identity, number=8)
    steps_passed = [event["id"] for event in events if event["type"] != "listing.operation_failed"]
    assert steps_passed == [step["id"] for step in history]
    assert events[0]["type"] == "listing.created"
    assert events[-1]["type"] == "listing.state.sold"


def test_lists_are_paged_filtered_and_end(api: Api, new_url: NewUrl) -> None:
    brand = f"Brand {uuid4().hex}"
    urls = [new_url() for _ in range(5)]
    api.report(a_job(*(a_match(url, product__brand=brand) for url in urls)))
    api.move(id_of(urls[0]), "MESSAGING")

    seen: list[str] = []
    query: dict[str, Any] = {"brand": brand.upper(), "state": "FOUND", "limit": 3}
    while True:
        page = api.call("GET", "/admin/listings", role="viewer", params=query).raise_for_status().json()
        seen += [listing["id"] for listing in page["listings"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]

    assert sorted(seen) == sorted(id_of(url) for url in urls[1:])
    everything = api.call("GET", "/admin/listings", role="viewer", params={"brand": brand}).json()["listings"]
    assert everything[0]["id"] == id_of(urls[0])  # the newest change comes first
    assert len(everything) == 5


def test_a_job_reported_many_times_at_once_changes_what_one_report_changes(api: Api, new_url: NewUrl) -> None:
    known, fresh = new_url(), [new_url() for _ in range(20)]
    api.report(a_job(a_match(known)))
    job = a_job(a_match(known, listing__price=350), *(a_match(url) for url in fresh))

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: api.report(job), range(8)))

    assert {answer.status_code for answer in answers} == {202}
    assert sum(answer.json()["created_listings"] for answer in answers) == len(fresh)
    seen = api.call("GET", f"/admin/listings/{id_of(known)}", role="viewer").json()
    assert (seen["times_seen"], seen["asking_price"], seen["version"]) == (2, "350", 2)
    assert [len(api.history(id_of(url))) for url in fresh] == [1] * len(fresh)


def test_a_thousand_matches_come_in_with_one_call_and_their_events_reach_the_bus(api: Api, cloud: Cloud) -> None:
    run = uuid4().hex
    job = a_job(*(a_match(f"https://market.example/{run}/{n}") for n in range(1_000)))
    assert api.report(job).json()["created_listings"] == 1_000
    assert api.report(job).json()["skipped"] == 1_000
    assert api.report(job | {"matches": [*job["matches"], a_match()]}).status_code == 422
    for number in (0, 999):
        assert len(cloud.on_the_bus(id_of(f"https://market.example/{run}/{number}"))) == 1


def at_once(work: Callable[[int], Any]) -> list[Any]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(work, range(AT_ONCE)))


@pytest.mark.parametrize("if_match", [None, 1], ids=["without If-Match", "with the same If-Match"])
def test_of_many_operators_who_move_a_listing_to_the_same_state_at_once_one_wins(
    api: Api, listing_id: str, if_match: int | None
) -> None:
    answers = at_once(lambda _: api.move(listing_id, "MESSAGING", if_match=if_match))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * (AT_ONCE - 1)
    assert [step["to_state"] for step in api.history(listing_id)] == ["FOUND", "MESSAGING"]


def test_many_operators_who_move_a_listing_to_different_states_at_once_write_one_chain(
    api: Api, listing_id: str
) -> None:
    details = {"PURCHASED": {"purchase_price": 1}}
    targets = ["MESSAGING", "CANCELLED", "NEGOTIATING", "PURCHASED"] * (AT_ONCE // 4)

    def move(number: int) -> Any:
        target = targets[number]
        return api.move(listing_id, target, reason=f"operator {number}", **details.get(target, {}))

    answers = at_once(move)

    history = api.history(listing_id)
    assert [step["version"] for step in history] == list(range(1, len(history) + 1))
    assert all(before["to_state"] == after["from_state"] for before, after in pairwise(history))
    assert all(State(after["to_state"]) in TRANSITIONS[State(after["from_state"])] for after in history[1:])
    won = sorted(f"operator {number}" for number, answer in enumerate(answers) if answer.status_code == 200)
    assert sorted(step["reason"] for step in history[1:]) == won
    assert {answer.status_code for answer in answers} <= {200, 409}


def test_what_cannot_be_done_says_why_and_changes_nothing(api: Api, listing_id: str) -> None:
    refusals = {
        422: api.move(listing_id, "MESSAGING", purchase_price=3),
        409: api.move(listing_id, "SOLD", ebay_sold_price=3),
        404: api.move(str(uuid4()), "MESSAGING"),
    }
    for status, answer in refusals.items():
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
        assert {"type", "title", "status", "detail", "instance", "trace_id"} <= answer.json().keys()
    assert len(api.history(listing_id)) == 1


def test_health_and_the_api_s_description_are_public(api: Api) -> None:
    health = api.call("GET", "/health", role=None)
    assert health.status_code == 200
    assert {"status": "healthy", "database": "connected", "bus": "connected"}.items() <= health.json().items()
    assert "/admin/listings" in json.loads(api.call("GET", "/openapi.json", role=None).text)["paths"]
    assert "swagger-ui" in api.call("GET", "/docs", role=None).text
