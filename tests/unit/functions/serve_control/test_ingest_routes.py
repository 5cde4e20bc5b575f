"""Ingestion and documents over HTTP: what is asked for, what is answered, and what is refused and changes nothing."""

from dataclasses import replace
from typing import Any

import pytest

from functions.serve_control import ingest_routes
from shared.control.ingestion.documents import store
from shared.control.ingestion.envelope import LARGEST, document_id, hash_of
from shared.control.ingestion.scopes import Configured, check_scope
from shared.control.runs.store import LedgerRuns
from shared.runtime import wiring, wiring_ingestion, wiring_runs
from shared.runtime.api import answer, resolver
from shared.runtime.observability import observed
from shared.runtime.request import principal
from tests.support.builders import a_cause
from tests.support.http_events import LambdaContext, as_operator, json_of
from tests.unit.shared.control.ingestion.far import Far
from tests.unit.shared.control.ingestion.samples import an_envelope
from tests.unit.shared.control.ingestion.test_ingesting import a_page
from tests.unit.shared.control.ingestion.world import World

app = resolver()
app.include_router(ingest_routes.router)


@observed
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return answer(app, event, context, admit=principal, max_body=2 * 1024 * 1024)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    return wired(World(), monkeypatch)


def wired(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(wiring_ingestion, "documents", lambda: world.documents)
    monkeypatch.setattr(wiring_ingestion, "findings", lambda: world.findings)
    configured = Configured(repositories=("octo-org/shop",), apis=("orders",))
    monkeypatch.setattr(wiring_ingestion, "check_scope", lambda source, scope: check_scope(source, scope, configured))
    monkeypatch.setattr(wiring_runs, "runs", lambda: LedgerRuns(world.ledger))
    monkeypatch.setattr(wiring, "cursor_secret", lambda: b"secret")
    monkeypatch.setattr(ingest_routes, "system_clock", world.clock)
    return world


def call(method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
    answered = handler(as_operator(method, path, body=body, headers=headers), LambdaContext())
    return answered["statusCode"], json_of(answered)


def save(world: World, *names: str) -> None:
    for name in names:
        world.documents.save(an_envelope(name, name), None, a_cause(), clock=world.clock)
        world.clock.put_on(seconds=1)


def happened(world: World) -> list[str]:
    return [event.type for event in world.events("")]


# /ingest


def test_a_source_is_brought_by_a_run(world: World) -> None:
    body = {"source": "github", "scope": {}, "correlation_id": "nightly-1"}
    status, told = call("POST", "/ingest", body)
    assert (status, told["status"], told["source"], told["correlation_id"]) == (202, "accepted", "github", "nightly-1")
    (event,) = world.events("saga.created")
    assert (event.subject, event.data["workflow"]) == (told["run_id"], "ingestion")
    assert event.data["parameters"]["sources"] == ["github"]
    assert call("POST", "/ingest", body) == (202, told | {"status": "known"})
    assert len(happened(world)) == 1


def test_without_a_correlation_id_there_is_one_all_the_same(world: World) -> None:
    _, told = call("POST", "/ingest", {"source": "jira"}, **{"x-correlation-id": "from-the-header"})
    assert told["correlation_id"] == "from-the-header"


def test_the_same_correlation_id_for_something_else_is_a_contradiction(world: World) -> None:
    call("POST", "/ingest", {"source": "github", "correlation_id": "1"})
    status, _ = call("POST", "/ingest", {"source": "jira", "correlation_id": "1"})
    assert status == 409
    assert len(happened(world)) == 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"source": "sharepoint"},
        {"source": "saved"},
        {"source": ["github"]},
        {"source": "github", "scope": []},
        {"source": "github", "scope": {"repositories": ["other/repo"]}},
        {"source": "github", "scope": {"repos": ["a"]}},
        {"source": "swagger", "scope": {"apis": ["other"]}},
        {"source": "confluence", "scope": {"spaces": ["a&b"]}},
        {"source": "jira", "scope": {"projects": ["A B"]}},
        {"source": "jira", "scope": {"projects": "A"}},
        {"source": "github", "correlation_id": ""},
        {"source": "github", "correlation_id": "x" * 129},
        {"source": "github", "correlation_id": "é\n"},
        {"source": "github", "sources": ["jira"]},
        [],
        None,
        "github",
    ],
    ids=str,
)
def test_what_cannot_be_ingested_is_refused(world: World, body: Any) -> None:
    status, problem = call("POST", "/ingest", body)
    assert status in (400, 422)
    assert problem["status"] == status
    assert happened(world) == []


