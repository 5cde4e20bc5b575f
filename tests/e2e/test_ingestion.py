"""Documents are brought from their sources, looked at, and taken back where a source fails, by the deployed stack."""

from typing import Any
from uuid import uuid4

import pytest

from tests.stand_ins.client import StandIns
from tests.support.api import Api
from tests.support.waiting import eventually

API = {"openapi": "3.1.0", "info": {"title": "Shop", "version": "1"}, "paths": {"/orders": {"get": {}}}}
OPEN = ("pending", "running", "compensating")


class Desk:
    """What an operator sees of runs and documents."""

    def __init__(self, api: Api) -> None:
        self.api = api

    def ingest(self, source: str, correlation_id: str | None = None) -> dict[str, Any]:
        body = {"source": source, "correlation_id": correlation_id or uuid4().hex}
        answer = self.api.call("POST", "/ingest", json=body)
        assert (answer.status_code, answer.json()["status"]) == (202, "accepted"), answer.text
        return self.ended(answer.json()["run_id"])

    def run(self, workflow: str, **parameters: Any) -> dict[str, Any]:
        body = {"workflow": workflow, "parameters": parameters, "correlation_id": uuid4().hex}
        answer = self.api.call("POST", "/workflows/run", json=body)
        assert answer.status_code == 202, answer.text
        return self.ended(answer.json()["run_id"])

    def ended(self, run_id: str) -> dict[str, Any]:
        def look() -> dict[str, Any] | None:
            run: dict[str, Any] = self.api.call("GET", f"/workflows/runs/{run_id}", role="viewer").json()
            return None if run["status"] in OPEN else run

        found = eventually(look)
        assert found
        return found

    def titles(self, source: str) -> set[str]:
        answer = self.api.call("GET", f"/docstore/documents?source={source}&limit=200", role="viewer")
        return {one["title"] for one in answer.raise_for_status().json()["documents"]}


@pytest.fixture
def desk(api: Api, services: StandIns) -> Desk:
    return Desk(api)


def output(run: dict[str, Any], step: str) -> dict[str, Any]:
    return dict(next(one["output"] for one in run["steps"] if one["name"] == step))


def test_a_second_run_brings_only_what_has_changed_and_what_was_found_is_read(desk: Desk, services: StandIns) -> None:
    mark = uuid4().hex[:8]
    files = {f"{mark}/a.md": f"# A {mark}\n\n`DELETE /orders/{mark}`, [gone](gone.md)", f"{mark}/b.md": f"# B {mark}"}
    services.act("github", "commit", files=files)
    services.act("sources", "put", api=API)
    first = desk.run("ingestion", sources=["github", "swagger"], check_links=False)
    assert first["status"] == "completed", first
    assert (output(first, "github")["documents"], output(first, "jira")["reason"]) == (2, "nobody asked for it")
    assert {f"A {mark}", f"B {mark}"} <= desk.titles("github")

    services.act("github", "commit", files={f"{mark}/b.md": f"# B2 {mark}"})
    second = desk.ingest("github", correlation_id=f"second-{mark}")
    assert (output(second, "github")["read"], output(second, "swagger")["status"]) == (1, "skipped")
    answer = desk.api.call("GET", f"/ingest/findings?correlation_id=second-{mark}&limit=200", role="viewer")
    titles = [one["title"] for one in answer.raise_for_status().json()["findings"]]
    assert f"A {mark}: the link gone.md is broken" in titles
    assert f"DELETE /orders/{mark} is documented, and in no OpenAPI document" in titles


def test_where_one_source_refuses_us_what_the_others_brought_is_taken_back(desk: Desk, services: StandIns) -> None:
    mark = uuid4().hex[:8]
    services.act("sources", "put", pages=[{"id": "7", "title": f"Page {mark}", "content": "<p>x</p>"}])
    services.act("github", "commit", files={f"{mark}.md": f"# A {mark}"})
    services.set("github", faults={"fail": {"status": 404, "probability": 1.0}, "look_ups": "too"})
    failed = desk.run("ingestion", sources=["github", "confluence"], check_links=False)
    assert failed["status"] == "compensated", failed
    assert f"Page {mark}" not in desk.titles("confluence")
    services.set("github", faults={"fail": {"probability": 0.0}, "look_ups": "no"})
    well = desk.run("ingestion", sources=["github", "confluence"], check_links=False)
    assert well["status"] == "completed", well
    assert (output(well, "confluence")["documents"], output(well, "github")["documents"]) == (1, 1)
    assert f"Page {mark}" in desk.titles("confluence")


def test_issues_are_brought_with_the_credential_of_the_stack(desk: Desk, services: StandIns) -> None:
    number = int(uuid4().hex[:6], 16)
    services.act("sources", "put", issues=[{"key": f"SHOP-{number}", "summary": f"Issue {number}"}])
    run = desk.ingest("jira")
    assert run["status"] == "completed", run
    assert f"Issue {number}" in desk.titles("jira")


def test_a_document_that_somebody_saves_is_read_as_it_was_saved(api: Api) -> None:
    content = f"Notes {uuid4().hex}"
    saved = api.call("POST", "/docstore/save", json={"content": content, "metadata": {"title": "Notes"}})
    assert saved.status_code == 201, saved.text
    assert (
        api.call("POST", "/docstore/save", json={"content": content, "metadata": {"title": "Notes"}}).status_code == 200
    )
    read = api.call("GET", f"/docstore/documents/{saved.json()['id']}", role="viewer").json()
    assert (read["document"]["content"], read["version"]) == (content, 1)
    assert api.call("POST", "/docstore/save", role="viewer", json={"content": content}).status_code == 403
    assert api.call("POST", "/ingest", json={"source": "sharepoint"}).status_code == 422
