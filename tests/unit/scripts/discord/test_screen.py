"""A message as lines: all that Discord would show of it, and what can be done with it."""

from typing import Any

from scripts.discord import screen

MESSAGE: dict[str, Any] = {
    "author": {"username": "switchyard"},
    "content": "\\*Found\\* until <t:1790000000:R>",
    "edited_timestamp": None,
    "flags": 0,
    "embeds": [],
    "attachments": [],
    "components": [],
}


def shown(is_private: bool = False, **changes: Any) -> list[str]:
    return list(screen.lines(MESSAGE | changes, 3, is_private=is_private, fetch=lambda url, name: f"<{url}> as {name}"))


def test_a_text_reads_as_it_was_written() -> None:
    assert shown() == ["[3] switchyard:", "    *Found* until 2026-09-21 14:13 UTC"]


def test_what_is_private_edited_or_still_to_come_is_marked() -> None:
    assert shown(True, edited_timestamp="2026")[0] == "[3] switchyard (only you see this, edited):"
    assert shown(flags=128 + 64, content="") == ["[3] switchyard:", "    is thinking…"]


def test_an_embed_has_its_parts_and_a_word_for_its_colour() -> None:
    embed = {
        "title": "Leica M6",
        "color": 0x2ECC71,
        "url": "https://market.example/1",
        "description": "boxed\nas new",
        "fields": [{"name": "Price", "value": "GBP 450"}, {"name": "Notes", "value": "one\ntwo"}],
        "footer": {"text": "Listing 3668"},
        "image": {"url": "http://127.0.0.1:1/attachments/1/2/photo.png"},
    }
    assert shown(content="", embeds=[embed, {"description": "x", "color": 1}])[1:] == [
        "    | Leica M6 (green) https://market.example/1",
        "    | boxed",
        "    | as new",
        "    | Price: GBP 450",
        "    | Notes: one",
        "    |   two",
        "    | Listing 3668",
        "    | image: photo.png",
        "    | (#000001)",
        "    | x",
    ]


def test_a_file_is_said_to_be_where_it_was_put() -> None:
    file = {"url": "http://127.0.0.1:1/attachments/1/2/a.png", "filename": "a.png"}
    assert shown(attachments=[file])[-1] == f"    file: a.png -> <{file['url']}> as a.png"


def test_buttons_and_items_have_numbers() -> None:
    buttons = [
        {"type": 2, "style": 3, "label": "Buy", "custom_id": "a"},
        {"type": 2, "style": 4, "label": "Skip", "custom_id": "b", "disabled": True},
        {"type": 2, "style": 5, "label": "Open", "url": "https://a.example"},
    ]
    menu = {"type": 3, "options": [{"label": "lens"}, {"label": "body"}], "placeholder": "Tags"}
    rows = [{"components": buttons}, {"components": [menu]}]
    assert shown(content="", components=rows)[1:] == [
        "    press: 1 Buy (green) · 2 Skip (off) · 3 Open -> https://a.example",
        "    choose 'Tags': 1 lens · 2 body",
    ]


def test_a_question_says_what_may_be_left_out_and_what_stands_there() -> None:
    field = {"custom_id": "note", "required": False, "value": "as new"}
    label = {"label": "Note", "description": "for us", "component": field}
    assert screen.question(label) == "    Note (for us), may be empty [as new]: "
    assert screen.question({"label": "Price", "component": {}}) == "    Price: "


def test_usage_has_a_line_for_each_subcommand() -> None:
    option = {"name": "listing", "type": 3, "description": "which", "required": True}
    more = {"name": "full", "type": 5, "description": "all of it", "choices": []}
    show = {"name": "show", "type": 1, "description": "Show it", "options": [option, more]}
    command = {"name": "listing", "type": 1, "description": "Listings", "options": [show]}
    assert list(screen.usage(command)) == ["/listing show listing:… [full:…]  Show it"]
    assert list(screen.options(command, ["show"])) == ["  listing: which", "  full: all of it"]
    assert list(screen.usage({"name": "Send to sinks", "type": 3})) == ['menu "Send to sinks" on <message>']
