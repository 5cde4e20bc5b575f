"""Confluence's storage format, XHTML with elements of its own, as text and links. Source: Atlassian, "Confluence
Storage Format".

The parser of the standard library gives up on some texts, and takes for ever over others.
"""

import re
from html import escape, unescape
from typing import Final

PAGE: Final = "page:"  # a link to a page by its title: `page:<space key>/<title>`, the key empty for the same space
# A text may be a megabyte that somebody made to be slow: what a pattern has passed it does not look at again.
_TAG: Final = re.compile(r"<(/?)([A-Za-z][\w:.-]*+)([^<>]*+)>")
_ATTRIBUTE: Final = re.compile(r"(?<![\w:.-])([\w:.-]++)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_BLOCKS: Final = frozenset(
    {"p", "div", "li", "tr", "td", "th", "pre", "br", "h1", "h2", "h3", "h4", "h5", "h6", "ac:plain-text-body"}
)


def text_of(storage: str) -> str:
    """What a reader sees, a block to a line."""
    broken = _TAG.sub(lambda tag: "\n" if tag[2].lower() in _BLOCKS else "", _without_cdata(storage))
    lines = (" ".join(unescape(line).split()) for line in broken.split("\n"))
    return "\n".join(line for line in lines if line)


def links_of(storage: str) -> list[str]:
    """Addresses as they are written, and pages by their titles, each once."""
    found = (_link(tag[2].lower(), tag[3]) for tag in _TAG.finditer(_without_cdata(storage)) if not tag[1])
    return list(dict.fromkeys(link for link in found if link))


def _link(tag: str, attributes: str) -> str | None:
    if tag not in ("a", "ri:page", "ri:url"):
        return None
    given = {one[1].lower(): unescape(one[2] or one[3] or "") for one in _ATTRIBUTE.finditer(attributes)}
    if tag == "ri:page":
        title = given.get("ri:content-title")
        return f"{PAGE}{given.get('ri:space-key', '')}/{title}" if title else None
    return given.get("href" if tag == "a" else "ri:value")


def _without_cdata(storage: str) -> str:
    """What stands in sections of plain text, as text among the rest."""
    first, *sections = storage.split("<![CDATA[")
    parts = (section.partition("]]>") for section in sections)
    return first + "".join(escape(inside) + behind for inside, _, behind in parts)
