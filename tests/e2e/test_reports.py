"""What all listings add up to, and all of them as a table: on the deployed template, after some lives."""

import csv
from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.e2e.conftest import MakeKey
from tests.support.api import Api
from tests.support.life import Lives

SUMMARY, TABLE = "/admin/reports/summary", "/admin/reports/listings.csv"


@pytest.fixture
def brand() -> str:
    return f"Brand {uuid4().hex[:12]}"


@pytest.fixture
def ended(lives: Lives, brand: str) -> dict[str, dict[str, Any]]:
    """Lives of one brand: two sold, one in dollars; one bought; one given up; one just found."""
    ends = {
        "sold": lives.sold(product__brand=brand),
        "in dollars": lives.sold(product__brand=brand.upper(), listing__currency="USD", listing__price=200),
    }
    ends["bought"] = lives.api.listing(lives.bought(product__brand=brand))
    lives.api.decide(automatic=False)
    given_up, found = (lives.found(product__brand=brand, listing__title=title) for title in ('=HYPERLINK("x")', "-1"))
    lives.api.move(given_up, "CANCELLED").raise_for_status()
    return ends | {"given up": lives.api.listing(given_up), "found": lives.api.listing(found)}


def read(api: Api, path: str, **query: Any) -> httpx.Response:
    return api.call("GET", path, role="viewer", params=query).raise_for_status()


def rows(api: Api, **query: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(read(api, TABLE, **query).text, newline="")))


def test_the_summary_adds_up_states_money_and_ways(api: Api, brand: str, ended: dict[str, dict[str, Any]]) -> None:
    told = read(api, SUMMARY, brand=brand.lower()).json()
    assert told["listings"] == len(ended)
    present = {state: number for state, number in told["by_state"].items() if number}
    assert present == Counter(listing["state"] for listing in ended.values())

    totals = {sums["currency"]: sums for sums in told["money"]["total"]}
    pounds, dollars = ended["sold"], ended["in dollars"]
    assert Decimal(totals["GBP"]["profit"]) == Decimal(pounds["final_profit"])
    assert Decimal(totals["USD"]["profit"]) == Decimal(dollars["final_profit"])
    assert Decimal(totals["GBP"]["earned"]) == Decimal(pounds["ebay_sold_price"]) - Decimal(pounds["ebay_fees"])
    paid = [Decimal(ended[name][cost]) for name in ("sold", "bought") for cost in ("purchase_price", "shipping_cost")]
    assert Decimal(totals["GBP"]["spent"]) == sum(paid)

    found = next(fork for fork in told["conversion"] if fork["state"] == "FOUND")
    assert {way["to"]: way["count"] for way in found["onward"]} == {"MESSAGING": 3, "CANCELLED": 1}
    assert (found["entered"], found["still_there"]["count"]) == (5, 1)
    stays = {stay["state"]: stay for stay in told["time_in_state"]}
    assert (stays["LISTED"]["count"], stays["FOUND"]["count"]) == (2, 4)
    assert 0 < stays["FOUND"]["median_seconds"] <= stays["FOUND"]["p90_seconds"] < 60


def test_the_table_has_each_listing_once_and_nothing_a_spreadsheet_computes(
    api: Api, brand: str, ended: dict[str, dict[str, Any]]
) -> None:
    answer = read(api, TABLE, brand=brand)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    table = {row["id"]: row for row in rows(api, brand=brand)}
    assert sorted(table) == sorted(listing["id"] for listing in ended.values())
    for listing in ended.values():
        row = table[listing["id"]]
        assert [row[name] or None for name in ("state", "purchase_price", "final_profit", "currency")] == [
            listing[name] for name in ("state", "purchase_price", "final_profit", "currency")
        ]
    assert table[ended["given up"]["id"]]["title"] == '\'=HYPERLINK("x")'
    assert table[ended["found"]["id"]]["title"] == "'-1"
    assert [row["id"] for row in rows(api, brand=brand, state="PURCHASED")] == [ended["bought"]["id"]]


@pytest.mark.usefixtures("ended")
def test_a_time_is_looked_at_from_its_first_moment_to_its_last_day(api: Api, brand: str) -> None:
    now = datetime.now(UTC)
    counts = {
        "today": ({"since": f"{now:%Y-%m-%d}", "until": f"{now:%Y-%m-%d}"}, 5),
        "until yesterday": ({"until": f"{now - timedelta(days=1):%Y-%m-%d}"}, 0),
        "from now on": ({"since": (now + timedelta(seconds=5)).isoformat()}, 0),
    }
    for name, (query, number) in counts.items():
        assert read(api, SUMMARY, brand=brand, **query).json()["listings"] == number, name
    for query in ({"since": "yesterday"}, {"since": "2026-03-02", "until": "2026-03-01"}):
        assert api.call("GET", SUMMARY, role="viewer", params=query).status_code == 422


def test_viewers_read_reports_agents_services_and_strangers_do_not(api: Api, make_key: MakeKey) -> None:
    keys = {
        "viewer": (api.stack.keys["viewer"], 200),
        "operator": (api.stack.keys["operator"], 200),
        "agent": (make_key("--role", "agent", "--agent", "default/Writer"), 403),
        "service": (make_key("--role", "service", "--source", "ebay"), 403),
        "stranger": ("swy_" + "0" * 16 + "_" + "A" * 43, 401),
    }
    for path in (SUMMARY, TABLE):
        for who, (key, status) in keys.items():
            assert api.http.get(path, headers={"x-api-key": key}).status_code == status, who
        assert api.http.get(path).status_code == 401
