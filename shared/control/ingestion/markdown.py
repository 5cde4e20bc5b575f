"""What a text in Markdown, reStructuredText or AsciiDoc leads to: links, places within it, its title."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

# A text may be a megabyte that somebody made to be slow: what a pattern has passed it does not look at again.
_FENCE: Final = re.compile(r" {0,3}(```+|~~~+)")
CODE: Final = re.compile(r"``[^\n]*?``|`[^`\n]*`")
LITERAL: Final = re.compile(r"``[^\n]*?``")  # of reStructuredText, whose single ones may be links
_INLINE: Final = re.compile(r"\]\(\s*<?((?:[^()\s<>]|\([^()\s]*\))++)>?(?:\s+\"[^\"\n]*\"|\s+'[^'\n]*')?\s*\)")
_DEFINED: Final = re.compile(r"^ {0,3}\[[^\]\n]+\]:[ \t]*<?([^\s<>]+)", re.MULTILINE)
_NAMED: Final = re.compile(r"^\.\. _[^:\n]+:[ \t]+(\S+)", re.MULTILINE)  # reStructuredText
_XREF: Final = re.compile(r"\b(?:link|xref):([^\s\[\]]{1,300}+)\[")  # AsciiDoc
_HREF: Final = re.compile(r"\b(?:href|src)=[\"']([^\"'\s]+)[\"']", re.IGNORECASE)
_BARE: Final = re.compile(r"https?://[^\s<>\"'`\[\]{}|\\)]+")
_END: Final = ".,;:!?*_"
_HEADING: Final = re.compile(r"^(?: {0,3}#{1,6}|={1,6})[ \t]([^\n]+)$", re.MULTILINE)
_UNDERLINED: Final = re.compile(r"^(?![ \t])(\S[^\n]*)\n(?:=+|-{2,}|~{2,})[ \t]*$", re.MULTILINE)
_NAME: Final = re.compile(r"<[^<>]*\b(?:id|name)=[\"']([^\"'<>]+)[\"']", re.IGNORECASE)
_MARKUP: Final = re.compile(r"!?\[([^\]\n]*)\]\([^()\n]*\)|[`*]|<[^<>\n]+>")
_NO_SLUG: Final = re.compile(r"[^\w\- ]")
_LONGEST_HEADING: Final = 300


def without_fences(text: str) -> str:
    """What stands in fences is shown as it is, and is neither heading nor link."""
    return "\n".join(_unfenced(text.split("\n")))


def links_of(text: str, *, code: re.Pattern[str] = CODE) -> list[str]:
    """As they are written, each once, but for those in `code`; `text` is without fences."""
    found: list[str] = []
    text = code.sub("` `", text)
    for pattern in (_INLINE, _DEFINED, _NAMED, _XREF, _HREF):
        found += pattern.findall(text)
        text = pattern.sub(" ", text)
    found += (bare.rstrip(_END) for bare in _BARE.findall(text))
    return list(dict.fromkeys(found))


def title_of(text: str) -> str | None:
    """The first heading; None where there is none. `text` is without fences."""
    return next(iter(_headings(text)), None)


def anchors_of(text: str) -> list[str]:
    """What a link can name behind #, as GitHub has it: its own names of headings, and those of HTML."""
    met: Counter[str] = Counter()
    anchors: list[str] = []
    for heading in _headings(text):
        slug = _NO_SLUG.sub("", heading.lower()).replace(" ", "-")
        anchors.append(f"{slug}-{met[slug]}" if met[slug] else slug)
        met[slug] += 1
    return anchors + _NAME.findall(text)


def _headings(text: str) -> list[str]:
    """In order, in plain text."""
    found = [(match.start(), match[1]) for pattern in (_HEADING, _UNDERLINED) for match in pattern.finditer(text)]
    short = (heading.strip()[:_LONGEST_HEADING].rstrip("# \t") for _, heading in sorted(found))
    plain = (_MARKUP.sub(r"\1", heading).strip() for heading in short)
    return [heading for heading in plain if heading]


def _unfenced(lines: list[str]) -> Iterator[str]:
    fence = ""
    for line in lines:
        opened = _FENCE.match(line)
        if opened and not fence:
            fence = opened[1]
        elif opened and line.strip().startswith(fence) and not line.strip().strip(fence[0]):
            fence = ""
        elif not fence:
            yield line
