"""A listing lives by itself, from FOUND to SOLD: on the deployed template, among its neighbours."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import uuid4

import pytest

from scripts.up import TELEGRAM_CHAT
from shared.listings.listing import listing_id as id_of
from tests.stand_ins.client import StandIns
from tests.stand_ins.photos import content as a_photo
from tests.support.api import Api
from tests.support.builders import a_job, a_match
from tests.support.cloud import Cloud
from tests.support.life import BUYS, REPLIES, Lives
from tests.support.posting import in_discord, in_telegram
from tests.support.waiting import eventually

ANNA = 42  # who writes in the stand-in's chat


def on_ebay(services: StandIns, listing_id: str) -> list[dict[str, Any]]:
    return [one for one in services.state("ebay")["listings"] if one["listing_id"] == listing_id]


def test_a_listing_lives_to_sold_by_itself_and_every_step_is_recorded_told_and_passed_over_the_bus_once(
    api: Api, cloud: Cloud, services: StandIns, lives: Lives
) -> None:
    # Each of them waits a little: news may overtake the answer that it follows from, and is then who moves the listing.
    services.set("chatterbot", script=[{"webhook": "reply-received", "after": 1.0}, "deal-confirmed"])
    services.set("ebay", script=[{"webhook": "item-sold", "after": 1.0}])
    listing_id, photo = lives.found(), a_photo(None)
    lives.reach(listing_id, "PURCHASED")
    keys = lives.receive(listing_id, photo, shipping_cost="1.50", condition="USED_EXCELLENT", target_price="520")
    sold = lives.reach(listing_id, "SOLD")

    # 400 asked, nine tenths paid; 520 wanted, one less offered and paid, of which eBay keeps twelve hundredths.
    money = {
        "purchase_price": "360",
        "shipping_cost": "19",  # 8 and 1.50 to us, 9.50 to the buyer
        "ebay_asking_price": "519",
        "ebay_sold_price": "519",
        "ebay_fees": "62.28",
        "final_profit": "77.72",
    }
    assert {name: sold[name] for name in money} == money
    assert (sold["trouble"], sold["deadline_at"], sold["photos"]) == (None, None, keys)

    history = api.history(listing_id)
    operator = f"key:{api.stack.keys['operator'].split('_')[1]}"
    assert [(step["to_state"], step["triggered_by"]) for step in history] == [
        ("FOUND", "webhook:scraper"),
        ("MESSAGING", "service:chatterbot"),
        ("NEGOTIATING", "webhook:chatterbot"),
        ("PURCHASED", "webhook:chatterbot"),
        ("RECEIVED", operator),
        ("LISTED", "service:ebay"),
        ("SOLD", "webhook:ebay"),
    ]
    assert [step["version"] for step in history] == list(range(1, 8))

    (message,) = services.delivered(listing_id)
    assert message["key"] == f"listing:{listing_id}:1"
    (offered,) = on_ebay(services, listing_id)
    assert (offered["condition"], offered["ebay_listing_id"]) == ("USED_EXCELLENT", sold["ebay_listing_id"])
    assert [one["sha256"] for one in offered["photos"]] == [sha256(photo).hexdigest()]

    for told in (in_telegram, in_discord):
        eventually(lambda told=told: told(services, sold["title"], "Sold"))  # type: ignore[misc]
        cloud.settle()
        assert len(told(services, sold["title"], "Purchased", "£360.00")) == 1
        assert len(told(services, sold["title"], "Sold", "£519.00", "Profit: £77.72")) == 1
        assert len(told(services, "Session Results", "1 found, 1 new", sold["marketplace_url"][-20:])) == 1
    assert [event["id"] for event in cloud.on_the_bus(listing_id, number=7)] == [step["id"] for step in history]


def test_an_event_that_comes_again_tells_nobody_twice_and_asks_nobody_twice(
    cloud: Cloud, services: StandIns, lives: Lives
) -> None:
    sold = lives.sold()
    eventually(lambda: in_telegram(services, sold["title"], "Sold"))
    known = len(cloud.facts(sold["id"]))
    for event in cloud.on_the_bus(sold["id"], number=known):
        cloud.send("TelegramQueue", event, times=3)
        cloud.send("DiscordQueue", event, times=3)
        cloud.send("ListingQueue", event, times=3)
        cloud.send("TimerQueue", event, times=3)
    cloud.settle()
    for told in (in_telegram, in_discord):
        assert [len(told(services, sold["title"], word)) for word in ("Purchased", "Sold")] == [1, 1]
    assert (len(services.delivered(sold["id"])), len(on_ebay(services, sold["id"]))) == (1, 1)
    assert len(cloud.facts(sold["id"])) == known


def test_photos_sent_to_the_bot_all_end_in_the_listing_before_ebay_is_asked(
    api: Api, services: StandIns, lives: Lives
) -> None:
    single, album = lives.bought(), lives.bought()
    pictures = [a_photo(None) for _ in range(4)]

    said = services.photo(TELEGRAM_CHAT, pictures[0], caption=f"for {single.upper()}")
    assert (said["statuses"], json.loads(said["answer"])["method"]) == ([200], "sendMessage")
    group = {"media_group_id": uuid4().hex}
    services.photo(TELEGRAM_CHAT, pictures[1], caption=album, **group)
    for picture in pictures[2:]:
        services.photo(TELEGRAM_CHAT, picture, **group)

    for listing_id, sent in ((single, pictures[:1]), (album, pictures[1:])):
        listed = lives.reach(listing_id, "LISTED")
        (offered,) = on_ebay(services, listing_id)
        assert {one["sha256"] for one in offered["photos"]} == {sha256(one).hexdigest() for one in sent}
        assert len(listed["photos"]) == len(sent)
        received = {step["to_state"]: step["triggered_by"] for step in api.history(listing_id)}["RECEIVED"]
        assert received == f"telegram:{ANNA}"


def test_a_photo_without_a_listing_or_of_one_that_takes_none_is_answered_in_the_chat_and_changes_nothing(
    cloud: Cloud, services: StandIns, lives: Lives
) -> None:
    found = lives.reach(lives.found(), "MESSAGING")
    captions = {
        "Send a photo with the id of its listing": "a camera",
        "there is no listing": str(uuid4()),
        "takes no photos": found["id"],
    }
    for words, caption in captions.items():
        said = services.photo(TELEGRAM_CHAT, caption=caption)
        assert words in json.loads(said["answer"])["text"]
    assert len(cloud.facts(found["id"])) == found["version"]


HELD: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "automatic messaging is off": ({"automatic": False}, {}),
    "too little confidence": ({"minimum_confidence": 95.5}, {"confidence": 95}),
    "too little profit": ({"minimum_profit": "100.01"}, {"potential_profit": 100}),
    "no profit known": ({"minimum_profit": "-5"}, {"potential_profit": None}),
}


@pytest.mark.parametrize("why", HELD)
def test_a_listing_that_operators_hold_back_waits_until_one_of_them_wants_it_tried(
    api: Api, cloud: Cloud, services: StandIns, lives: Lives, why: str
) -> None:
    decision, match = HELD[why]
    api.decide(**decision)
    listing_id = lives.found(**match)
    assert cloud.on_the_bus(listing_id, "listing.created")
    cloud.settle("ListingQueue")
    assert (api.listing(listing_id)["state"], services.control("chatterbot")["requests"]) == ("FOUND", {})

    assert api.act(listing_id, "retry", {}, role="viewer").status_code == 403
    assert api.act(listing_id, "retry", {}).status_code == 202
    lives.reach(listing_id, "MESSAGING")
    assert len(services.delivered(listing_id)) == 1
    assert api.act(listing_id, "retry", {}).status_code == 409


def test_a_listing_that_is_just_good_enough_is_not_held_back(api: Api, services: StandIns, lives: Lives) -> None:
    api.decide(minimum_confidence=95, minimum_profit="100")
    listing_id = lives.found(confidence=95, potential_profit="100.00")
    lives.reach(listing_id, "MESSAGING")
    assert len(services.delivered(listing_id)) == 1


def test_a_price_that_falls_into_what_operators_want_messages_the_seller(
    api: Api, services: StandIns, lives: Lives, new_url: Callable[[], str]
) -> None:
    api.decide(minimum_profit=100)
    url = new_url()
    listing_id = lives.found(url=url, potential_profit=50)
    api.report(a_job(a_match(url, listing__price=330, potential_profit=120))).raise_for_status()
    lives.reach(listing_id, "MESSAGING")
    assert len(services.delivered(listing_id)) == 1


def test_a_seller_who_declines_ends_the_listing_with_the_reason(api: Api, services: StandIns, lives: Lives) -> None:
    services.set("chatterbot", script=[*REPLIES, {"webhook": "declined", "reason": "it is my grandfather's"}])
    listing_id = lives.found()
    assert lives.reach(listing_id, "CANCELLED")["deadline_at"] is None
    last = api.history(listing_id)[-1]
    assert (last["reason"], last["triggered_by"]) == ("it is my grandfather's", "webhook:chatterbot")
    assert api.way(listing_id) == ["FOUND", "MESSAGING", "NEGOTIATING", "CANCELLED"]


def test_a_message_that_is_sent_later_moves_the_listing_when_it_is(api: Api, services: StandIns, lives: Lives) -> None:
    steps = [{"webhook": "message-sent", "after": 0.3}, *BUYS]
    services.set("chatterbot", answer="later", script=steps)
    listing_id = lives.found()
    lives.reach(listing_id, "PURCHASED")
    sent = {step["to_state"]: step["triggered_by"] for step in api.history(listing_id)}["MESSAGING"]
    assert (sent, len(services.delivered(listing_id))) == ("webhook:chatterbot", 1)


def test_photos_that_are_none_or_not_the_listing_s_are_refused_and_nothing_moves(api: Api, lives: Lives) -> None:
    listing_id, other = lives.bought(), lives.bought()
    photo = a_photo(None)

    wanted = {"photos": [{"content_type": "image/jpeg", "size": len(photo)}]}
    (place,) = api.act(listing_id, "photos", wanted).json()["uploads"]
    assert api.put(place, photo + b"x", **{"Content-Length": str(len(photo) + 1)}).status_code == 403
    assert api.put(place, photo, **{"Content-Type": "image/png"}).status_code == 403
    bad = {
        "no image": api.upload(listing_id, b"#!/bin/sh\n" * 10),
        "the start of one": api.upload(listing_id, photo[:2]),
        "another listing's": api.upload(other, photo),
        "never uploaded": [place["key"]],
        "twice": api.upload(listing_id, photo) * 2,
        "outside": [f"listings/{listing_id}/../{other}/x.jpg"],
        "none": [],
    }
    assert {why: api.receive(listing_id, keys).status_code for why, keys in bad.items()} == dict.fromkeys(bad, 422)
    for size, kind in ((0, "image/jpeg"), (12 * 1024 * 1024 + 1, "image/jpeg"), (10, "image/gif")):
        refused = api.act(listing_id, "photos", {"photos": [{"content_type": kind, "size": size}]})
        assert refused.status_code == 422
    assert (api.listing(listing_id)["state"], api.listing(other)["state"]) == ("PURCHASED", "PURCHASED")
    assert api.act(lives.found(), "photos", wanted).status_code == 409


def test_a_search_that_an_operator_wants_becomes_a_job_and_its_report_listings(
    api: Api, services: StandIns, lives: Lives
) -> None:
    asked = api.call("POST", "/admin/scrape/trigger", json={"brands": ["Sony", "Canon"], "search": "Lens"})
    assert asked.status_code == 202
    job_id = asked.json()["job_id"]
    path = f"/admin/scrape/jobs/{job_id}"

    def finished() -> Any:
        job = api.call("GET", path, role="viewer").json()
        return job if job["status"] == "completed" else None

    job = eventually(finished)
    assert job["outcome"] == {"matches": 3, "created_listings": 3, "skipped": 0, "refused": 0}
    assert job["requested_by"] == f"key:{api.stack.keys['operator'].split('_')[1]}"
    for number in range(3):
        found = lives.reach(id_of(f"https://market.example/item/{job_id[:8]}-{number}"), "MESSAGING")
        assert (found["scraper_job_id"], found["brand"]) == (job_id, ["Sony", "Canon"][number % 2])
    eventually(lambda: in_telegram(services, "Session Results", "Sony, Canon"))
    assert api.call("POST", "/admin/scrape/trigger", role="viewer", json={"brand": "Sony"}).status_code == 403


@pytest.fixture
def searches(api: Api, services: StandIns) -> list[dict[str, Any]]:
    """A list of its own, one of them disabled; the scraper never reports."""
    services.set("scraper", outcome="failed")
    entries = [{"id": f"{brand}-{uuid4().hex[:8]}", "brand": brand, "search": "Camera"} for brand in "ABCDE"]
    entries[2]["enabled"] = False  # type: ignore[assignment]
    api.call("PUT", "/admin/searches", json={"searches": entries}).raise_for_status()
    return entries


def turns(cloud: Cloud, *times: datetime) -> None:
    """The schedule's function, called for all these times at once."""

    def take(time: datetime) -> None:
        cloud.invoke("RunSearchesFunction", {"task": "take_turn", "time": time.isoformat()})

    with ThreadPoolExecutor(len(times)) as pool:
        list(pool.map(take, times))


