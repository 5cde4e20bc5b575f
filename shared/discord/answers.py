"""What is shown in Discord: texts, embeds, buttons and menus, within Discord's limits, whatever strangers wrote.

Source: discord.com/developers/docs/resources/message and /components/reference, API v10.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import Any, Final

from shared.runtime.discord import LONGEST_CONTENT, as_written
from shared.runtime.text import ELLIPSIS, clean, cut, cut_text, one_line, units

PRIVATE: Final = 64  # flag EPHEMERAL: only who asked sees it
LONGEST_CUSTOM_ID: Final = 100
LONGEST_TITLE: Final = 256
LONGEST_DESCRIPTION: Final = 4_096
LONGEST_FIELD_NAME: Final = 256
LONGEST_FIELD: Final = 1_024
LONGEST_FOOTER: Final = 2_048
MAX_FIELDS: Final = 25
MAX_EMBEDS: Final = 10
MAX_EMBED_TEXT: Final = 6_000  # of all embeds of a message together
MAX_BUTTONS: Final = 5  # in a row
MAX_ROWS: Final = 5
LONGEST_LABEL: Final = 80
MAX_MENU: Final = 25
_LONGEST_MENU_TEXT: Final = 100
_LONGEST_BUTTON_ADDRESS: Final = 512
_LONGEST_EMBED_ADDRESS: Final = 2_048
_ADDRESS: Final = re.compile(
    r"https?://[A-Za-z0-9.-]+(:\d{1,5})?([/?#]([A-Za-z0-9._~:/?#@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)?"
)


# What turns the direction of all that follows: LRE, RLE, PDF, LRO, RLO, LRI, RLI, FSI, PDI (Unicode, UAX #9).
_NO_TURNS: Final = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))
_NO_BRACKETS: Final = str.maketrans("[]", "()")  # a backslash before one does not keep it from ending a link


class Colour(IntEnum):
    NEUTRAL = 0x3498DB
    GOOD = 0x2ECC71
    WARNING = 0xF1C40F
    BAD = 0xE74C3C
    QUIET = 0x95A5A6


class Style(IntEnum):
    PRIMARY = 1
    SECONDARY = 2
    SUCCESS = 3
    DANGER = 4
    LINK = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """Presses come back under the prefix of `custom_id`; a button with an address opens that instead."""

    label: str
    custom_id: str = ""
    url: str = ""
    style: Style = Style.SECONDARY
    disabled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    label: str
    value: str
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu:
    custom_id: str
    items: Sequence[Item]
    placeholder: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    name: str
    value: str
    inline: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Embed:
    """`image` is the name of a file that goes with the reply."""

    title: str = ""
    description: str = ""
    url: str = ""
    colour: Colour = Colour.NEUTRAL
    fields: Sequence[Field] = ()
    footer: str = ""
    image: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    name: str
    content_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One message. Texts are Discord's markup: what a stranger wrote is put through `shown` first.

    `private`: shown to who asked alone, beside the message a button is on, which then stays as it is. Otherwise the
    reply takes the place of that message, or of "is thinking…".
    """

    content: str = ""
    embeds: Sequence[Embed] = ()
    buttons: Sequence[Button] = ()
    menu: Menu | None = None
    files: Sequence[File] = ()
    private: bool = False


def private(content: str) -> Reply:
    return Reply(content=content, private=True)


def shown(text: str, most: int = LONGEST_TITLE) -> str:
    """A stranger's words in one line: they read as they were written, and do nothing. At most so many units."""
    return cut(as_written(one_line(text.translate(_NO_TURNS), most)), most)


def shown_lines(text: str, most: int = LONGEST_FIELD) -> str:
    """The same with their line breaks."""
    return cut(as_written(clean(text.translate(_NO_TURNS)).strip()), most)


def link(label: str, url: str | None) -> str:
    """A masked link; the bare label where the address is none that may be followed."""
    is_safe = bool(url) and str(url).startswith(("https://", "http://")) and not set(str(url)) & set('<>() \n\t"')
    said = shown(label.translate(_NO_BRACKETS), 100)
    return f"[{said}]({url})" if is_safe else said


def moment(seconds: float, style: str = "R") -> str:
    """A time as each reader's own clock and language have it. `R`: "in two days"."""
    return f"<t:{int(seconds)}:{style}>"


def body_of(reply: Reply) -> dict[str, Any]:
    """The message as Discord takes it. All parts are named, so that an edit leaves nothing of what was there.

    Discord refuses a message with nothing in it: there are dots in it then.
    """
    body: dict[str, Any] = {
        "content": _cut(reply.content, LONGEST_CONTENT),
        "embeds": [_embed(embed) for embed in _within(reply.embeds)],
        "components": _rows(reply),
        "attachments": [{"id": number, "filename": file.name} for number, file in enumerate(reply.files)],
        "allowed_mentions": {"parse": []},
    }
    is_empty = not (body["embeds"] or body["components"] or body["attachments"] or _says_something(body["content"]))
    return body | {"content": ELLIPSIS} if is_empty else body


