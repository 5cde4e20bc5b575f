"""Where the links of a document lead: to another document, or out into the web."""

import posixpath
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import unquote, urlsplit

from shared.control.ingestion.documents.record import DocumentRecord
from shared.control.ingestion.envelope import MARKDOWN, OPENAPI
from shared.control.ingestion.files import kind_of
from shared.control.ingestion.storage_format import PAGE

_GITHUB: Final = "github"
_OUT: Final = ".."


@dataclass(frozen=True, slots=True)
class Broken:
    link: str
    reason: str
    is_anchor: bool = False  # the document is there, the place in it is not


class Library:
    """The documents by all that a link can call them."""

    def __init__(self, documents: Sequence[DocumentRecord]) -> None:
        self._files = {one.place: one for one in documents if one.source == _GITHUB}
        self._pages = {(one.metadata.get("space"), one.title) for one in documents if one.source == "confluence"}
        self._spaces = {space for space, _ in self._pages}
        self._addresses = {one.url for one in documents if one.url}
        self._anchors: dict[str, set[str]] = {}

    def broken(self, document: DocumentRecord) -> list[Broken]:
        """Those links of a document that are to lead to another, and do not."""
        found = (self._looked_up(document, link) for link in document.outline.links)
        return [one for one in found if one]

    def web_links(self, document: DocumentRecord) -> list[str]:
        """Addresses in the web, without the places in a page, but for those of documents that are here."""
        addresses = (link.partition("#")[0] for link in document.outline.links if link.startswith("https://"))
        return [address for address in addresses if address not in self._addresses]

    def _looked_up(self, document: DocumentRecord, link: str) -> Broken | None:
        if link.startswith(PAGE):
            return self._page(document, link)
        if document.source == _GITHUB and not _is_absolute(link):
            return self._file(document, link)
        return None

    def _page(self, document: DocumentRecord, link: str) -> Broken | None:
        """Of a space that nobody reads, nothing is known."""
        key, _, title = link.removeprefix(PAGE).partition("/")
        space = key or document.metadata.get("space")
        if space not in self._spaces or (space, " ".join(title.split())) in self._pages:
            return None
        return Broken(f"{space}/{title}", "there is no page of this title")

    def _file(self, document: DocumentRecord, link: str) -> Broken | None:
        """Only what would be a document is looked for: of pictures, programs and folders nothing is known.

        Nor of what is only named after OpenAPI: whether it is a document depends on what it says.
        """
        path, _, anchor = link.partition("#")
        target = _target(document, unquote(path.partition("?")[0]))
        if target is None or kind_of(target) is None:
            return None
        found = self._files.get(target)
        if found is None:
            return None if kind_of(target) == OPENAPI else Broken(link, "there is no such document")
        is_there = not anchor or found.content_type != MARKDOWN or unquote(anchor).lower() in self._anchors_of(found)
        if is_there or found.outline.is_cut:  # of very many headings not all are known
            return None
        return Broken(link, "the document has no such heading", is_anchor=True)

    def _anchors_of(self, document: DocumentRecord) -> set[str]:
        if document.id not in self._anchors:
            self._anchors[document.id] = {anchor.lower() for anchor in document.outline.anchors}
        return self._anchors[document.id]


def _target(document: DocumentRecord, path: str) -> str | None:
    """The place that a path leads to; None outside of the repository."""
    repository, own = _split(document)
    if not path:
        return document.place
    joined = path.lstrip("/") if path.startswith("/") else posixpath.join(posixpath.dirname(own), path)
    normal = posixpath.normpath(joined)
    return None if normal.startswith(_OUT) else f"{repository}/{normal}"


def without_details(document: DocumentRecord) -> DocumentRecord:
    """With that part of its metadata alone which says where links lead."""
    return replace(document, metadata={name: one for name, one in document.metadata.items() if name == "space"})


def _split(document: DocumentRecord) -> tuple[str, str]:
    owner, _, rest = document.place.partition("/")
    name, _, path = rest.partition("/")
    return f"{owner}/{name}", path


def _is_absolute(link: str) -> bool:
    try:
        parts = urlsplit(link)
    except ValueError:
        return True
    return bool(parts.scheme or parts.netloc)


def web_links(documents: Iterable[DocumentRecord], library: Library) -> Mapping[str, list[DocumentRecord]]:
    """Each address with the documents that have it, those that most have first."""
    having: dict[str, list[DocumentRecord]] = {}
    for document in documents:
        for address in dict.fromkeys(library.web_links(document)):
            having.setdefault(address, []).append(document)
    return dict(sorted(having.items(), key=lambda one: (-len(one[1]), one[0])))
