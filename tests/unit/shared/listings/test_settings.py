"""What operators decide for all listings: when a seller is written to by itself, kept under a version."""

from decimal import Decimal
from typing import Any

import pytest

from shared.ledger.memory import MemoryLedger
from shared.listings.contracts import MessagingChoice, SellingChoice
from shared.listings.selling import SellingTerms
from shared.listings.settings import MESSAGING, SELLING, MessagingSettings, Settings
from shared.listings.settings_store import LedgerSettings
from shared.runtime.errors import ConflictError
from tests.support.builders import NOON, a_cause, a_listing

CENT = Decimal("0.01")
CAUSE = a_cause("key:anna")


def holds(confidence: str = "95", profit: str | None = "100", **decided: Any) -> str | None:
    listing = a_listing(confidence=Decimal(confidence), estimated_profit=None if profit is None else Decimal(profit))
    return MessagingSettings(**decided).holds(listing)


def test_where_nobody_has_decided_anything_every_seller_is_written_to() -> None:
    assert holds() is holds(confidence="0", profit=None) is holds(profit="-500") is None


def test_where_it_is_switched_off_nobody_is() -> None:
    assert holds(confidence="100", profit="1000", automatic=False) == "automatic messaging is off"


@pytest.mark.parametrize(("confidence", "is_held"), [("79.99", True), ("80", False), ("80.01", False), ("0", True)])
def test_who_is_not_sure_enough_waits(confidence: str, is_held: bool) -> None:
    why = holds(confidence=confidence, minimum_confidence=Decimal(80))
    assert why == ("its confidence is below 80" if is_held else None)


@pytest.mark.parametrize(
    ("profit", "minimum", "is_held"),
    [
        ("49.99", "50", True),
        ("50", "50", False),
        (None, "50", True),
        (None, "0", True),
        (None, "-10", True),
        ("0", "0", False),
        ("-1", "0", True),
        ("-5", "-10", False),
        (None, None, False),
        ("-999", None, False),
    ],
)
def test_who_promises_too_little_waits_and_who_promises_nothing_too(
    profit: str | None, minimum: str | None, is_held: bool
) -> None:
    why = holds(profit=profit, minimum_profit=None if minimum is None else Decimal(minimum))
    assert why == (f"its profit is not known to be {minimum} or more" if is_held else None)


def test_the_first_reason_is_the_one_that_is_said() -> None:
    why = holds(confidence="1", profit=None, automatic=False, minimum_confidence=Decimal(2), minimum_profit=CENT)
    assert why == "automatic messaging is off"


def test_what_another_version_of_this_code_has_kept_is_passed_over() -> None:
    kept = Settings(name=MESSAGING, values={"automatic": False, "at_night": True})
    assert kept.messaging() == MessagingSettings(automatic=False)
    assert Settings(name=SELLING, values={"colour": "black"}).selling() == SellingTerms()


def test_nobody_has_decided_anything_yet() -> None:
    settings = LedgerSettings(MemoryLedger()).get(MESSAGING)
    assert (settings.version, settings.values) == (0, {})
    assert settings.messaging() == MessagingSettings()


def test_what_was_decided_is_kept_whole_and_told() -> None:
    store = LedgerSettings(ledger := MemoryLedger())
    choice = MessagingChoice(minimum_confidence=Decimal("80.5"), minimum_profit=None)
    saved = store.save(MESSAGING, choice.model_dump(), CAUSE, version=0, at=NOON)
    assert store.get(MESSAGING) == saved
    assert saved.messaging() == MessagingSettings(minimum_confidence=Decimal("80.5"))
    (told,) = ledger.history("SETTINGS", MESSAGING)
    assert (told.type, told.actor, told.version) == ("settings.changed", "key:anna", 1)
    assert told.data == {"name": "messaging", "values": {"automatic": True, "minimum_confidence": "80.5"}}


def test_what_is_left_out_the_next_time_is_no_longer_decided() -> None:
    store = LedgerSettings(MemoryLedger())
    store.save(MESSAGING, MessagingChoice(minimum_profit=CENT).model_dump(), CAUSE, version=0, at=NOON)
    store.save(MESSAGING, MessagingChoice(automatic=False).model_dump(), CAUSE, version=1, at=NOON)
    assert store.get(MESSAGING).messaging() == MessagingSettings(automatic=False)


@pytest.mark.parametrize("version", [0, 2, 99])
def test_who_decides_over_what_they_have_not_seen_loses(version: int) -> None:
    store = LedgerSettings(MemoryLedger())
    store.save(MESSAGING, {"automatic": False}, CAUSE, version=0, at=NOON)
    with pytest.raises(ConflictError):
        store.save(MESSAGING, {"automatic": True}, CAUSE, version=version, at=NOON)
    assert store.get(MESSAGING).messaging().automatic is False


def test_one_set_of_decisions_is_not_another() -> None:
    store = LedgerSettings(MemoryLedger())
    terms = SellingChoice(marketplace_id="EBAY_GB", category_id="31388", merchant_location_key="shed")
    store.save(SELLING, terms.model_dump(), CAUSE, version=0, at=NOON)
    assert store.get(MESSAGING).version == 0
    assert store.get(SELLING).selling() == SellingTerms(
        marketplace_id="EBAY_GB", category_id="31388", merchant_location_key="shed"
    )
