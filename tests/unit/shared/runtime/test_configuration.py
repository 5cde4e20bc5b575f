"""Configuration: the environment before the file, the file before the defaults, and nothing unknown."""

from dataclasses import fields

import pytest

from shared.runtime.configuration import FILE, SECTIONS, Chosen, Configuration, choose, chosen, listed, paired
from shared.runtime.errors import InvalidInputError

TEXT = """
services:
  reporting_url: https://reporting.example
documents:
  stale_days: 90
"""


def test_the_environment_comes_before_the_file_and_the_file_before_the_default() -> None:
    found = choose(TEXT, {"REPORTING_URL": "https://other.example", "DOC_STORE_URL": ""})
    assert found["reporting_url"] == Chosen(value="https://other.example", source="environment")
    assert found["stale_days"] == Chosen(value="90", source="file")
    assert found["doc_store_url"] == Chosen(value="", source="default")


def test_an_empty_line_of_the_file_leaves_the_default() -> None:
    assert choose('documents:\n  stale_days: ""\n', {})["stale_days"] == Chosen(value="180", source="default")
    assert choose("documents:\n", {})["stale_days"].source == "default"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("service:\n  x: 1\n", r"service: there is no such key; .*\(line 2\)"),
        ("services:\n  reporting: x\n", r"services.reporting: there is no such key; .*\(line 2\)"),
        ("services: 5\n", r"services: lines of `key: value` are needed here \(line 1\)"),
        ("services:\n  reporting_url: [a]\n", r"services.reporting_url: one text is needed here \(line 2\)"),
        ("", "it says nothing"),
        ("services:\n  reporting_url: &a x\n", "line 2"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_place(text: str, said: str) -> None:
    with pytest.raises(InvalidInputError, match=said):
        choose(text, {})


def test_the_file_that_is_shipped_can_be_read_and_names_every_key() -> None:
    text = FILE.read_text(encoding="utf-8")
    assert set(choose(text, {})) == {one.name for one in fields(Configuration)}
    assert all(f"  {name}:" in text for names in SECTIONS.values() for name in names)
    assert [name for names in SECTIONS.values() for name in names] == [one.name for one in fields(Configuration)]


def test_a_process_reads_what_it_is_told() -> None:
    assert chosen()["jira_jql"].value


def test_lists_and_pairs_stand_between_commas() -> None:
    assert listed(" a, ,b ,") == ("a", "b")
    assert paired("shop=https://a.example?x=1, b=c") == {"shop": "https://a.example?x=1", "b": "c"}
    with pytest.raises(InvalidInputError, match="name=value is needed"):
        paired("shop")
