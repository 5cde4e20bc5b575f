"""The table of the receiver, from what commands declare."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import pytest

from shared.discord.options import Acknowledge, Modal, Option, TextInput
from shared.discord.table import table_of


@dataclass(frozen=True, kw_only=True)
class Declared:
    needs: str = "operator"
    acknowledge: Acknowledge = Acknowledge.DEFER_PRIVATE
    opens: Modal | None = None
    options: Sequence[Option] = ()
    text: str = ""


INPUT: Final = TextInput(name="price", label="Price")
MODAL: Final = Modal(prefix="listing.priced", title="What does it cost?", inputs=[INPUT])
TAKES_IT: Final = {"listing.priced": Declared(acknowledge=Acknowledge.DEFER_PRIVATE)}


def places(source: str, states: Sequence[str]) -> dict[str, Any]:
    if source == "workflows":
        return {"names": [{"name": "Tidy up", "value": "tidy-up"}]}
    return {"columns": [f"{source}#{state}" for state in states]}


def commands_of(**commands: Declared) -> dict[str, Any]:
    return table_of(commands, TAKES_IT, places=places)["commands"]


def test_a_row_says_who_may_and_how_it_is_acknowledged() -> None:
    table = table_of(
        {"listing show": Declared(needs="viewer"), "ship": Declared(acknowledge=Acknowledge.DEFER)},
        {"listing.skip": Declared(acknowledge=Acknowledge.DEFER_UPDATE)},
        places=places,
    )
    assert table == {
        "commands": {
            "listing show": {"needs": "viewer", "acknowledge": "defer_private"},
            "ship": {"needs": "operator", "acknowledge": "defer"},
        },
        "components": {"listing.skip": {"needs": "operator", "acknowledge": "defer_update"}},
    }


def test_options_say_where_suggestions_come_from() -> None:
    options = [
        Option(name="listing", description="Which", autocomplete="listings", states=("FOUND", "LISTED")),
        Option(name="delivery", description="Which", autocomplete="deliveries"),
        Option(name="workflow", description="Which", autocomplete="workflows"),
        Option(name="note", description="What"),
    ]
    assert commands_of(listing=Declared(options=options))["listing"]["autocomplete"] == {
        "listing": {"source": "listings", "columns": ["listings#FOUND", "listings#LISTED"]},
        "delivery": {"source": "deliveries", "columns": []},
        "workflow": {"source": "workflows", "names": [{"name": "Tidy up", "value": "tidy-up"}]},
    }


def test_what_replies_at_once_has_its_text_in_the_table() -> None:
    row = commands_of(help=Declared(acknowledge=Acknowledge.REPLY, text="Ask away."))["help"]
    assert row == {"needs": "operator", "acknowledge": "reply", "text": "Ask away."}


def test_a_form_is_in_the_table_as_discord_takes_it() -> None:
    note = TextInput(
        name="note",
        label="Note",
        description="For the others",
        placeholder="It is fine",
        paragraph=True,
        required=False,
        shortest=0,
        longest=500,
        prefill=1,
    )
    row = commands_of(listing=Declared(opens=replace(MODAL, inputs=[INPUT, note])))["listing"]
    assert (row["acknowledge"], row["modal"]) == (
        "modal",
        {
            "prefix": "listing.priced",
            "title": "What does it cost?",
            "components": [
                {
                    "type": 18,
                    "label": "Price",
                    "component": {
                        "type": 4,
                        "custom_id": "price",
                        "style": 1,
                        "required": True,
                        "max_length": 4_000,
                    },
                },
                {
                    "type": 18,
                    "label": "Note",
                    "description": "For the others",
                    "component": {
                        "type": 4,
                        "custom_id": "note",
                        "style": 2,
                        "required": False,
                        "max_length": 500,
                        "min_length": 0,
                        "placeholder": "It is fine",
                    },
                },
            ],
            "prefill": {"1": 1},
        },
    )


def opening(**changes: Any) -> Declared:
    return Declared(opens=replace(MODAL, **changes))


def asking(**changes: Any) -> Declared:
    return opening(inputs=[replace(INPUT, **changes)])


@pytest.mark.parametrize(
    ("declared", "problem"),
    [
        (opening(title=""), "a title has 1 to 45 letters"),
        (opening(title="x" * 46), "a title has 1 to 45 letters"),
        (opening(inputs=[]), "a form has 1 to 5 inputs"),
        (opening(inputs=[INPUT] * 6), "a form has 1 to 5 inputs"),
        (asking(label="x" * 46), "a label has 1 to 45 letters"),
        (asking(label=""), "a label has 1 to 45 letters"),
        (asking(description="x" * 101), "a description has at most 100 letters"),
        (asking(placeholder="x" * 101), "a placeholder has at most 100 letters"),
        (opening(prefix="listing.else"), "nobody takes the form listing.else"),
        (Declared(acknowledge=Acknowledge.MODAL), "opens a form and does not say which"),
        (Declared(acknowledge=Acknowledge.REPLY), "replies at once and does not say what"),
        (Declared(acknowledge=Acknowledge.REPLY, text="x" * 2_001), "replies at once and does not say what"),
    ],
)
def test_what_discord_would_not_take_is_not_let_into_the_table(declared: Declared, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        commands_of(listing=declared)


def test_what_is_at_its_limit_is_let_in() -> None:
    at_the_limit = [
        opening(title="x" * 45),
        opening(inputs=[INPUT] * 5),
        asking(label="x" * 45, description="x" * 100, placeholder="x" * 100),
        Declared(acknowledge=Acknowledge.REPLY, text="x" * 2_000),
    ]
    assert all(commands_of(listing=one)["listing"] for one in at_the_limit)


def test_a_form_that_opens_a_form_is_refused() -> None:
    """Discord has no answer for that."""
    components = {"listing.price": Declared(opens=MODAL), "listing.priced": Declared(opens=MODAL)}
    with pytest.raises(ValueError, match=r"the form listing\.priced opens a form"):
        table_of({}, components, places=places)


def test_a_form_of_a_command_updates_no_message() -> None:
    updates = {"listing.priced": Declared(acknowledge=Acknowledge.DEFER_UPDATE)}
    with pytest.raises(ValueError, match="there is no message to update"):
        table_of({"listing": Declared(opens=MODAL)}, updates, places=places)
    by_button = table_of({}, {"listing.price": Declared(opens=MODAL), **updates}, places=places)
    assert by_button["components"]["listing.priced"]["acknowledge"] == "defer_update"
