"""Operators' decisions are kept alike by the ledger in memory and by those in DynamoDB."""

from decimal import Decimal
from typing import Any

import pytest

from shared.ledger.ledger import Ledger
from shared.listings.settings import MESSAGING, SELLING, MessagingSettings, Settings
from shared.listings.settings_store import KIND, LedgerSettings
from shared.runtime.errors import ConflictError
from tests.support.builders import NOON, a_cause
from tests.support.places import at_once

CHOICE: dict[str, Any] = {"automatic": False, "minimum_confidence": Decimal("87.5"), "minimum_profit": None}


def save(store: LedgerSettings, name: str, values: dict[str, Any], *, version: int) -> Settings:
    return store.save(name, values, a_cause(), version=version, at=NOON)


def test_where_nobody_has_decided_anything_all_is_as_usual(any_ledger: Ledger) -> None:
    known = LedgerSettings(any_ledger).get(MESSAGING)
    assert (known.version, known.values) == (0, {})
    assert known.messaging() == MessagingSettings()


def test_what_is_decided_is_read_back_to_the_last_digit(any_ledger: Ledger) -> None:
    store = LedgerSettings(any_ledger)
    saved = save(store, MESSAGING, CHOICE, version=0)
    assert saved == store.get(MESSAGING)
    assert saved.messaging() == MessagingSettings(automatic=False, minimum_confidence=Decimal("87.5"))


def test_what_is_left_out_the_next_time_is_as_usual_again(any_ledger: Ledger) -> None:
    store = LedgerSettings(any_ledger)
    save(store, MESSAGING, CHOICE | {"minimum_profit": Decimal(50)}, version=0)
    save(store, MESSAGING, CHOICE, version=1)
    assert store.get(MESSAGING).messaging().minimum_profit is None
    assert store.get(MESSAGING).version == 2


def test_one_set_of_decisions_leaves_the_other_alone(any_ledger: Ledger) -> None:
    store = LedgerSettings(any_ledger)
    save(store, MESSAGING, CHOICE, version=0)
    save(store, SELLING, {"marketplace_id": "EBAY_GB"}, version=0)
    assert store.get(SELLING).selling().marketplace_id == "EBAY_GB"
    assert store.get(MESSAGING).version == 1


def test_every_decision_is_an_event_that_travels_as_json(any_ledger: Ledger) -> None:
    save(LedgerSettings(any_ledger), MESSAGING, CHOICE, version=0)
    (event,) = any_ledger.history(KIND, MESSAGING)
    assert event.type == "settings.changed"
    assert event.data == {"name": MESSAGING, "values": {"automatic": False, "minimum_confidence": "87.5"}}


def test_a_decision_over_another_than_was_seen_is_not_taken(any_ledger: Ledger) -> None:
    store = LedgerSettings(any_ledger)
    save(store, SELLING, {"condition": "USED_GOOD"}, version=0)
    for version in (0, 2):
        with pytest.raises(ConflictError):
            save(store, SELLING, {}, version=version)
    assert store.get(SELLING).selling().condition == "USED_GOOD"


def test_of_many_who_decide_at_once_one_has_decided(racing_ledger: Ledger) -> None:
    store = LedgerSettings(racing_ledger)

    def decide(number: int) -> bool:
        try:
            save(store, MESSAGING, {"minimum_confidence": Decimal(number)}, version=0)
        except ConflictError:
            return False
        return True

    decided = at_once(decide)
    assert decided.count(True) == 1
    assert store.get(MESSAGING).messaging().minimum_confidence == decided.index(True)
