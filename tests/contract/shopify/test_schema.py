"""The contract with Shopify takes what Shopify takes and finds the mistakes that are easily made."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from tests.contract.shopify.refresh import PACKAGE
from tests.contract.shopify.requests import SDL, answered, violations

CREATE = """mutation($input: DraftOrderInput!) {
  draftOrderCreate(input: $input) {
    draftOrder { id name status invoiceUrl createdAt }
    userErrors { field message }
  }
}"""
UPSERT = """mutation($handle: MetaobjectHandleInput!, $values: JSON) {
  metaobjectUpsert(handle: $handle, values: $values) {
    metaobject { id handle updatedAt }
    userErrors { field message code }
  }
}"""
FIND_ORDER = (
    "query($search: String!) { draftOrders(first: 1, query: $search) { nodes { id name status invoiceUrl tags } } }"
)
FIND_METAOBJECT = """query($handle: MetaobjectHandleInput!) {
  metaobjectByHandle(handle: $handle) { id handle updatedAt }
}"""
ORDER: dict[str, Any] = {
    "note": "Said in chat",
    "tags": ["orc-3668b72f"],
    "customAttributes": [{"key": "event_id", "value": "discord:123"}],
    "lineItems": [
        {
            "title": "Sony A6400, boxed",
            "quantity": 1,
            "originalUnitPriceWithCurrency": {"amount": "499.50", "currencyCode": "GBP"},
        }
    ],
}
HANDLE = {"type": "sales_event", "handle": "discord-123"}


def creation(change: Callable[[dict[str, Any]], Any] = lambda _: None) -> dict[str, Any]:
    order = deepcopy(ORDER)
    change(order)
    return {"query": CREATE, "variables": {"input": order}}


@pytest.mark.parametrize(
    "body",
    [
        creation(),
        creation(lambda order: order.update(reserveInventoryUntil="2026-11-20T10:00:00Z")),
        {"query": UPSERT, "variables": {"handle": HANDLE, "values": {"title": "Kickoff"}}},
        {"query": FIND_ORDER, "variables": {"search": "tag:orc-3668b72f"}},
        {"query": FIND_METAOBJECT, "variables": {"handle": HANDLE}},
    ],
)
def test_what_shopify_takes_is_good(body: dict[str, Any]) -> None:
    assert violations(body) == []


def price(order: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = order["lineItems"][0]["originalUnitPriceWithCurrency"]
    return found


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda order: order.update(nots="a"), "nots"),
        (lambda order: order["lineItems"][0].update(name="a"), "name"),
        (lambda order: order["lineItems"][0].pop("quantity"), "quantity"),
        (lambda order: order["lineItems"][0].update(quantity="1"), "Int cannot represent"),
        (lambda order: order["lineItems"][0].update(quantity=0), "quantity: at least 1"),
        (lambda order: order["lineItems"][0].pop("title"), "needs a title"),
        (lambda order: order["customAttributes"][0].update(value=123), "String cannot represent"),
        (lambda order: price(order).update(currencyCode="gbp"), "CurrencyCode"),
        (lambda order: price(order).update(currencyCode="UKP"), "CurrencyCode"),
        (lambda order: price(order).update(amount=499.5), "no decimal number"),
        (lambda order: price(order).update(amount="499,50"), "no decimal number"),
        (lambda order: price(order).pop("amount"), "amount"),
        (lambda order: order.update(lineItems=[]), "1 to 499, not 0"),
        (lambda order: order.update(lineItems=order["lineItems"] * 500), "1 to 499, not 500"),
        (lambda order: order.update(reserveInventoryUntil="2026-11-20T10:00:00"), "no offset"),
        (lambda order: order.update(reserveInventoryUntil="tomorrow"), "no ISO 8601 time"),
    ],
)
def test_a_mistake_in_an_order_is_told(change: Callable[[dict[str, Any]], Any], told: str) -> None:
    found = violations(creation(change))
    assert any(told in one for one in found), found


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda order: order["lineItems"][0].update(originalUnitPrice="1.00"), "lineItems.0.originalUnitPrice"),
        (lambda order: order["lineItems"][0].update(grams=100), "lineItems.0.grams"),
        (lambda order: order.update(customerId="gid://shopify/Customer/1"), "input.customerId"),
        (lambda order: order.update(shippingAddress={"country": "Israel"}), "input.shippingAddress.country"),
        (lambda order: price(order).update(currencyCode="VEF"), "VEF is deprecated"),
    ],
)
def test_what_is_deprecated_in_the_variables_is_a_mistake(change: Callable[[dict[str, Any]], Any], told: str) -> None:
    (found,) = violations(creation(change))
    assert told in found
    assert "deprecated: " in found


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("{ draftOrders(first: 1) { nodes { id totalPrice } } }", "deprecated"),
        ("{ draftOrders(first: 1) { nodes { id nmae } } }", "nmae"),
        ("{ draftOrders(first: 1, tag: 1) { nodes { id } } }", "tag"),
        ("{ draftOrders { nodes { id } } }", "one of them"),
        ("{ draftOrders(first: 251) { nodes { id } } }", "1 to 250"),
        ("{ draftOrders(first: 1) { id } }", "id"),
        ("{ orders(first: 1) { nodes { id } } }", "orders"),
        ('mutation { draftOrderCreate(input: { note: "a" }) { userErrors { field } } }', "1 to 499, not 0"),
        ("mutation { draftOrderCreate(input: { deposit: { percentage: 5 } }) { userErrors { field } } }", "1 to 499"),
        ('mutation { draftOrderCreate(input: { reserveInventoryUntil: "soon" }) { userErrors { field } } }', "8601"),
        ('mutation { draftOrderCreate(input: { customerId: "1" }) { userErrors { field } } }', "customerId"),
        (CREATE.replace("(input: $input)", '(input: $input) @idempotent(key: "a")'), "@idempotent"),
        ("query { draftOrders(first: 1) { nodes { id }", "Syntax Error"),
        (
            "query A { draftOrders(first: 1) { nodes { id } } } query B { draftOrders(first: 1) { nodes { id } } }",
            "none",
        ),
    ],
)
def test_a_mistake_in_a_query_is_told(query: str, told: str) -> None:
    found = violations({"query": query, "variables": {}})
    assert any(told in one for one in found), found


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"query": 1},
        {"query": CREATE},
        {"query": CREATE, "variables": {"input": None}},
        {"query": CREATE, "variables": [ORDER]},
        {"query": CREATE, "variables": {"input": ORDER | {"note": "\ud800"}}},
        {"query": CREATE, "variables": {"input": ORDER, "inptu": ORDER}},
        {"query": CREATE, "varialbes": {"input": ORDER}},
        {"query": CREATE, "variables": {"input": ORDER}, "operationName": "Create"},
        {"query": UPSERT, "variables": {"handle": {"handle": "discord-123"}, "values": {}}},
        {"query": UPSERT, "variables": {"handle": HANDLE, "values": [{"key": "title", "value": "a"}]}},
    ],
)
def test_what_is_no_request_of_ours_is_refused(body: Any) -> None:
    assert violations(body) != []


def test_an_answer_is_made_by_the_schema_from_what_there_is() -> None:
    orders = [{"id": "gid://shopify/DraftOrder/1", "name": "#D1", "status": "OPEN", "invoiceUrl": None, "tags": ["a"]}]
    asked = {"query": FIND_ORDER, "variables": {"search": "tag:a"}}
    answer = answered(asked, {"draftOrders": lambda _info, **arguments: {"nodes": orders[: arguments["first"]]}})
    assert answer == {"data": {"draftOrders": {"nodes": orders}}}


def test_an_answer_that_shopify_would_not_give_is_an_error() -> None:
    order = {"id": "1", "name": "#D1", "status": "BOGUS", "tags": []}
    answer = answered({"query": FIND_ORDER, "variables": {"search": "a"}}, {"draftOrders": {"nodes": [order]}})
    assert "BOGUS" in answer["errors"][0]["message"]


def test_the_contract_says_where_it_is_from() -> None:
    header = dict(line.removeprefix("# ").split(": ", 1) for line in SDL.splitlines() if line.startswith("# "))
    assert header["package"].startswith("npm @shopify/dev-mcp ")
    assert PACKAGE.version in header["package"]
    assert header["sha256"] == PACKAGE.sha256
    assert header["licence"].startswith("ISC")
    assert header["command"]
