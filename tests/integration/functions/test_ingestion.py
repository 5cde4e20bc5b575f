"""Ingestion as it is wired: sources over HTTP, documents in DynamoDB and S3, asked for and read over the API."""

from collections.abc import Iterator
from typing import Any

import pytest

from functions.serve_control import ingest_routes
from shared.control.ingestion.envelope import SOURCES, document_id
from shared.control.runs.run import Run, Status
from shared.runtime import wiring_ingestion
from shared.runtime.api import answer, resolver
from shared.runtime.observability import observed
from shared.runtime.request import principal
from tests.stand_ins.client import StandIns
from tests.support.fresh_process import forget
from tests.support.http_events import LambdaContext, as_operator, json_of
from tests.support.in_process import aws_in_process, set_secret
from tests.support.ingesting import ACCOUNT, REPOSITORY, drive, sources_set_up

app = resolver()
app.include_router(ingest_routes.router)
API = {
    "openapi": "3.1.0",
    "info": {"title": "Orders", "version": "1"},
    "paths": {"/orders": {"get": {}, "post": {}}},
}


@observed
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return answer(app, event, context, admit=principal)


@pytest.fixture
def sources(services: StandIns) -> Iterator[StandIns]:
    with aws_in_process(), sources_set_up(services):
        forget()
        set_secret("sources", jira=ACCOUNT, confluence=ACCOUNT)
        wiring_ingestion._trees().clear()
        yield services
    assert services.control("sources")["violations"] == []
    assert services.control("github")["violations"] == []


def call(method: str, path: str, body: Any = None) -> tuple[int, Any]:
    answered = handler(as_operator(method, path, body=body), LambdaContext())
    return answered["statusCode"], json_of(answered)


def ingest(source: str, **more: Any) -> Run:
    status, told = call("POST", "/ingest", {"source": source, **more})
    assert status == 202
    return drive(told["run_id"])


def output(run: Run, step: str) -> dict[str, Any]:
    return dict(run.step(step).output)


def titles(source: str) -> list[str]:
    return sorted(one["title"] for one in call("GET", f"/docstore/documents?source={source}")[1]["documents"])


def test_files_of_a_repository_are_brought_and_a_second_time_only_what_has_changed(sources: StandIns) -> None:
    sources.act("github", "commit", files={"README.md": "# Shop\n\n[gone](gone.md)", "docs/a.md": "# A", "x.py": ""})
    run = ingest("github", correlation_id="first")
    assert (run.status, output(run, "github")["documents"]) == (Status.COMPLETED, 2)
    assert titles("github") == ["A", "Shop"]
    sources.act("github", "commit", files={"docs/a.md": None, "docs/b.md": "# B"})
    run = ingest("github")
    assert {name: output(run, "github")[name] for name in ("documents", "removed", "read")} == {
        "documents": 1,
        "removed": 1,
        "read": 1,
    }
    assert titles("github") == ["B", "Shop"]


def test_what_was_found_is_read_by_its_correlation_id(sources: StandIns) -> None:
    sources.act("github", "commit", files={"README.md": "# Shop\n\n[gone](gone.md)"})
    ingest("github", correlation_id="first")
    _, page = call("GET", "/ingest/findings?correlation_id=first")
    assert [one["title"] for one in page["findings"]] == ["Shop: the link gone.md is broken"]
    known = document_id("github", f"{REPOSITORY}/README.md")
    _, told = call("GET", f"/docstore/documents/{known}")
    assert told["document"]["content"] == "# Shop\n\n[gone](gone.md)"


def test_issues_are_brought_and_a_second_time_only_what_has_changed(sources: StandIns) -> None:
    sources.act(
        "sources", "put", issues=[{"key": f"SHOP-{number}", "summary": f"Issue {number}"} for number in (1, 2, 3)]
    )
    sources.set("sources", at_once=2)
    run = ingest("jira")
    assert (output(run, "jira")["documents"], titles("jira")) == (3, ["Issue 1", "Issue 2", "Issue 3"])
    sources.act("sources", "put", issues=[{"key": "SHOP-2", "summary": "Issue 2, solved"}])
    run = ingest("jira")
    assert output(run, "jira")["documents"] == 1
    assert titles("jira") == ["Issue 1", "Issue 2, solved", "Issue 3"]


