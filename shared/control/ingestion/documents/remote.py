"""The doc store that is configured, as a service. See docs/ingestion.md for what it is asked."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from shared.control.ingestion.documents.record import DocumentRecord
from shared.control.ingestion.envelope import refs_to_json
from shared.ledger.envelope import to_text
from shared.runtime.http import Call, Service, ServiceError

NAME: Final = "doc-store"
_CANNOT: Final = frozenset({405, 501})


class RemoteDocuments:
    def __init__(self, service: Service) -> None:
        self._service = service

    def save(self, record: DocumentRecord, content: str) -> None:
        """The same saved again is the same. Raises ServiceError."""
        self._service.ask(save_call(record, content))

    def forget(self, document_id: str) -> bool:
        """Raises ServiceError."""
        call = Call(method="DELETE", path=f"/documents/{quote(document_id, safe='')}", repeatable=True)
        try:
            self._service.ask(call)
        except ServiceError as error:
            if error.answer is None or error.answer.status not in (404, *_CANNOT):
                raise
            return error.answer.status == 404
        return True


def save_call(record: DocumentRecord, content: str) -> Call:
    body = {
        "id": record.id,
        "content": content,
        "content_hash": record.content_hash,
        "metadata": _metadata(record),
        "correlation_id": record.correlation_id,
    }
    return Call(method="POST", path="/documents", json=body, repeatable=True)


def _metadata(record: DocumentRecord) -> Mapping[str, Any]:
    """What the document says of itself, and where it is from."""
    return dict(record.metadata) | {
        "title": record.title,
        "source": record.source,
        "url": record.url,
        "version": record.version,
        "version_tag": record.version_tag,
        "content_type": record.content_type,
        "updated_at": to_text(record.updated_at) if record.updated_at else None,
        "source_refs": refs_to_json(record.source_refs),
    }
