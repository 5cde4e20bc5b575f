"""Asking services what they offer: fetched if it changed, checked, compared with what they offered before."""

import io
import json
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import islice
from typing import Any, Final

from shared.control.registry.description import Document
from shared.control.registry.openapi.checking import check_document
from shared.control.registry.openapi.comparing import compare
from shared.control.registry.openapi.document import Document as Description
from shared.control.registry.openapi.document import canonical
from shared.control.registry.openapi.drift import Drift, told
from shared.control.registry.openapi.operations import operations_of
from shared.control.registry.openapi.reading import LARGEST, read_text
from shared.control.registry.ports import Ports
from shared.control.registry.seen import Reading
from shared.control.registry.service import Service
from shared.ledger.envelope import Cause
from shared.runtime.errors import ConflictError, DependencyError, DomainError, NotFoundError
from shared.runtime.http import Answer, Call, NoAnswerError, NotSentError

SECONDS: Final = 10.0  # for an answer
_LEAST: Final = timedelta(seconds=3)  # in less than that nobody is asked any more
AT_ONCE: Final = 4  # descriptions that are fetched: each may be large
_LONGEST_ETAG: Final = 200
_UNFINISHED: Final = "it was not read to the end"
_ACCEPT: Final = "application/json, application/yaml;q=0.9, */*;q=0.1"


