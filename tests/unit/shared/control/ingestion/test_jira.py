"""What Jira is asked for, and what its issues say."""

from datetime import timedelta
from typing import Any

import pytest

from shared.control.ingestion.atlassian import has_credential, locate
from shared.control.ingestion.jira import FIELDS, JiraIssues, query, restriction
from shared.control.ingestion.source import SourceRefusedError
from shared.runtime.errors import DependencyError, InvalidInputError
from shared.runtime.http import ServiceError
from shared.runtime.secret import Secret
from tests.support.builders import NOON
from tests.unit.shared.control.ingestion.far import Far, a_reading, all_pages, service
from tests.unit.shared.control.ingestion.samples import adf, an_issue, paragraph, text

SITE = "https://acme.atlassian.net"


def issues(far: Far, jql: str = "project = SHOP") -> JiraIssues:
    return JiraIssues(service(far, "jira"), site=SITE, jql=jql, clock=lambda: NOON)


def found(*listed: dict[str, Any], token: str | None = None) -> tuple[int, Any]:
    return 200, {"issues": list(listed), "isLast": token is None} | ({"nextPageToken": token} if token else {})


def test_half_a_character_in_an_issue_stops_nobody() -> None:
    issue = an_issue(7)
    issue["fields"] |= {"summary": "Broken \ud83d", "labels": ["\ud83d"], "description": "It \ud83d fell."}
    (page,) = all_pages(issues(Far(found(issue, an_issue(8)))), "project = SHOP")
    document, other = page.documents
    assert (document.document["title"], document.document["metadata"]["labels"]) == ("Broken ?", ["?"])
    assert "It ? fell." in document.content
    assert other.document["title"] == "Issue 8"


def test_an_issue_is_a_document() -> None:
    (page,) = all_pages(issues(Far(found(an_issue(7)))), "project = SHOP")
    (document,) = page.documents
    assert document.document == {
        "title": "Issue 7",
        "content": "Issue 7\n\nType: Bug\nStatus: In Progress\nLabels: camera\n\nIt does not work.",
        "content_type": "text/plain",
        "url": f"{SITE}/browse/SHOP-7",
        "updated_at": "2026-02-27T08:15:00.000000Z",
        "metadata": {
            "key": "SHOP-7",
            "project": "SHOP",
            "type": "Bug",
            "status": "In Progress",
            "labels": ["camera"],
        },
    }
    assert document.place == "acme.atlassian.net/10007"
    assert page.cursor == {"updated": "2026-02-27T08:15:00.000000Z"}


def test_the_question_names_what_is_read_and_has_an_order() -> None:
    far = Far(found())
    all_pages(issues(far), "project = SHOP")
    (call,) = far.calls
    assert (call.method, call.path, call.repeatable) == ("POST", "/rest/api/3/search/jql", True)
    assert call.json == {
        "jql": "(project = SHOP) ORDER BY updated ASC, key ASC",
        "fields": list(FIELDS),
        "maxResults": 50,
    }


@pytest.mark.parametrize(
    ("since", "minutes"), [(timedelta(0), 5), (timedelta(seconds=1), 6), (timedelta(days=1), 1445), (-timedelta(1), 5)]
)
def test_a_second_reading_asks_for_so_many_minutes_whatever_the_time_zone(since: timedelta, minutes: int) -> None:
    asked = query("project = SHOP", NOON - since, at=NOON)
    assert asked == f'(project = SHOP) AND updated >= "-{minutes}m" ORDER BY updated ASC, key ASC'


@pytest.mark.parametrize(
    ("jql", "bare"),
    [
        ("updated >= -365d", "updated >= -365d"),
        ("project = A order  by created DESC", "project = A"),
        ("", 'updated >= "1970-01-01"'),
        (" ORDER BY key", 'updated >= "1970-01-01"'),
    ],
)
def test_a_configured_query_loses_its_order_and_is_bounded(jql: str, bare: str) -> None:
    assert restriction(jql) == bare


def test_pages_are_asked_for_with_the_token_of_the_one_before_and_the_same_query() -> None:
    far = Far(
        found(an_issue(1), token="t1"), found(an_issue(2, updated="2026-02-28T00:00:00.000+0000"), token="t2"), found()
    )
    pages = all_pages(issues(far), "project = SHOP", {"updated": "2026-02-01T00:00:00.000000Z"})
    assert [len(page.documents) for page in pages] == [1, 1, 0]
    assert [call.json.get("nextPageToken") for call in far.calls] == [None, "t1", "t2"]
    assert len({call.json["jql"] for call in far.calls}) == 1
    assert pages[-1].cursor == {"updated": "2026-02-28T00:00:00.000000Z"}


