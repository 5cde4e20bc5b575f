"""The rules that Discord's schema does not have find the mistakes that are easily made."""

from typing import Any

import pytest

from tests.contract.discord.requests import violations

BUTTON: dict[str, Any] = {"type": 2, "style": 1, "label": "Buy", "custom_id": "listing.buy:1"}
LINK: dict[str, Any] = {"type": 2, "style": 5, "label": "Open", "url": "https://market.example"}
MENU: dict[str, Any] = {"type": 3, "custom_id": "listing.tag:1", "options": [{"label": "a", "value": "a"}]}
INPUT: dict[str, Any] = {"type": 4, "custom_id": "price", "style": 1}
OPTION: dict[str, Any] = {"type": 3, "name": "listing", "description": "Which"}
SUBCOMMAND: dict[str, Any] = {"type": 1, "name": "show", "description": "Show it", "options": [OPTION]}
COMMAND: dict[str, Any] = {"name": "listing", "description": "Listings"}
WITH_IMAGE: dict[str, Any] = {"embeds": [{"image": {"url": "attachment://a.png"}}]}
CHOICES: list[Any] = [{"name": "a", "value": "a"}]
LONG: list[Any] = [OPTION | {"name": f"o{n}", "choices": [{"name": "a", "value": "x" * 2_000}]} for n in range(4)]


def with_rows(*rows: list[Any]) -> dict[str, Any]:
    return {"content": "x", "components": [{"type": 1, "components": row} for row in rows]}


def form(*components: Any) -> dict[str, Any]:
    labels = [{"type": 18, "label": "Price", "component": one} for one in components]
    return {"type": 9, "data": {"custom_id": "a", "title": "Price", "components": labels}}


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("Message", with_rows([BUTTON, LINK], [MENU])),
        ("Message", {"content": "", "embeds": [{"title": "x" * 256, "description": "x" * 4_096}]}),
        ("Message", WITH_IMAGE | {"attachments": [{"id": 0, "filename": "a.png"}]}),
        ("Edit", {}),
        ("InteractionEdit", {"content": "", "embeds": [], "components": [], "attachments": []}),
        ("FollowUp", {"content": "x", "flags": 64}),
        ("Commands", [COMMAND | {"options": [SUBCOMMAND]}, {"name": "Send to sinks", "type": 3}]),
        ("Commands", [COMMAND | {"default_member_permissions": "32", "contexts": [0], "nsfw": False}]),
        ("Answer", {"type": 1}),
        ("Answer", {"type": 5, "data": {"flags": 64}}),
        ("Answer", {"type": 6}),
        ("Answer", {"type": 8, "data": {"choices": [{"name": "Leica", "value": "1"}]}}),
        ("Answer", form(INPUT | {"max_length": 9, "value": "450"})),
    ],
)  # fmt: skip
def test_what_discord_takes_is_good(name: str, body: Any) -> None:
    assert violations(body, name) == []


@pytest.mark.parametrize(
    ("name", "body", "told"),
    [
        ("Message", with_rows([BUTTON] * 2), "custom_id is there more than once"),
        ("Message", with_rows([BUTTON | {"custom_id": str(n)} for n in range(6)]), "more than 5"),
        ("Message", with_rows(*[[BUTTON | {"custom_id": str(n)}] for n in range(6)]), "more than 5"),
        ("Message", with_rows([BUTTON, MENU]), "stands alone"),
        ("Message", with_rows([BUTTON | {"label": " "}]), "no label"),
        ("Message", with_rows([BUTTON | {"label": "x" * 81}]), "80"),
        ("Message", with_rows([BUTTON | {"custom_id": "x" * 101}]), "100"),
        ("Message", with_rows([BUTTON | {"url": "https://a.example"}]), "style 1 has custom_id and no url"),
        ("Message", with_rows([LINK | {"custom_id": "x"}]), "style 5 has url and no custom_id"),
        ("Message", with_rows([LINK | {"url": "https://a b"}]), "uri"),
        ("Message", with_rows([MENU | {"options": MENU["options"] * 2}]), "value is there more than once"),
        ("Message", with_rows([MENU | {"max_values": 2}]), "1 to 2 of 1"),
        ("Message", {"embeds": [{"description": "x" * 3_001}] * 2}, "6002 characters together"),
        ("Message", {"embeds": [{"color": 1}]}, "nothing in it"),
        ("Message", {"embeds": [{"title": "x", "fields": [{"name": " ", "value": "x"}]}]}, "embeds.0.fields.0.name"),
        ("Message", WITH_IMAGE, "not among the attachments"),
        ("FollowUp", {"content": " "}, "nothing in the message"),
        ("FollowUp", {"content": "x", "nonce": "1"}, "nonce"),
        ("Commands", [COMMAND, COMMAND], "more than once"),
        ("Commands", [COMMAND | {"name": "Listing"}], "no name"),
        ("Commands", [{"name": "listing"}], "no description"),
        ("Commands", [{"name": "Send", "type": 3, "description": "x"}], "no description and no options"),
        ("Commands", [COMMAND | {"options": [OPTION, SUBCOMMAND]}], "not both"),
        ("Commands", [COMMAND | {"options": [OPTION, OPTION]}], "listing is there more than once"),
        ("Commands", [COMMAND | {"options": [OPTION, OPTION | {"name": "b", "required": True}]}], "comes first"),
        ("Commands", [COMMAND | {"options": [OPTION | {"min_length": 9, "max_length": 1}]}], "min_length is above"),
        ("Commands", [COMMAND | {"options": [OPTION | {"autocomplete": True, "choices": CHOICES}]}], "not both"),
        ("Commands", [COMMAND | {"options": [OPTION | {"choices": CHOICES * 2}]}], "more than once"),
        ("Commands", [COMMAND | {"options": LONG}], "characters together"),
        ("Commands", [{"name": f"m{n}", "type": 3} for n in range(16)], "16 commands of type 3"),
        ("Answer", {"type": 4, "data": {"content": ""}}, "nothing in the message"),
        ("Answer", {"type": 5, "data": {"content": "x"}}, "private"),
        ("Answer", {"type": 8, "data": {"choices": [{"name": "", "value": "1"}]}}, "name"),
        ("Answer", {"type": 8, "data": {"choices": [{"name": "a", "value": "1"}] * 26}}, "25"),
        ("Answer", form(INPUT, INPUT), "more than once"),
        ("Answer", form(*[INPUT | {"custom_id": str(n)} for n in range(6)]), "more than 5"),
        ("Answer", form(INPUT | {"max_length": 2, "value": "450"}), "3 characters where 0 to 2"),
        ("Answer", {"type": 10}, ""),
    ],
)  # fmt: skip
def test_what_discord_does_not_take_is_told(name: str, body: Any, told: str) -> None:
    found = violations(body, name)
    assert found
    assert any(told in one for one in found), found
