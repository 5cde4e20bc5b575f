"""Proxies as they are wired: the ledger in DynamoDB, services by their settings, each with its circuit."""

from collections.abc import Iterator
from typing import Any

import pytest

from functions.serve_control import proxy_routes
from shared.control.ingestion.documents.store import LedgerDocuments
from shared.control.ingestion.envelope import SourceRef, enveloped
from shared.control.proxies.recalculation import recalc_quality
from shared.listings.lifecycle import State
from shared.listings.store import LedgerListings
from shared.runtime import configuration, wiring, wiring_proxies
from shared.runtime.api import answer, resolver
from shared.runtime.circuit import FAILURES
from shared.runtime.clock import system_clock
from shared.runtime.observability import observed
from shared.runtime.request import principal
from tests.support.builders import a_cause, a_listing
from tests.support.fresh_process import forget
from tests.support.http_events import LambdaContext, as_operator, json_of
from tests.support.in_process import aws_in_process, set_secret
from tests.support.pauses import no_pause
from tests.support.raw_server import RawServer, raw_server, saying
from tests.support.raw_server import answer as http_answer
from tests.support.told import told

app = resolver()
app.include_router(proxy_routes.router)


@observed
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return answer(app, event, context, admit=principal)


@pytest.fixture
def place() -> Iterator[None]:
    with aws_in_process():
        forget()
        yield
    _forget_configuration()


@pytest.fixture
def reporting(place: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[RawServer]:
    """It fails, whatever it is asked."""
    with raw_server(saying(http_answer(b"{}", status="500 Oh"))) as server:
        monkeypatch.setenv("REPORTING_URL", f"{server.url}/")
        _forget_configuration()
        with told(allowed_private_origins=server.url):
            yield server


def _forget_configuration() -> None:
    configuration.chosen.cache_clear()
    configuration.configuration.cache_clear()


def post(path: str, body: Any) -> tuple[int, Any]:
    answered = handler(as_operator("POST", path, body=body), LambdaContext())
    return answered["statusCode"], json_of(answered)


def test_without_services_reports_are_of_what_is_in_the_ledger(place: None) -> None:
    listing = a_listing(State.MESSAGING, at=system_clock())
    LedgerListings(wiring.ledger()).save(listing, a_cause())
    status, bundle = post("/demo/e2e", {"log_limit": 1})
    assert (status, bundle["summary"]) == (200, {"total": 0, "by_severity": {}})
    assert bundle["log_analysis"]["overview"] == {"count": 2, "by_level": {"info": 2, "warn": 0, "error": 0}}
    assert bundle["log_analysis"]["sample"][0]["message"] == f"listing.state.messaging {listing.id}"
    status, report = post("/report/request", {"kind": "generate"})
    assert (status, report["events"]["by_service"]) == (200, {"listings": 2})
    status, life = post("/report/request", {"kind": "life_of_ticket", "payload": {"ticket_id": listing.id}})
    assert (status, [line["type"] for line in life["timeline"]]) == (
        200,
        ["listing.created", "listing.state.messaging"],
    )


def test_the_documents_are_those_of_the_built_in_store(place: None) -> None:
    store = LedgerDocuments(wiring.ledger(), files=wiring.files(), mirror=None, pause=no_pause)
    for number, content in enumerate(["# Log in\n\nSee PROJ-12.", "# Log in\n\nSee PROJ-12.", "# Ship"]):
        ref = SourceRef(source="github", place=f"acme/shop:{number}.md", url=f"https://github.com/acme/{number}.md")
        said = {"title": f"Page {number}", "content": content, "content_type": "text/markdown"}
        envelope = enveloped(ref, said, version_tag="v1", correlation_id="c-1", at=system_clock())
        store.save(envelope, None, a_cause(), clock=system_clock)
    quality = recalc_quality({}, a_cause(), ports=wiring_proxies.ports())
    assert (quality["looked_at"], quality["flagged"], quality["by"]) == (3, 3, "switchyard")
    assert quality["documents"][0]["reasons"] == ["duplicate: another has the same content", "thin: 22 characters"]
    _, life = post("/report/request", {"kind": "life_of_ticket", "payload": {"ticket_id": "proj-12"}})
    assert [one["place"] for one in life["documents"]] == ["acme/shop:1.md", "acme/shop:0.md"]


def test_a_service_that_fails_again_and_again_is_left_alone(reporting: RawServer) -> None:
    set_secret("service-keys", reporting="reporting-key")
    answers = [post("/report/request", {"kind": "generate"}) for _ in range(FAILURES + 2)]
    assert [status for status, _ in answers] == [502] * FAILURES + [503] * 2
    assert answers[0][1]["detail"] == "reporting answered 500"
    assert answers[-1][1]["detail"] == "reporting: is down, and is given time"
    assert len(reporting.requests) == FAILURES
    assert all(b"reporting-key" in request for request in reporting.requests)
    assert reporting.requests[0].startswith(b"POST /reports/generate ")


def test_each_setting_is_that_of_its_service(place: None, monkeypatch: pytest.MonkeyPatch) -> None:
    named = {
        "REPORTING_URL": "reporting",
        "SECURE_ANALYZER_URL": "secure-analyzer",
        "NOTIFICATION_URL": "notification-service",
        "DOC_STORE_URL": "doc-store",
    }
    none = wiring_proxies.ports()
    assert (none.reporting, none.analyzer, none.notification, none.doc_store) == (None, None, None, None)
    assert (none.place.channel, none.place.target, none.stale_after.days) == ("log", "", 180)
    for name in named:
        monkeypatch.setenv(name, "https://service.example")
    for name, value in {"NOTIFICATION_CHANNEL": "slack", "NOTIFICATION_TARGET": "#docs", "STALE_DAYS": "90"}.items():
        monkeypatch.setenv(name, value)
    _forget_configuration()
    all_of_them = wiring_proxies.ports()
    services = (all_of_them.reporting, all_of_them.analyzer, all_of_them.notification, all_of_them.doc_store)
    assert [service.name for service in services if service] == list(named.values())
    assert (all_of_them.place.channel, all_of_them.place.target) == ("slack", "#docs")
    assert all_of_them.stale_after.days == 90


def test_a_summary_needs_no_service(place: None) -> None:
    status, made = post("/summarization/suggest", {"content": "We ship. We ship with care."})
    assert (status, made["method"]) == (200, "extractive")