class _UnreadError(Exception):
    """There is nothing to be read; why, in words that may be shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fetched:
    """`content` is None where it is what it was."""

    content: bytes | None
    etag: str | None


def poll_openapi(ports: Ports, cause: Cause, *, until: datetime, only: str | None = None) -> dict[str, Any]:
    """A result for each service, or an error: what one says holds up no other. `left` were not reached by `until`.

    Who was asked longest ago comes first, and nobody is waited for longer than that.
    Raises NotFoundError for a service that is not there, DependencyError where services cannot be listed.
    """
    waiting = iter(sorted(_asked(ports, only), key=lambda service: (_asked_at(service, ports), service.name)))
    results: list[dict[str, Any]] = []
    while until - ports.clock() >= _LEAST and (lot := list(islice(waiting, AT_ONCE))):
        current = ports.services.get_many([one.name for one in lot])  # the list may be behind
        seconds = min(SECONDS, (until - ports.clock()).total_seconds())
        results += _poll([current[one.name] for one in lot if one.name in current], ports, cause, seconds=seconds)
    return {"results": results, "left": sum(1 for _ in waiting)}


def _asked_at(service: Service, ports: Ports) -> float:
    try:
        known = ports.seen.reading(service.name)
    except DependencyError:
        return 0.0
    return known.at.timestamp() if known else 0.0


def _asked(ports: Ports, only: str | None) -> Iterator[Service]:
    """Who offers something. One that is asked for by name is asked in maintenance too."""
    if only is None:
        return (one for one in ports.services.all() if one.said.openapi_url and not one.said.in_maintenance)
    service = ports.services.get(only)
    if not service.is_registered or service.said.openapi_url is None:
        raise NotFoundError(f"{only} is not registered, or has no openapi_url")
    return iter([service])


def _poll(services: list[Service], ports: Ports, cause: Cause, *, seconds: float) -> Iterable[dict[str, Any]]:
    """Fetched at once; read and compared one after the other, for the room it takes."""
    with ThreadPoolExecutor(max_workers=AT_ONCE) as threads:
        fetched = list(threads.map(lambda service: _fetch(service, ports, seconds), services))
    for service, found in zip(services, fetched, strict=True):
        yield _result(service, found, ports, cause)


def _fetch(service: Service, ports: Ports, seconds: float) -> _Fetched | str:
    """Or why not."""
    try:
        known = ports.seen.reading(service.name)
        return _ask(service, _etag_of(known, service), ports, seconds)
    except (_UnreadError, DependencyError) as error:
        return str(error)


def _etag_of(known: Reading | None, service: Service) -> str | None:
    """Only of what we still have."""
    is_had = (
        known and service.document and known.hash == service.document.hash and known.url == service.said.openapi_url
    )
    return known.etag if known and is_had else None


def _ask(service: Service, etag: str | None, ports: Ports, seconds: float) -> _Fetched:
    """Raises _UnreadError."""
    call = Call(method="GET", path="", repeatable=True, max_answer=LARGEST, seconds=seconds)
    headers = {"Accept": _ACCEPT} | ({"If-None-Match": etag} if etag else {})
    try:
        answer = ports.send(service.said.openapi_url or "", call, headers)
    except (NotSentError, NoAnswerError) as error:
        raise _UnreadError(f"it {error}") from None
    if answer.status == 304 and etag:
        return _Fetched(content=None, etag=etag)
    if answer.status != 200:
        raise _UnreadError(f"it answers {answer.status}")
    return _Fetched(content=answer.body, etag=_shown_etag(answer))


def _shown_etag(answer: Answer) -> str | None:
    etag = answer.headers.get("etag", "")
    is_one = 0 < len(etag) <= _LONGEST_ETAG and etag.isascii() and etag.isprintable()
    return etag if is_one else None


def _result(service: Service, found: _Fetched | str, ports: Ports, cause: Cause) -> dict[str, Any]:
    try:
        if isinstance(found, str):
            raise _UnreadError(found)
        return _taken(service, found, ports, cause)
    except (_UnreadError, DomainError, ConflictError, DependencyError) as error:
        _keep(service, ports, error=str(error))
        return {"service": service.name, "error": str(error)}


def _taken(service: Service, found: _Fetched, ports: Ports, cause: Cause) -> dict[str, Any]:
    """Raises InvalidInputError for what is no description, or cannot be compared; ConflictError, DependencyError."""
    if found.content is None:
        _keep(service, ports, etag=found.etag)
        return _told(service.name, service.document, None, changed=False)
    _keep(service, ports, error=_UNFINISHED)  # who dies of it goes to the end of the line all the same
    tree = read_text(found.content)
    text = canonical(tree)
    known = sha256(text).hexdigest()
    if service.document and service.document.hash == known:
        _keep(service, ports, etag=found.etag)
        return _told(service.name, service.document, None, changed=False)
    return _new(service, (Description(tree), text, known), found, ports, cause)


def _new(
    service: Service, new: tuple[Description, bytes, str], found: _Fetched, ports: Ports, cause: Cause
) -> dict[str, Any]:
    """The file first: what the record names is there."""
    description, text, known = new
    check_document(description)
    drift = _drift(service, description, ports)
    ports.files.put(_file(service.name, known), text, "application/json")
    document = Document(
        hash=known, version=description.version, operations=len(operations_of(description)), at=ports.clock()
    )
    current = ports.services.get(service.name)
    if current.document != service.document or not current.is_registered:
        raise ConflictError("somebody else has read it at the same moment")
    changed = ports.services.save(current.documented(document, told(drift) if drift and drift.is_any else None), cause)
    _keep(changed, ports, etag=found.etag)
    return _told(service.name, document, drift, changed=service.document is not None)


def _drift(service: Service, description: Description, ports: Ports) -> Drift | None:
    """None where there is nothing to compare with: it is the first, or the one before is lost."""
    if service.document is None:
        return None
    before = io.BytesIO()
    if not ports.files.download(_file(service.name, service.document.hash), before):
        return None
    return compare(Description(json.loads(before.getvalue())), description)


def _keep(service: Service, ports: Ports, *, error: str | None = None, etag: str | None = None) -> None:
    """What is forgotten here costs a whole answer the next time, and nothing else."""
    known = service.document.hash if service.document and error is None else None
    url = service.said.openapi_url or ""
    try:
        reading = Reading(at=ports.clock(), url=url, error=error, etag=etag, hash=known)
        ports.seen.keep_reading(service.name, reading)
    except DependencyError:
        return


def _told(name: str, document: Document | None, drift: Drift | None, *, changed: bool) -> dict[str, Any]:
    """`changed`: it says something else than before; whether callers have to care, the rest says."""
    said = told(drift) if drift else {"added": [], "removed": [], "changed": [], "breaking": []}
    return {
        "service": name,
        "changed": changed,
        "hash": document.hash if document else None,
        "added": said["added"],
        "removed": said["removed"],
        "changed_operations": said["changed"],
        "breaking": said["breaking"],
    }


def _file(name: str, known: str) -> str:
    return f"openapi/{name}/{known}.json"
