"""The consistency engine that is registered: it looks at documents in our place. See docs/ingestion.md."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import ValidationError

from shared.control.ingestion.contracts import FindingIn, FindingsIn
from shared.control.ingestion.documents.record import DocumentRecord
from shared.control.ingestion.finding import Finding, finding, in_order
from shared.control.ingestion.source import PATIENCE, SourceRefusedError, for_good
from shared.ledger.envelope import to_text
from shared.runtime.http import Answer, Call, Service, ServiceError

NAME: Final = "consistency-engine"
AT_ONCE: Final = 2_000  # documents in one request
_LARGEST: Final = 8 * 1024 * 1024
_SEVERITIES: Final = {
    "critical": "high",
    "high": "high",
    "error": "high",
    "medium": "med",
    "med": "med",
    "warning": "med",
}


class ConsistencyEngine:
    def __init__(self, service: Service) -> None:
        self._service = service
        self.name = service.name

    def findings(self, documents: Sequence[DocumentRecord], correlation_id: str) -> list[Finding]:
        """The worst first. Raises ServiceError; SourceRefusedError where it will not, or answers something else."""
        found: list[Finding] = []
        for first in range(0, len(documents), AT_ONCE):
            call = analyze_call(documents[first : first + AT_ONCE], correlation_id)
            try:
                answer = self._service.ask(call)
            except ServiceError as error:
                raise for_good(error) from None
            found += read_findings(answer, self.name)
        return in_order(found)


def analyze_call(documents: Sequence[DocumentRecord], correlation_id: str) -> Call:
    body = {
        "targets": [one.id for one in documents],
        "analysis_type": "consistency",
        "correlation_id": correlation_id,
        "documents": [_told(one) for one in documents],
    }
    return Call(method="POST", path="/analyze", json=body, repeatable=True, max_answer=_LARGEST, seconds=PATIENCE)


def read_findings(answer: Answer, name: str) -> list[Finding]:
    """As they stand, or within the envelope `data`."""
    body = answer.json()
    inside = body.get("data") if isinstance(body, dict) else None
    try:
        told = FindingsIn.model_validate(inside if isinstance(inside, dict) else body)
    except ValidationError as error:
        raise SourceRefusedError(f"{name}: its answer has {error.error_count()} mistakes, and is not used") from None
    return [_finding(one) for one in told.findings]


def _finding(told: FindingIn) -> Finding:
    title = told.title or told.description or told.type
    where = told.where or told.document_id
    severity = _SEVERITIES.get(told.severity.lower(), "low")
    detail = told.detail or told.description
    return finding(told.type, severity, about=f"{where}\n{title}", title=title, where=where, detail=detail)


def _told(document: DocumentRecord) -> Mapping[str, Any]:
    return {
        "id": document.id,
        "source": document.source,
        "title": document.title,
        "url": document.url,
        "version": document.version,
        "content_hash": document.content_hash,
        "updated_at": to_text(document.updated_at) if document.updated_at else None,
    }
