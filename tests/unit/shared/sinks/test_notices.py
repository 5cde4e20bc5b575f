"""What people are told: of each type, in plain text."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from functions.receive_webhooks.reports import best
from shared.ledger.catalogue import CATALOGUE, recorded
from shared.ledger.envelope import Fact, to_detail
from shared.listings.lifecycle import State
from shared.listings.listing import Listing
from shared.listings.timer import reminded
from shared.listings.trouble import MESSAGE_SELLER, troubled
from shared.scraping.job import Job, Outcome
from shared.scraping.rotation import Rotation, Search
from shared.sinks.notices import is_worth_telling, text_of
from tests.support.builders import DEADLINES, JOB, NOON, a_cause, a_listing, a_sighting
from tests.unit.shared.sinks.samples import a_message, a_short_message


def on_the_bus(kind: str, subject: str, facts: tuple[Fact, ...]) -> Mapping[str, Any]:
    """The last of the facts as it travels: JSON through and through."""
    event: Mapping[str, Any] = json.loads(
        json.dumps(to_detail(recorded(kind, subject, facts, after=0, cause=a_cause())[-1]))
    )
    return event


def told_of(listing: Listing, currency: str = "GBP") -> str | None:
    return text_of(on_the_bus("LISTING", listing.id, listing.facts), currency)


def told_of_job(job: Job) -> str | None:
    return text_of(on_the_bus("SCRAPER", job.id, job.facts), "GBP")


def a_report(**changes: Any) -> Job:
    sightings = [a_sighting(estimated_profit=Decimal("99.5"), **changes)]
    outcome = Outcome(matches=5, created_listings=3, skipped=1, refused=1)
    return Job.unasked(str(JOB), ["Sony", "Canon"], at=NOON, actor="webhook:scraper").completed(
        outcome, best(sightings), at=NOON
    )


def test_what_a_scrape_found_is_told_with_its_best() -> None:
    assert told_of_job(a_report()) == "\n".join(
        [
            "📷 ScraperV2 Session Results",
            "Brand: Sony, Canon",
            "Matches: 5 found, 3 new",
            "",
            "Sony a6400",
            "£400.00 • Est. Profit £99.50",
            "market.example/item/1",
            "",
            "1 could not be read",
        ]
    )


def test_a_scrape_that_found_nothing_is_told_in_a_few_words() -> None:
    nothing = Outcome(matches=0, created_listings=0, skipped=0, refused=0)
    job = Job.unasked(str(JOB), [], at=NOON, actor="webhook:scraper").completed(nothing, [], at=NOON)
    assert told_of_job(job) == "📷 ScraperV2 Session Results\nBrand: all\nMatches: 0 found, 0 new"


def test_a_find_without_an_estimate_says_so_and_is_in_its_own_currency() -> None:
    job = Job.unasked(str(JOB), [], at=NOON, actor="webhook:scraper")
    finds = best([a_sighting(estimated_profit=None, currency="EUR")])
    text = told_of_job(job.completed(Outcome(matches=1, created_listings=1, skipped=0, refused=0), finds, at=NOON))
    assert text
    assert "€400.00 • Est. Profit ?" in text


def test_a_job_that_never_reported_is_told() -> None:
    job = Job.created(str(JOB), ["Sony"], "Camera", at=NOON, actor="timer")
    assert told_of_job(job.overdue(at=NOON + timedelta(hours=2))) == (
        f"❌ Switchyard error\nscrape job {JOB}\nno report of Camera (Sony) came"
    )


def test_a_search_that_nobody_took_is_told() -> None:
    search = Search(id="a", brand="Sony", search="Camera")
    failed = Rotation().failed(search, "503", at=NOON)
    event = on_the_bus("SEARCHES", "rotation", failed.facts)
    assert text_of(event, "GBP") == ("❌ Switchyard error\nsearch Sony Camera\nthe scraper did not take it: 503")


@pytest.mark.parametrize(
    ("said", "end"),
    [
        ({}, "503 full\nIt is tried again."),
        ({"in_doubt": True}, "503 full\nIt is tried again. It may have been done all the same."),
        ({"final": True}, f"503 full\nSomebody has to act: retry listing {a_listing().id}."),
    ],
    ids=str,
)
def test_a_failure_is_told_with_what_becomes_of_it(said: dict[str, Any], end: str) -> None:
    listing = troubled(a_listing(), MESSAGE_SELLER, "503 full", at=NOON, **said)
    assert told_of(listing) == f"❌ Switchyard error\nwriting to the seller for Sony A6400, boxed\n{end}"


@pytest.mark.parametrize("operation", ["list_on_ebay", "fetch_photo", "deal_confirmed", "item_sold"])
def test_a_failure_of_whatever_kind_can_be_told(operation: str) -> None:
    text = told_of(troubled(a_listing(), operation, "x", at=NOON, final=True))
    assert text
    assert text.startswith("❌")


@pytest.mark.parametrize("operation", ["deal_confirmed", "item_sold"])
def test_nobody_is_sent_to_try_again_what_cannot_be_tried(operation: str) -> None:
    """There is nothing to retry in CANCELLED: money may have changed hands, and somebody has to look."""
    text = told_of(troubled(a_listing(State.CANCELLED), operation, "too late", at=NOON, final=True))
    assert text
    assert "retry listing" not in text


def test_a_purchase_is_told_with_what_it_cost() -> None:
    assert told_of(a_listing(State.PURCHASED)) == "🛒 Purchased\nSony A6400, boxed\nPrice: £300.00"
    details = {"purchase_price": Decimal("1310.5"), "shipping_cost": Decimal(12)}
    dear = a_listing(State.NEGOTIATING).moved(
        State.PURCHASED, at=NOON, actor="key:anna", reason=None, details=details, deadlines=DEADLINES
    )
    assert told_of(dear) == "🛒 Purchased\nSony A6400, boxed\nPrice: £1,310.50\nShipping: £12.00"


def test_a_sale_is_told_with_what_is_left_of_it() -> None:
    assert told_of(a_listing(State.SOLD)) == "💰 Sold\nSony A6400, boxed\nFor: £500.00\nProfit: £150.00"


def test_a_sale_at_a_loss_or_of_what_was_never_bought_is_told_too() -> None:
    sale = {"ebay_sold_price": Decimal(100)}
    listed = a_listing(State.LISTED)
    told = [
        told_of(before.moved(State.SOLD, at=NOON, actor="key:anna", reason=None, details=sale, deadlines=DEADLINES))
        for before in (listed, replace(listed, purchase_price=None))
    ]
    assert [str(text).rpartition("\n")[2] for text in told] == ["Profit: -£200.00", "Profit: ?"]


def test_a_deadline_is_told_before_it_comes() -> None:
    listing = a_listing()
    assert told_of(reminded(listing, at=NOON)) == (
        f"⏰ Sony A6400, boxed\nstill in FOUND; given up at 2026-03-04 12:00 UTC. Listing {listing.id}"
    )


# Beside all that is posted: what operators asked to be told of.
TOLD = (
    "listing.state.purchased",
    "listing.state.sold",
    "listing.deadline_approaching",
    "listing.operation_failed",
    "scraper.job.completed",
    "scraper.job.overdue",
    "searches.failed",
    "ingestion.completed",
    "saga.parked",
    "saga.failed",
    "service.health_changed",
    "peer.unreachable",
    "delivery.failed",
    "sink.paused",
    "sink.resumed",
)
OPEN = {"message.created", "task.created", "meeting.created", "sale.recorded"}


@pytest.mark.parametrize("kind", sorted(set(CATALOGUE) - set(TOLD) - OPEN))
def test_of_everything_else_nobody_is_told(kind: str) -> None:
    assert text_of({"type": kind, "source": "switchyard.x", "data": {}}, "GBP") is None


@pytest.mark.parametrize("kind", TOLD)
def test_of_all_that_is_worth_telling_there_is_a_text(kind: str) -> None:
    assert kind in CATALOGUE
    with pytest.raises(KeyError):
        text_of({"type": kind, "source": "switchyard.x", "data": {}}, "GBP")


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"content": "hello"}, "discord: hello"),
        ({"content": "hello", "author": "ada"}, "ada: hello"),
        ({"content": "hello", "author": "ada", "channel": "general"}, "ada in #general: hello"),
        ({"content": "hello", "channel": "#general"}, "discord in #general: hello"),
        ({"content": "a\n\nb", "author": "ada"}, "ada: a\n\nb"),
        ({"content": "hello", "scheduled_for": "2026-11-20T10:00:00Z"}, "discord: hello\n⏰ 2026-11-20 10:00 UTC"),
        ({"content": "", "item": "Sony A6400"}, "discord: Sony A6400"),
        ({"content": " ", "url": "https://a.example"}, "discord: https://a.example"),
        ({"content": "", "metadata": {"title": "Kickoff"}}, "discord: Kickoff"),
    ],
)
def test_a_message_is_told_with_who_said_it_and_when_it_is(changes: dict[str, Any], text: str) -> None:
    assert text_of(a_short_message(**changes), "GBP") == text


def test_a_message_of_whatever_type_is_told() -> None:
    assert text_of(a_message(type="shift.swapped"), "GBP")


def test_amounts_are_in_the_currency_of_the_event_or_else_in_ours() -> None:
    event = on_the_bus("LISTING", "7", a_listing(State.SOLD).facts)
    assert "£500.00" in str(text_of(event, "EUR"))
    older = {**event, "data": {name: value for name, value in event["data"].items() if name != "currency"}}
    assert "€500.00" in str(text_of(older, "EUR"))


def sinks_fact(type: str, **data: Any) -> str | None:
    kind = "DELIVERY" if type.startswith("delivery") else "SINK"
    return text_of(on_the_bus(kind, "x", (Fact(type=type, time=NOON, data=data),)), "GBP")


@pytest.mark.parametrize(("in_doubt", "end"), [(False, ""), (True, "\nIt may be there all the same.")])
def test_what_was_given_up_for_a_sink_is_told(in_doubt: bool, end: str) -> None:
    text = sinks_fact(
        "delivery.failed",
        event_id="message:1:1",
        event_type="task.created",
        sink="notion",
        attempts=10,
        in_doubt=in_doubt,
        answer="400 no such property",
        title="Kickoff",
    )
    assert text == f"❌ Switchyard error\ncould not bring Kickoff to Notion\n400 no such property{end}"


@pytest.mark.parametrize(("reason", "end"), [(None, ""), ("they move", ": they move")])
def test_that_a_sink_is_paused_and_served_again_is_told(reason: str | None, end: str) -> None:
    assert sinks_fact("sink.paused", sink="google-calendar", reason=reason) == f"⏸ Google Calendar is paused{end}"
    assert sinks_fact("sink.resumed", sink="shopify", reason=reason) == f"▶ Shopify is served again{end}"


@pytest.mark.parametrize(
    ("times", "following", "is_told"),
    [(1, "retry", True), (2, "retry", False), (9, "retry", False), (1, "person", True), (5, "person", True)],
)
def test_a_failure_that_goes_on_is_told_when_it_begins_and_when_somebody_has_to_act(
    times: int, following: str, is_told: bool
) -> None:
    event = {"type": "listing.operation_failed", "data": {"times": times, "next": following}}
    assert is_worth_telling(event) == is_told


def test_a_failure_that_goes_on_has_no_text() -> None:
    listing = troubled(a_listing(), MESSAGE_SELLER, "503", at=NOON)
    assert told_of(listing)
    assert told_of(troubled(listing, MESSAGE_SELLER, "503", at=NOON)) is None


def told_of_documents(**changes: Any) -> str | None:
    done = {"status": "done", "documents": 3, "removed": 1}
    data: dict[str, Any] = {
        "run_id": "run-1",
        "workflow": "ingestion",
        "sources": {"github": done, "jira": {"status": "skipped", "reason": "no address of jira is configured"}},
        "count": 2,
        "new_count": 1,
        "severity_counts": {"low": 1, "med": 0, "high": 1},
        "worst": ["GET /x is documented", "a.md is stale"],
    }
    fact = Fact(type="ingestion.completed", time=NOON, data=data | changes)
    return text_of(on_the_bus("INGESTION", "run-1", (fact,)), "GBP")


def test_what_was_brought_and_found_in_documents_is_told() -> None:
    assert told_of_documents() == "\n".join(
        [
            "📚 Documents were brought",
            "github: 3 new or changed, 1 gone",
            "jira: skipped, no address of jira is configured",
            "",
            "Findings: 2 (1 high, 0 med, 1 low), 1 of them new",
            "• GET /x is documented",
            "• a.md is stale",
        ]
    )
    refused = {"status": "done", "documents": 3, "removed": 0, "refused": 1, "reason": "a-1 is a document of saved"}
    told = told_of_documents(sources={"github": refused})
    assert "github: 3 new or changed, 1 refused: a-1 is a document of saved" in str(told)
    assert str(told_of_documents(sources={})).startswith("📚 Documents were looked at\n\nFindings: 2")


@pytest.mark.parametrize(
    ("documents", "removed", "new", "is_told"), [(0, 0, 0, False), (1, 0, 0, True), (0, 1, 0, True), (0, 0, 1, True)]
)
def test_where_nothing_is_new_about_documents_nobody_is_told(
    documents: int, removed: int, new: int, is_told: bool
) -> None:
    source = {"status": "done", "documents": documents, "removed": removed}
    assert (told_of_documents(sources={"github": source}, new_count=new) is not None) is is_told


@pytest.mark.parametrize("kind", ["listing.state.sold", "scraper.job.completed", "searches.failed"])
def test_everything_else_is_told_whenever_it_happens(kind: str) -> None:
    assert is_worth_telling({"type": kind, "data": {}})


RUN = "c2ef8bd2be9aff817017707f77ed0083"


def control_fact(kind: str, subject: str, type: str, **data: Any) -> str | None:
    return text_of(on_the_bus(kind, subject, (Fact(type=type, time=NOON, data=data),)), "GBP")


def test_a_step_that_could_not_be_taken_back_is_told() -> None:
    told = {"workflow": "ingestion", "step": "github", "error": "GitHub said 403"}
    assert control_fact("SAGA", RUN, "saga.parked", **told) == (
        f"❌ Switchyard error\nwhat github of ingestion did could not be taken back\nGitHub said 403\nRun {RUN}."
    )


def test_a_run_that_waits_for_a_person_is_told_with_what_they_can_do() -> None:
    told = {"workflow": "ingestion", "reason": "cancelled: the wrong one", "parked": ["github", "jira"], "seconds": 61}
    assert control_fact("SAGA", RUN, "saga.failed", **told) == (
        "❌ Switchyard error\n"
        "ingestion is parked at github, jira\n"
        "cancelled: the wrong one\n"
        f"Somebody has to look, and redrive run {RUN} when that is put right."
    )


@pytest.mark.parametrize(("to", "is_told"), [("unhealthy", True), ("healthy", False), ("unknown", False)])
def test_a_service_is_told_of_when_it_becomes_unhealthy(to: str, is_told: bool) -> None:
    said = {"name": "doc-store", "from": "unknown", "to": to, "detail": "503"}
    text = control_fact("SERVICE", "doc-store", "service.health_changed", **said)
    assert text == ("❌ Switchyard error\nservice doc-store is unhealthy\n503" if is_told else None)


def test_a_peer_that_cannot_be_reached_is_told_without_what_its_address_hides() -> None:
    url = "https://anna:secret@peer.example/prod?token=1"
    text = control_fact("PEER", "x", "peer.unreachable", url=url, error="did not answer in time")
    assert text == (
        "❌ Switchyard error\npeer peer.example/prod cannot be reached\ndid not answer in time\nIt is tried again."
    )