def test_turns_that_come_at_once_take_different_searches_and_each_turn_is_taken_once(
    api: Api, cloud: Cloud, services: StandIns, searches: list[dict[str, Any]]
) -> None:
    def asked_for() -> list[str]:
        return sorted(job["brands"][0] for job in services.state("scraper")["jobs"].values())

    now = datetime.now(UTC)
    times = [now + timedelta(hours=hour) for hour in range(4)]
    turns(cloud, *times)
    assert asked_for() == ["A", "B", "D", "E"]
    turns(cloud, *times)
    turns(cloud, *times[:1] * 4)
    assert asked_for() == ["A", "B", "D", "E"]
    turns(cloud, now + timedelta(hours=4))
    assert asked_for() == ["A", "A", "B", "D", "E"]

    shown = api.call("GET", "/admin/searches", role="viewer").json()
    assert (shown["last"], shown["next"]) == (searches[0]["id"], searches[1]["id"])
    stale = {"If-Match": f'"{shown["version"] - 1}"'}
    assert api.call("PUT", "/admin/searches", json={"searches": searches}, headers=stale).status_code == 409
    assert api.call("PUT", "/admin/searches", json={"searches": [searches[0]] * 2}).status_code == 422


@pytest.mark.usefixtures("searches")
def test_a_job_that_never_reports_is_flagged_once_and_may_report_all_the_same(
    api: Api, cloud: Cloud, services: StandIns
) -> None:
    turns(cloud, datetime.now(UTC))
    ((job_id, _),) = services.state("scraper")["jobs"].items()
    make_due(cloud, job_id)
    for _ in range(2):
        cloud.invoke("RunSearchesFunction", {"task": "flag_overdue", "time": datetime.now(UTC).isoformat()})
    path = f"/admin/scrape/jobs/{job_id}"
    assert api.call("GET", path, role="viewer").json()["status"] == "overdue"
    eventually(lambda: in_telegram(services, job_id, "no report"))
    cloud.settle()
    assert len(in_telegram(services, job_id, "no report")) == 1

    services.report([], job_id=job_id)
    assert api.call("GET", path, role="viewer").json()["status"] == "completed"


def make_due(cloud: Cloud, job_id: str) -> None:
    """Its hour is over. A job's time is that of the clock, which cannot be turned."""
    cloud.client("dynamodb").update_item(
        TableName=cloud.stack.outputs["LedgerTableName"],
        Key={"pk": {"S": f"SCRAPER#{job_id}"}, "sk": {"S": "STATE"}},
        UpdateExpression="SET due_at = :past",
        ExpressionAttributeValues={":past": {"S": "2026-01-01T00:00:00.000000Z"}},
    )


def test_a_scraper_that_takes_no_search_is_told_of_and_the_next_turn_goes_on(
    cloud: Cloud, services: StandIns, searches: list[dict[str, Any]]
) -> None:
    services.set("scraper", faults={"fail": {"status": 422, "next": 3}})
    turns(cloud, datetime.now(UTC))
    eventually(lambda: in_telegram(services, "search A Camera", "422"))
    turns(cloud, datetime.now(UTC) + timedelta(hours=1))
    assert [job["brands"] for job in services.state("scraper")["jobs"].values()] == [["B"]]
