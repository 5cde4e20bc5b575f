"""What arrives about listings: taken, refused, and put in order. Values as they come from JSON."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from pydantic import ValidationError

from shared.listings.contracts import MAX_MATCHES, JobComplete, Match
from tests.support.builders import JOB, a_job, a_match

NO_AMOUNTS: list[Any] = [
    True,
    False,
    "NaN",
    "sNaN",
    "Infinity",
    "-Infinity",
    float("nan"),
    float("inf"),
    Decimal("1e400"),
    "1e400",
    Decimal("-1e400"),
    10**300,
    -(10**300),
    1_000_000_000,
    "1_000",
    "\uff14\uff10\uff10",
    " 400",
    -1_000_000_000,
    "",
    "400 GBP",
    "400,50",
    "0x190",
    [],
    {},
    b"400",
]
NO_LINES: list[Any] = [
    "",
    "  ",
    "a\nb",
    "a\x00b",
    "\x1b[2J",
    "a\x7fb",
    "a\x85b",
    "a\u2028b",
    "\ud800",
    5,
    None,
    ["a"],
    {"a": 1},
]


def url_of(length: int) -> str:
    start = "https://market.example/"
    return start + "x" * (length - len(start))


def refused_at(raw: Any) -> tuple[str | int, ...]:
    with pytest.raises(ValidationError) as refusal:
        Match.model_validate(raw)
    return refusal.value.errors()[0]["loc"]


def test_a_match_becomes_a_sighting_with_all_it_says() -> None:
    sighting = Match.model_validate(a_match()).sighting(JOB, "GBP")
    assert (sighting.job_id, sighting.url) == (str(JOB), "https://market.example/item/1")
    assert (sighting.title, sighting.brand, sighting.model) == ("Sony A6400, boxed", "Sony", "a6400")
    assert (sighting.product_id, sighting.price, sighting.currency) == (230, Decimal(400), "GBP")
    assert (sighting.confidence, sighting.estimated_profit) == (Decimal(95), Decimal(100))


def test_a_match_says_its_own_currency_before_the_default_counts() -> None:
    assert Match.model_validate(a_match(listing__currency="EUR")).sighting(JOB, "GBP").currency == "EUR"


@pytest.mark.parametrize("extra", [{"seen_by": {"deep": [1]}}, {"listing__location": "Leeds"}, {"product__mpn": None}])
def test_more_than_we_know_of_is_welcome(extra: dict[str, Any]) -> None:
    assert Match.model_validate(a_match(**extra)) == Match.model_validate(a_match())


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        (0.1 + 0.2, "0.3"),
        (399.99, "399.99"),
        ("399.99", "399.99"),
        (Decimal("399.99995"), "400"),
        (0, "0"),
        (-0.0, "0"),
        ("1e2", "100"),
        (999_999_999, "999999999"),
    ],
)
def test_an_amount_is_kept_to_the_fraction_of_a_cent(told: Any, kept: str) -> None:
    price = Match.model_validate(a_match(listing__price=told)).listing.price
    assert format(price, "f") == kept


@pytest.mark.parametrize(("told", "kept"), [(None, None), (-25.5, Decimal("-25.5")), ("0", Decimal(0))])
def test_a_profit_may_be_a_loss_or_unknown(told: Any, kept: Decimal | None) -> None:
    assert Match.model_validate(a_match(potential_profit=told)).potential_profit == kept


def test_a_profit_may_be_left_out() -> None:
    match = a_match()
    del match["potential_profit"]
    assert Match.model_validate(match).potential_profit is None


@pytest.mark.parametrize("value", NO_AMOUNTS, ids=lambda value: repr(value)[:20])
def test_what_is_no_amount_is_no_price_no_profit_and_no_confidence(value: Any) -> None:
    assert refused_at(a_match(listing__price=value)) == ("listing", "price")
    assert refused_at(a_match(potential_profit=value)) == ("potential_profit",)
    assert refused_at(a_match(confidence=value)) == ("confidence",)


@pytest.mark.parametrize("price", [-1, "-0.01", None])
def test_a_price_is_there_and_not_negative(price: Any) -> None:
    assert refused_at(a_match(listing__price=price)) == ("listing", "price")


@pytest.mark.parametrize(("confidence", "fits"), [(0, True), (100, True), (100.1, False), (-0.1, False), (None, False)])
def test_confidence_is_between_nothing_and_a_hundred(confidence: Any, fits: bool) -> None:
    if fits:
        assert Match.model_validate(a_match(confidence=confidence)).confidence == confidence
    else:
        assert refused_at(a_match(confidence=confidence)) == ("confidence",)


@pytest.mark.parametrize("value", NO_LINES, ids=lambda value: ascii(value)[:20])
def test_what_is_no_line_of_text_names_nothing(value: Any) -> None:
    assert refused_at(a_match(listing__title=value)) == ("listing", "title")
    assert refused_at(a_match(product__brand=value)) == ("product", "brand")
    assert refused_at(a_match(product__model=value)) == ("product", "model")


def test_text_is_trimmed_before_it_is_measured() -> None:
    assert Match.model_validate(a_match(listing__title=" x ")).listing.title == "x"
    assert Match.model_validate(a_match(listing__title=f" {'x' * 512}\t")).listing.title == "x" * 512
    assert refused_at(a_match(listing__title="x" * 513)) == ("listing", "title")


def test_a_url_may_have_2048_characters_and_not_one_more() -> None:
    assert len(Match.model_validate(a_match(f" {url_of(2_048)}\n")).listing.url) == 2_048
    assert refused_at(a_match(url_of(2_049))) == ("listing", "url")


@pytest.mark.parametrize("url", ["", None, 5, "https:", "https://market.example/\ud800", ["https://market.example/"]])
def test_a_url_is_text_of_some_length(url: Any) -> None:
    assert refused_at(a_match(url)) == ("listing", "url")


@pytest.mark.parametrize("product_id", ["230", "Sony", True, 230.0, Decimal(230), -1, 2**53 + 1, 10**300, None])
def test_a_product_id_is_a_whole_number_and_no_text(product_id: Any) -> None:
    assert refused_at(a_match(product__id=product_id)) == ("product", "id")


@pytest.mark.parametrize("currency", ["gbp", "GB", "GBPX", "GBP\n", "£", "", 826, "ABC", "XXX"])
def test_a_currency_is_one_of_iso_4217(currency: Any) -> None:
    assert refused_at(a_match(listing__currency=currency)) == ("listing", "currency")


@pytest.mark.parametrize("part", ["listing", "product", "confidence"])
@pytest.mark.parametrize("value", [None, [], "x", "missing"])
def test_a_match_without_one_of_its_parts_is_refused(part: str, value: Any) -> None:
    match = {name: inner for name, inner in a_match().items() if (name, value) != (part, "missing")}
    assert refused_at(match if value == "missing" else {**match, part: value})[0] == part


@pytest.mark.parametrize("raw", [None, 5, "match", [], True])
def test_a_match_is_an_object(raw: Any) -> None:
    assert refused_at(raw) == ()


@pytest.mark.parametrize("brands", [{"brand": "Sony"}, {"brand": None}, {"brands": ["Sony", "Canon"]}, {"brands": []}])
def test_a_job_names_its_brand_or_its_brands_or_none(brands: dict[str, Any]) -> None:
    job = {"job_id": str(JOB), "matches": [], **brands}
    assert JobComplete.model_validate(job).job_id == JOB


def test_a_bad_match_does_not_spoil_the_job() -> None:
    assert JobComplete.model_validate({"job_id": str(JOB), "matches": [a_match(), None, 5]}).matches[1:] == [None, 5]


@pytest.mark.parametrize(
    "change",
    [
        {"job_id": "7"},
        {"job_id": None},
        {"job_id": 7},
        {"matches": None},
        {"matches": {}},
        {"matches": "[]"},
        {"matches": [{}] * (MAX_MATCHES + 1)},
        {"brand": "a\nb"},
        {"brands": "Sony"},
        {"brands": [None]},
    ],
    ids=lambda change: str(change)[:30],
)
def test_a_job_that_cannot_be_read_is_refused_whole(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        JobComplete.model_validate(a_job(job_id=uuid4()) | change)
