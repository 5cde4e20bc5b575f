"""/listing: what is shown of one, and what is done with it when somebody types it."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from shared.ledger.envelope import Cause
from shared.listings.lifecycle import DETAILS, TRANSITIONS, State
from shared.listings.listing import Listing
from shared.listings.trouble import troubled
from shared.runtime.errors import (
    ConflictError,
    DomainError,
    IllegalTransitionError,
    InvalidInputError,
    NotFoundError,
)
from tests.support.builders import NOON, STEP_DETAILS, a_cause, a_listing
from tests.support.ports import ANNA, MemoryPorts
from tests.unit.functions.run_commands.commands.hands import Hands, happened, labels, last

ID = a_listing().id


def at_the_desk(listing: Listing) -> Hands:
    return Hands(MemoryPorts(listing))


def in_state(state: State) -> Hands:
    return at_the_desk(a_listing(state))


def typed(state: State) -> dict[str, Any]:
    """What a step needs, as Discord hands it over."""
    return {
        name: float(value) if isinstance(value, Decimal) else value
        for name, value in STEP_DETAILS.get(state, {}).items()
    }


def test_a_listing_is_shown_with_what_is_worth_knowing_and_what_can_be_done() -> None:
    hands = in_state(State.NEGOTIATING)
    reply = hands.type("listing show", {"listing": ID})
    (embed,) = reply.embeds
    fields = {field.name: field.value for field in embed.fields}
    assert (embed.title, embed.url) == ("Sony A6400, boxed", "https://market.example/item/1")
    assert fields["Given up"] == f"<t:{int((NOON + timedelta(days=14)).timestamp())}:R>"
    assert [line.partition("> ")[2] for line in fields["Last steps"].splitlines()] == [
        "found, webhook:scraper",
        "**MESSAGING**, webhook:scraper",
        "**NEGOTIATING**, webhook:scraper",
    ]
    assert labels(reply) == ["Confirm", "Extend 3 days", "Skip"]


def test_who_did_what_in_discord_is_named_there_and_why_is_only_text() -> None:
    hands = in_state(State.FOUND)
    hands.type("listing move", {"listing": ID, "to": "CANCELLED", "reason": "too *dear* @everyone"})
    (embed,) = hands.type("listing show", {"listing": ID}).embeds
    steps = embed.fields[-1].value
    assert f"**CANCELLED**, <@{ANNA}>: too \\*dear\\* " in steps
    assert "@everyone" not in steps


@pytest.mark.parametrize("listing_id", ["", "Sony A6400", "1", "x" * 100, "../../etc", None])
@pytest.mark.parametrize("name", ["show", "message", "retry", "extend", "photos", "move"])
def test_what_is_no_id_is_refused_clearly(name: str, listing_id: str | None) -> None:
    options = {"listing": listing_id, "days": 3, "count": 1, "to": "MESSAGING"}
    with pytest.raises(InvalidInputError, match="this is no id; choose a listing"):
        in_state(State.FOUND).type(f"listing {name}", options)


@pytest.mark.parametrize("name", ["show", "message", "retry", "extend", "photos", "move"])
def test_of_a_listing_that_is_not_there_it_is_said(name: str) -> None:
    options = {"listing": a_listing(url="https://market.example/2").id, "days": 3, "count": 1, "to": "MESSAGING"}
    with pytest.raises(NotFoundError, match="there is no listing"):
        in_state(State.FOUND).type(f"listing {name}", options)


@pytest.mark.parametrize("current", State)
@pytest.mark.parametrize("target", [state for state in State if state is not State.FOUND])
def test_every_step_of_the_table_can_be_typed_and_no_other(current: State, target: State) -> None:
    hands = in_state(current)
    options = {"listing": ID, "to": str(target), "reason": "said so"} | typed(target)
    if target not in TRANSITIONS[current]:
        with pytest.raises(IllegalTransitionError, match=f"a listing in {current} cannot become {target}"):
            hands.type("listing move", options)
        return
    assert hands.type("listing move", options).content == f"✅ It is {target} now."
    event = last(hands.ports, ID)
    assert (event.actor, event.data["triggered_by"], event.data["reason"]) == (
        f"discord:{ANNA}",
        f"discord:{ANNA}",
        "said so",
    )


@pytest.mark.parametrize("target", [state for state in State if DETAILS[state].required])
def test_what_a_step_needs_and_was_not_given_is_said(target: State) -> None:
    (before,) = [state for state in State if target in TRANSITIONS[state]]
    missing = ", ".join(sorted(DETAILS[target].required))
    with pytest.raises(InvalidInputError, match=f"a step to {target} needs {missing}"):
        in_state(before).type("listing move", {"listing": ID, "to": str(target)})


def test_what_a_step_does_not_take_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="does not take ebay_fees"):
        in_state(State.FOUND).type("listing move", {"listing": ID, "to": "MESSAGING", "ebay_fees": 3})


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"purchase_price": -1}, "purchase_price: "),
        ({"purchase_price": float("nan")}, "purchase_price: "),
        ({"purchase_price": 1e12}, "purchase_price: "),
        ({"purchase_price": 3, "reason": "a\nb"}, "reason: "),
        ({"purchase_price": 3, "reason": "x" * 1_001}, "reason: "),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_name(options: dict[str, Any], complaint: str) -> None:
    hands = in_state(State.NEGOTIATING)
    with pytest.raises(InvalidInputError, match=complaint):
        hands.type("listing move", {"listing": ID, "to": "PURCHASED"} | options)
    assert hands.ports.listings.get(ID).state is State.NEGOTIATING


def test_cents_stay_what_they_were_typed_as() -> None:
    hands = in_state(State.NEGOTIATING)
    hands.type("listing move", {"listing": ID, "to": "PURCHASED", "purchase_price": 310.1, "shipping_cost": 0.3})
    listing = hands.ports.listings.get(ID)
    assert (listing.purchase_price, listing.shipping_cost) == (Decimal("310.1"), Decimal("0.3"))


def test_a_use_that_was_cut_off_after_its_work_shows_it_and_does_nothing_again() -> None:
    hands = in_state(State.FOUND)
    options = {"listing": ID, "to": "MESSAGING"}
    hands.type("listing move", options, id="1290000000000000077")
    reply = hands.type("listing move", options, id="1290000000000000077", is_repeated=True)
    assert reply.content == "✅ It is MESSAGING now."
    assert happened(hands.ports, ID) == ["listing.created", "listing.state.messaging"]


def test_a_use_that_was_cut_off_before_its_work_does_it() -> None:
    hands = in_state(State.FOUND)
    hands.type("listing move", {"listing": ID, "to": "MESSAGING"}, is_repeated=True)
    assert hands.ports.listings.get(ID).state is State.MESSAGING


def test_who_types_it_twice_is_refused_the_second_time() -> None:
    hands = in_state(State.FOUND)
    hands.type("listing move", {"listing": ID, "to": "MESSAGING"})
    with pytest.raises(IllegalTransitionError):
        hands.type("listing move", {"listing": ID, "to": "MESSAGING"})


def test_over_what_others_write_at_the_same_moment_the_change_is_made_anew() -> None:
    hands = in_state(State.FOUND)
    listings, save = hands.ports.listings, hands.ports.listings.save

    def lose_once(listing: Listing, cause: Cause) -> Listing:
        listings.save = save  # type: ignore[method-assign]
        raise ConflictError("somebody was first")

    listings.save = lose_once  # type: ignore[method-assign]
    hands.type("listing move", {"listing": ID, "to": "MESSAGING"})
    assert happened(hands.ports, ID) == ["listing.created", "listing.state.messaging"]


@pytest.mark.parametrize("state", State)
def test_sellers_are_written_to_where_they_were_not_yet(state: State) -> None:
    hands = in_state(state)
    if state is State.FOUND:
        assert hands.type("listing message", {"listing": ID}).content == "✉️ The seller is being written to."
        assert last(hands.ports, ID).data["operation"] == "message_seller"
    else:
        with pytest.raises(IllegalTransitionError, match=f"it is {state} by now"):
            hands.type("listing message", {"listing": ID})


@pytest.mark.parametrize("confirmed", [None, False, True])
@pytest.mark.parametrize("state", State)
def test_what_is_due_is_tried_where_something_is_due(state: State, confirmed: bool | None) -> None:
    hands = in_state(state)
    options = {"listing": ID} | ({} if confirmed is None else {"confirmed_not_done": confirmed})
    if state in (State.FOUND, State.RECEIVED):
        hands.type("listing retry", options)
        assert last(hands.ports, ID).data["confirmed_not_done"] is bool(confirmed)
    else:
        with pytest.raises(IllegalTransitionError, match="there is nothing to try"):
            hands.type("listing retry", options)


@pytest.mark.parametrize("state", State)
def test_more_time_is_given_where_there_is_a_deadline(state: State) -> None:
    hands = in_state(state)
    before = hands.ports.listings.get(ID).deadline_at
    options = {"listing": ID, "days": 3, "reason": "on holiday"}
    if before is None:
        with pytest.raises(IllegalTransitionError, match="has no deadline"):
            hands.type("listing extend", options)
        return
    hands.type("listing extend", options)
    assert hands.ports.listings.get(ID).deadline_at == before + timedelta(days=3)
    assert last(hands.ports, ID).data["reason"] == "on holiday"


def test_a_deadline_more_than_a_year_away_is_refused() -> None:
    with pytest.raises(DomainError):
        in_state(State.NEGOTIATING).type("listing extend", {"listing": ID, "days": 366})


def test_trouble_is_shown_with_what_to_do() -> None:
    hands = in_state(State.FOUND)
    broken = troubled(hands.ports.listings.get(ID), "message_seller", "no", at=NOON, in_doubt=True, final=True)
    hands.ports.listings.save(broken, a_cause())
    reply = hands.type("listing show", {"listing": ID})
    assert labels(reply) == ["Message seller", "Not done: try again", "Extend 3 days", "Skip"]
