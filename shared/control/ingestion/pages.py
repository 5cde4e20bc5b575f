"""Pages of documents and of findings."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from shared.control.ingestion.documents.record import DocumentRecord
from shared.control.ingestion.documents.store import COLUMNS
from shared.control.ingestion.finding import Finding
from shared.runtime.cursor import seal, unseal

Secret = Callable[[], bytes]


class Documents(Protocol):
    def newest(
        self, sources: Sequence[str] = ..., *, before: str | None = None, at_a_time: int = 100
    ) -> Iterator[tuple[str, DocumentRecord]]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedDocuments:
    source: str | None = None
    limit: int = 50
    cursor: str | None = None

    @property
    def scope(self) -> str:
        return f"documents|{self.source or ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedFindings:
    run_id: str
    severity: str | None = None
    type: str | None = None
    limit: int = 50
    cursor: str | None = None

    @property
    def scope(self) -> str:
        return f"findings|{self.run_id}|{self.severity}|{self.type}"

    def takes(self, finding: Finding) -> bool:
        return self.severity in (None, finding.severity) and self.type in (None, finding.type)


def page_of_documents(
    wanted: WantedDocuments, *, documents: Documents, secret: Secret
) -> tuple[list[DocumentRecord], str | None]:
    """The newest change first. Raises InvalidInputError for a cursor of another list."""
    before = unseal(wanted.cursor, scope=wanted.scope, secret=secret()) if wanted.cursor else None
    sources = [wanted.source] if wanted.source else COLUMNS
    page: list[DocumentRecord] = []
    last = ""
    for place, record in documents.newest(sources, before=before, at_a_time=wanted.limit + 1):
        if len(page) == wanted.limit:
            return page, seal(last, scope=wanted.scope, secret=secret())
        page.append(record)
        last = place
    return page, None


def page_of_findings(
    wanted: WantedFindings, findings: Sequence[Finding], *, secret: Secret
) -> tuple[list[Finding], str | None]:
    """`findings` are all of them. Raises InvalidInputError for a cursor of another list."""
    first = int(unseal(wanted.cursor, scope=wanted.scope, secret=secret())) if wanted.cursor else 0
    found = [one for one in findings if wanted.takes(one)]
    behind = first + wanted.limit
    following = seal(str(behind), scope=wanted.scope, secret=secret()) if behind < len(found) else None
    return found[first:behind], following
