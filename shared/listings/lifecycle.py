"""The lifecycle of a listing: one table, a row for every state. Nothing else decides what may follow what."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from shared.runtime.errors import IllegalTransitionError


class State(StrEnum):
    FOUND = "FOUND"
    MESSAGING = "MESSAGING"
    NEGOTIATING = "NEGOTIATING"
    PURCHASED = "PURCHASED"
    RECEIVED = "RECEIVED"
    LISTED = "LISTED"
    SOLD = "SOLD"
    CANCELLED = "CANCELLED"


TRANSITIONS: Final[Mapping[State, tuple[State, ...]]] = {
    State.FOUND: (State.MESSAGING, State.CANCELLED),
    State.MESSAGING: (State.NEGOTIATING, State.CANCELLED),
    State.NEGOTIATING: (State.PURCHASED, State.CANCELLED),
    State.PURCHASED: (State.RECEIVED, State.CANCELLED),
    State.RECEIVED: (State.LISTED,),
    State.LISTED: (State.SOLD,),
    State.SOLD: (),
    State.CANCELLED: (),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """Which fields a step into a state must bring, and which it may."""

    required: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()

    @property
    def known(self) -> frozenset[str]:
        return self.required | self.optional


_CONTACT = frozenset({"conversation_thread_id", "seller_messenger_id"})

DETAILS: Final[Mapping[State, Details]] = {
    State.FOUND: Details(),
    State.MESSAGING: Details(optional=_CONTACT),
    State.NEGOTIATING: Details(optional=_CONTACT | {"negotiated_price"}),
    State.PURCHASED: Details(
        required=frozenset({"purchase_price"}), optional=frozenset({"negotiated_price", "shipping_cost"})
    ),
    State.RECEIVED: Details(
        optional=frozenset({"photos", "shipping_cost", "condition", "category_id", "target_price"})
    ),
    State.LISTED: Details(required=frozenset({"ebay_listing_id", "ebay_asking_price"})),
    State.SOLD: Details(required=frozenset({"ebay_sold_price"}), optional=frozenset({"ebay_fees", "shipping_cost"})),
    State.CANCELLED: Details(),
}


def step(current: State, target: State) -> State:
    """The target, if the table allows it from here. Raises IllegalTransitionError."""
    allowed = TRANSITIONS[current]
    if target in allowed:
        return target
    ways = ", ".join(allowed) or f"none, {current} is final"
    raise IllegalTransitionError(f"a listing in {current} cannot become {target}; allowed: {ways}")


def is_final(state: State) -> bool:
    return not TRANSITIONS[state]


def way(current: State, target: State) -> tuple[State, ...]:
    """The states a listing passes from here to the target, the target last; empty where no way leads there.

    Never through CANCELLED. News may overtake each other: a deal that is confirmed has been negotiated.
    """
    ways: list[tuple[State, ...]] = [(state,) for state in TRANSITIONS[current]]
    for passed in ways:
        if passed[-1] is target:
            return passed
        ways += [(*passed, state) for state in TRANSITIONS[passed[-1]]]
    return ()


def is_past(current: State, target: State) -> bool:
    """Whether a listing in `current` has been in `target`, or is."""
    return current is target or (current is not State.CANCELLED and bool(way(target, current)))
