"""Whatever a message says, what we send of it is what Notion takes."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.sinks.facts import LABELS
from shared.sinks.notion import Notion, database_call, find_call
from shared.sinks.options import PROPERTY_TYPES, NotionOptions, Property
from tests.contract.notion.requests import violations
from tests.contract.strategies import messages

SOURCE = "1c7b35e6-e67f-8096-bf3f-000ba938459e"
DATABASE = "1c7b35e6e67f8096bf3f000ba9384000"
FIELDS = ["title", *LABELS, *(f"metadata.{key}" for key in ("title", "sku", "done", "due"))]
MAPPINGS = st.dictionaries(st.sampled_from(FIELDS), st.sampled_from(PROPERTY_TYPES)).map(
    lambda kinds: {
        **{field: Property(f"The {field}", kind) for field, kind in kinds.items()},
        "event_id": Property("Event ID", "rich_text"),
    }
)


def page(event: dict[str, Any], options: NotionOptions | None = None) -> Any:
    sink = Notion(None, data_source_id=SOURCE, database_id="", options=options or NotionOptions())
    assert sink.skips(event) is None
    call = sink.request(event)
    assert call.headers["Notion-Version"] == "2026-03-11"
    assert not call.repeatable
    assert (call.body() or b"").decode()
    return call.json


@settings(derandomize=True, deadline=None, max_examples=80)
@given(messages())
def test_whatever_a_message_says_notion_takes_the_page(event: dict[str, Any]) -> None:
    body = page(event)
    assert violations("create_page", body) == []
    assert body == page(event)
    assert body["properties"]["Event ID"]["rich_text"][0]["text"]["content"] == event["id"]


@settings(derandomize=True, deadline=None, max_examples=80)
@given(messages(), MAPPINGS)
def test_whatever_goes_into_whichever_property_notion_takes_it(
    event: dict[str, Any], mapping: dict[str, Property]
) -> None:
    assert violations("create_page", page(event, NotionOptions(properties=mapping))) == []


@settings(derandomize=True, deadline=None, max_examples=30)
@given(messages())
def test_a_page_is_looked_for_in_a_way_that_notion_takes(event: dict[str, Any]) -> None:
    call = find_call(event["id"], SOURCE, "Event ID")
    assert violations("query_data_source", call.json) == []
    assert (call.method, call.path) == ("POST", f"/v1/data_sources/{SOURCE}/query")


def test_a_database_is_asked_for_without_a_body() -> None:
    call = database_call(DATABASE)
    assert violations("get_database", call.json) == []
    assert (call.method, call.path) == ("GET", f"/v1/databases/{DATABASE}")
