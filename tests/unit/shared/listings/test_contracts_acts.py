"""What operators and services say of one listing: taken, refused, and put in order."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from shared.listings.contracts import (
    DealConfirmed,
    Declined,
    Extension,
    ItemSold,
    MessageSent,
    MessagingChoice,
    Received,
    ReplyReceived,
    Retry,
    SellingChoice,
    WantedUploads,
)
from shared.listings.photos import MAX_BYTES, MAX_PHOTOS
from tests.support.builders import a_listing

ID = a_listing().id
NO_PRICES: list[Any] = [
    -1,
    "-0.01",
    True,
    "NaN",
    "Infinity",
    float("nan"),
    "1_000",
    "",
    "much",
    10**10,
    [],
    {},
    "1e400",
]
NO_DAYS: list[Any] = [0, -1, 365.01, float("nan"), float("inf"), "soon", False, [], {}]
NO_MOMENTS: list[Any] = ["2026-03-09T12:00:00", "2026-03-09", "tomorrow", "", [], {}]
NO_PROFITS: list[Any] = ["NaN", "much", 10**10, [], True]
NO_IDS: list[Any] = [None, "", "7", 7, ID[:-1], ID + "0", [ID], {"id": ID}]
PHOTO = {"content_type": "image/jpeg", "size": 1}


def refused(kind: type[BaseModel], said: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        kind.model_validate(said)


@pytest.mark.parametrize("days", [0.01, 1, "2.5", Decimal("0.5"), 365])
def test_more_time_is_asked_for_in_days(days: Any) -> None:
    wanted = Extension.model_validate({"days": days, "reason": "on holiday"})
    assert (wanted.days, wanted.deadline_at) == (float(days), None)


@pytest.mark.parametrize("text", ["2026-03-09T12:00:00Z", "2026-03-09T13:00:00+01:00", "2026-03-09T12:00:00.000Z"])
def test_or_until_a_moment_that_says_where(text: str) -> None:
    assert Extension.model_validate({"deadline_at": text}).deadline_at == datetime(2026, 3, 9, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"reason": "just so"},
        {"days": 1, "deadline_at": "2026-03-09T12:00:00Z"},
        *({"days": days} for days in NO_DAYS),
        *({"deadline_at": at} for at in NO_MOMENTS),
        {"days": 1, "reason": ""},
        {"days": 1, "reason": "a\nb"},
        {"days": 1, "reason": "x" * 1_001},
        {"days": 1, "hours": 2},
        {"days": None, "deadline_at": None},
    ],
    ids=str,
)
def test_more_time_that_is_none_is_refused(said: dict[str, Any]) -> None:
    refused(Extension, said)


def test_what_is_here_is_told_with_its_photos_and_only_what_was_given() -> None:
    told = Received.model_validate({"photos": ["listings/7/a.jpg"], "shipping_cost": "4.50", "condition": "USED_GOOD"})
    assert told.details() == {
        "photos": ("listings/7/a.jpg",),
        "shipping_cost": Decimal("4.5"),
        "condition": "USED_GOOD",
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"photos": []},
        {"photos": "a.jpg"},
        {"photos": ["a.jpg"] * (MAX_PHOTOS + 1)},
        {"photos": ["x" * 257]},
        {"photos": ["a\nb"]},
        {"photos": [""]},
        *({"shipping_cost": price} for price in NO_PRICES),
        *({"target_price": price} for price in NO_PRICES),
        {"condition": "used"},
        {"category_id": "cameras"},
        {"purchase_price": "300"},
    ],
    ids=str,
)
def test_what_is_here_with_nonsense_is_refused(wrong: dict[str, Any]) -> None:
    refused(Received, {"photos": ["listings/7/a.jpg"]} | wrong)


@pytest.mark.parametrize("size", [1, 1_000, MAX_BYTES])
@pytest.mark.parametrize("media_type", ["image/jpeg", "image/png", "image/webp"])
def test_photos_to_be_uploaded_say_their_type_and_size(media_type: str, size: int) -> None:
    wanted = WantedUploads.model_validate({"photos": [{"content_type": media_type, "size": size}] * MAX_PHOTOS})
    assert (wanted.photos[0].content_type, wanted.photos[0].size) == (media_type, size)


@pytest.mark.parametrize(
    "photos",
    [
        [],
        None,
        [PHOTO] * (MAX_PHOTOS + 1),
        [{}],
        [PHOTO | {"name": "a.jpg"}],
        *([PHOTO | {"size": size}] for size in (0, -1, MAX_BYTES + 1, "1", 1.0, True, None)),
        *([PHOTO | {"content_type": kind}] for kind in ("image/gif", "IMAGE/JPEG", "image/svg+xml", "", None)),
    ],
    ids=lambda value: str(value)[:60],
)
def test_what_is_no_photo_is_not_uploaded(photos: Any) -> None:
    refused(WantedUploads, {"photos": photos})


def test_who_asks_again_has_not_looked_unless_they_say_so() -> None:
    assert Retry.model_validate({}).confirmed_not_done is False
    assert Retry.model_validate({"confirmed_not_done": True}).confirmed_not_done is True
    refused(Retry, {"confirmed_not_done": "perhaps"})
    refused(Retry, {"confirmed": True})


@pytest.mark.parametrize(
    "wrong",
    [
        {"automatic": None},
        {"automatic": "perhaps"},
        *({"minimum_confidence": score} for score in (-1, 100.01, "NaN", None, "high", True)),
        *({"minimum_profit": profit} for profit in NO_PROFITS),
        {"minimum_price": 5},
    ],
    ids=str,
)
def test_a_decision_about_messages_that_is_none_is_refused(wrong: dict[str, Any]) -> None:
    refused(MessagingChoice, wrong)
    assert MessagingChoice.model_validate({"minimum_profit": "-5"}).minimum_profit == -5


@pytest.mark.parametrize(
    "wrong",
    [
        *({"marketplace_id": name} for name in ("GB", "EBAY_", "ebay_gb", "EBAY_GB1", 5, "")),
        *({"category_id": name} for name in ("cameras", "", 31388, "1" * 21)),
        *({"fulfillment_policy_id": name} for name in ("x", "", 5)),
        *({"merchant_location_key": name} for name in ("a b", "", "x" * 37, "ä")),
        {"condition": "as new"},
        {"seller": "anna"},
    ],
    ids=str,
)
def test_a_decision_about_offers_that_is_none_is_refused(wrong: dict[str, Any]) -> None:
    refused(SellingChoice, wrong)


WEBHOOKS: list[tuple[type[BaseModel], dict[str, Any]]] = [
    (MessageSent, {}),
    (ReplyReceived, {}),
    (DealConfirmed, {"price": "300"}),
    (Declined, {}),
    (ItemSold, {"sold_price": "500"}),
]


@pytest.mark.parametrize(("kind", "needed"), WEBHOOKS)
def test_a_webhook_needs_its_listing_and_what_it_is_about_and_may_say_more(
    kind: type[BaseModel], needed: dict[str, Any]
) -> None:
    assert kind.model_validate({"listing_id": ID.upper(), **needed, "mood": {"deep": [1]}})
    for name in needed:
        refused(kind, {"listing_id": ID, **needed, name: None})
        refused(kind, {"listing_id": ID, **{other: value for other, value in needed.items() if other != name}})


@pytest.mark.parametrize(("kind", "needed"), WEBHOOKS)
def test_a_webhook_about_no_listing_is_refused(kind: type[BaseModel], needed: dict[str, Any]) -> None:
    refused(kind, needed)
    for listing_id in NO_IDS:
        refused(kind, {"listing_id": listing_id, **needed})


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (ReplyReceived, "price"),
        (DealConfirmed, "price"),
        (DealConfirmed, "shipping"),
        (ItemSold, "sold_price"),
        (ItemSold, "fees"),
        (ItemSold, "shipping"),
    ],
)
def test_no_webhook_brings_a_price_that_is_none(kind: type[BaseModel], name: str) -> None:
    for price in NO_PRICES:
        refused(kind, {"listing_id": ID, **dict(WEBHOOKS)[kind], name: price})


@pytest.mark.parametrize("currency", ["gbp", "GB", "GBPP", "XYZ", "", 5, "£"])
@pytest.mark.parametrize("kind", [DealConfirmed, ItemSold])
def test_no_webhook_brings_money_in_a_currency_that_is_none(kind: type[BaseModel], currency: Any) -> None:
    refused(kind, {"listing_id": ID, **dict(WEBHOOKS)[kind], "currency": currency})


@pytest.mark.parametrize("text", ["", " ", "a\nb", "\x00", "x" * 257, 5, []])
@pytest.mark.parametrize("name", ["conversation_thread_id", "seller_messenger_id"])
def test_a_name_for_a_conversation_is_one_line_of_text(name: str, text: Any) -> None:
    for kind in (MessageSent, ReplyReceived, DealConfirmed):
        refused(kind, {"listing_id": ID, **dict(WEBHOOKS)[kind], name: text})
