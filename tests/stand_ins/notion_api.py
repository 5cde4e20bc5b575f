"""What Notion's API takes of a page and a query, and the words in which it refuses. Source: its version 2026-03-11."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from tests.contract.notion.requests import violations
from tests.stand_ins.http import Answer, RefusedError

VERSION = "2026-03-11"
MOST_BLOCKS = 1_000  # of a request, blocks in blocks counted too
TYPES = frozenset({"title", "rich_text", "select", "multi_select", "date", "url", "number", "checkbox", "email"})
CODES = {
    400: ("validation_error", "body failed validation."),
    401: ("unauthorized", "API token is invalid."),
    403: ("restricted_resource", "Insufficient permissions for this endpoint."),
    404: ("object_not_found", "Could not find what was asked for."),
    409: ("conflict_error", "Conflict occurred while saving. Please try again."),
    429: ("rate_limited", "You have been rate limited. Please try again in a few minutes."),
    500: ("internal_server_error", "Unexpected error occurred."),
    502: ("bad_gateway", "Bad gateway."),
    503: ("service_unavailable", "Notion is unavailable, please try again later."),
    504: ("gateway_timeout", "Gateway timeout."),
    529: ("service_overload", "Notion is overloaded. Please try again later."),
}


def error(status: int, message: str | None = None, code: str | None = None, **more: Any) -> dict[str, Any]:
    """An error as Notion says it."""
    usual, words = CODES.get(status, ("validation_error", f"An error with status {status}."))
    return {"object": "error", "status": status, "code": code or usual, "message": message or words, **more}


def failure(answer: Answer) -> Answer:
    """A fault in Notion's words; when to come again stands in the header only."""
    more: dict[str, Any] = {"additional_data": {"rate_limit_reason": "connection"}} if answer.status == 429 else {}
    return replace(answer, body=error(answer.status, **more))


def not_found(kind: str, object_id: str, *, violation: bool = False) -> RefusedError:
    said = f"Could not find {kind} with ID: {object_id}."
    shared = "Make sure the relevant pages and databases are shared with your integration."
    return RefusedError(f"{said} {shared}", status=404, violation=violation)


def same_id(one: Any, other: str) -> bool:
    """Ids are good with dashes and without."""
    return isinstance(one, str) and one.replace("-", "").lower() == other.replace("-", "")


def check_id(where: str, value: Any) -> None:
    try:
        UUID(value)
    except (ValueError, AttributeError, TypeError):
        raise RefusedError(f"{where} failed validation: should be a valid uuid, instead was `{value}`.") from None


def check_page(body: Mapping[str, Any], properties: Mapping[str, str], usual: Mapping[str, str]) -> None:
    """Refuse what is no page of these `properties` (types by name). What only differs from `usual` is no violation."""
    _check("create_page", body)
    if _count(body.get("children", [])) > MOST_BLOCKS:
        raise RefusedError(f"body failed validation: body.children should have at most {MOST_BLOCKS} blocks.")
    for name, value in body["properties"].items():
        _check_property(name, value, properties, usual)


def read_query(body: Mapping[str, Any], properties: Mapping[str, str]) -> tuple[str, str] | None:
    """The property and the text it is to equal; None where all pages are asked for."""
    _check("query_data_source", body)
    if strange := sorted({"sorts", "start_cursor"} & set(body)):
        raise RefusedError(f"this stand-in cannot read {', '.join(strange)}")
    return _read_filter(body["filter"], properties) if "filter" in body else None


def plain_text(value: Mapping[str, Any]) -> str:
    """The text of a title or rich text property."""
    runs = value.get("title") or value.get("rich_text") or []
    return "".join(run["text"]["content"] for run in runs)


def _check(operation: str, body: Mapping[str, Any]) -> None:
    if wrong := violations(operation, body):
        raise RefusedError(f"body failed validation. Fix one: {'; '.join(wrong)}")


def _check_property(name: str, value: Mapping[str, Any], known: Mapping[str, str], usual: Mapping[str, str]) -> None:
    if name not in known:
        raise RefusedError(f"{name} is not a property that exists.", violation=name not in usual)
    if known[name] not in value:
        raise RefusedError(f"{name} is expected to be {known[name]}.", violation=usual.get(name) not in value)


def _read_filter(given: Mapping[str, Any], properties: Mapping[str, str]) -> tuple[str, str]:
    name = given.get("property")
    if not isinstance(name, str):
        raise RefusedError("this stand-in can read a filter of one property only")
    if name not in properties:
        raise RefusedError(f"Could not find property with name or id: {name}", violation=False)
    kind = properties[name]
    if kind not in given:
        raise RefusedError(f"database property {kind} does not match filter", violation=False)
    condition = given[kind]
    if kind not in ("rich_text", "title") or set(condition) != {"equals"}:
        raise RefusedError("this stand-in can read a filter that a text equals something, and no other")
    return name, condition["equals"]


def _count(blocks: list[dict[str, Any]]) -> int:
    inside = (part for block in blocks for part in block.values() if isinstance(part, dict))
    return len(blocks) + sum(_count(part["children"]) for part in inside if "children" in part)
