"""What people are told: of each type, in plain text, within Telegram's limit."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.receive_webhooks.reports import best
from functions.send_notices.texts import money, notice
from shared.ledger.catalogue import CATALOGUE, recorded
from shared.ledger.envelope import Fact, to_detail
from shared.listings.lifecycle import State
from shared.listings.listing import Listing
from shared.listings.telegram import LONGEST_TEXT, cut, notice_call
from shared.listings.timer import reminded
from shared.listings.trouble import MESSAGE_SELLER, troubled
from shared.scraping.job import Job, Outcome
from shared.scraping.rotation import Rotation, Search
from tests.support.builders import DEADLINES, JOB, NOON, a_cause, a_listing, a_sighting
from tests.unit.template_parts import RULES


def on_the_bus(kind: str, subject: str, facts: tuple[Fact, ...]) -> Mapping[str, Any]:
    """The last of the facts as it travels: JSON through and through."""
    event: Mapping[str, Any] = json.loads(
        json.dumps(to_detail(recorded(kind, subject, facts, after=0, cause=a_cause())[-1]))
    )
    return event


def told_of(listing: Listing, currency: str = "GBP") -> str | None:
    return notice(on_the_bus("LISTING", listing.id, listing.facts), currency=currency)


def told_of_job(job: Job) -> str | None:
    return notice(on_the_bus("SCRAPER", job.id, job.facts), currency="GBP")


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
    assert notice(event, currency="GBP") == (
        "❌ Switchyard error\nsearch Sony Camera\nthe scraper did not take it: 503"
    )


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
    assert told_of(a_listing(State.SOLD), "EUR") == "💰 Sold\nSony A6400, boxed\nFor: €500.00\nProfit: €150.00"


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


@pytest.mark.parametrize(
    "kind", sorted(set(CATALOGUE) - set(RULES["NoticeRule"]["Properties"]["EventPattern"]["detail-type"]))
)
def test_of_what_is_not_sent_here_nobody_is_told(kind: str) -> None:
    assert notice({"type": kind, "data": {}}, currency="GBP") is None


@pytest.mark.parametrize("kind", RULES["NoticeRule"]["Properties"]["EventPattern"]["detail-type"])
def test_of_all_that_is_sent_here_people_are_told(kind: str) -> None:
    with pytest.raises(KeyError):
        notice({"type": kind, "data": {}}, currency="GBP")


@pytest.mark.parametrize(
    ("value", "currency", "text"),
    [
        ("400", "GBP", "£400.00"),
        ("0", "EUR", "€0.00"),
        ("-95.5", "USD", "-$95.50"),
        ("1234567.891", "GBP", "£1,234,567.89"),
        ("60000", "JPY", "60,000.00 JPY"),
        ("-1", "SEK", "-1.00 SEK"),
        ("999999999.9999", "GBP", "£1,000,000,000.00"),
        (None, "GBP", "?"),
    ],
)
def test_money_is_told_as_people_write_it(value: str | None, currency: str, text: str) -> None:
    assert money(value, currency) == text


def units(text: str) -> int:
    """As Telegram counts: what is beyond the first plane counts twice."""
    return sum(2 if ord(letter) > 0xFFFF else 1 for letter in text)


@pytest.mark.parametrize("letter", ["x", "é", "📷", "\U0001d4b3", "e\u0301", "👨‍👩‍👧"])
@pytest.mark.parametrize("over", [-1, 0, 1, 2, 5_000])
def test_a_text_is_cut_to_what_telegram_takes_and_no_shorter_than_it_must_be(letter: str, over: int) -> None:
    text = letter * ((LONGEST_TEXT + over) // units(letter) + 1)
    short = cut(text)
    assert units(short) <= LONGEST_TEXT
    if units(text) <= LONGEST_TEXT:
        assert short == text
    else:
        assert short.endswith("\n[…]")
        assert units(short) >= LONGEST_TEXT - 1
        assert text.startswith(short.removesuffix("\n[…]"))


@settings(derandomize=True, deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.sampled_from("x📷é"), st.integers(1, 3_000)), max_size=6))
def test_no_emoji_is_cut_in_two(parts: list[tuple[str, int]]) -> None:
    text = "".join(letter * number for letter, number in parts)
    short = cut(text)
    assert units(short) <= LONGEST_TEXT
    assert short.encode().decode() == short


def test_a_scrape_of_long_names_is_told_within_the_limit() -> None:
    sightings = [a_sighting(model="📷" * 256, brand="é" * 128, url=f"https://market.example/{n}") for n in range(40)]
    job = Job.unasked(str(JOB), ["x" * 128] * 100, at=NOON, actor="webhook:scraper")
    text = told_of_job(
        job.completed(Outcome(matches=40, created_listings=40, skipped=0, refused=0), best(sightings), at=NOON)
    )
    assert text
    assert units(text) > LONGEST_TEXT
    call = notice_call("-100123", text)
    assert units(call.json["text"]) <= LONGEST_TEXT
    assert call.json["chat_id"] == "-100123"
    assert "parse_mode" not in call.json
    assert not call.repeatable
