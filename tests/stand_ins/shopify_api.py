"""What Shopify takes of a draft order, and the words in which it refuses. Source: GraphQL Admin API 2026-10."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from graphql import GraphQLError, OperationDefinitionNode, OperationType, get_operation_ast, parse, validate

from tests.contract.shopify.requests import SCHEMA
from tests.stand_ins.http import Answer, RefusedError

WRONG_TOKEN = "[API] Invalid API key or access token (unrecognized login or wrong password)"
LONGEST_TAG = 40  # characters
MOST_TAGS = 250
MOST_LINES = 499
_CODES = {
    "THROTTLED": "Throttled",
    "INTERNAL_SERVER_ERROR": "Internal error. Looks like something went wrong on our end.",
    "ACCESS_DENIED": "Access denied for draftOrderCreate field.",
    "MAX_COST_EXCEEDED": "Query cost exceeds the single query max cost limit.",
}
_WORDS = {
    401: WRONG_TOKEN,
    402: "Unavailable Shop",
    403: "[API] This action requires merchant approval.",
    404: "Not Found",
    423: "Locked",
    430: "Shopify Security Rejection",
    500: "Internal Server Error",
    503: "Service Unavailable",
}
_TAG = re.compile(r"tag:\s*(?:'([^']*)'|\"([^\"]*)\"|([^\s'\"]+))")
_MUTATION = 10  # points
_QUERY = 2


def error(code: str, cost: Mapping[str, Any]) -> dict[str, Any]:
    """A top-level error; nothing was done, as far as Shopify says."""
    one = {"message": _CODES.get(code, code), "extensions": {"code": code}}
    return {"errors": [one], "extensions": {"cost": dict(cost) | {"actualQueryCost": None}}}


def failure(answer: Answer, code: str, cost: Mapping[str, Any], headers: Mapping[str, str]) -> Answer:
    """A fault in Shopify's words: with status 200 and 429 in GraphQL, with others in plain ones."""
    inside = answer.status in (200, 429)
    body = error(code, cost) if inside else {"errors": _WORDS.get(answer.status, "Error")}
    return replace(answer, body=body, headers={**answer.headers, **headers})


def errors_of(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Why the document cannot be run, as Shopify says it; nothing where it can."""
    query = body.get("query")
    if not isinstance(query, str) or not isinstance(body.get("variables") or {}, dict):
        raise RefusedError("Required parameter missing or invalid")
    return [dict(one) for one in _errors(query)]


def is_query(content: bytes) -> bool:
    """Whether a request asks only, and changes nothing."""
    try:
        body = json.loads(content)
        operation = _operation(body["query"], body.get("operationName"))
    except (ValueError, TypeError, KeyError, AttributeError, GraphQLError):
        return False
    return operation is not None and operation.operation is OperationType.QUERY


def cost_of(body: Mapping[str, Any]) -> int:
    operation = _operation(body["query"], body.get("operationName"))
    return _MUTATION if operation and operation.operation is OperationType.MUTATION else _QUERY


def tag_of(first: int | None, query: str | None, others: Mapping[str, Any]) -> str | None:
    """The tag that is searched for, in lower case as Shopify compares them; None where all orders are asked for."""
    if first is None or set(others) - {"sortKey", "reverse"}:
        raise GraphQLError("this stand-in gives the first ones only")
    if not query:
        return None
    if not (found := _TAG.fullmatch(query.strip())):
        raise GraphQLError(f"this stand-in can search for one tag only: {query}")
    return next(one for one in found.groups() if one is not None).lower()


def user_errors(given: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What is wrong with a draft order although the schema allows it."""
    lines = given.get("lineItems") or []
    tags = given.get("tags") or []
    wrong = {
        "Add at least 1 product": not lines,
        f"Line items can't be more than {MOST_LINES}": len(lines) > MOST_LINES,
        "Quantity must be greater than or equal to 1": any(line["quantity"] < 1 for line in lines),
        "Title can't be blank": any(not (line.get("title") or line.get("variantId")) for line in lines),
        f"Tags can't be more than {MOST_TAGS}": len(tags) > MOST_TAGS,
        f"Tag exceeds the maximum length of {LONGEST_TAG} characters": any(len(tag) > LONGEST_TAG for tag in tags),
    }
    return [{"field": None, "message": message} for message, is_wrong in wrong.items() if is_wrong]


def draft_order(given: Mapping[str, Any], number: int, *, now: str) -> dict[str, Any]:
    lines = given["lineItems"]
    return {
        "id": f"gid://shopify/DraftOrder/{number}",
        "legacyResourceId": str(number),
        "name": f"#D{number}",
        "status": "OPEN",
        "ready": True,
        "invoiceUrl": f"https://switchyard.myshopify.com/invoices/{number:032x}",
        "createdAt": now,
        "updatedAt": now,
        "note2": given.get("note"),
        "email": given.get("email"),
        "tags": list(given.get("tags") or []),
        "totalQuantityOfLineItems": sum(line["quantity"] for line in lines),
    }


def values_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """The values of an upsert, in either of the two ways to give them."""
    fields = (given.get("metaobject") or {}).get("fields") or []
    return dict(given.get("values") or {}) | {field["key"]: field["value"] for field in fields}


@lru_cache(maxsize=64)
def _errors(query: str) -> tuple[dict[str, Any], ...]:
    try:
        found = validate(SCHEMA, parse(query))
    except GraphQLError as wrong:
        found = [wrong]
    return tuple(dict(one.formatted) for one in found)


@lru_cache(maxsize=64)
def _operation(query: str, name: str | None) -> OperationDefinitionNode | None:
    return get_operation_ast(parse(query), name)
