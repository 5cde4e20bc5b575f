"""What Shopify says of our operations in descriptions only, and checks when it runs them.

Source: the descriptions in the introspection that `refresh.py` reads, unless another is named.
"""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from graphql import GraphQLError

LINE_ITEMS = 499
_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def _check_draft_order(arguments: dict[str, Any]) -> Iterator[str]:
    """Source: DraftOrderInput.lineItems, DraftOrderLineItemInput.variantId, .title, .originalUnitPriceWithCurrency."""
    items = arguments["input"].get("lineItems") or []
    if not 1 <= len(items) <= LINE_ITEMS:
        yield f"input.lineItems: 1 to {LINE_ITEMS}, not {len(items)}"
    for number, item in enumerate(items):
        if item["quantity"] < 1:
            yield f"input.lineItems.{number}.quantity: at least 1"
        if not (item.get("variantId") or item.get("title")):
            yield f"input.lineItems.{number}: a custom line item needs a title"


def _check_upsert(arguments: dict[str, Any]) -> Iterator[str]:
    """Source: the arguments of metaobjectUpsert: a JSON object, "cannot be used in conjunction with" the other."""
    if "values" in arguments and "metaobject" in arguments:
        yield "values, metaobject: only one of them"
    if not isinstance(arguments.get("values", {}), dict):
        yield "values: a JSON object is needed"


def _check_page(arguments: dict[str, Any]) -> Iterator[str]:
    """Source: shopify.dev/docs/api/usage/pagination-graphql: one of first and last, at most 250."""
    sizes = [arguments[name] for name in ("first", "last") if arguments.get(name) is not None]
    if len(sizes) != 1 or not 1 <= sizes[0] <= 250:
        yield "first, last: one of them, 1 to 250"


RULES: dict[str, Callable[[dict[str, Any]], Iterator[str]]] = {
    "draftOrderCreate": _check_draft_order,
    "draftOrders": _check_page,
    "metaobjectUpsert": _check_upsert,
}


def _read_decimal(value: Any) -> str:
    """Source: Decimal, "serialized as a string". A JSON number would have been a float on its way."""
    if not isinstance(value, str) or not _DECIMAL.fullmatch(value):
        raise GraphQLError(f"{value!r} is no decimal number in a string")
    return value


def _read_time(value: Any) -> str:
    """Source: DateTime, "ISO 8601-encoded date and time". The offset is asked for always."""
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise GraphQLError(f"{value!r} is no ISO 8601 time") from error
    if moment.tzinfo is None:
        raise GraphQLError(f"{value!r} has no offset from UTC")
    return str(value)


SCALARS: dict[str, Callable[[Any], Any]] = {"DateTime": _read_time, "Decimal": _read_decimal}