# /ingest/findings


@pytest.fixture
def analysed(world: World) -> World:
    links = " ".join(f"[x](gone-{number}.md)" for number in range(5))
    world.documents.save(an_envelope("a.md", f"{links} [y](#no)"), None, a_cause(), clock=world.clock)
    world.run(world.analyse, parameters={})
    return world


def test_findings_are_read_page_by_page(analysed: World) -> None:
    status, page = call("GET", f"/ingest/findings?correlation_id={a_cause().correlation_id}&limit=4")
    assert (status, page["run_id"], page["count"], page["by"]) == (200, "run-1", 6, "built-in")
    assert page["severity_counts"] == {"low": 1, "med": 5, "high": 0}
    _, rest = call("GET", f"/ingest/findings?run_id=run-1&limit=4&cursor={page['next_cursor']}")
    assert rest["next_cursor"] is None
    titles = [one["title"] for one in page["findings"] + rest["findings"]]
    assert len(set(titles)) == 6
    assert call("GET", "/ingest/findings?limit=4")[1] == page


def test_findings_are_chosen_by_severity_and_type(analysed: World) -> None:
    assert [len(call("GET", f"/ingest/findings?{query}")[1]["findings"]) for query in (
        "severity=low", "severity=high", "type=broken_link", "type=broken_link&severity=low",
    )] == [1, 0, 5, 0]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("correlation_id=unknown", 404),
        ("run_id=unknown", 404),
        ("severity=odd", 422),
        ("limit=0", 422),
        ("limit=201", 422),
        ("cursor=forged", 422),
        ("correlation_id=", 422),
    ],
)
def test_findings_that_there_are_not(analysed: World, query: str, status: int) -> None:
    assert call("GET", f"/ingest/findings?{query}")[0] == status


def test_the_cursor_of_one_list_is_none_of_another(analysed: World) -> None:
    _, page = call("GET", "/ingest/findings?limit=2")
    assert call("GET", f"/ingest/findings?limit=2&severity=low&cursor={page['next_cursor']}")[0] == 422


def test_before_anything_was_looked_at_there_are_no_findings(world: World) -> None:
    assert call("GET", "/ingest/findings")[0] == 404


# /docstore


def test_documents_are_listed_page_by_page(world: World) -> None:
    save(world, "a.md", "b.md", "c.md")
    status, page = call("GET", "/docstore/documents?source=github&limit=2")
    assert status == 200
    assert [one["title"] for one in page["documents"]] == ["c.md", "b.md"]
    _, rest = call("GET", f"/docstore/documents?source=github&limit=2&cursor={page['next_cursor']}")
    assert [one["title"] for one in rest["documents"]] == ["a.md"]
    assert rest["next_cursor"] is None
    assert call("GET", "/docstore/documents?source=jira")[1] == {"documents": [], "next_cursor": None}
    assert call("GET", f"/docstore/documents?cursor={page['next_cursor']}")[0] == 422
    assert call("GET", "/docstore/documents?source=odd")[0] == 422


def test_a_document_is_read_as_an_envelope_with_its_versions(world: World) -> None:
    save(world, "a.md")
    world.documents.save(an_envelope("a.md", "new"), None, a_cause(), clock=world.clock)
    status, told = call("GET", f"/docstore/documents/{an_envelope('a.md').id}")
    assert (status, told["version"], told["document"]["content"]) == (200, 2, "new")
    assert told["source_refs"][0]["place"] == "octo-org/shop/a.md"
    assert [one["version"] for one in told["versions"]] == [1, 2]
    _, first = call("GET", f"/docstore/documents/{an_envelope('a.md').id}?version=1")
    assert (first["version"], first["document"]["content"]) == (1, "a.md")


