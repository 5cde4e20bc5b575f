"""The stand-ins for sources of documents answer as Atlassian and GitHub do, and refuse what they would refuse."""

from typing import Any

import httpx
import pytest

from tests.contract.atlassian.requests import violations
from tests.contract.github.requests import violations as github_violations
from tests.integration.stand_ins.test_github import ask
from tests.stand_ins.client import StandIns
from tests.stand_ins.github import Github
from tests.stand_ins.sources import Sources

HEADERS = {"Authorization": f"Basic {Sources.key}"}
SEARCH = {"jql": "(project = SHOP) ORDER BY updated ASC", "fields": ["summary", "updated"], "maxResults": 50}
PAGES = {"limit": "1", "sort": "-modified-date", "status": "current", "body-format": "storage"}


def search(http: httpx.Client, stand_ins: StandIns, **changes: Any) -> httpx.Response:
    url = f"{stand_ins.addresses['sources']}/rest/api/3/search/jql"
    return http.post(url, json=SEARCH | changes, headers=HEADERS)


def pages(http: httpx.Client, stand_ins: StandIns, **changes: str) -> httpx.Response:
    return http.get(f"{stand_ins.addresses['sources']}/wiki/api/v2/pages", params=PAGES | changes, headers=HEADERS)


def test_issues_are_found_page_by_page(stand_ins: StandIns, http: httpx.Client) -> None:
    stand_ins.act("sources", "put", issues=[{"key": f"SHOP-{one}", "summary": "x"} for one in (1, 2)])
    first = search(http, stand_ins, maxResults=1).json()
    second = search(http, stand_ins, maxResults=1, nextPageToken=first["nextPageToken"]).json()
    assert violations("Issues", first) == violations("Issues", second) == []
    assert (first["isLast"], second["isLast"]) == (False, True)
    assert set(first["issues"][0]["fields"]) == {"summary", "updated"}
    nothing = search(http, stand_ins, jql='(project = "OTHER" AND (project = SHOP))').json()
    assert nothing["issues"] == []
    assert stand_ins.violations() == []


def test_pages_are_listed_the_newest_change_first(stand_ins: StandIns, http: httpx.Client) -> None:
    stand_ins.act("sources", "put", pages=[{"id": str(one), "title": "x", "content": "<p/>"} for one in (1, 2)])
    first = pages(http, stand_ins).json()
    assert violations("Pages", first) == []
    following = first["_links"]["next"].partition("cursor=")[2]
    second = pages(http, stand_ins, cursor=following).json()
    assert "next" not in second["_links"]
    assert pages(http, stand_ins, **{"space-id": "7"}).json()["results"] == []
    assert stand_ins.violations() == []


def test_an_api_is_described_where_there_is_one(stand_ins: StandIns, http: httpx.Client) -> None:
    url = f"{stand_ins.addresses['sources']}/openapi.json"
    assert http.get(url).status_code == 404
    stand_ins.act("sources", "put", api={"openapi": "3.1.0", "paths": {}})
    answer = http.get(url)
    assert answer.json() == {"openapi": "3.1.0", "paths": {}}
    assert http.get(url, headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
    stand_ins.act("sources", "put", api={"openapi": "3.1.1", "paths": {}})
    assert http.get(url, headers={"If-None-Match": answer.headers["etag"]}).status_code == 200


def test_what_is_asked_wrongly_is_refused(stand_ins: StandIns, http: httpx.Client) -> None:
    assert search(http, stand_ins, startAt=0).status_code == 400
    assert search(http, stand_ins, jql="order by key").status_code == 400
    assert pages(http, stand_ins, limit="500").status_code == 400
    wrong = {"Authorization": "Basic bm9ib2R5"}
    assert http.get(f"{stand_ins.addresses['sources']}/wiki/api/v2/pages", headers=wrong).status_code == 401
    assert len(stand_ins.violations()) == 4


def test_a_limit_says_when_to_come_again(stand_ins: StandIns, http: httpx.Client) -> None:
    stand_ins.set("sources", limit_next=1, limit_seconds=7)
    answer = search(http, stand_ins)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")
    assert search(http, stand_ins).status_code == 200
    assert stand_ins.violations() == []


def test_files_of_a_repository_are_shown(stand_ins: StandIns, http: httpx.Client) -> None:
    place = f"/repos/{Github.repository}"
    assert ask(http, stand_ins, "GET", f"{place}/commits?per_page=1").status_code == 409
    stand_ins.act("github", "commit", files={"a.md": "# A"})
    (commit,) = ask(http, stand_ins, "GET", f"{place}/commits?per_page=1&path=a.md").json()
    tree = ask(http, stand_ins, "GET", f"{place}/git/trees/{commit['commit']['tree']['sha']}?recursive=1").json()
    blob = ask(http, stand_ins, "GET", f"{place}/git/blobs/{tree['tree'][0]['sha']}").json()
    assert github_violations("Tree", tree) == github_violations("Blob", blob) == []
    assert ask(http, stand_ins, "GET", f"{place}/git/blobs/none").status_code == 404
    assert stand_ins.violations() == []


@pytest.mark.parametrize("path", ["/commits?per_page=500", "/git/trees/x?deep=1"])
def test_what_github_does_not_know_is_refused(stand_ins: StandIns, http: httpx.Client, path: str) -> None:
    stand_ins.act("github", "commit", files={"a.md": "# A"})
    assert ask(http, stand_ins, "GET", f"/repos/{Github.repository}{path}").status_code == 422
