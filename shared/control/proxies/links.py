"""Links in a document that lead nowhere: to headings it does not have, to documents that nobody keeps."""

import posixpath
import re
from collections.abc import Collection
from typing import Final
from urllib.parse import unquote, urlsplit

from shared.control.proxies.documents import Document

_LINK: Final = re.compile(r"\[[^\[\]\n]{0,300}\]\(<?([^()\s<>]{1,500})>?(?:[ \t]+\"[^\"\n]{0,300}\")?\)")
_HEADING: Final = re.compile(
    r"^[ \t]{0,3}#{1,6}[ \t]+(?P<plain>[^\n]{1,300})|<h[1-6][ >]", re.MULTILINE | re.IGNORECASE
)
_ANCHOR: Final = re.compile(r"(?:\bid|\bname)=[\"']([^\"'\n]{1,200})[\"']")
_DOCUMENTS: Final = (".adoc", ".markdown", ".md", ".rst", ".txt")
_SLUG: Final = re.compile(r"[^\w\- ]")
_MARKUP: Final = re.compile(r"[`*~]|\]\([^()\n]{0,500}\)|\[")


def has_headings(content: str) -> bool:
    return _HEADING.search(content) is not None


def broken_anchors(content: str) -> list[str]:
    """Links to headings of the same document that it does not have, each once."""
    anchors = {link[1:] for link in _LINK.findall(content) if link.startswith("#") and len(link) > 1}
    known = _anchors(content)
    return sorted(anchor for anchor in anchors if unquote(anchor).casefold() not in known)


def unknown_links(document: Document, content: str, places: Collection[str]) -> list[str]:
    """Relative links to text documents that are at none of the places, each once. `places`: see `place_of`."""
    here = place_of(document)
    if not here:
        return []
    links = dict.fromkeys(urlsplit(link).path for link in _LINK.findall(content) if _is_relative(link))
    wanted = {link: _resolved(here, link) for link in links if link.casefold().endswith(_DOCUMENTS)}
    return sorted(link for link, place in wanted.items() if place not in places)


def place_of(document: Document) -> str:
    """Where a document is, as relative links see it: its URL without its query. Empty where that is not known."""
    return document.url.partition("#")[0].partition("?")[0].casefold()


def _is_relative(link: str) -> bool:
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    return not (parts.scheme or parts.netloc) and bool(parts.path) and not link.startswith(("/", "#"))


def _resolved(here: str, link: str) -> str:
    scheme, mark, path = here.partition("://")
    resolved = posixpath.normpath(posixpath.join(posixpath.dirname(path if mark else here), unquote(link)))
    return f"{scheme}{mark}{resolved}".casefold() if mark else resolved.casefold()


def _anchors(content: str) -> set[str]:
    """As GitHub makes them: in lower case, without marks, with hyphens for blanks; the second of one name has -1."""
    found: dict[str, int] = {}
    anchors: set[str] = {name.casefold() for name in _ANCHOR.findall(content)}
    for heading in _HEADING.finditer(content):
        if title := heading["plain"]:
            slug = _SLUG.sub("", _MARKUP.sub("", title).strip().rstrip("#").strip().casefold()).replace(" ", "-")
            anchors.add(f"{slug}-{found[slug]}" if slug in found else slug)
            found[slug] = found.get(slug, 0) + 1
    return anchors
