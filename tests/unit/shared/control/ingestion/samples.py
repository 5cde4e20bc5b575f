"""Issues and pages as Jira and Confluence show them, and documents as they are kept."""

from datetime import datetime
from typing import Any

from shared.control.ingestion.documents.record import DocumentRecord, record_of
from shared.control.ingestion.envelope import MARKDOWN, DocumentEnvelope, SourceRef, enveloped
from tests.support.builders import NOON


def adf(*blocks: dict[str, Any]) -> dict[str, Any]:
    return {"type": "doc", "version": 1, "content": list(blocks)}


def paragraph(*inside: dict[str, Any]) -> dict[str, Any]:
    return {"type": "paragraph", "content": list(inside)}


def text(said: str, *marks: dict[str, Any]) -> dict[str, Any]:
    return {"type": "text", "text": said} | ({"marks": list(marks)} if marks else {})


def an_issue(number: int = 1, **fields: Any) -> dict[str, Any]:
    usual = {
        "summary": f"Issue {number}",
        "description": adf(paragraph(text("It does not work."))),
        "status": {"name": "In Progress", "id": "3"},
        "issuetype": {"name": "Bug", "id": "10004"},
        "project": {"key": "SHOP", "id": "10000"},
        "labels": ["camera"],
        "updated": "2026-02-27T09:15:00.000+0100",
    }
    return {
        "id": str(10_000 + number),
        "key": f"SHOP-{number}",
        "self": f"https://acme.atlassian.net/rest/api/3/issue/{10_000 + number}",
        "fields": usual | fields,
    }


def a_page(number: int = 1, changed: str = "2026-02-27T08:15:00.000Z", **changes: Any) -> dict[str, Any]:
    return {
        "id": str(number),
        "status": "current",
        "title": f"Page {number}",
        "spaceId": "65537",
        "version": {"number": 3, "createdAt": changed, "minorEdit": False},
        "body": {"storage": {"representation": "storage", "value": f"<p>Page {number}</p>"}},
        "_links": {"webui": f"/spaces/ENG/pages/{number}/Page"},
    } | changes


def pages(*listed: dict[str, Any], following: str | None = None) -> dict[str, Any]:
    link = {"next": f"/wiki/api/v2/pages?limit=25&cursor={following}"} if following else {}
    return {"results": list(listed), "_links": {"base": "https://acme.atlassian.net/wiki", **link}}


def an_envelope(
    path: str = "docs/a.md", content: str = "# A\n\nText.", *, source: str = "github", **changes: Any
) -> DocumentEnvelope:
    """`changes` are those of the document."""
    place = f"octo-org/shop/{path}" if source == "github" else path
    document = {
        "title": path.rpartition("/")[2],
        "content": content,
        "content_type": MARKDOWN,
        "url": f"https://{source}.example/{path}",
        "updated_at": "2026-02-01T09:00:00Z",
        "metadata": {},
    }
    ref = SourceRef(source=source, place=place, url=f"https://{source}.example/{path}")
    return enveloped(ref, document | changes, version_tag="1", correlation_id="nightly-1", at=NOON)


def a_record(
    path: str = "docs/a.md", content: str = "# A\n\nText.", *, at: datetime = NOON, **changes: Any
) -> DocumentRecord:
    return record_of(an_envelope(path, content, **changes), version=1, run_id=None, at=at)
