"""Reports over HTTP: what is answered, where what is too large is found, and who is refused."""

import io
from typing import Any

import pytest

from functions.serve_reports import app as serve_reports
from functions.serve_reports import service
from shared.files.store import MemoryFiles
from shared.ledger.memory import MemoryLedger
from shared.listings.lifecycle import State
from shared.listings.store import LedgerListings
from shared.runtime import wiring
from shared.runtime.observability import logger
from tests.support.builders import a_cause, a_listing
from tests.support.http_events import LambdaContext, api_event, as_operator, json_of

SUMMARY, TABLE = "/admin/reports/summary", "/admin/reports/listings.csv"


@pytest.fixture(autouse=True)
def _shelf(monkeypatch: pytest.MonkeyPatch) -> None:
    listings = LedgerListings(MemoryLedger())
    for number, state in enumerate(State):
        listings.save(a_listing(state, url=f"https://market.example/{number}"), a_cause())
    monkeypatch.setattr(serve_reports, "listings", listings)
    monkeypatch.setattr(wiring, "files", MemoryFiles, raising=False)


def get(target: str) -> dict[str, Any]:
    answer: dict[str, Any] = serve_reports.handler(as_operator("GET", target), LambdaContext())
    return answer


def header(answer: dict[str, Any], name: str) -> str:
    (value,) = answer["multiValueHeaders"][name]
    return str(value)


def test_the_summary_adds_up_all_listings() -> None:
    answer = get(SUMMARY)
    summary = json_of(answer)
    assert (answer["statusCode"], summary["listings"]) == (200, len(State))
    assert summary["by_state"] == dict.fromkeys(State, 1)
    assert summary["money"]["total"] == [{"currency": "GBP", "spent": "1200", "earned": "450", "profit": "150"}]
    assert summary["generated_at"].endswith("Z")


def test_the_summary_says_what_it_is_of() -> None:
    summary = json_of(get(f"{SUMMARY}?brand=sony&since=2026-03-01&until=2026-03-31"))
    assert (summary["brand"], summary["listings"]) == ("sony", len(State))
    assert (summary["since"], summary["until"]) == ("2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z")
    assert json_of(get(f"{SUMMARY}?brand=canon"))["listings"] == 0


def test_the_table_is_a_file_to_be_saved() -> None:
    answer = get(TABLE)
    assert (answer["statusCode"], answer["isBase64Encoded"]) == (200, False)
    assert header(answer, "Content-Type") == "text/csv; charset=utf-8"
    assert header(answer, "Content-Disposition").startswith('attachment; filename="listings-20')
    assert header(answer, "Cache-Control") == "no-store"
    assert len(answer["body"].splitlines()) == 1 + len(State)


def test_the_table_may_be_of_one_state_and_brand() -> None:
    assert len(get(f"{TABLE}?state=SOLD&brand=SONY")["body"].splitlines()) == 2
    assert len(get(f"{TABLE}?state=SOLD&brand=canon")["body"].splitlines()) == 1


def test_a_table_too_large_for_an_answer_is_seen_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MAX_ANSWER_BYTES", 100)
    answer = get(TABLE)
    assert (answer["statusCode"], answer["body"]) == (303, "")
    assert header(answer, "Location").startswith("https://files.example/reports/")
    assert header(answer, "Cache-Control") == "no-store"


@pytest.mark.parametrize(
    "target",
    [
        f"{SUMMARY}?since=yesterday",
        f"{SUMMARY}?since=2026-03-02&until=2026-03-01",
        f"{SUMMARY}?brand=",
        f"{SUMMARY}?until={'9' * 65}",
        f"{TABLE}?state=LOST",
        f"{TABLE}?brand={'x' * 129}",
    ],
)
def test_a_question_that_cannot_be_answered_is_refused(target: str) -> None:
    answer = get(target)
    assert (answer["statusCode"], header(answer, "Content-Type")) == (422, "application/problem+json")


def test_there_is_nothing_else_here() -> None:
    assert get("/admin/reports/secrets")["statusCode"] == 404
    posted = serve_reports.handler(as_operator("POST", SUMMARY), LambdaContext())
    assert (posted["statusCode"], header(posted, "Allow")) == (405, "GET")


@pytest.mark.parametrize("path", [SUMMARY, TABLE])
def test_nobody_is_let_in_whom_the_authorizer_was_not_asked_about(path: str) -> None:
    assert serve_reports.handler(api_event("GET", path), LambdaContext())["statusCode"] == 401


def test_a_listing_s_own_words_are_not_in_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    log = io.StringIO()
    monkeypatch.setattr(logger.registered_handler, "stream", log)
    get(SUMMARY)
    assert "listings added up" in log.getvalue()
    assert "Sony" not in log.getvalue()
