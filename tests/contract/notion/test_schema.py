"""The contract with Notion takes what Notion takes and finds the mistakes that are easily made."""

from collections.abc import Callable
from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest

from tests.contract.notion.refresh import PACKAGE
from tests.contract.notion.requests import SCHEMA, answer_violations, violations

SOURCE = "1c7b35e6-e67f-8096-bf3f-000ba938459e"


def text(content: str) -> dict[str, Any]:
    return {"text": {"content": content}}


PAGE: dict[str, Any] = {
    "parent": {"type": "data_source_id", "data_source_id": SOURCE},
    "properties": {
        "Name": {"title": [text("Kickoff with ACME")]},
        "Event ID": {"rich_text": [text("discord:123")]},
        "When": {"date": {"start": "2026-11-20T10:00:00Z", "end": None}},
        "Kind": {"select": {"name": "event"}},
        "Tags": {"multi_select": [{"name": "a"}, {"name": "b"}]},
        "Link": {"url": "https://discord.com/channels/1/2/3"},
        "Price": {"number": 499.5},
        "Mail": {"email": "sales@acme.example"},
        "Done": {"checkbox": False},
    },
    "children": [
        {"heading_2": {"rich_text": [text("Notes")]}},
        {"object": "block", "type": "paragraph", "paragraph": {"rich_text": [text("Bring the plan.")]}},
        {"bulleted_list_item": {"rich_text": [{"text": {"content": "a", "link": {"url": "https://acme.example"}}}]}},
    ],
}
FIND: dict[str, Any] = {"filter": {"property": "Event ID", "rich_text": {"equals": "discord:123"}}, "page_size": 1}
DATABASE: dict[str, Any] = {
    "object": "database",
    "id": "1c7b35e6-e67f-8096-bf3f-000ba9384000",
    "in_trash": False,
    "url": "https://www.notion.so/1c7b35e6",
    "data_sources": [{"id": SOURCE, "name": "Events"}],
    "title": [],
}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"parent": {"data_source_id": SOURCE.replace("-", "")}},
        {"properties": {"Name": {"type": "title", "title": [text("x" * 2000)] * 100}}},
        {"properties": {"Link": {"url": None}, "Kind": {"select": None}, "When": {"date": None}}},
        {"properties": {"When": {"date": {"start": "2026-11-20"}}}},
        {"properties": {"Kind": {"select": {"id": "xYz"}}}},
        {"children": PAGE["children"][:1] * 100},
        {"children": []},
    ],
)
def test_a_page_that_notion_takes_is_good(changes: dict[str, Any]) -> None:
    assert violations("create_page", PAGE | changes) == []