def test_of_a_document_with_very_many_versions_it_is_said_how_many_are_not_listed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "MOST_VERSIONS", 2)
    for text in "abc":
        world.documents.save(an_envelope("a.md", text), None, a_cause(), clock=world.clock)
    _, first = call("GET", f"/docstore/documents/{an_envelope('a.md').id}?version=1")
    assert (first["document"]["content"], first["older_versions"]) == ("a", 1)
    assert [one["version"] for one in first["versions"]] == [2, 3]
    assert call("GET", f"/docstore/documents/{an_envelope('a.md').id}?version={'9' * 2_000}")[0] == 404


@pytest.mark.parametrize(
    ("path", "status"), [("nothing", 404), ("{id}?version=2", 404), ("{id}?version=0", 422), ("{id}?version=x", 422)]
)
def test_a_document_that_there_is_not(world: World, path: str, status: int) -> None:
    save(world, "a.md")
    assert call("GET", f"/docstore/documents/{path.format(id=an_envelope('a.md').id)}")[0] == status


def test_a_document_that_was_brought_and_taken_back_is_not_there(world: World) -> None:
    world.run(world.ingest(world.source(a=[a_page("a.md")])))
    world.run(world.forget)
    assert call("GET", f"/docstore/documents/{an_envelope('a.md').id}")[0] == 404


def test_what_somebody_saves_is_new_the_first_time(world: World) -> None:
    body = {"content": "Notes", "content_hash": hash_of("Notes"), "metadata": {"title": "My notes", "share": 0.5}}
    status, told = call("POST", "/docstore/save", body)
    assert (status, told["status"], told["version"], told["content_hash"]) == (201, "saved", 1, hash_of("Notes"))
    assert call("POST", "/docstore/save", body) == (200, told | {"status": "known"})
    _, read = call("GET", f"/docstore/documents/{told['id']}")
    assert (read["document"]["title"], read["document"]["content"]) == ("My notes", "Notes")
    assert read["document"]["metadata"] == {"title": "My notes", "share": "0.5"}


def test_a_document_that_is_named_has_versions(world: World) -> None:
    versions = [call("POST", "/docstore/save", {"id": "notes-1", "content": one})[1]["version"] for one in "ABBA"]
    assert versions == [1, 2, 2, 3]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"content": ""}, 422),
        ({"content": 7}, 422),
        ({"content": "A", "content_hash": hash_of("B")}, 422),
        ({"content": "A", "content_hash": "short"}, 422),
        ({"content": "A", "metadata": []}, 422),
        ({"content": "A", "metadata": {"a": "x" * 20_000}}, 422),
        ({"content": "A", "id": "../a"}, 422),
        ({"content": "A", "id": "a/b"}, 422),
        ({"content": "A", "id": "x" * 129}, 422),
        ({"content": "A", "id": document_id("jira", "SHOP-1")}, 422),
        ({"content": "A", "source": "github"}, 422),
        ({"content": "x" * (LARGEST + 1)}, 422),
        ('{"content": "\\ud800"}', 422),
        ({"content": "x" * (2 * LARGEST)}, 413),
        ("{", 400),
        ([], 422),
        (None, 422),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_cannot_be_saved_is_refused(world: World, body: Any, status: int) -> None:
    answered, problem = call("POST", "/docstore/save", body)
    assert (answered, problem["status"]) == (status, status)
    assert happened(world) == []


def test_nobody_saves_over_a_document_of_a_source(world: World) -> None:
    save(world, "a.md")
    world.documents.save(replace(an_envelope("b.md"), id="readme"), None, a_cause(), clock=world.clock)
    assert call("POST", "/docstore/save", {"id": an_envelope("a.md").id, "content": "mine"})[0] == 422
    assert call("POST", "/docstore/save", {"id": "readme", "content": "mine"})[0] == 409
    assert happened(world) == ["document.saved", "document.saved"]


@pytest.mark.parametrize("status", [400, 500, 503])
def test_what_the_doc_store_does_not_take_is_not_saved(monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    world = wired(World(doc_store=Far((status, {"detail": "no"}))), monkeypatch)
    answered, problem = call("POST", "/docstore/save", {"content": "A"})
    assert answered == 503
    assert problem["detail"] == f"doc-store: {status} no"
    assert happened(world) == []
    assert call("GET", "/docstore/documents")[1]["documents"] == []