def test_without_news_the_cursor_stays() -> None:
    cursor = {"updated": "2026-02-01T00:00:00.000000Z"}
    (page,) = all_pages(issues(Far(found())), "project = SHOP", cursor)
    assert page.cursor == cursor
    (first,) = all_pages(issues(Far(found())), "project = SHOP")
    assert first.cursor == {}


def test_a_token_that_leads_back_to_itself_ends_the_reading() -> None:
    far = Far(found(an_issue(1), token="t1"))
    assert len(all_pages(issues(far), "project = SHOP")) == 2


def test_what_an_issue_does_not_say_is_left_out() -> None:
    bare = {"id": "1", "key": "SHOP-1", "fields": {"summary": None}}
    (page,) = all_pages(issues(Far(found(bare))), "project = SHOP")
    (document,) = page.documents
    assert document.document["title"] == "SHOP-1"
    assert document.document["updated_at"] is None


def test_links_of_a_description_stay() -> None:
    mark = {"type": "link", "attrs": {"href": "https://a.example/x"}}
    card = {"type": "inlineCard", "attrs": {"url": "https://b.example"}}
    mention = {"type": "mention", "attrs": {"id": "1", "text": "@Ada"}}
    said = adf(paragraph(text("See "), text("this", mark), text(" and "), card, mention), paragraph(text("End")))
    (page,) = all_pages(issues(Far(found(an_issue(1, description=said)))), "project = SHOP")
    assert page.documents[0].content.endswith("See this <https://a.example/x> and <https://b.example>\nEnd")


@pytest.mark.parametrize("odd", [None, 7, [], {"type": 1, "content": {}}, {"content": [None, 3, {"marks": 1}]}])
def test_a_description_of_no_shape_says_nothing(odd: Any) -> None:
    (page,) = all_pages(issues(Far(found(an_issue(1, description=odd)))), "project = SHOP")
    assert page.documents[0].content.endswith("Labels: camera")


def test_a_scope_narrows_to_projects() -> None:
    connector = issues(Far(), "updated >= -365d ORDER BY key")
    assert connector.places({}) == ["updated >= -365d"]
    assert connector.places({"projects": ["B", "A"]}) == [
        'project = "A" AND (updated >= -365d)',
        'project = "B" AND (updated >= -365d)',
    ]
    with pytest.raises(InvalidInputError, match="is no key"):
        connector.places({"projects": ['A" OR project = "B']})


@pytest.mark.parametrize("body", [[], {}, {"issues": [{}]}, {"issues": [{"key": "A-1", "id": "1"}]}, "no"])
def test_an_answer_that_cannot_be_read_is_no_empty_one(body: Any) -> None:
    with pytest.raises(ServiceError, match="cannot be read"):
        issues(Far((200, body))).page(a_reading("project = SHOP"))


def test_a_refusal_is_final() -> None:
    with pytest.raises(SourceRefusedError, match="410"):
        issues(Far((410, {"errorMessages": ["gone"]}))).page(a_reading("project = SHOP"))


def test_who_asks_is_said_as_atlassian_wants_it() -> None:
    kept = {"jira": {"email": "bot@acme.example", "api_token": "t"}}
    located = locate(f"{SITE}/", Secret(lambda _: kept, clock=lambda: NOON), "jira")()
    assert located.url == SITE
    assert located.headers == {"Authorization": "Basic Ym90QGFjbWUuZXhhbXBsZTp0"}
    assert "Ym90" not in repr(located)
    assert has_credential(kept, "jira")
    with pytest.raises(DependencyError, match="no credential of confluence"):
        locate(SITE, Secret(lambda _: kept, clock=lambda: NOON), "confluence")()


@pytest.mark.parametrize(
    "kept", [{}, {"jira": None}, {"jira": {"email": "a"}}, {"jira": {"email": "", "api_token": "t"}}]
)
def test_half_a_credential_is_none(kept: dict[str, Any]) -> None:
    assert not has_credential(kept, "jira")
