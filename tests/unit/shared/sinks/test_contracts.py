"""What operators may choose of sinks, and how they are told what is wrong with it."""

from typing import Any

import pytest

from shared.runtime.errors import InvalidInputError
from shared.sinks.contracts import read_options
from shared.sinks.options import DEFAULT_PROPERTIES, MOST_PROPERTIES, PROPERTY_TYPES, Options, Property


@pytest.mark.parametrize(
    "raw", [{}, {"notion": {}}, {"notion": {"properties": {}}, "shopify": {}, "google-calendar": {}}]
)
def test_nothing_has_to_be_chosen(raw: dict[str, Any]) -> None:
    assert read_options(raw) == Options()


def test_what_is_chosen_takes_the_place_of_the_default() -> None:
    options = read_options(
        {
            "notion": {
                "properties": {
                    "author": {"name": "By", "type": "select"},
                    "priority": None,
                    "metadata.sku": {"name": "SKU", "type": "rich_text"},
                }
            },
            "google-calendar": {"default_duration": 30},
            "shopify": {"metaobject_type": "$app:event"},
        }
    )
    properties = options.notion.properties
    assert properties["author"] == Property("By", "select")
    assert properties["metadata.sku"] == Property("SKU", "rich_text")
    assert "priority" not in properties
    assert properties["title"] == DEFAULT_PROPERTIES["title"]
    assert options.google_calendar.default_duration == 30
    assert options.shopify.metaobject_type == "$app:event"


@pytest.mark.parametrize("kind", PROPERTY_TYPES)
def test_every_type_there_is_may_be_chosen(kind: str) -> None:
    given = {"title": None, "metadata.a": {"name": "A", "type": kind}}
    assert read_options({"notion": {"properties": given}}).notion.properties["metadata.a"].type == kind


def properties(**given: Any) -> dict[str, Any]:
    return {"notion": {"properties": {name.replace("__", "."): value for name, value in given.items()}}}


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        ({"discord": {}}, "discord: "),
        ({"google_calendar": {}}, "google_calendar: "),
        ({"notion": None}, "notion: "),
        ({"notion": {"database": "x"}}, "notion.database: "),
        ({"google-calendar": {"default_duration": 0}}, "google-calendar.default_duration: "),
        ({"google-calendar": {"default_duration": 10_081}}, "google-calendar.default_duration: "),
        ({"google-calendar": {"default_duration": "60"}}, "google-calendar.default_duration: "),
        ({"shopify": {"metaobject_type": "a b"}}, "shopify.metaobject_type: "),
        ({"shopify": {"metaobject_type": "ab"}}, "shopify.metaobject_type: "),
        (properties(author={"name": "By"}), "notion.properties.author.type: "),
        (properties(author={"name": "", "type": "select"}), "notion.properties.author.name: "),
        (properties(author={"name": "By", "type": "people"}), "notion.properties.author.type: "),
        (properties(author={"name": "By", "type": "select", "a": 1}), "notion.properties.author.a: "),
        (properties(colour={"name": "C", "type": "select"}), "colour: a message has no such field"),
        (properties(metadata__={"name": "C", "type": "select"}), "a message has no such field"),
        (properties(event_id=None), "event_id: it has to be a rich_text"),
        (properties(event_id={"name": "Id", "type": "title"}), "event_id: it has to be a rich_text"),
        (properties(location={"name": "Name", "type": "rich_text"}), "Name: two fields go into it"),
        (properties(location={"name": "Where", "type": "title"}), "title: a page has one"),
        (
            properties(**{f"metadata__{n}": {"name": f"N{n}", "type": "select"} for n in range(MOST_PROPERTIES)}),
            "at most",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(raw: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidInputError, match=told.replace(".", r"\.")):
        read_options(raw)