def named(name: str, **value: Any) -> Callable[[dict[str, Any]], None]:
    return lambda page: page["properties"].update({name: value})


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (named("Name", titel=[text("a")]), "titel"),
        (named("Name", title="Kickoff"), "properties.Name.title: "),
        (named("Name", title=[text("x" * 2001)]), "properties.Name.title.0.text.content: "),
        (named("Name", title=[text("")]), "properties.Name.title.0.text.content: "),
        (named("Name", title=[text("📷" * 1001)]), "2002 UTF-16 units"),
        (named("Name", title=[text("a")] * 101), "properties.Name.title: "),
        (named("Name", title=[{"txt": {"content": "a"}}]), "txt"),
        (named("Name", title=[{"mention": {"user": {"id": SOURCE}}}]), "mention"),
        (named("Event ID", rich_text=[text("a")] * 101), "properties.Event ID.rich_text: "),
        (named("When", date="2026-11-20"), "properties.When.date: "),
        (named("When", date={"start": "tomorrow"}), "properties.When.date.start: "),
        (named("When", date={"start": "2026-11-20T10:00:00"}), "properties.When.date.start: "),
        (named("Kind", select="event"), "properties.Kind.select: "),
        (named("Kind", select={"name": "a,b"}), "properties.Kind.select.name: "),
        (named("Kind", select={"name": "x" * 101}), "properties.Kind.select.name: "),
        (named("Tags", multi_select=[{"name": "a,b"}]), "properties.Tags.multi_select.0.name: "),
        (named("Tags", multi_select=[{"name": str(one)} for one in range(101)]), "properties.Tags.multi_select: "),
        (named("Link", url="x" * 2001), "properties.Link.url: "),
        (named("Link", url=""), "properties.Link.url: "),
        (named("Price", number="499.50"), "properties.Price.number: "),
        (named("Price", number=Decimal("499.50")), "no JSON"),
        (named("Price", number=float("nan")), "no JSON"),
        (named("Mail", email="x" * 201), "properties.Mail.email: "),
        (named("Owner", people=[]), "people"),
        (lambda page: page.update(children=page["children"][:1] * 101), "children: "),
        (lambda page: page.update(children=[{"paragraph": {"text": [text("a")]}}]), "children.0.paragraph: "),
        (lambda page: page.update(children=[{"paragraf": {"rich_text": []}}]), "paragraf"),
        (lambda page: page.update(children=["Bring the plan."]), "children.0: "),
        (lambda page: page.update(parent={"type": "database_id", "database_id": SOURCE}), "database_id"),
        (lambda page: page.update(parent={"data_source_id": "events"}), "parent.data_source_id: "),
        (lambda page: page["parent"].update(type="database_id"), "parent.type: "),
        (lambda page: page.pop("parent"), '"parent" is a required property'),
        (lambda page: page.pop("properties"), '"properties" is a required property'),
        (lambda page: page.update(archived=False), "archived"),
        (lambda page: page.update(chidlren=[]), "chidlren"),
    ],
)
def test_a_mistake_in_a_page_is_named_with_its_place(change: Callable[[dict[str, Any]], Any], told: str) -> None:
    page = deepcopy(PAGE)
    change(page)
    found = violations("create_page", page)
    assert any(told in one for one in found), found


def test_a_page_of_more_than_500_kb_is_refused() -> None:
    children = [{"paragraph": {"rich_text": [text("x" * 2000)] * 3}}] * 90
    (found,) = violations("create_page", PAGE | {"children": children})
    assert "more than 500000" in found


@pytest.mark.parametrize(
    "query",
    [
        FIND,
        {},
        {"filter": {"and": [FIND["filter"], {"property": "Done", "checkbox": {"equals": False}}]}},
        {"sorts": [{"timestamp": "created_time", "direction": "descending"}], "page_size": 100, "start_cursor": SOURCE},
    ],
)
def test_a_query_that_notion_takes_is_good(query: dict[str, Any]) -> None:
    assert violations("query_data_source", query) == []


@pytest.mark.parametrize(
    "query",
    [
        FIND | {"page_size": 101},
        FIND | {"page_size": 0},
        FIND | {"page_size": "1"},
        FIND | {"filter": {"property": "Event ID", "rich_text": {"equal": "discord:123"}}},
        FIND | {"filter": {"property": "Event ID", "text": {"equals": "discord:123"}}},
        FIND | {"filter": {"rich_text": {"equals": "discord:123"}}},
        FIND | {"filter": FIND["filter"] | {"condition": "equals"}},
        FIND | {"filtr": {}},
        FIND | {"archived": False},
        [],
        None,
    ],
)
def test_a_query_that_notion_does_not_take_is_refused(query: Any) -> None:
    assert violations("query_data_source", query) != []


def test_a_database_is_asked_for_without_a_body() -> None:
    assert violations("get_database") == []
    assert violations("get_database", {}) != []


def test_a_database_is_told_with_its_data_sources() -> None:
    assert answer_violations("get_database", DATABASE) == []
    assert answer_violations("get_database", DATABASE | {"data_sources": [{"id": SOURCE}]}) != []
    assert answer_violations("get_database", {"object": "database", "id": SOURCE}) != []


def test_the_contract_says_where_it_is_from_and_where_requests_go() -> None:
    provenance = SCHEMA["x-provenance"]
    assert provenance["package"].startswith("npm @notionhq/client ")
    assert PACKAGE.version in provenance["package"]
    assert provenance["sha256"] == PACKAGE.sha256
    assert provenance["licence"].startswith("MIT")
    assert provenance["command"]
    assert SCHEMA["x-notion-version"] == "2026-03-11"
    assert SCHEMA["x-operations"]["create_page"]["path"] == "/v1/pages"
