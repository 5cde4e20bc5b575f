"""What operators say about a step."""

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from shared.listings.contracts import Transition
from shared.listings.lifecycle import DETAILS

# Photos come through `received`, which looks at them.
DETAIL_NAMES = sorted(set().union(*(details.known for details in DETAILS.values())) - {"photos"})
PRICES = [name for name in DETAIL_NAMES if name.endswith(("_price", "_cost", "_fees"))]


SAID: dict[str, Any] = {"condition": "USED_EXCELLENT", "category_id": "31388"}


@pytest.mark.parametrize("name", DETAIL_NAMES)
def test_every_detail_a_step_may_bring_can_be_said(name: str) -> None:
    value = SAID.get(name, "12.50")
    given = Transition.model_validate({"to_state": "SOLD", name: value}).details()
    kept = dict.fromkeys(PRICES, Decimal("12.5"))
    assert given == {name: kept.get(name, value)}


@pytest.mark.parametrize("condition", ["", "used", "USED EXCELLENT", "U" * 41, "AB", 5])
def test_a_condition_is_one_of_ebay_s_words(condition: Any) -> None:
    with pytest.raises(ValidationError):
        Transition.model_validate({"to_state": "RECEIVED", "condition": condition})


@pytest.mark.parametrize("category", ["", "31388a", "\u0664", "1" * 21, 31388, "-1", "31 388"])
def test_a_category_is_digits_in_a_text(category: Any) -> None:
    with pytest.raises(ValidationError):
        Transition.model_validate({"to_state": "RECEIVED", "category_id": category})


def test_only_what_was_given_is_a_detail() -> None:
    said = {"to_state": "PURCHASED", "reason": "cheap", "purchase_price": 0, "shipping_cost": None}
    assert Transition.model_validate(said).details() == {"purchase_price": 0}


def test_photos_that_nobody_has_looked_at_are_refused() -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        Transition.model_validate({"to_state": "RECEIVED", "photos": ["../../x"]})


@pytest.mark.parametrize("unknown", ["state", "version", "final_profit", "purchase_prise", "sold_at", ""])
def test_a_misspelt_detail_is_refused_and_not_forgotten(unknown: str) -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        Transition.model_validate({"to_state": "MESSAGING", unknown: "12.50"})


@pytest.mark.parametrize("state", ["found", "Sold", "", " SOLD", None, 5, ["SOLD"]])
def test_a_state_is_named_exactly(state: Any) -> None:
    with pytest.raises(ValidationError):
        Transition.model_validate({"to_state": state})


@pytest.mark.parametrize("name", PRICES)
@pytest.mark.parametrize("value", [-1, True, "NaN", "Infinity", Decimal("1e400"), "much"], ids=str)
def test_a_step_brings_no_price_that_is_none(name: str, value: Any) -> None:
    with pytest.raises(ValidationError):
        Transition.model_validate({"to_state": "SOLD", name: value})


@pytest.mark.parametrize("reason", ["", " ", "a\nb", "x" * 1_001, "\ud800", 5])
def test_a_reason_is_one_line_of_text(reason: Any) -> None:
    with pytest.raises(ValidationError):
        Transition.model_validate({"to_state": "CANCELLED", "reason": reason})
