"""Every shape of interaction that Discord shows is understood; what is none is refused."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.receive_interactions.used import read_used
from shared.discord.interaction import Kind, read_interaction
from shared.runtime.errors import InvalidInputError
from tests.contract.discord import examples
from tests.contract.discord.examples import COMPONENTS, EVERY, FILLED, FORMS
from tests.contract.discord.refresh import TYPES
from tests.contract.discord.requests import INCOMING, violations_of_interaction


@pytest.mark.parametrize("name", EVERY)
def test_every_shape_that_discord_shows_is_understood(name: str) -> None:
    raw = FILLED | dict(EVERY[name])
    read, used = read_interaction(raw), read_used(raw)
    assert (read.kind, read.id, read.token) == (raw["type"], raw["id"], raw["token"])
    assert (read.user_id, set(read.role_ids)) == ("53900000000000001", {"539000000000000002"})
    assert (read.guild_id, read.channel_id) == (raw["guild_id"], raw["channel_id"])
    assert (used.kind, used.name, used.user_id) == (int(read.kind), read.name, read.user_id)


def test_what_is_filled_in_is_always_there_today() -> None:
    for name in ("Ping", "MessageComponent", "ModalSubmit", "ApplicationCommandAutocomplete"):
        assert FILLED.keys() <= set(INCOMING["$defs"][f"API{name}Interaction"]["required"])
    assert all("application_id" not in one or one["application_id"] for one in EVERY.values())
    assert [name for name, one in EVERY.items() if "application_id" in one] == ["menu of a user", "menu of a message"]


def test_a_slash_command_has_its_options() -> None:
    read = read_interaction(FILLED | examples.SLASH)
    assert (read.name, read.options, read.user_name) == ("find", {"card": "A Monster"}, "anna")


def test_an_entry_of_a_messages_menu_has_the_message_and_that_of_a_user_has_none() -> None:
    target = read_interaction(examples.OF_A_MESSAGE).target
    assert target is not None
    assert (target.content, target.author_name, target.attachments) == ("some words", "anna", ())
    assert read_interaction(examples.OF_A_USER).target is None


def test_what_was_forwarded_says_what_people_see_in_it() -> None:
    """Source: discord.com/developers/docs/resources/message, "Message Snapshot Object"."""
    data: Any = examples.OF_A_MESSAGE["data"]
    (message,) = data["resolved"]["messages"].values()
    seen = {"type": 0, "content": "some words", "attachments": [{"id": "7", "url": "https://cdn.example/bill.pdf"}]}
    bare = {
        "content": "",
        "message_reference": {"type": 1, "message_id": "8", "channel_id": "9"},
        "message_snapshots": [{"message": seen}],
    }
    forwarded = data | {"resolved": {"messages": {message["id"]: message | bare}}}
    target = read_interaction(examples.OF_A_MESSAGE | {"data": forwarded}).target
    assert target is not None
    assert (target.content, target.attachments) == ("some words", ("https://cdn.example/bill.pdf",))
    assert (target.id, target.author_name) == (message["id"], "anna")  # who has forwarded it


def test_components_and_forms_have_what_was_chosen_and_written() -> None:
    assert read_interaction(FILLED | COMPONENTS["button"]).name == "press_me"
    assert read_interaction(FILLED | COMPONENTS["menu of texts"]).values == ("butterfly",)
    assert read_interaction(FILLED | FORMS["text"]).fields == {"words": "much better, but"}
    assert read_interaction(FILLED | FORMS["text in a row"]).fields == {"words": "fine"}
    assert read_interaction(FILLED | examples.TYPING).kind is Kind.AUTOCOMPLETE


def test_a_ping_is_from_nobody() -> None:
    used = read_used({"id": "1", "application_id": "2", "type": 1, "token": "t", "version": 1})
    assert (used.kind, used.name, used.user_id) == (1, "", "")


_NONE = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.lists(st.integers(), max_size=2)
_PATHS = st.sampled_from(
    ["id", "type", "member", "member.user", "member.roles", "data", "data.name", "data.options", "data.components"]
)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.sampled_from(sorted(EVERY)), _PATHS, _NONE)
def test_what_is_no_interaction_is_refused_and_nothing_worse(name: str, path: str, value: Any) -> None:
    raw = _changed(FILLED | dict(EVERY[name]), path.split("."), value)
    try:
        read = read_interaction(raw)
    except InvalidInputError:
        return
    assert read.id.isdigit()


def test_the_types_say_where_they_are_from() -> None:
    provenance = INCOMING["x-provenance"]
    assert provenance["package"] == f"npm discord-api-types {TYPES.version}"
    assert provenance["sha256"] == TYPES.sha256
    assert provenance["licence"].startswith("MIT")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"id": 1}, "id"),
        ({"type": 9}, "type"),
        ({"membr": {}}, "membr"),
        ({"data": {"name": "x"}}, "data"),
        ({"token": None}, "token"),
    ],
)
def test_the_types_find_what_discord_would_not_send(changes: dict[str, Any], told: str) -> None:
    today = {"entitlements": [], "authorizing_integration_owners": {}, "attachment_size_limit": 1}
    assert violations_of_interaction({"type": 1, **today, **_PING}) == []
    assert any(told in one for one in violations_of_interaction({"type": 1, **today, **_PING, **changes}))


_PING: dict[str, Any] = {"id": "1", "application_id": "2", "token": "t", "version": 1, "app_permissions": "0"}


def _changed(part: Any, path: list[str], value: Any) -> Any:
    if not isinstance(part, dict):
        return part
    name, *rest = path
    return part | {name: _changed(part.get(name), rest, value) if rest else value}
