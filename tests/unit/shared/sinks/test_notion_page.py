"""What a message becomes in Notion: each value in a property of its type, and nothing lost that has none."""

from typing import Any

import pytest

from shared.sinks.notion_page import LONGEST_RUN, MOST_BLOCKS, blocks_of, properties_of
from shared.sinks.options import DEFAULT_PROPERTIES, Property
from tests.unit.shared.sinks.samples import SALE, a_content


def a_text(content: str) -> dict[str, Any]:
    return {"type": "text", "text": {"content": content}}


def made(kind: str, value: Any) -> Any:
    """Of a value in the metadata and a property of that type; None where it is left out."""
    content = a_content(metadata={"a": value})
    properties, used = properties_of(content, {"metadata.a": Property("A", kind)})
    assert bool(properties) == bool(used)
    return properties["A"][kind] if properties else None


def lines(blocks: list[dict[str, Any]], kind: str) -> list[str]:
    texts = [block[kind]["rich_text"] for block in blocks if block["type"] == kind]
    return ["".join(run["text"]["content"] for run in runs) for runs in texts]


def test_a_message_has_the_properties_of_the_defaults() -> None:
    properties, used = properties_of(a_content(), DEFAULT_PROPERTIES)
    assert properties == {
        "Name": {"title": [a_text("Kickoff with ACME")]},
        "Event ID": {"rich_text": [a_text("message:discord:123:1")]},
        "Source": {"select": {"name": "discord"}},
        "Type": {"select": {"name": "meeting.created"}},
        "Author": {"rich_text": [a_text("ada")]},
        "Channel": {"select": {"name": "general"}},
        "Created": {"date": {"start": "2026-03-01T12:00:00.000Z"}},
        "When": {"date": {"start": "2026-11-20T10:00:00.000Z", "end": "2026-11-20T11:30:00.000Z"}},
        "Priority": {"select": {"name": "high"}},
        "Tags": {"multi_select": [{"name": "urgent"}]},
        "URL": {"url": "https://discord.com/channels/1/2/3"},
    }
    assert used == set(DEFAULT_PROPERTIES)


def test_what_is_not_said_is_left_out() -> None:
    content = a_content(author=None, duration_minutes=None, priority="", url=None, scheduled_for=None, tags=())
    properties, _ = properties_of(content, DEFAULT_PROPERTIES)
    assert properties.keys() == {"Name", "Event ID", "Source", "Type", "Channel", "Created"}


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("select", "a, b,c", {"name": "a b c"}),
        ("select", " , ", None),
        ("select", "x" * 101, {"name": "x" * 99 + "…"}),
        ("select", 5, {"name": "5"}),
        ("multi_select", ["b", "a", "B", ""], [{"name": "b"}, {"name": "a"}]),
        ("multi_select", "a", [{"name": "a"}]),
        ("multi_select", [], None),
        ("rich_text", "a\x00b", [a_text("ab")]),
        ("rich_text", " ", None),
        ("rich_text", {"a": 1}, [a_text('{"a": 1}')]),
        ("title", "x" * 2_001, [a_text("x" * 1_999 + "…")]),
        ("title", "📷" * 1_001, [a_text("📷" * 999 + "…")]),
        ("url", "https://a.example", "https://a.example"),
        ("url", "javascript:alert(1)", None),
        ("url", 5, None),
        ("number", "12.50", 12.5),
        ("number", 7, 7),
        ("number", 7.0, 7),
        ("number", "1e400", None),
        ("number", "nan", None),
        ("number", 10**400, None),
        ("number", "many", None),
        ("number", True, None),
        ("number", [1], None),
        ("checkbox", True, True),
        ("checkbox", False, False),
        ("checkbox", "yes", None),
        ("date", "2026-11-20", {"start": "2026-11-20"}),
        ("date", "2026-11-20T10:00:00+02:00", {"start": "2026-11-20T08:00:00.000Z"}),
        ("date", "2026-11-20T10:00:00", {"start": "2026-11-20T10:00:00.000Z"}),
        ("date", "0001-01-01T00:00:00+14:00", None),
        ("date", "tomorrow", None),
        ("date", 5, None),
        ("date", ["2026-11-20"], None),
    ],
)
def test_a_value_is_what_its_property_takes_or_left_out(kind: str, value: Any, expected: Any) -> None:
    assert made(kind, value) == expected


def test_the_number_of_options_is_bounded() -> None:
    assert len(made("multi_select", [str(number) for number in range(300)])) == 100


def test_an_end_after_all_time_is_left_out() -> None:
    content = a_content(scheduled_for="9999-12-31T23:59:00Z")
    properties, _ = properties_of(content, {"scheduled_for": Property("When", "date")})
    assert properties == {"When": {"date": {"start": "9999-12-31T23:59:00.000Z"}}}


def test_the_text_stands_in_paragraphs_and_below_it_what_is_in_no_property() -> None:
    content = a_content(content="One\ntwo\n\n\n\nthree ", **SALE, metadata={"sku": "A1"}, url="javascript:alert(1)")
    _, used = properties_of(content, DEFAULT_PROPERTIES)
    blocks = blocks_of(content, used)
    assert lines(blocks, "paragraph") == ["One\ntwo", "three"]
    assert lines(blocks, "bulleted_list_item") == [
        "Minutes: 90",
        "Location: Leeds",
        "Attendees: ada, grace",
        "Item: Sony A6400, boxed",
        "Price: 499.5",
        "Currency: GBP",
        "Quantity: 2",
        "Link: javascript:alert(1)",
        "sku: A1",
    ]


@pytest.mark.parametrize("text", ["x" * 32_000, "📷" * 16_000, "👨‍👩‍👧" * 4_000, "\n\na" * 10_000, "word " * 6_400])
def test_a_long_text_is_there_as_a_whole(text: str) -> None:
    blocks = blocks_of(a_content(content=text), set())
    assert "".join(lines(blocks, "paragraph")).split() == text.split()
    runs = [run["text"]["content"] for block in blocks for run in block[block["type"]]["rich_text"]]
    assert all(0 < len(run.encode("utf-16-le")) // 2 <= LONGEST_RUN for run in runs)


def test_a_message_without_text_has_no_empty_paragraph() -> None:
    assert lines(blocks_of(a_content(content=" \n "), set()), "paragraph") == []


def test_more_facts_than_there_is_room_for_are_not_sent() -> None:
    many = {str(number): "x" * 50 for number in range(300)}
    assert len(blocks_of(a_content(metadata=many), set())) == MOST_BLOCKS
    large = {str(number): "x" * 3_000 for number in range(60)}
    assert sum(map(len, lines(blocks_of(a_content(metadata=large), set()), "bulleted_list_item"))) <= 30_000


def test_nothing_in_a_text_is_a_link() -> None:
    blocks = blocks_of(a_content(content="[a](https://b.example) **c** https://d.example"), set())
    assert blocks[0]["paragraph"]["rich_text"] == [a_text("[a](https://b.example) **c** https://d.example")]
