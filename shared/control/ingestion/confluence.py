"""Pages in Confluence: the newest change first, down to those that were seen before.

Source: developer.atlassian.com/cloud/confluence/rest/v2, "Get pages".
"""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

from shared.control.ingestion.atlassian import JSON, ask, host_of, unreadable
from shared.control.ingestion.envelope import LARGEST, STORAGE, DocumentEnvelope, SourceRef, enveloped, moment
from shared.control.ingestion.source import EVERYTHING, PATIENCE, Page, Position, Reading, wanted_of_all
from shared.ledger.envelope import from_text, to_text
from shared.runtime.clock import Clock
from shared.runtime.http import Call, Service

NAME: Final = "confluence"
AT_ONCE: Final = 25
_OVERLAP: Final = timedelta(minutes=5)
_LARGEST: Final = 24 * 1024 * 1024
_SPACE: Final = re.compile(r"/spaces/([^/]+)/")
_FIELD_ERRORS: Final = (KeyError, TypeError, AttributeError)


class ConfluencePages:
    """The cursor is the newest change that was seen, by Confluence's own clock. `spaces` are ids; none for all."""

    source: str = NAME
    by: str = "connector"

    def __init__(self, service: Service, *, site: str, spaces: Sequence[str], clock: Clock) -> None:
        self._service = service
        self._site = site.rstrip("/")
        self._spaces = spaces
        self._clock = clock

    def places(self, scope: Mapping[str, Any]) -> Sequence[str]:
        return wanted_of_all(scope, "spaces", self._spaces)

    def page(self, reading: Reading) -> Page:
        """What is changed while it is read moves to the front, and is met at the next reading."""
        position = reading.position or self._begun(reading)
        answer = ask(self._service, pages_call(reading.place, position.get("next")))
        try:
            told = answer.json()
            pages = [self._document(reading, one, _base(told, self._site)) for one in told["results"]]
        except _FIELD_ERRORS:
            raise unreadable(self._service, answer) from None
        fresh = tuple(page for page in pages if not _changed(page) or _changed(page) >= position["since"])
        newest = max(position["newest"], *map(_changed, pages), "")
        following = next_of(told)
        if following and len(fresh) == len(pages) and following != position.get("next"):
            return Page(documents=fresh, position={**position, "next": following, "newest": newest})
        return Page(documents=fresh, cursor={"changed": newest} if newest else {})

    def _begun(self, reading: Reading) -> Position:
        newest = reading.cursor.get("changed", "")
        since = to_text(from_text(newest) - _OVERLAP) if newest else ""
        return {"newest": newest, "since": since}

    def _document(self, reading: Reading, page: Mapping[str, Any], base: str) -> DocumentEnvelope:
        document = document_of(page, base)
        number = str((page.get("version") or {}).get("number", ""))
        place = f"{host_of(self._site)}/{page['id']}"
        return enveloped(
            SourceRef(source=NAME, place=place, url=document["url"], revision=number),
            document,
            version_tag=number,
            correlation_id=reading.correlation_id,
            at=self._clock(),
        )


def pages_call(space: str = EVERYTHING, following: str | None = None) -> Call:
    query = {"status": "current", "sort": "-modified-date", "body-format": "storage", "limit": str(AT_ONCE)}
    query |= {} if space == EVERYTHING else {"space-id": space}
    query |= {"cursor": following} if following else {}
    path = f"/wiki/api/v2/pages?{urlencode(query)}"
    return Call(method="GET", path=path, headers=JSON, repeatable=True, max_answer=_LARGEST, seconds=PATIENCE)


def next_of(told: Mapping[str, Any]) -> str | None:
    """The cursor of the next page, from an address that is not asked as it is."""
    link = (told.get("_links") or {}).get("next")
    return next(iter(parse_qs(urlsplit(link).query).get("cursor", ())), None) if isinstance(link, str) else None


def document_of(page: Mapping[str, Any], base: str) -> dict[str, Any]:
    """`base`: where people see the site. What is larger than is kept is listed without its content."""
    webui = str((page.get("_links") or {}).get("webui") or f"/pages/viewpage.action?pageId={page['id']}")
    space = _SPACE.search(webui)
    metadata = {"space": space[1] if space else str(page.get("spaceId", ""))}
    content = str(((page.get("body") or {}).get("storage") or {}).get("value") or "")
    if len(content.encode(errors="replace")) > LARGEST:
        content, metadata = "", metadata | {"left_out": f"larger than {LARGEST} bytes"}
    changed = moment((page.get("version") or {}).get("createdAt"))
    return {
        "title": str(page["title"]),
        "content": content,
        "content_type": STORAGE,
        "url": f"{base}{webui}",
        "updated_at": to_text(changed) if changed else None,
        "metadata": metadata,
    }


def _base(told: Mapping[str, Any], site: str) -> str:
    return str((told.get("_links") or {}).get("base") or f"{site}/wiki").rstrip("/")


def _changed(envelope: DocumentEnvelope) -> str:
    return str(envelope.document["updated_at"] or "")
