"""What a message says beside its text, in words."""

from typing import Any

import pytest

from shared.sinks.facts import LABELS, facts_of, in_words, is_message, value_of, web_address
from tests.unit.shared.sinks.samples import SALE, a_content, a_message, a_short_message


def test_everything_a_message_says_is_told_with_its_label() -> None:
    facts = dict(facts_of(a_content(**SALE, metadata={"sku": "A1", "boxed": True, "parts": ["a", 1]})))
    assert facts == {
        "Source": "discord",
        "Type": "meeting.created",
        "Author": "ada",
        "Channel": "general",
        "Created": "2026-03-01 12:00 UTC",
        "When": "2026-11-20 10:00 UTC",
        "Minutes": "90",
        "Location": "Leeds",
        "Attendees": "ada, grace",
        "Priority": "high",
        "Item": "Sony A6400, boxed",
        "Price": "499.5",
        "Currency": "GBP",
        "Quantity": "2",
        "Tags": "urgent",
        "Link": "https://discord.com/channels/1/2/3",
        "Event": "message:discord:123:1",
        "boxed": "true",
        "parts": '["a", 1]',
        "sku": "A1",
    }
    assert set(LABELS.values()) <= facts.keys()


def test_what_a_sink_has_a_field_for_is_left_out() -> None:
    labels = [label for label, _ in facts_of(a_content(metadata={"sku": "A1"}), without=("author", "metadata.sku"))]
    assert "Author" not in labels
    assert "sku" not in labels
    assert "Channel" in labels


def test_what_is_not_said_is_not_told() -> None:
    facts = facts_of(a_content(author=None, location="", attendees=[], metadata={"a": None, "b": " "}))
    assert not {"Author", "Location", "Attendees", "a", "b"}.intersection(label for label, _ in facts)


def test_two_things_of_one_label_are_both_told() -> None:
    assert [said for label, said in facts_of(a_content(metadata={"Author": "grace"})) if label == "Author"] == [
        "ada",
        "grace",
    ]


def test_a_field_of_the_metadata_is_asked_for_by_its_key() -> None:
    content = a_content(metadata={"a.b": 1, "title": "x"})
    assert value_of(content, "metadata.a.b") == 1
    assert value_of(content, "metadata.c") is None
    assert value_of(content, "title") == "Kickoff with ACME"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, ""),
        ("a\x00b", "ab"),
        (0, "0"),
        (False, "false"),
        (1.5, "1.5"),
        ((), ""),
        ([], "[]"),
        ({"b": "é", "a": 1}, '{"a": 1, "b": "é"}'),
    ],
)
def test_every_value_has_words(value: Any, words: str) -> None:
    assert in_words(value) == words


@pytest.mark.parametrize(
    "address",
    [
        "http://a.example",
        "https://a.example:8080/b?c=d#e",
        "HTTPS://A.EXAMPLE/",
        "https://ä.example/ö",
        f"https://a.example/{'x' * 1_982}",
    ],
)
def test_an_address_of_a_page_is_one(address: str) -> None:
    assert web_address(f" {address} ") == address


@pytest.mark.parametrize(
    "address",
    [
        None,
        "",
        "a.example",
        "//a.example",
        "https://",
        "https:///path",
        "https://[::1",
        "javascript:alert(1)//https://a.example",
        "data:text/html,x",
        "ftp://a.example",
        "https://a.example/b c",
        "https://a.example/\u202e",
        "https://a.example/\x00",
        f"https://a.example/{'x' * 1_983}",
    ],
)
def test_whatever_else_is_given_as_an_address_is_none(address: str | None) -> None:
    assert web_address(address) is None


def test_a_message_is_told_by_its_source() -> None:
    assert is_message(a_message())
    assert is_message(a_short_message())
    assert not is_message({"source": "switchyard.listings", "type": "message.created"})
