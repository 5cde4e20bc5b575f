"""Whatever a message says, what we send of it is what Shopify takes, and what Shopify answers is read."""

import json
from typing import Any

from graphql import is_enum_type
from hypothesis import given, settings

from shared.runtime.currency import CURRENCIES
from shared.runtime.http import Answer
from shared.runtime.text import units
from shared.sinks.content import content_of
from shared.sinks.options import ShopifyOptions
from shared.sinks.shopify import Shopify
from shared.sinks.shopify_answers import data_of, payload_of
from shared.sinks.shopify_calls import (
    LONGEST_TAG,
    MOST_TAGS,
    find_metaobject_call,
    find_order_call,
    is_sale,
    order_call,
    tag_of,
)
from tests.contract.shopify.requests import SCHEMA, answered, violations
from tests.contract.strategies import messages, sales
from tests.unit.shared.sinks.samples import a_message

SINK = Shopify(None, options=ShopifyOptions())
LARGEST_FIELD = 65_536  # bytes


@settings(derandomize=True, deadline=None, max_examples=60)
@given(sales())
def test_whatever_a_sale_says_shopify_takes_it(event: dict[str, Any]) -> None:
    call = SINK.request(event)
    assert violations(call.json) == []
    assert call == SINK.request(event)
    assert (call.body() or b"").decode()
    if not is_sale(content_of(event)):
        return
    assert not call.repeatable
    order = call.json["variables"]["input"]
    assert order["tags"][0] == tag_of(event["id"])
    assert len(order["tags"]) <= MOST_TAGS
    assert all(0 < units(tag) <= LONGEST_TAG and "," not in tag for tag in order["tags"])
    assert len({tag.casefold() for tag in order["tags"]}) == len(order["tags"])
    assert order["customAttributes"][0] == {"key": "event_id", "value": event["id"]}
    assert all(units(one["value"]) <= 255 for one in order["customAttributes"])
    assert units(order["note"]) <= 5_000


@settings(derandomize=True, deadline=None, max_examples=60)
@given(messages())
def test_whatever_a_message_says_shopify_takes_it(event: dict[str, Any]) -> None:
    call = SINK.request(event)
    assert violations(call.json) == []
    if is_sale(content_of(event)):
        return
    assert call.repeatable
    values = call.json["variables"]["values"]
    assert values["event_id"] == event["id"]
    assert all(isinstance(value, str) and 0 < len(value.encode()) <= LARGEST_FIELD for value in values.values())


def test_a_sale_in_a_currency_that_shopify_does_not_have_becomes_a_metaobject_and_any_other_an_order() -> None:
    known = SCHEMA.type_map["CurrencyCode"]
    assert is_enum_type(known)
    for currency in sorted(CURRENCIES):
        sold = a_message(item="Sony A6400", price="12.5", currency=currency)
        assert is_sale(content_of(sold)) == (currency in known.values)
        assert violations(SINK.request(sold).json) == []


@settings(derandomize=True, deadline=None, max_examples=20)
@given(messages())
def test_what_was_done_is_looked_for_in_a_way_that_shopify_takes(event: dict[str, Any]) -> None:
    assert violations(find_order_call(event["id"]).json) == []
    assert violations(find_metaobject_call(event["id"], "switchyard_event").json) == []


@settings(derandomize=True, deadline=None, max_examples=20)
@given(sales())
def test_what_shopify_s_schema_answers_is_read(event: dict[str, Any]) -> None:
    content = content_of(event)
    if not is_sale(content):
        return
    call = order_call(content)
    created = {"draftOrder": {"id": "gid://shopify/DraftOrder/7", "name": "#D7"}, "userErrors": []}
    body = answered(call.json, {"draftOrderCreate": created})
    answer = Answer(status=200, headers={}, body=json.dumps(body).encode())
    payload = payload_of(data_of(answer, call), "draftOrderCreate", answer)
    assert payload["draftOrder"]["id"] == "gid://shopify/DraftOrder/7"
