"""Rules in plain words."""

from argparse import Namespace
from pathlib import Path

import pytest

from scripts.rules.command import check_rules, in_words, put_rules, rules_of, show_rules
from shared.messages.rules_file import default_text
from shared.runtime.errors import InvalidInputError

RULES = """
tags:
  - name: big money
    when: {type: sale.*, words: [invoice, paid]}
    tags: [money, sale]
routes:
  - name: money talks
    when: {tags: money, has_time: false}
    to: telegram
  - name: the rest
    when: {always: true}
    to: notion
sinks:
  google-calendar: {default_duration: 30}
"""


def test_a_file_is_told_in_plain_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text(RULES)
    assert check_rules(Namespace(file=str(file))) == 0
    assert capsys.readouterr().out.splitlines() == [
        "1 rules for tags, 2 routes",
        '  big money: a message whose type is sale.* and that says "invoice" or "paid" is tagged money, sale',
        "  money talks: a message whose tag is money and that has no time goes to telegram",
        "  the rest: every message goes to notion",
        "nothing goes to discord, google-calendar, shopify",
        "with options for google-calendar",
    ]


def test_the_shipped_rules_are_shown_and_can_be_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert show_rules(Namespace()) == 0
    assert capsys.readouterr().out == default_text()
    assert len(list(in_words(rules_of(None)))) > 5


@pytest.mark.parametrize("shipped", [True, False])
def test_rules_are_told_before_it_is_said_that_they_are_in_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, shipped: bool
) -> None:
    placed: list[str | None] = []

    def put(text: str | None) -> int:
        placed.append(text)
        return 7

    monkeypatch.setattr("scripts.rules.in_place.put_rules", put)
    file = tmp_path / "rules.yaml"
    file.write_text(RULES)
    put_rules(Namespace(file=None if shipped else str(file), shipped=shipped))
    *told, last = capsys.readouterr().out.splitlines()
    assert told == list(in_words(rules_of(None if shipped else str(file))))
    assert last.startswith("these rules are in place (version 7)")
    assert placed == [None if shipped else RULES]


@pytest.mark.parametrize(
    "text",
    [
        "routes: [{name: a, when: {always: true}, to: nowhere}]",
        "routes: []",
        "routes: [",
    ],
)
def test_a_mistake_is_told_with_the_name_of_the_file(tmp_path: Path, text: str) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text(text)
    with pytest.raises(InvalidInputError) as refused:
        rules_of(str(file))
    assert str(refused.value).startswith(f"{file}: ")


ROUTE = "routes: [{name: a, when: {always: true}, to: notion}]\n"


@pytest.mark.parametrize(
    ("sinks", "place", "line"),
    [
        ("google-calendar: {default_duration: -1}", "sinks.google-calendar.default_duration: ", 3),
        ("google-calendar:\n    default_duration: an hour", "sinks.google-calendar.default_duration: ", 4),
        ("notion: {}\n  shopify: {unheard_of: 1}", "sinks.shopify.unheard_of: ", 4),
        ("notion:\n    properties:\n      title: {name: Name}", "sinks.notion.properties.title.type: ", 5),
        ("notion:\n    properties: {nobody: {name: A, type: url}}", "sinks.notion.properties: nobody: ", 4),
    ],
)
def test_a_wrong_option_is_told_with_its_place(tmp_path: Path, sinks: str, place: str, line: int) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text(f"{ROUTE}sinks:\n  {sinks}\n")
    with pytest.raises(InvalidInputError) as refused:
        rules_of(str(file))
    assert str(refused.value).startswith(f"{file}: {place}")
    assert str(refused.value).endswith(f"(line {line})")


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_bytes(b"routes: \xff")
    with pytest.raises(InvalidInputError, match="UTF-8"):
        rules_of(str(file))
