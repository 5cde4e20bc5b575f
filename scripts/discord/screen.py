"""Messages of Discord as lines of text: embeds, buttons with their numbers, where an image was put."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

Message = Mapping[str, Any]
Fetch = Callable[[str, str], str]  # an address and a file's name -> where it is now

_LOADING: Final = 128
_STYLES: Final = {3: " (green)", 4: " (red)"}
_LINK: Final = 5
_BUTTON: Final = 2
_COLOURS: Final = {0x3498DB: "blue", 0x2ECC71: "green", 0xF1C40F: "yellow", 0xE74C3C: "red", 0x95A5A6: "grey"}
_MOMENT: Final = re.compile(r"<t:(-?\d{1,11})(?::[tTdDfFR])?>")
_ESCAPED: Final = re.compile(r"\\([\\*_~`|\[\]<>#+.-])")


def lines(message: Message, number: int, *, is_private: bool, fetch: Fetch) -> Iterator[str]:
    marks = [
        mark for mark, holds in (("only you see this", is_private), ("edited", message["edited_timestamp"])) if holds
    ]
    about = f" ({', '.join(marks)})" if marks else ""
    yield f"[{number}] {message['author']['username']}{about}:"
    if message["flags"] & _LOADING:
        yield "    is thinking…"
    for line in _read(message["content"]).splitlines():
        yield f"    {line}"
    for embed in message["embeds"]:
        yield from (f"    | {line}" for line in _embed(embed))
    for file in message["attachments"]:
        yield f"    file: {file['filename']} -> {fetch(file['url'], file['filename'])}"
    yield from _components(message)


def form_lines(form: Mapping[str, Any]) -> Iterator[str]:
    yield f"    a form opens: {form['title']}"


def question(label: Mapping[str, Any]) -> str:
    """What is asked for an input of a form."""
    field = label["component"]
    must = "" if field.get("required") is not False else ", may be empty"
    filled = f" [{field['value']}]" if field.get("value") else ""
    about = f" ({label['description']})" if label.get("description") else ""
    return f"    {label['label']}{about}{must}{filled}: "


def usage(command: Mapping[str, Any]) -> Iterator[str]:
    """Each way to use a command, with its options; what is not needed stands in brackets."""
    if command["type"] != 1:
        yield f'menu "{command["name"]}" on <message>'
        return
    yield from _usage(f"/{command['name']}", command)


def _usage(where: str, one: Mapping[str, Any]) -> Iterator[str]:
    options = one.get("options") or []
    inside = [option for option in options if option["type"] in (1, 2)]
    if not inside:
        given = [f"{option['name']}:…" if option.get("required") else f"[{option['name']}:…]" for option in options]
        yield f"{' '.join([where, *given])}  {one['description']}"
    for option in inside:
        yield from _usage(f"{where} {option['name']}", option)


def options(command: Mapping[str, Any], words: Sequence[str]) -> Iterator[str]:
    """What the options of a command, or of its subcommand, are for."""
    one = command
    for word in words:
        one = next((inside for inside in one.get("options") or [] if inside["name"] == word), one)
    for option in one.get("options") or []:
        if option["type"] not in (1, 2):
            choices = ", ".join(choice["name"] for choice in option.get("choices") or [])
            yield f"  {option['name']}: {option['description']}{f' ({choices})' if choices else ''}"


def _embed(embed: Mapping[str, Any]) -> Iterator[str]:
    colour = embed.get("color")
    about = f" ({_COLOURS.get(colour, f'#{colour:06x}')})" if isinstance(colour, int) else ""
    title = _read(embed.get("title", ""))
    if title or about:
        yield f"{title}{about}{' ' + embed['url'] if embed.get('url') else ''}".strip()
    yield from _read(embed.get("description", "")).splitlines()
    for field in embed.get("fields", ()):
        first, *rest = _read(field["value"]).splitlines() or [""]
        yield f"{_read(field['name'])}: {first}"
        yield from (f"  {line}" for line in rest)
    if footer := (embed.get("footer") or {}).get("text"):
        yield footer
    if image := (embed.get("image") or {}).get("url"):
        yield f"image: {image.rpartition('/')[2]}"


def _components(message: Message) -> Iterator[str]:
    inside = [one for row in message["components"] for one in row["components"]]
    buttons = [one for one in inside if one["type"] == _BUTTON]
    if buttons:
        yield f"    press: {' · '.join(_button(number, one) for number, one in enumerate(buttons, 1))}"
    for menu in inside:
        if menu["type"] != _BUTTON:
            items = " · ".join(f"{number} {item['label']}" for number, item in enumerate(menu["options"], 1))
            yield f"    choose{' ' + repr(menu['placeholder']) if menu.get('placeholder') else ''}: {items}"


def _button(number: int, button: Mapping[str, Any]) -> str:
    if button["style"] == _LINK:
        return f"{number} {button['label']} -> {button['url']}"
    return f"{number} {button['label']}{' (off)' if button.get('disabled') else _STYLES.get(button['style'], '')}"


def _read(text: str) -> str:
    """As Discord shows it, but for what is bold or slanted."""
    return _MOMENT.sub(_moment, _ESCAPED.sub(r"\1", text.replace("\u200b", "")))


def _moment(found: re.Match[str]) -> str:
    return f"{datetime.fromtimestamp(int(found[1]), UTC):%Y-%m-%d %H:%M UTC}"
