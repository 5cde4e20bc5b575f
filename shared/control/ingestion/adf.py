"""Jira's rich text, the Atlassian Document Format, as plain text with its links. Source: developer.atlassian.com,
"Atlassian Document Format", version 1.
"""

from typing import Any, Final

_BLOCKS: Final = frozenset(
    {
        "blockquote",
        "bulletList",
        "codeBlock",
        "hardBreak",
        "heading",
        "listItem",
        "mediaSingle",
        "panel",
        "paragraph",
        "rule",
        "tableCell",
        "tableHeader",
        "tableRow",
    }
)
_CARDS: Final = frozenset({"blockCard", "embedCard", "inlineCard"})
_BREAK: Final = {"type": "text", "text": "\n"}


def text_of(document: Any) -> str:
    """A link stands behind what it is put on, in angle brackets; whom a mention means is left out.

    What it is in no document of this format, but plain text, stays as it is; anything else says nothing.
    """
    if isinstance(document, str):
        return document
    said: list[str] = []
    left = [document]
    while left:
        node = left.pop()
        if not isinstance(node, dict):
            continue
        said.append(_own(node))
        inside = node.get("content")
        if node.get("type") in _BLOCKS:
            left.append(_BREAK)
        left += reversed(inside) if isinstance(inside, list) else []
    lines = (line.rstrip() for line in "".join(said).split("\n"))
    return "\n".join(line for line in lines if line)


def _own(node: dict[str, Any]) -> str:
    """What a node says beside those within it."""
    if node.get("type") in _CARDS:
        url = _attributes(node).get("url")
        return f"<{url}>" if isinstance(url, str) else ""
    text = node.get("text")
    if node.get("type") != "text" or not isinstance(text, str):
        return ""
    links = [href for mark in _list(node.get("marks")) if isinstance(href := _attributes(mark).get("href"), str)]
    return "".join([text, *(f" <{href}>" for href in links if href != text)])


def _attributes(node: Any) -> dict[str, Any]:
    known = node.get("attrs") if isinstance(node, dict) else None
    return known if isinstance(known, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
