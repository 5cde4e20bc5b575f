"""OpenAPI documents by their addresses: read again only where they have changed.

Source: RFC 9110 §13.1.2, If-None-Match; spec.openapis.org.
"""

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import Any, Final

from shared.control.ingestion.envelope import LARGEST, OPENAPI, SourceRef, enveloped, hash_of
from shared.control.ingestion.openapi import read_api
from shared.control.ingestion.source import Page, Reading, SourceRefusedError, for_good, wanted
from shared.runtime.clock import Clock
from shared.runtime.http import Answer, Call, Service, ServiceError

NAME: Final = "swagger"
_ACCEPT: Final = "application/json, application/yaml;q=0.9, */*;q=0.5"
_UNCHANGED: Final = 304


class SwaggerDocuments:
    """The cursor is the tag and the hash of what was read last. `services` leads to an address, guarded.

    `apis` are addresses by name. A document keeps its name when its address changes.
    """

    source: str = NAME
    by: str = "connector"

    def __init__(self, services: Callable[[str], Service], *, apis: Mapping[str, str], clock: Clock) -> None:
        self._services = services
        self._apis = apis
        self._clock = clock

    def places(self, scope: Mapping[str, Any]) -> Sequence[str]:
        return wanted(scope, "apis", list(self._apis))

    def page(self, reading: Reading) -> Page:
        answer = self._asked(reading)
        text = read_text(answer, reading.place) if answer else None
        if answer is None or text is None or hash_of(text) == reading.cursor.get("hash"):
            return Page(cursor=reading.cursor)
        tag = answer.headers.get("etag", "")
        api = read_api(text)
        if api is None:
            raise SourceRefusedError(f"{reading.place}: it is no OpenAPI document")
        url = shown(self._apis[reading.place])
        envelope = enveloped(
            SourceRef(source=NAME, place=reading.place, url=url, revision=tag or None),
            {
                "title": api.title,
                "content": text,
                "content_type": OPENAPI,
                "url": url,
                "updated_at": None,
                "metadata": {"api_version": api.version},
            },
            version_tag=tag or hash_of(text),
            correlation_id=reading.correlation_id,
            at=self._clock(),
        )
        return Page(documents=(envelope,), cursor={"tag": tag, "hash": envelope.content_hash, "url": url})

    def _asked(self, reading: Reading) -> Answer | None:
        """None where it has not changed."""
        url = self._apis[reading.place]
        tag = reading.cursor.get("tag", "") if reading.cursor.get("url") == shown(url) else ""
        try:
            return self._services(url).ask(document_call(tag))
        except ServiceError as error:
            if error.answer is not None and error.answer.status == _UNCHANGED and tag:
                return None
            raise for_good(error) from None


def document_call(tag: str = "") -> Call:
    headers = {"Accept": _ACCEPT} | ({"If-None-Match": tag} if tag else {})
    return Call(method="GET", path="", headers=headers, repeatable=True, max_answer=LARGEST)


def read_text(answer: Answer, place: str) -> str:
    """Raises SourceRefusedError."""
    try:
        return answer.body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SourceRefusedError(f"{place}: it is not UTF-8") from None


def shown(url: str) -> str:
    """The address without its query, which may have a key in it: of that only a hash is shown."""
    bare, _, query = url.partition("?")
    return f"{bare}?{sha256(query.encode()).hexdigest()[:8]}" if query else bare