def test_pages_are_brought_and_a_second_time_only_what_has_changed(sources: StandIns) -> None:
    content = "<p>See GET /orders.</p>"
    sources.act(
        "sources", "put", pages=[{"id": str(one), "title": f"Page {one}", "content": content} for one in (1, 2)]
    )
    sources.set("sources", at_once=1)
    run = ingest("confluence")
    assert (output(run, "confluence")["documents"], titles("confluence")) == (2, ["Page 1", "Page 2"])
    sources.act("sources", "put", pages=[{"id": "2", "title": "Page 2", "content": "<p>New</p>"}])
    run = ingest("confluence")
    assert output(run, "confluence")["documents"] == 1
    _, told = call("GET", f"/docstore/documents/{document_id('confluence', _place(sources, '2'))}")
    assert (told["version"], told["document"]["content"]) == (2, "<p>New</p>")


def _place(sources: StandIns, page_id: str) -> str:
    return f"{sources.addresses['sources'].partition('://')[2]}/{page_id}"


def test_an_api_is_compared_with_what_is_written_of_it(sources: StandIns) -> None:
    sources.act("sources", "put", api=API)
    sources.act("github", "commit", files={"README.md": "# Shop\n\n`GET /orders` and `DELETE /orders`"})
    ingest("github")
    run = ingest("swagger", correlation_id="api")
    assert output(run, "swagger")["documents"] == 1
    _, page = call("GET", "/ingest/findings?correlation_id=api")
    assert [(one["type"], one["severity"]) for one in page["findings"]] == [
        ("endpoint_not_in_openapi", "high"),
        ("endpoint_not_documented", "low"),
    ]
    assert output(ingest("swagger"), "swagger")["read"] == 0


def test_a_source_that_is_not_set_up_says_why(services: StandIns) -> None:
    with aws_in_process(), sources_set_up(services, swagger_urls="", jira_url="", ingest_repositories="no-name"):
        forget()
        set_secret("sources")
        assert {source: wiring_ingestion.connect(source) for source in SOURCES} == {
            "github": "no repository is configured, as owner/name",
            "jira": "no address of jira is configured",
            "confluence": "there is no credential for confluence",
            "swagger": "no address is configured",
        }
    with aws_in_process(), sources_set_up(services):
        forget()
        set_secret("github", token="")
        assert wiring_ingestion.connect("github") == "there is no token for GitHub"
    forget()


def test_a_source_that_refuses_us_fails_the_run_and_nothing_is_kept(sources: StandIns) -> None:
    sources.act("github", "commit", files={"README.md": "# Shop"})
    sources.set("github", faults={"fail": {"status": 404, "probability": 1.0}, "look_ups": "too"})
    run = ingest("github")
    sources.set("github", faults={"fail": {"probability": 0.0}, "look_ups": "no"})
    assert run.status is Status.COMPENSATED
    assert run.error is not None
    assert "is the token allowed to read it" in run.error
    assert "github-token" not in repr(run)
    assert titles("github") == []


def test_a_source_that_asks_us_to_wait_is_waited_for(sources: StandIns) -> None:
    sources.act("sources", "put", issues=[{"key": "SHOP-1", "summary": "Issue 1"}])
    sources.set("sources", limit_next=2)
    assert output(ingest("jira"), "jira")["documents"] == 1


def test_a_scope_that_names_what_is_not_configured_is_refused_at_once(sources: StandIns) -> None:
    status, problem = call("POST", "/ingest", {"source": "github", "scope": {"repositories": ["other/repo"]}})
    assert (status, problem["detail"]) == (422, "scope.repositories: other/repo is not configured")