def _rows(reply: Reply) -> list[dict[str, Any]]:
    buttons = [_button(one) for one in reply.buttons if not one.url or is_address(one.url, _LONGEST_BUTTON_ADDRESS)]
    most = MAX_BUTTONS * (MAX_ROWS - 1)
    rows = [buttons[first : first + MAX_BUTTONS] for first in range(0, len(buttons[:most]), MAX_BUTTONS)]
    if reply.menu and (menu := _menu(reply.menu))["options"]:
        rows.append([menu])
    return [{"type": 1, "components": row} for row in rows]


def _button(button: Button) -> dict[str, Any]:
    known = {"type": 2, "label": _named(button.label, LONGEST_LABEL), "disabled": button.disabled}
    if button.url:
        return known | {"style": int(Style.LINK), "url": button.url}
    return known | {"style": int(button.style), "custom_id": _custom_id(button.custom_id)}


def _menu(menu: Menu) -> dict[str, Any]:
    items: dict[str, Any] = {}  # by value: each is there once
    for one in menu.items:
        value = clean(one.value)[:_LONGEST_MENU_TEXT]
        described = {"description": one_line(one.description, _LONGEST_MENU_TEXT)} if one.description.strip() else {}
        if value:
            items.setdefault(value, {"label": _named(one.label, _LONGEST_MENU_TEXT), "value": value} | described)
    options = list(items.values())[:MAX_MENU]
    known: dict[str, Any] = {"type": 3, "custom_id": _custom_id(menu.custom_id), "options": options}
    return known | ({"placeholder": _cut(menu.placeholder, 150)} if menu.placeholder else {})


def _named(label: str, most: int) -> str:
    """In one line, and something: Discord refuses a label of blanks."""
    line = one_line(label, most)
    return line if _says_something(line) else ELLIPSIS


def _custom_id(text: str) -> str:
    if not 0 < len(text) <= LONGEST_CUSTOM_ID:
        raise ValueError(f"a custom_id has 1 to {LONGEST_CUSTOM_ID} letters")
    return text


def is_address(url: str, most: int) -> bool:
    """Whether Discord takes it: an address of the web, of at most so many letters, spelt as RFC 3986 wants it."""
    return len(url) <= most and _ADDRESS.fullmatch(url) is not None


def _says_something(text: str) -> bool:
    return any(letter.isprintable() and not letter.isspace() for letter in text)


def _cut(text: str, most: int) -> str:
    return cut_text(clean(text), most)


def _within(embeds: Sequence[Embed]) -> list[Embed]:
    """Cut so that all together are within Discord's limit: descriptions give way first, then fields."""
    left, kept = MAX_EMBED_TEXT, []
    for embed in map(_limited, embeds[:MAX_EMBEDS]):
        fixed = units(embed.title) + units(embed.footer)
        if fixed > left:
            break
        fields = _fitting(embed.fields, left - fixed)
        used = fixed + sum(_size(one) for one in fields)
        description = cut_text(embed.description, max(left - used, 0)) if embed.description and left > used else ""
        left -= used + units(description)
        if fields or embed.image or any(map(_says_something, (embed.title, description, embed.footer))):
            kept.append(replace(embed, fields=fields, description=description))
    return kept


def _fitting(fields: Sequence[Field], most: int) -> list[Field]:
    kept: list[Field] = []
    for one in fields:
        most -= _size(one)
        if most < 0:
            break
        kept.append(one)
    return kept


def _size(one: Field) -> int:
    return units(one.name) + units(one.value)


def _limited(embed: Embed) -> Embed:
    url = embed.url if is_address(embed.url, _LONGEST_EMBED_ADDRESS) else ""
    title = _cut(embed.title, LONGEST_TITLE)
    return replace(
        embed,
        title=ELLIPSIS if url and not _says_something(title) else title,  # it is the title that leads there
        description=_cut(embed.description, LONGEST_DESCRIPTION),
        url=url,
        footer=_cut(embed.footer, LONGEST_FOOTER),
        fields=[
            replace(one, name=_cut(one.name, LONGEST_FIELD_NAME), value=_cut(one.value, LONGEST_FIELD))
            for one in embed.fields[:MAX_FIELDS]
            if _says_something(one.name) and _says_something(one.value)
        ],
    )


def _embed(embed: Embed) -> dict[str, Any]:
    parts: Mapping[str, Any] = {
        "title": embed.title,
        "description": embed.description,
        "url": embed.url,
        "fields": [{"name": one.name, "value": one.value, "inline": one.inline} for one in embed.fields],
        "footer": {"text": embed.footer} if embed.footer else None,
        "image": {"url": f"attachment://{embed.image}"} if embed.image else None,
    }
    return {"color": int(embed.colour)} | {name: part for name, part in parts.items() if part}
