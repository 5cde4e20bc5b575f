"""Shopify: a sale becomes a draft order and anything else a metaobject; and what may have been done is looked for."""

from typing import Any

import pytest

from shared.runtime.errors import InvalidInputError
from shared.runtime.http import Verdict
from shared.sinks.facts import NO_MESSAGE
from shared.sinks.options import ShopifyOptions
from shared.sinks.shopify import Shopify
from shared.sinks.shopify_calls import tag_of
from shared.sinks.sink import Made
from tests.unit.shared.sinks.far import Far, Said, an_answer, refused
from tests.unit.shared.sinks.samples import SALE, a_message, a_short_message

SOLD = a_message(**SALE)
TOLD = a_message()
HASH = tag_of(SOLD["id"]).removeprefix("orc-")
ORDER = {"id": "gid://shopify/DraftOrder/7", "name": "#D7"}
MADE = Made(external_id=ORDER["id"], url="https://acme.myshopify.com/admin/draft_orders/7")
METAOBJECT = {"id": "gid://shopify/Metaobject/8"}


def a_sink(*said: Said) -> tuple[Shopify, Far]:
    far = Far(*said)
    return Shopify(far.service, options=ShopifyOptions(), shop="acme.myshopify.com"), far


def created(order: Any = ORDER, **headers: str) -> Said:
    return an_answer({"data": {"draftOrderCreate": {"draftOrder": order, "userErrors": []}}}, 200, **headers)


def kept(metaobject: Any = METAOBJECT) -> Said:
    return an_answer({"data": {"metaobjectUpsert": {"metaobject": metaobject, "userErrors": []}}})


def test_a_sale_becomes_a_draft_order() -> None:
    sink, far = a_sink(created())
    assert sink.send(SOLD) == MADE
    (call,) = far.asked
    assert (call.method, call.path, call.repeatable) == ("POST", "/admin/api/2026-10/graphql.json", False)
    assert "draftOrderCreate" in call.json["query"]
    order = call.json["variables"]["input"]
    assert order["lineItems"] == [
        {
            "title": "Sony A6400, boxed",
            "quantity": 2,
            "originalUnitPriceWithCurrency": {"amount": "499.5", "currencyCode": "GBP"},
        }
    ]
    assert order["note"] == "Kickoff with ACME\nBring the plan."
    assert order["tags"] == [f"orc-{HASH}", "urgent"]
    attributes = {one["key"]: one["value"] for one in order["customAttributes"]}
    assert attributes["event_id"] == "message:discord:123:1"
    assert (attributes["author"], attributes["channel"], attributes["attendees"]) == ("ada", "general", "ada, grace")


def test_any_other_message_becomes_a_metaobject() -> None:
    sink, far = a_sink(kept())
    assert sink.send(TOLD) == Made(external_id="gid://shopify/Metaobject/8", url=None)
    (call,) = far.asked
    assert call.repeatable
    assert "metaobjectUpsert" in call.json["query"]
    assert call.json["variables"] == {
        "handle": {"type": "switchyard_event", "handle": HASH},
        "values": {
            "event_id": "message:discord:123:1",
            "type": "meeting.created",
            "title": "Kickoff with ACME",
            "body": "Kickoff with ACME\nBring the plan.",
            "origin": "discord",
            "author": "ada",
            "channel": "general",
            "url": "https://discord.com/channels/1/2/3",
            "created_at": "2026-03-01T12:00:00.000000Z",
            "scheduled_for": "2026-11-20T10:00:00.000000Z",
            "tags": "urgent",
            "details": "Minutes: 90\nLocation: Leeds\nAttendees: ada, grace\nPriority: high",
        },
    }


def test_what_nobody_said_is_not_there() -> None:
    values = a_sink(kept())[0].request(a_short_message()).json["variables"]["values"]
    assert values.keys() == {"event_id", "type", "title", "body", "origin", "created_at"}


