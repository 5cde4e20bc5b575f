"""What Telegram's Bot API takes: its published fields, and the limits that no schema has."""

import json
from dataclasses import replace
from functools import cache
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from jsonschema_rs import Validator, validator_for

from tests.stand_ins.http import Answer, RefusedError

LONGEST_TEXT = 4_096  # UTF-16 code units after the entities are parsed
DESCRIPTIONS = {401: "Unauthorized", 404: "Not Found"}

_SCHEMAS = Path(__file__).parents[1] / "contract" / "telegram" / "methods.json"
_TAGS = frozenset(
    "b strong i em u ins s strike del span tg-spoiler tg-emoji tg-time a code pre blockquote".split()  # noqa: SIM905 - easier to read
)
_NAMED = frozenset({"lt", "gt", "amp", "quot"})


def check(method: str, body: dict[str, Any]) -> None:
    """Refuse what the method does not take."""
    if reasons := [error.message for error in _validator(method).iter_errors(body)]:
        raise RefusedError("; ".join(reasons))


def check_message(body: dict[str, Any]) -> None:
    """Refuse a sendMessage that Telegram would refuse."""
    check("sendMessage", body)
    if body.get("parse_mode") not in (None, "HTML"):
        raise RefusedError(f"this stand-in cannot read parse_mode {body['parse_mode']}")
    text = _shown(body["text"]) if body.get("parse_mode") else body["text"]
    if not text.strip():
        raise RefusedError("message text is empty")
    if len(text.encode("utf-16-le")) // 2 > LONGEST_TEXT:
        raise RefusedError("message is too long")


def failure(answer: Answer) -> Answer:
    """A fault in the words of the Bot API, which says in the body when to come again."""
    description = "Too Many Requests" if answer.status == 429 else "Internal Server Error"
    body: dict[str, Any] = {"ok": False, "error_code": answer.status, "description": description}
    if wait := answer.headers.get("Retry-After"):
        body["description"] += f": retry after {wait}"
        body["parameters"] = {"retry_after": int(wait)}
    return replace(answer, body=body, headers={})


@cache
def _validator(method: str) -> Validator:
    return validator_for(json.loads(_SCHEMAS.read_text())["methods"][method])


def _shown(html: str) -> str:
    """The text without its tags. Raises RefusedError where Telegram could not read them."""
    parser = _Entities()
    parser.feed(html)
    parser.close()
    if parser.open_tags:
        raise RefusedError(
            f"can't parse entities: can't find end tag corresponding to start tag {parser.open_tags[-1]}"
        )
    return parser.text


class _Entities(HTMLParser):
    """Tags that Telegram knows, properly nested. An ampersand may stand for itself, as with Telegram."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)  # to tell `<` from `&lt;`
        self.open_tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _TAGS:
            raise RefusedError(f'can\'t parse entities: unsupported start tag "{tag}"')
        self.open_tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open_tags or self.open_tags.pop() != tag:
            raise RefusedError(f'can\'t parse entities: unexpected end tag "{tag}"')

    def handle_data(self, data: str) -> None:
        if "<" in data:
            raise RefusedError('can\'t parse entities: unsupported start tag ""')
        self.text += data

    def handle_entityref(self, name: str) -> None:
        self.text += unescape(f"&{name};") if name in _NAMED else f"&{name};"

    def handle_charref(self, name: str) -> None:
        self.text += unescape(f"&#{name};")

    def handle_comment(self, data: str) -> None:
        raise RefusedError('can\'t parse entities: unsupported start tag "!--"')
