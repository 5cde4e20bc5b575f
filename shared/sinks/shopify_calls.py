"""What a message becomes in Shopify: a draft order where something was sold, else a metaobject. Documents never change.

Source: the schema of the GraphQL Admin API, 2026-10; limits: shopify.dev/docs/apps/build/metafields/metafield-limits,
help.shopify.com on draft orders and tags.
"""

from collections.abc import Iterable
from decimal import Decimal
from hashlib import sha256
from typing import Any, Final

from shared.ledger.envelope import to_text
from shared.runtime.http import Call
from shared.runtime.text import clean, cut_octets, cut_text, different, one_line
from shared.sinks.content import Content
from shared.sinks.facts import facts_of, web_address

VERSION: Final = "2026-10"
PATH: Final = f"/admin/api/{VERSION}/graphql.json"

MOST_TAGS: Final = 250
LONGEST_TAG: Final = 40
_LONGEST_LINE: Final = 255
_LONGEST_NOTE: Final = 5_000
_LARGEST_FIELD: Final = 65_000  # bytes, of 65,536
_MOST_ATTRIBUTES: Final = 50
_MOST_SOLD: Final = 1_000_000
_HIGHEST_PRICE: Final = Decimal(1_000_000_000)
# Of the currencies of ISO 4217 those that CurrencyCode does not have.
_UNKNOWN_CURRENCIES: Final = frozenset({"CUP", "KPW", "SLE", "SVC", "XCG", "ZWG"})

CREATE_ORDER: Final = """\
mutation CreateDraftOrder($input: DraftOrderInput!) {
  draftOrderCreate(input: $input) { draftOrder { id name } userErrors { field message } }
}"""
FIND_ORDER: Final = """\
query FindDraftOrder($query: String!) { draftOrders(first: 5, query: $query) { nodes { id tags } } }"""
UPSERT: Final = """\
mutation KeepMetaobject($handle: MetaobjectHandleInput!, $values: JSON) {
  metaobjectUpsert(handle: $handle, values: $values) { metaobject { id } userErrors { field message code } }
}"""
FIND_METAOBJECT: Final = """\
query FindMetaobject($handle: MetaobjectHandleInput!) { metaobjectByHandle(handle: $handle) { id } }"""


def is_sale(content: Content) -> bool:
    """It says what was sold at which price, in numbers and a currency that a draft order takes."""
    if not content.item or content.price is None or content.currency in (None, *_UNKNOWN_CURRENCIES):
        return False
    quantity = 1 if content.quantity is None else content.quantity
    is_named = bool(one_line(content.item, _LONGEST_LINE))
    return is_named and 0 <= Decimal(content.price) < _HIGHEST_PRICE and 1 <= quantity <= _MOST_SOLD


def tag_of(event_id: str) -> str:
    """By it a draft order is found: a draft order has no key of ours."""
    return f"orc-{_hash(event_id)}"


def handle_of(event_id: str, metaobject_type: str) -> dict[str, str]:
    return {"type": metaobject_type, "handle": _hash(event_id)}


def _hash(event_id: str) -> str:
    return sha256(event_id.encode()).hexdigest()[:32]


def order_call(content: Content) -> Call:
    """Of a sale."""
    item = {
        "title": one_line(content.item or "", _LONGEST_LINE),
        "quantity": 1 if content.quantity is None else content.quantity,
        "originalUnitPriceWithCurrency": {
            "amount": format(Decimal(content.price or 0), "f"),
            "currencyCode": content.currency,
        },
    }
    order = {
        "note": cut_text(clean(content.text).strip(), _LONGEST_NOTE),
        "tags": _tags(content),
        "customAttributes": _attributes(content),
        "lineItems": [item],
    }
    return _call(CREATE_ORDER, {"input": order}, repeatable=False)


def _tags(content: Content) -> list[str]:
    """Ours first. Shopify reads a comma as the end of a tag and does not tell capitals from small letters."""
    theirs = (one_line(tag.replace(",", " "), LONGEST_TAG) for tag in content.tags)
    return different([tag_of(content.event_id), *theirs])[:MOST_TAGS]


def _attributes(content: Content) -> list[dict[str, str]]:
    facts = facts_of(content, without=("event_id", "item", "price", "currency", "quantity", "tags"))
    pairs = _named([("event_id", content.event_id), *((_key(label), said) for label, said in facts)])
    return [{"key": key, "value": value} for key, value in pairs][:_MOST_ATTRIBUTES]


def _named(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Each name once, the first."""
    lines: dict[str, str] = {}
    for key, value in pairs:
        line = one_line(value, _LONGEST_LINE)
        if key and line:
            lines.setdefault(key, line)
    return list(lines.items())


def _key(label: str) -> str:
    return label.lower().replace(" ", "_")


def metaobject_call(content: Content, metaobject_type: str) -> Call:
    """Written twice it is the same. The definition needs these fields, all of them text; none is required."""
    lines = {
        "event_id": content.event_id,
        "type": content.type,
        "title": content.title,
        "origin": content.origin,
        "author": content.author,
        "channel": content.channel,
        "url": web_address(content.url),
        "created_at": to_text(content.created_at),
        "scheduled_for": to_text(content.scheduled_for) if content.scheduled_for else None,
        "tags": ", ".join(content.tags),
    }
    facts = facts_of(content, without=lines)
    texts = {
        "body": clean(content.text).strip(),
        "details": "\n".join(f"{label}: {said}" for label, said in facts),
    }
    values = {name: one_line(said, _LARGEST_FIELD // 4) for name, said in lines.items() if said}
    values |= {name: cut_octets(said, _LARGEST_FIELD) for name, said in texts.items() if said}
    variables = {"handle": handle_of(content.event_id, metaobject_type), "values": values}
    return _call(UPSERT, variables, repeatable=True)


def find_order_call(event_id: str) -> Call:
    return _call(FIND_ORDER, {"query": f"tag:{tag_of(event_id)}"}, repeatable=True)


def find_metaobject_call(event_id: str, metaobject_type: str) -> Call:
    return _call(FIND_METAOBJECT, {"handle": handle_of(event_id, metaobject_type)}, repeatable=True)


def _call(document: str, variables: dict[str, Any], *, repeatable: bool) -> Call:
    return Call(method="POST", path=PATH, json={"query": document, "variables": variables}, repeatable=repeatable)
