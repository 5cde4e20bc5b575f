"""What an interaction is answered with at once, and what Discord is told of commands, is what Discord takes."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.receive_interactions import answers, suggestions
from functions.run_commands import registry
from scripts.generate import interactions
from shared.discord.options import Modal, TextInput
from shared.discord.table import table_of
from tests.contract.discord.requests import violations
from tests.contract.strategies import lines, texts

TABLE: dict[str, Any] = json.loads(interactions())
ROWS = {**TABLE["commands"], **TABLE["components"]}
FORMS = [row["modal"] for row in ROWS.values() if "modal" in row]


def test_every_command_can_be_registered() -> None:
    assert violations(registry.payload(), "Commands") == []


def test_ping_is_answered_with_pong() -> None:
    assert violations(answers.PONG, "Answer") == []


@pytest.mark.parametrize("name", sorted(name for name, row in ROWS.items() if "modal" not in row))
def test_everything_that_can_be_used_is_acknowledged(name: str) -> None:
    answer = answers.acknowledged(ROWS[name])
    assert violations(answer, "Answer") == []
    assert answer["type"] in (4, 5, 6)


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.sampled_from(FORMS or [None]), st.lists(texts(200), max_size=4))
def test_every_form_opens_or_is_said_not_to(modal: Any, arguments: list[str]) -> None:
    assert modal is not None, "no command has a form any more: this test is in the way"
    answer = answers.form(modal, arguments)
    assert answer is None or violations(answer, "Answer") == []


@settings(derandomize=True, deadline=None, max_examples=100)
@given(texts(2_000).filter(lambda text: bool(text.strip())))
def test_whatever_is_said_at_once_is_private_and_mentions_nobody(text: str) -> None:
    answer = answers.said(text)
    assert violations(answer, "Answer") == []
    assert (answer["data"]["flags"], answer["data"]["allowed_mentions"]) == (64, {"parse": []})


class Board:
    """Has these items in every column."""

    def __init__(self, items: list[dict[str, str]]) -> None:
        self.items = items

    def newest(
        self, column: str, fields: Any, *, after: Any = None, seconds: float
    ) -> tuple[list[dict[str, str]], None]:
        return self.items, None

    def get(self, pk: str, fields: Any, *, seconds: float) -> None:
        return None


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.lists(lines(300), max_size=40), st.sampled_from(["", "a", "📷", "x"]))
def test_whatever_titles_there_are_discord_takes_what_is_offered(titles: list[str], typed: str) -> None:
    items = [
        {"pk": f"LISTING#{number}", "board_sk": f"{number:03}", "title": title, "state": "NEGOTIATING"}
        for number, title in enumerate(titles)
    ]
    source = {"source": "listings", "columns": ["a column"]}
    answer = answers.suggested(suggestions.suggest(source, typed, board=Board(items)))
    assert violations(answer, "Answer") == []


class Opening:
    """Something that opens a form."""

    needs = "viewer"
    acknowledge: Any = "modal"
    options = ()

    def __init__(self, modal: Modal) -> None:
        self.opens = modal


_INPUTS = st.builds(
    TextInput,
    name=st.sampled_from(["price", "note", "reason", "when", "how", "a" * 100]),
    label=texts(60),
    description=texts(120),
    placeholder=texts(120),
    paragraph=st.booleans(),
    required=st.booleans(),
    shortest=st.none() | st.integers(0, 10),
    longest=st.integers(10, 4_000),
)
_SOME_INPUTS = st.lists(_INPUTS, max_size=6, unique_by=lambda one: one.name)
_FORMS = st.builds(Modal, prefix=st.just("a.form"), title=texts(60), inputs=_SOME_INPUTS)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(_FORMS)
def test_a_form_of_texts_that_discord_would_not_take_cannot_be_declared(modal: Modal) -> None:
    opening, form = Opening(modal), Opening(modal)
    form.opens, form.acknowledge = None, "defer_update"  # type: ignore[assignment]
    try:
        table = table_of({}, {"a.open": opening, "a.form": form}, places=lambda *_: {})
    except ValueError:
        return
    answer = answers.form(table["components"]["a.open"]["modal"], [])
    assert violations(answer, "Answer") == []