@pytest.mark.parametrize(
    ("changes", "is_order"),
    [
        ({}, True),
        ({"quantity": None}, True),
        ({"price": "0"}, True),
        ({"price": None}, False),
        ({"item": None}, False),
        ({"item": "\u0000 "}, False),
        ({"currency": None}, False),
        ({"currency": "KPW"}, False),  # Shopify has no such currency
        ({"price": "-1"}, False),
        ({"price": "9999999999"}, False),
        ({"quantity": 0}, False),
        ({"quantity": 10**7}, False),
    ],
    ids=str,
)
def test_a_sale_says_what_was_sold_and_for_how_much(changes: dict[str, Any], is_order: bool) -> None:
    call = a_sink(created())[0].request(a_message(**{**SALE, **changes}))
    assert ("draftOrderCreate" in call.json["query"]) == is_order
    assert call.repeatable != is_order


def test_tags_are_what_shopify_takes() -> None:
    tags = (*(f"{'x' * 50}{number}" for number in range(9)), "a,b", "A B", " ", *map(str, range(400)))
    made = a_sink(created())[0].request(a_message(tags=tags, **SALE)).json["variables"]["input"]["tags"]
    assert made[:4] == [f"orc-{HASH}", "x" * 39 + "…", "a b", "0"]
    assert len(made) == 250


def test_a_draft_order_is_found_by_its_tag_and_not_by_one_like_it() -> None:
    nodes = [
        {"id": "gid://shopify/DraftOrder/6", "tags": [f"orc-{HASH}x"]},
        {"id": ORDER["id"], "tags": ["urgent", f"orc-{HASH}"]},
    ]
    sink, far = a_sink(an_answer({"data": {"draftOrders": {"nodes": nodes}}}))
    assert sink.find(SOLD) == MADE
    assert far.asked[0].json["variables"] == {"query": f"tag:orc-{HASH}"}
    assert far.asked[0].repeatable
    assert a_sink(an_answer({"data": {"draftOrders": {"nodes": nodes[:1]}}}))[0].find(SOLD) is None


def test_a_metaobject_is_found_by_its_handle() -> None:
    sink, far = a_sink(an_answer({"data": {"metaobjectByHandle": METAOBJECT}}))
    assert sink.find(TOLD) == Made(external_id=METAOBJECT["id"], url=None)
    assert far.asked[0].json["variables"] == {"handle": {"type": "switchyard_event", "handle": HASH}}
    assert a_sink(an_answer({"data": {"metaobjectByHandle": None}}))[0].find(TOLD) is None


@pytest.mark.parametrize("data", [{}, {"draftOrders": None}, {"draftOrders": {}}, {"draftOrders": {"nodes": None}}])
def test_what_cannot_be_read_is_not_nothing(data: Any) -> None:
    sink, _ = a_sink(an_answer({"data": data}))
    assert refused(sink, SOLD, looking=True).verdict is Verdict.AMBIGUOUS
    assert refused(sink, TOLD, looking=True).verdict is Verdict.AMBIGUOUS


@pytest.mark.parametrize("order", [None, {}, {"id": ""}, "x"])
def test_a_yes_without_an_order_is_in_doubt(order: Any) -> None:
    assert refused(a_sink(created(order))[0], SOLD).verdict is Verdict.AMBIGUOUS
    assert refused(a_sink(kept(order))[0], TOLD).verdict is Verdict.RETRY_BACKOFF


def test_an_address_is_shown_where_the_shop_is_known_and_the_order_has_a_number() -> None:
    unknown = Shopify(Far(created()).service, options=ShopifyOptions())
    assert unknown.send(SOLD) == Made(external_id=ORDER["id"], url=None)
    odd = {"id": "gid://shopify/DraftOrder/7?a=b"}
    assert a_sink(created(odd))[0].send(SOLD) == Made(external_id=odd["id"], url=None)


def test_that_another_version_answers_is_told_once() -> None:
    told: list[str] = []
    far = Far(created(x_shopify_api_version="2026-10"), created(x_shopify_api_version="2027-01"))
    sink = Shopify(far.service, options=ShopifyOptions(), on_other_version=told.append)
    for _ in range(4):
        sink.send(SOLD)
    assert told == ["2027-01"]


def test_only_messages_are_brought_and_without_a_service_none() -> None:
    sink = Shopify(None, options=ShopifyOptions())
    assert sink.skips(SOLD) is None
    assert sink.skips({"source": "switchyard.listings", "data": {}}) == NO_MESSAGE
    with pytest.raises(InvalidInputError):
        sink.send(SOLD)
