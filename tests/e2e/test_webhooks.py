"""Webhooks come twice, together, in the wrong order, too late, or from somebody else: on the deployed template."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from time import time
from typing import Any
from uuid import uuid4

import httpx
import pytest

from scripts.up import TELEGRAM_CHAT
from tests.e2e.conftest import MakeKey
from tests.stand_ins.client import StandIns
from tests.support.api import Api
from tests.support.cloud import Cloud
from tests.support.life import BUYS, REPLIES, SELLS, Lives
from tests.support.waiting import eventually

AT_ONCE = 8
CONTACT = {"conversation_thread_id": "t-1", "seller_messenger_id": "m-1"}

# webhook -> body beside the listing, states a listing in FOUND, or LISTED, has then been in since
NEWS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "chatterbot/message-sent": (CONTACT, ["MESSAGING"]),
    "chatterbot/reply-received": (CONTACT | {"price": "380"}, ["MESSAGING", "NEGOTIATING"]),
    "chatterbot/deal-confirmed": ({"price": "350", "shipping": "5"}, ["MESSAGING", "NEGOTIATING", "PURCHASED"]),
    "chatterbot/declined": ({"reason": "it is gone"}, ["CANCELLED"]),
    "ebay/item-sold": ({"sold_price": "500", "fees": "60", "shipping": "9"}, ["SOLD"]),
}

Subject = Callable[[str], str]


@pytest.fixture
def subject(lives: Lives) -> Subject:
    """A listing that waits for such news: in FOUND, or LISTED for a sale."""

    def of(webhook: str) -> str:
        if webhook == "ebay/item-sold":
            return lives.listed()
        lives.api.decide(automatic=False)
        return lives.found()

    return of


def at_once(work: Callable[[int], Any], number: int = AT_ONCE) -> list[Any]:
    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(work, range(number)))


def statuses(answers: Sequence[Any]) -> dict[int, int]:
    return dict(Counter(answer.status_code for answer in answers))


def assert_gapless(cloud: Cloud, listing_id: str) -> None:
    versions = [fact.version for fact in cloud.facts(listing_id)]
    assert versions == list(range(1, len(versions) + 1))


@pytest.mark.parametrize("webhook", NEWS)
def test_news_that_comes_again_changes_nothing_more(api: Api, cloud: Cloud, subject: Subject, webhook: str) -> None:
    listing_id = subject(webhook)
    news, states = NEWS[webhook]
    body, message = {"listing_id": listing_id, **news}, f"msg_{uuid4().hex}"
    before, now = api.way(listing_id), int(time())
    first = api.tell(webhook, body, message_id=message, timestamp=now - 1)
    assert (first.status_code, first.json()["state"], first.json()["changed"]) == (200, states[-1], True)
    signed_again = api.tell(webhook, body, message_id=message, timestamp=now)
    another = api.tell(webhook, body)
    for answer in (signed_again, another):
        assert (answer.status_code, answer.json()) == (200, first.json() | {"changed": False})
    replayed = api.tell(webhook, body, message_id=message, timestamp=now - 1)
    assert replayed.status_code == 401
    assert api.way(listing_id) == before + states
    assert_gapless(cloud, listing_id)


@pytest.mark.parametrize("webhook", NEWS)
def test_news_that_comes_many_times_at_once_changes_what_it_changes_once(
    api: Api, cloud: Cloud, subject: Subject, webhook: str
) -> None:
    listing_id = subject(webhook)
    news, states = NEWS[webhook]
    before = api.way(listing_id)
    answers = at_once(lambda _: api.tell(webhook, {"listing_id": listing_id, **news}))
    assert statuses(answers) == {200: AT_ONCE}
    assert [answer.json()["changed"] for answer in answers].count(True) == 1
    assert {answer.json()["state"] for answer in answers} == {states[-1]}
    assert api.way(listing_id) == before + states
    assert_gapless(cloud, listing_id)


def test_one_message_that_is_sent_by_many_machines_at_once_is_heard_once(
    api: Api, cloud: Cloud, subject: Subject
) -> None:
    listing_id = subject("chatterbot/deal-confirmed")
    body, message = {"listing_id": listing_id, "price": "350"}, f"msg_{uuid4().hex}"
    answers = at_once(lambda _: api.tell("chatterbot/deal-confirmed", body, message_id=message))
    assert set(statuses(answers)) <= {200, 401}  # once it is dealt with, the same signature is somebody else's
    assert [answer.json().get("changed") for answer in answers].count(True) == 1
    assert_gapless(cloud, listing_id)


def test_a_deal_that_overtakes_what_led_to_it_takes_the_listing_through_all_of_it(
    api: Api, cloud: Cloud, subject: Subject
) -> None:
    listing_id = subject("chatterbot/deal-confirmed")
    for webhook in ("deal-confirmed", "message-sent", "reply-received"):
        news, _ = NEWS[f"chatterbot/{webhook}"]
        answer = api.tell(f"chatterbot/{webhook}", {"listing_id": listing_id, **news})
        assert (answer.status_code, answer.json()["state"]) == (200, "PURCHASED")
    assert api.way(listing_id) == ["FOUND", "MESSAGING", "NEGOTIATING", "PURCHASED"]
    known = api.listing(listing_id)
    assert (known["purchase_price"], known["negotiated_price"], known["shipping_cost"]) == ("350", "350", "5")
    cloud.settle("TimerQueue")
    assert "RUNNING" not in cloud.timers(listing_id).values()


def test_all_news_of_a_seller_at_once_ends_where_the_last_of_it_leads(api: Api, cloud: Cloud, subject: Subject) -> None:
    listing_id = subject("chatterbot/deal-confirmed")
    told = ["message-sent", "reply-received", "deal-confirmed"] * 3
    bodies = {name: {"listing_id": listing_id, **NEWS[f"chatterbot/{name}"][0]} for name in told}
    answers = at_once(lambda n: api.tell(f"chatterbot/{told[n]}", bodies[told[n]]), len(told))
    assert statuses(answers) == {200: len(told)}
    assert api.way(listing_id) == ["FOUND", "MESSAGING", "NEGOTIATING", "PURCHASED"]
    assert_gapless(cloud, listing_id)


def test_news_of_a_seller_that_comes_before_the_answer_it_follows_from_is_not_lost(
    services: StandIns, lives: Lives
) -> None:
    services.set("chatterbot", script=[{"webhook": webhook, "at_once": True} for webhook in BUYS], faults={"late": 1.0})
    listing_id = lives.found()
    bought = lives.reach(listing_id, "PURCHASED")
    assert (bought["trouble"], len(services.delivered(listing_id))) == (None, 1)


def test_a_sale_that_is_told_before_ebay_has_answered_is_not_lost(services: StandIns, lives: Lives) -> None:
    listing_id = lives.bought()
    services.set("ebay", script=SELLS, faults={"late": 1.0})
    lives.receive(listing_id)
    sold = lives.reach(listing_id, "SOLD")
    services.settle("ebay")
    (callback,) = services.control("ebay")["callbacks"]
    assert (set(callback["statuses"][:-1]), callback["statuses"][-1]) == ({409}, 200)
    (offered,) = services.state("ebay")["listings"]
    assert (sold["ebay_listing_id"], sold["trouble"]) == (offered["ebay_listing_id"], None)


def test_a_sale_that_overtakes_the_answer_of_ebay_alarms_nobody(cloud: Cloud, services: StandIns, lives: Lives) -> None:
    listing_id = lives.bought()
    services.set("ebay", script=SELLS, faults={"late": 1.0, "twice": True})
    lives.receive(listing_id)
    sold = lives.reach(listing_id, "SOLD")
    services.settle("ebay")
    cloud.settle("TelegramQueue")
    assert [fact.data for fact in cloud.facts(listing_id) if fact.type == "listing.operation_failed"] == []
    messages = services.state("telegram")["messages"][str(TELEGRAM_CHAT)]
    assert not [one["text"] for one in messages if sold["title"] in one["text"] and "act" in one["text"]]


def one_that_is_not_on_ebay(state: str, lives: Lives) -> str:
    """A listing that goes no further by itself."""
    lives.services.set("ebay", faults={"fail": {"status": 400, "probability": 1.0}})
    if state == "FOUND":
        lives.api.decide(automatic=False)
        return lives.found()
    listing_id = lives.bought()
    if state == "RECEIVED":
        lives.receive(listing_id)
        lives.when(listing_id, lambda listing: listing["trouble"])
    return listing_id


@pytest.mark.parametrize("state", ["FOUND", "PURCHASED", "RECEIVED"])
def test_a_sale_of_what_is_not_on_ebay_yet_is_refused_for_now(api: Api, cloud: Cloud, lives: Lives, state: str) -> None:
    listing_id = one_that_is_not_on_ebay(state, lives)
    way = api.way(listing_id)
    early = api.tell("ebay/item-sold", {"listing_id": listing_id, "sold_price": "500", "ebay_listing_id": "1100"})
    assert (early.status_code, early.json()["title"]) == (409, "Conflict"), early.text
    assert (api.listing(listing_id)["state"], api.way(listing_id)) == (state, way)
    assert_gapless(cloud, listing_id)


def test_a_sale_that_was_refused_for_now_is_taken_when_the_listing_is_on_ebay(api: Api, lives: Lives) -> None:
    listing_id = one_that_is_not_on_ebay("RECEIVED", lives)
    sale = {"listing_id": listing_id, "sold_price": "500", "ebay_listing_id": "1100"}
    assert api.tell("ebay/item-sold", sale).status_code >= 400
    api.move(listing_id, "LISTED", ebay_listing_id="1100", ebay_asking_price="510").raise_for_status()
    assert api.tell("ebay/item-sold", sale).json()["state"] == "SOLD"


def test_after_the_end_news_of_the_seller_is_refused_and_money_is_told_of_once(
    api: Api, cloud: Cloud, services: StandIns, subject: Subject
) -> None:
    listing_id = subject("chatterbot/message-sent")
    api.move(listing_id, "CANCELLED", reason="too dear").raise_for_status()
    for webhook in ("message-sent", "reply-received", "deal-confirmed", "deal-confirmed"):
        late = api.tell(f"chatterbot/{webhook}", {"listing_id": listing_id, **NEWS[f"chatterbot/{webhook}"][0]})
        assert (late.status_code, late.headers["content-type"]) == (409, "application/problem+json")
        assert "CANCELLED" in late.json()["detail"]
    again = api.tell("chatterbot/declined", {"listing_id": listing_id})
    assert (again.status_code, again.json()["changed"]) == (200, False)

    known = api.listing(listing_id)
    assert (known["state"], known["trouble"]["operation"]) == ("CANCELLED", "deal_confirmed")
    assert (known["trouble"]["next"], known["trouble"]["times"]) == ("person", 1)
    kinds = [fact.type for fact in cloud.facts(listing_id)]
    assert kinds == ["listing.created", "listing.state.cancelled", "listing.operation_failed"]

    def told() -> list[str]:
        messages = services.state("telegram")["messages"].get(str(TELEGRAM_CHAT), [])
        return [message["text"] for message in messages if known["title"] in message["text"]]

    eventually(told)
    cloud.settle("TelegramQueue")
    assert len(told()) == 1


def test_many_deals_for_a_listing_that_was_given_up_are_told_of_once(api: Api, cloud: Cloud, subject: Subject) -> None:
    listing_id = subject("chatterbot/message-sent")
    api.move(listing_id, "CANCELLED").raise_for_status()
    body = {"listing_id": listing_id, "price": "350"}
    assert statuses(at_once(lambda _: api.tell("chatterbot/deal-confirmed", body))) == {409: AT_ONCE}
    assert [fact.type for fact in cloud.facts(listing_id)].count("listing.operation_failed") == 1


def test_after_the_sale_what_is_known_is_known_and_anything_else_is_refused(
    api: Api, cloud: Cloud, lives: Lives
) -> None:
    sold = lives.sold()
    listing_id, contact = sold["id"], {"conversation_thread_id": sold["conversation_thread_id"]}
    known: list[tuple[str, dict[str, Any]]] = [
        ("chatterbot/message-sent", contact),
        ("chatterbot/reply-received", {"price": "1"}),
        ("chatterbot/deal-confirmed", {"price": sold["purchase_price"]}),
        ("ebay/item-sold", {"sold_price": sold["ebay_sold_price"], "ebay_listing_id": sold["ebay_listing_id"]}),
    ]
    strange: list[tuple[str, dict[str, Any]]] = [
        ("chatterbot/message-sent", {"conversation_thread_id": "t-of-somebody-else"}),
        ("chatterbot/deal-confirmed", {"price": "1"}),
        ("chatterbot/declined", {}),
        ("ebay/item-sold", {"sold_price": "1"}),
        ("ebay/item-sold", {"sold_price": sold["ebay_sold_price"], "ebay_listing_id": "1"}),
    ]
    for webhook, news in known:
        answer = api.tell(webhook, {"listing_id": listing_id, **news})
        assert (answer.status_code, answer.json().get("changed")) == (200, False), webhook
    assert api.listing(listing_id) == sold
    for webhook, news in strange:
        assert api.tell(webhook, {"listing_id": listing_id, **news}).status_code == 409, webhook
    noted = {"trouble", "version"}  # money that does not fit is for a person to see to
    after = api.listing(listing_id)
    assert {name for name in sold if after[name] != sold[name]} == noted
    assert {fact.type for fact in cloud.facts(listing_id)[sold["version"] :]} == {"listing.operation_failed"}


@pytest.mark.parametrize("webhook", NEWS)
def test_news_of_an_unknown_listing_is_news_of_nothing(api: Api, webhook: str) -> None:
    answer = api.tell(webhook, {"listing_id": str(uuid4()), **NEWS[webhook][0]})
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


def test_a_sale_of_another_offer_than_the_listing_s_is_refused(api: Api, lives: Lives) -> None:
    listing_id = lives.listed()
    sale = {"listing_id": listing_id, "sold_price": "500", "ebay_listing_id": "110099999999"}
    assert (api.tell("ebay/item-sold", sale).status_code, api.listing(listing_id)["state"]) == (409, "LISTED")
    dollars = {"listing_id": listing_id, "sold_price": "500", "currency": "USD"}
    assert (api.tell("ebay/item-sold", dollars).status_code, api.listing(listing_id)["state"]) == (422, "LISTED")


def other_sources(webhook: str) -> list[str]:
    return [source for source in ("scraper", "chatterbot", "ebay") if source != webhook.partition("/")[0]]


def test_no_source_signs_for_another(api: Api, listing_id: str) -> None:
    for webhook, (news, _) in NEWS.items():
        body = {"listing_id": listing_id, **news}
        answers = [api.tell(webhook, body, signed_by=other) for other in other_sources(webhook)]
        assert statuses(answers) == {401: 2}
    assert api.way(listing_id) == ["FOUND"]


def test_a_key_speaks_for_the_source_it_names_and_for_no_other(api: Api, make_key: MakeKey, listing_id: str) -> None:
    keys = {source: make_key("--role", "service", "--source", source) for source in ("scraper", "chatterbot", "ebay")}

    def tell(webhook: str, source: str) -> httpx.Response:
        body = json.dumps({"listing_id": listing_id, **NEWS[webhook][0]})
        return api.post_webhook(body, {"x-api-key": keys[source]}, path=f"/webhooks/{webhook}")

    for webhook in NEWS:
        assert statuses([tell(webhook, other) for other in other_sources(webhook)]) == {403: 2}
    assert api.way(listing_id) == ["FOUND"]
    own = tell("chatterbot/message-sent", "chatterbot")
    assert (own.status_code, own.json()["state"]) == (200, "MESSAGING")


BAD_NEWS: dict[str, tuple[str, dict[str, Any]]] = {
    "no listing": ("chatterbot/message-sent", {"listing_id": None}),
    "a listing that is no id": ("chatterbot/message-sent", {"listing_id": "1"}),
    "a deal without a price": ("chatterbot/deal-confirmed", {}),
    "a deal for less than nothing": ("chatterbot/deal-confirmed", {"price": "-1"}),
    "a deal in words": ("chatterbot/deal-confirmed", {"price": "three hundred"}),
    "a deal for no number": ("chatterbot/deal-confirmed", {"price": "NaN"}),
    "a deal in another currency": ("chatterbot/deal-confirmed", {"price": "1", "currency": "USD"}),
    "a deal in no currency": ("chatterbot/deal-confirmed", {"price": "1", "currency": "QQQ"}),
    "an endless thread": ("chatterbot/message-sent", {"conversation_thread_id": "x" * 257}),
    "a sale without a price": ("ebay/item-sold", {"fees": "1"}),
}


@pytest.mark.parametrize("what", BAD_NEWS)
def test_news_that_cannot_be_true_is_refused_and_moves_nothing(api: Api, listing_id: str, what: str) -> None:
    webhook, news = BAD_NEWS[what]
    answer = api.tell(webhook, {"listing_id": listing_id, **news})
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert api.way(listing_id) == ["FOUND"]


# Telegram

_update_ids = count(int(time() * 1_000))


def a_photo_update(services: StandIns, caption: str, *, chat: int = TELEGRAM_CHAT) -> dict[str, Any]:
    """An update with a photo that the bot can download."""
    said = services.photo(0, caption="just to have the file")  # of a chat that does not count
    message = next(iter(services.state("telegram")["updates"].values()))["message"]
    assert said["statuses"] == [200]
    return {"update_id": next(_update_ids), "message": message | {"chat": {"id": chat}, "caption": caption}}


def test_updates_with_a_wrong_token_are_refused_and_those_of_other_chats_are_passed_over(
    api: Api, cloud: Cloud, services: StandIns, lives: Lives
) -> None:
    listing_id = lives.bought()
    update = a_photo_update(services, listing_id)
    for token in ("", "wrong", f"{api.stack.webhook_secrets['telegram']}x", "x" * 5_000):
        assert api.update(update, token=token).status_code == 401
    strange = {"chat": update["message"]["chat"] | {"id": -100}}
    others: list[dict[str, Any]] = [
        update | {"message": update["message"] | strange},
        {"update_id": next(_update_ids), "edited_message": update["message"]},
        {"update_id": next(_update_ids), "message": update["message"] | {"photo": [], "caption": ""}},
        {"update_id": next(_update_ids)},
    ]
    for other in others:
        assert (api.update(other).status_code, api.update(other).json()) == (200, {})
    assert (api.listing(listing_id)["state"], len(cloud.facts(listing_id))) == ("PURCHASED", 4)


def test_an_update_that_comes_ten_times_at_once_is_one_photo(
    api: Api, cloud: Cloud, services: StandIns, lives: Lives
) -> None:
    listing_id = lives.bought()
    update = a_photo_update(services, listing_id)
    answers = at_once(lambda _: api.update(update), 10)
    assert statuses(answers) == {200: 10}
    assert sum("taken" in answer.json()["text"] for answer in answers) == 1
    lives.reach(listing_id, "RECEIVED")
    assert "known" in api.update(update).json()["text"]
    cloud.settle("ListingQueue")
    assert len(api.listing(listing_id)["photos"]) == 1
    assert [fact.type for fact in cloud.facts(listing_id)].count("listing.photo_sent") == 1


def test_the_same_photo_in_two_messages_is_there_once(api: Api, cloud: Cloud, services: StandIns, lives: Lives) -> None:
    listing_id = lives.bought()
    update = a_photo_update(services, listing_id)
    for _ in range(2):
        assert api.update(update | {"update_id": next(_update_ids)}).status_code == 200
    lives.reach(listing_id, "RECEIVED")
    cloud.settle("ListingQueue")
    assert len(api.listing(listing_id)["photos"]) == 1


def test_a_reply_moves_no_listing_backwards(api: Api, services: StandIns, lives: Lives) -> None:
    services.set("chatterbot", script=[*REPLIES, *BUYS[1:], *REPLIES])
    listing_id = lives.found()
    lives.reach(listing_id, "PURCHASED")
    services.settle("chatterbot")
    assert [one["state"] for one in services.control("chatterbot")["callbacks"]] == ["accepted"] * 3
    assert api.way(listing_id)[-1] == "PURCHASED"
