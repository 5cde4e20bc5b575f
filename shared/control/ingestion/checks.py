"""What can be found in documents without asking anybody: broken links, duplicates, what is stale, APIs that differ."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from shared.control.ingestion.documents.record import DocumentRecord
from shared.control.ingestion.endpoints import meant
from shared.control.ingestion.finding import Finding, finding, in_order
from shared.control.ingestion.linking import Library, web_links

BROKEN_LINK: Final = "broken_link"
BROKEN_ANCHOR: Final = "broken_anchor"
SAME_CONTENT: Final = "duplicate_content"
SAME_TITLE: Final = "duplicate_title"
STALE: Final = "stale"
NOT_IN_API: Final = "endpoint_not_in_openapi"
NOT_DOCUMENTED: Final = "endpoint_not_documented"

_PAGES: Final = (
    "github",
    "confluence",
    "saved",
)  # whose documents grow old; an issue is closed, and an API is as it is
_SHOWN: Final = 10  # documents that one finding names
MOST_OF_A_CHECK: Final = 10_000  # findings of each kind of check


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The worst first. `is_cut`: there is more to be found."""

    findings: Sequence[Finding]
    is_cut: bool = False


def checked(
    documents: Sequence[DocumentRecord],
    *,
    dead: Mapping[str, str],
    stale_after: timedelta,
    at: datetime,
    is_all: bool = True,
) -> Checked:
    """`dead` are addresses in the web that lead nowhere, each with the reason.

    Where these documents are not all there are, nothing is said to be missing: it may be among the others.
    """
    library = Library(documents)
    ways = [
        _broken(documents, library, is_all=is_all),
        _dead(documents, library, dead),
        _same_content(documents),
        _same_title(documents),
        _stale(documents, stale_after, at),
        _apis(documents) if is_all else (),
    ]
    found: list[Finding] = []
    is_cut = False
    for way in map(iter, ways):
        found += islice(way, MOST_OF_A_CHECK)
        is_cut = is_cut or next(way, None) is not None
    return Checked(findings=in_order(found), is_cut=is_cut)


def place_of(document: DocumentRecord) -> str:
    """What people find it by."""
    return document.url or f"{document.source}:{document.place}"


def _broken(documents: Iterable[DocumentRecord], library: Library, *, is_all: bool) -> Iterator[Finding]:
    for document in documents:
        for one in library.broken(document):
            if not (is_all or one.is_anchor):
                continue
            kind, severity = (BROKEN_ANCHOR, "low") if one.is_anchor else (BROKEN_LINK, "med")
            title = f"{document.title}: the link {one.link} is broken"
            about = f"{document.id}\n{one.link}"
            yield finding(kind, severity, about=about, title=title, where=place_of(document), detail=one.reason)


def _dead(documents: Iterable[DocumentRecord], library: Library, dead: Mapping[str, str]) -> Iterator[Finding]:
    for address, having in web_links(documents, library).items():
        for one in having if address in dead else ():
            title = f"{one.title}: the link {address} is broken"
            about = f"{one.id}\n{address}"
            yield finding(BROKEN_LINK, "med", about=about, title=title, where=place_of(one), detail=dead[address])


def _same_content(documents: Iterable[DocumentRecord]) -> Iterator[Finding]:
    for content_hash, same in _grouped((one.content_hash, one) for one in documents if one.size):
        title = f"{len(same)} documents say the same as {same[0].title}"
        yield _shared(SAME_CONTENT, "med", content_hash, title, same)


def _same_title(documents: Iterable[DocumentRecord]) -> Iterator[Finding]:
    """Of one source, and with contents that differ: what says the same is told once."""
    titled = ((f"{one.source}\n{one.title.casefold()}", one) for one in documents if one.title)
    for title, same in _grouped(titled):
        if len({one.content_hash for one in same}) > 1:
            told = f"{len(same)} documents are called {same[0].title}"
            yield _shared(SAME_TITLE, "low", title, told, same)


def _stale(documents: Iterable[DocumentRecord], after: timedelta, at: datetime) -> Iterator[Finding]:
    for one in documents:
        if one.source not in _PAGES or one.updated_at is None or at - one.updated_at < after:
            continue
        severity = "med" if at - one.updated_at >= 2 * after else "low"
        title = f"{one.title}: nobody has touched it since {one.updated_at:%Y-%m-%d}"
        detail = f"Documents are looked at again after {after.days} days."
        yield finding(STALE, severity, about=one.id, title=title, where=place_of(one), detail=detail)


def _apis(documents: Sequence[DocumentRecord]) -> Iterator[Finding]:
    """Where there is no OpenAPI document, or no other, there is nothing to compare.

    What is not known to the end is not said to miss anything.
    """
    apis = [one for one in documents if one.outline.operations]
    texts = [one for one in documents if not one.outline.operations and one.source != "jira"]
    if not apis or not texts:
        return
    known = {form for api in apis for operation in api.outline.operations for form in _forms(api, operation)}
    named: dict[str, list[DocumentRecord]] = {}
    for text in texts:
        for endpoint in dict.fromkeys(meant(one, known) for one in text.outline.endpoints):
            named.setdefault(endpoint, []).append(text)
    if not any(api.outline.is_cut for api in apis):
        yield from _not_in_api(named, known)
    if not any(text.outline.is_cut for text in texts):
        yield from _not_documented(named.keys(), apis)


def _not_in_api(named: Mapping[str, list[DocumentRecord]], known: Set[str]) -> Iterator[Finding]:
    for endpoint in sorted(named.keys() - known):
        title = f"{endpoint} is documented, and in no OpenAPI document"
        yield _shared(NOT_IN_API, "high", endpoint, title, named[endpoint])


def _not_documented(named: Set[str], apis: Iterable[DocumentRecord]) -> Iterator[Finding]:
    for api in apis:
        for operation in api.outline.operations:
            if named.isdisjoint(_forms(api, operation)):
                about, title = f"{api.id}\n{operation}", f"{operation} of {api.title} is documented nowhere"
                yield finding(NOT_DOCUMENTED, "low", about=about, title=title, where=place_of(api))


def _forms(api: DocumentRecord, operation: str) -> list[str]:
    """As it stands there, and below each address of the API."""
    method, _, path = operation.partition(" ")
    return [
        operation,
        *(f"{method} {prefix}{path if path != '/' else ''}" for prefix in api.outline.prefixes if prefix),
    ]


def _grouped(keyed: Iterable[tuple[str, DocumentRecord]]) -> Iterator[tuple[str, list[DocumentRecord]]]:
    """Those that share a key with another."""
    groups: dict[str, list[DocumentRecord]] = {}
    for key, one in keyed:
        groups.setdefault(key, []).append(one)
    for key, group in groups.items():
        if len(group) > 1:
            yield key, sorted(group, key=place_of)


def _shared(kind: str, severity: str, about: str, title: str, having: Sequence[DocumentRecord]) -> Finding:
    """Known by what is shared, not by who comes first: that one may be put right."""
    places = list(map(place_of, having))
    more = f" and {len(places) - _SHOWN} more" if len(places) > _SHOWN else ""
    detail = ", ".join(places[:_SHOWN]) + more
    return finding(kind, severity, about=about, title=title, where=places[0], detail=detail)
