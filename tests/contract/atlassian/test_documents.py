"""What is asked of Jira and Confluence is what they take; and whatever they may answer is read."""

from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.control.ingestion.confluence import ConfluencePages, pages_call
from shared.control.ingestion.jira import FIELDS, JiraIssues, query, restriction, search_call
from shared.control.ingestion.source import EVERYTHING
from tests.contract.atlassian.refresh import CONFLUENCE, JIRA
from tests.contract.atlassian.requests import SCHEMA, violations
from tests.support.builders import NOON
from tests.unit.shared.control.ingestion.far import Far, a_reading, service
from tests.unit.shared.control.ingestion.samples import a_page, an_issue, pages

SITE = "https://acme.atlassian.net"
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
TIMES = st.datetimes(datetime(2004, 1, 1), datetime(2100, 1, 1)).map(lambda time: f"{time:%Y-%m-%dT%H:%M:%S}.123Z")  # noqa: DTZ001
VERSIONS = st.fixed_dictionaries({}, optional={"number": st.integers(1, 99), "createdAt": TIMES, "message": TEXTS})
BODIES = st.fixed_dictionaries({}, optional={"storage": st.none() | st.fixed_dictionaries({"value": TEXTS})})
PAGES = st.fixed_dictionaries(
    {"id": TEXTS, "title": TEXTS},
    optional={
        "spaceId": TEXTS,
        "version": st.none() | VERSIONS,
        "body": st.none() | BODIES,
        "_links": st.none() | st.fixed_dictionaries({}, optional={"webui": TEXTS}),
    },
)


@pytest.mark.parametrize("token", [None, "CAEaAggD"])
@pytest.mark.parametrize("since", [None, NOON])
def test_jira_takes_the_search(token: str | None, since: Any) -> None:
    call = search_call(query(restriction("project = SHOP order by rank"), since, at=NOON), token)
    assert violations("Search", call.json) == []
    assert [call.method, call.path] == SCHEMA["x-asked"]["search"]


@pytest.mark.parametrize("space", [EVERYTHING, "65537"])
@pytest.mark.parametrize("following", [None, "eyJpZCI6IjEifQ=="])
def test_confluence_takes_the_list_of_pages(space: str, following: str | None) -> None:
    call = pages_call(space, following)
    asked = urlsplit(call.path)
    assert violations("PagesQuery", dict(parse_qsl(asked.query))) == []
    assert [call.method, asked.path] == SCHEMA["x-asked"]["pages"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Search", {"fields": ["summary"]}),
        ("Search", {"jql": "x", "startAt": 0}),
        ("Search", {"jql": "x", "maxResults": 5_001}),
        ("Search", {"jql": "x", "fields": "summary"}),
        ("PagesQuery", {"space-key": "ENG"}),
        ("PagesQuery", {"space-id": "ENG"}),
        ("PagesQuery", {"limit": "251"}),
        ("PagesQuery", {"sort": "-modified"}),
        ("PagesQuery", {"body-format": "view"}),
        ("Issues", {"issues": {}}),
        ("Pages", {"results": [{"id": 7}]}),
        ("Pages", {"results": [{"titel": "A"}]}),
    ],
)
def test_a_mistake_is_found(name: str, value: Any) -> None:
    assert violations(name, value) != []


def test_the_samples_of_the_tests_are_answers_as_they_may_be() -> None:
    assert violations("Issues", {"issues": [an_issue()], "isLast": False, "nextPageToken": "t"}) == []
    assert violations("Pages", pages(a_page(), following="c")) == []


def test_what_is_read_of_an_issue_is_what_is_asked_for() -> None:
    assert set(an_issue()["fields"]) == set(FIELDS)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(
    st.lists(st.none() | st.text(max_size=20) | st.booleans() | st.lists(st.text(max_size=5), max_size=2), max_size=7)
)
def test_whatever_the_fields_of_an_issue_hold_it_is_a_document(values: list[Any]) -> None:
    odd = an_issue(1, **dict(zip([name for name in FIELDS if name != "labels"], values, strict=False)))
    jira = JiraIssues(service(Far((200, {"issues": [odd], "isLast": True}))), site=SITE, jql="", clock=lambda: NOON)
    (document,) = jira.page(a_reading("x")).documents
    assert document.document["title"]


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.lists(PAGES, max_size=3))
def test_whatever_pages_confluence_may_answer_each_is_a_document(listed: list[dict[str, Any]]) -> None:
    assert violations("Pages", {"results": listed}) == []
    far = Far((200, {"results": listed}))
    confluence = ConfluencePages(service(far), site=SITE, spaces=(), clock=lambda: NOON)
    read = confluence.page(a_reading(EVERYTHING)).documents
    assert [one.document["title"] for one in read] == [one["title"] for one in listed]


def test_the_contract_says_where_it_is_from() -> None:
    for made, package in zip(SCHEMA["x-provenance"], (JIRA, CONFLUENCE), strict=True):
        assert made["package"] == f"npm {package.name} {package.version}"
        assert made["sha256"] == package.sha256
        assert made["licence"].startswith("MIT")
