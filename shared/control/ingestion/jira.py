"""Issues in Jira: those that have changed since the newest change that was seen.

Source: developer.atlassian.com/cloud/jira/platform/rest/v3, "Search for issues using JQL enhanced search (POST)"; the
forms of moments: support.atlassian.com, "JQL fields", Updated.
"""

import math
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from shared.control.ingestion.adf import text_of
from shared.control.ingestion.atlassian import JSON, ask, host_of, unreadable
from shared.control.ingestion.envelope import PLAIN, DocumentEnvelope, SourceRef, enveloped, moment
from shared.control.ingestion.source import PATIENCE, Page, Position, Reading, checked_keys, named
from shared.ledger.envelope import from_text, to_text
from shared.runtime.clock import Clock
from shared.runtime.http import Call, Service

NAME: Final = "jira"
FIELDS: Final = ("summary", "description", "status", "issuetype", "project", "labels", "updated")
AT_ONCE: Final = 50
# What was changed a moment ago may not be found yet, and clocks differ.
_OVERLAP: Final = timedelta(minutes=5)
_LARGEST: Final = 8 * 1024 * 1024  # a description has at most 32,767 letters, each with its marks
_ORDER: Final = re.compile(r"\border\s+by\b.*", re.IGNORECASE | re.DOTALL)
_FIELD_ERRORS: Final = (KeyError, TypeError, AttributeError)


class JiraIssues:
    """The cursor is the newest change that was seen, by Jira's own clock."""

    source: str = NAME
    by: str = "connector"

    def __init__(self, service: Service, *, site: str, jql: str, clock: Clock) -> None:
        self._service = service
        self._site = site.rstrip("/")
        self._jql = restriction(jql)
        self._clock = clock

    def places(self, scope: Mapping[str, Any]) -> Sequence[str]:
        """What is configured, or of that each project that the scope names: as the restriction of a query."""
        projects = named(scope, "projects")
        if projects is None:
            return [self._jql]
        return [f'project = "{one}" AND ({self._jql})' for one in checked_keys(projects, "projects")]

    def page(self, reading: Reading) -> Page:
        position = reading.position or self._begun(reading)
        answer = ask(self._service, search_call(position["jql"], position.get("token")))
        try:
            told = answer.json()
            documents = tuple(self._document(reading, issue) for issue in told["issues"])
        except _FIELD_ERRORS:
            raise unreadable(self._service, answer) from None
        newest = max(position["newest"], *(_updated(one) for one in documents), "")
        token = told.get("nextPageToken")
        if token and not told.get("isLast") and token != position.get("token"):
            return Page(documents=documents, position={**position, "token": token, "newest": newest})
        return Page(documents=documents, cursor={"updated": newest} if newest else {})

    def _begun(self, reading: Reading) -> Position:
        newest = reading.cursor.get("updated", "")
        since = from_text(newest) if newest else None
        return {"jql": query(reading.place, since, at=self._clock()), "newest": newest}

    def _document(self, reading: Reading, issue: Mapping[str, Any]) -> DocumentEnvelope:
        url = f"{self._site}/browse/{issue['key']}"
        # A key changes when an issue is moved; the id does not.
        place = f"{host_of(self._site)}/{issue['id']}"
        return enveloped(
            SourceRef(source=NAME, place=place, url=url, revision=issue["fields"].get("updated")),
            document_of(issue) | {"url": url},
            version_tag=str(issue["fields"].get("updated", "")),
            correlation_id=reading.correlation_id,
            at=self._clock(),
        )


def restriction(jql: str) -> str:
    """What a query asks for, without its order. A query has to be bounded; what asks for everything is bounded so."""
    return _ORDER.sub("", jql).strip() or 'updated >= "1970-01-01"'


def query(where: str, since: datetime | None, *, at: datetime) -> str:
    """Those changed since then, the oldest change first.

    So many minutes back, and not a moment: Jira takes a moment to be in the time zone of whoever the token is of.
    """
    if since is None:
        return f"({where}) ORDER BY updated ASC, key ASC"
    minutes = math.ceil(max(at - since, timedelta(0)) / timedelta(minutes=1)) + _OVERLAP // timedelta(minutes=1)
    return f'({where}) AND updated >= "-{minutes}m" ORDER BY updated ASC, key ASC'


def search_call(jql: str, token: str | None = None) -> Call:
    body: dict[str, Any] = {"jql": jql, "fields": list(FIELDS), "maxResults": AT_ONCE}
    return Call(
        method="POST",
        path="/rest/api/3/search/jql",
        json=body | ({"nextPageToken": token} if token else {}),
        headers=JSON,
        repeatable=True,
        max_answer=_LARGEST,
        seconds=PATIENCE,
    )


def document_of(issue: Mapping[str, Any]) -> dict[str, Any]:
    """Whom it is assigned to, and who reported it, is nobody's business here."""
    fields = issue["fields"]
    known = {
        "key": issue["key"],
        "project": _name(fields.get("project"), "key"),
        "type": _name(fields.get("issuetype"), "name"),
        "status": _name(fields.get("status"), "name"),
        "labels": [str(label) for label in fields.get("labels") or ()],
    }
    summary = str(fields.get("summary") or issue["key"])
    said = [f"Type: {known['type']}", f"Status: {known['status']}", f"Labels: {', '.join(known['labels'])}"]
    content = "\n".join([summary, "", *said, "", text_of(fields.get("description"))]).rstrip()
    updated = moment(fields.get("updated"))
    return {
        "title": summary,
        "content": content,
        "content_type": PLAIN,
        "updated_at": to_text(updated) if updated else None,
        "metadata": known,
    }


def _name(value: Any, part: str) -> str:
    return str(value.get(part) or "") if isinstance(value, dict) else ""


def _updated(envelope: DocumentEnvelope) -> str:
    return str(envelope.document["updated_at"] or "")
