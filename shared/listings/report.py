"""What many listings add up to: how many, how much money, how long in each state, and where they went from there."""

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from operator import attrgetter
from typing import Any, Final

from shared.listings.lifecycle import State, is_final
from shared.listings.listing import Listing

NOTHING: Final = Decimal(0)
_stamps: Any = attrgetter(*(f"{state.lower()}_at" for state in State))  # in the order of a life, CANCELLED last


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which listings are meant; None for any."""

    brand: str | None = None  # upper or lower case
    since: datetime | None = None  # found then or later
    until: datetime | None = None  # found before

    def takes(self, listing: Listing) -> bool:
        return self._is_of_brand(listing) and self._is_of_time(listing)

    def _is_of_brand(self, listing: Listing) -> bool:
        return self.brand is None or listing.brand.casefold() == self.brand.casefold()

    def _is_of_time(self, listing: Listing) -> bool:
        late_enough = self.since is None or self.since <= listing.found_at
        return late_enough and (self.until is None or listing.found_at < self.until)


@dataclass(slots=True, kw_only=True)
class Money:
    """In one currency; that of another is never added to it."""

    spent: Decimal = NOTHING  # purchase and shipping, also of what was given up afterwards
    earned: Decimal = NOTHING  # sales less fees
    profit: Decimal = NOTHING  # of what is sold: what waits on the shelf is spent, and no loss

    def add(self, other: "Money") -> None:
        self.spent += other.spent
        self.earned += other.earned
        self.profit += other.profit


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """How long listings were in a state that they have left."""

    state: State
    count: int
    median: float | None  # seconds; the middle, or between the two in the middle
    p90: float | None  # seconds; the nearest that nine of ten do not exceed


@dataclass(frozen=True, slots=True, kw_only=True)
class Fork:
    """Where listings went from a state."""

    state: State
    entered: int
    onward: dict[State, int]  # also to CANCELLED
    still_there: int

    def share(self, count: int) -> float:
        return round(count / self.entered, 4) if self.entered else 0.0


class Tally:
    """Listings added up, one after the other. Of each are kept only the seconds it spent in each state."""

    def __init__(self) -> None:
        self.states: Counter[State] = Counter()
        self.money: dict[str, Money] = defaultdict(Money)  # by currency
        self.by_month: dict[tuple[str, str], Money] = defaultdict(Money)  # by month as 2026-03 in UTC, and currency
        self._by_brand: dict[tuple[str, str], Money] = defaultdict(Money)
        self._brands: dict[str, str] = {}
        self._seconds: dict[State, array[float]] = defaultdict(lambda: array("d"))
        self._steps: Counter[tuple[State, State | None]] = Counter()

    @property
    def by_brand(self) -> dict[tuple[str, str], Money]:
        """By brand and currency. A brand is the same in upper and lower case, and spelt as it was met first."""
        return {(self._brands[brand], currency): money for (brand, currency), money in self._by_brand.items()}

    def add(self, listing: Listing) -> None:
        self.states[listing.state] += 1
        self._add_life(listing)
        for at, money in _payments(listing):
            self._add_payment(listing, at, money)

    def _add_payment(self, listing: Listing, at: datetime, money: Money) -> None:
        brand = listing.brand.casefold()
        self._brands.setdefault(brand, listing.brand)
        self.money[listing.currency].add(money)
        self._by_brand[brand, listing.currency].add(money)
        self.by_month[at.isoformat()[:7], listing.currency].add(money)

    def _add_life(self, listing: Listing) -> None:
        """A jump enters the states it passes, for no time at all."""
        entered = [(state, at) for state, at in zip(State, _stamps(listing), strict=True) if at is not None]
        for (state, since), (following, until) in pairwise(entered):
            # Two machines wrote the two times: their clocks may differ a little.
            self._seconds[state].append(max(0.0, (until - since).total_seconds()))
            self._steps[state, following] += 1
        self._steps[entered[-1][0], None] += 1

    def stays(self) -> list[Stay]:
        return [_stay(state, self._seconds.get(state, ())) for state in State if not is_final(state)]

    def forks(self) -> list[Fork]:
        return [self._fork(state) for state in State if not is_final(state)]

    def _fork(self, state: State) -> Fork:
        onward = {to: count for to in State if (count := self._steps[state, to])}
        still_there = self._steps[state, None]
        return Fork(state=state, entered=sum(onward.values()) + still_there, onward=onward, still_there=still_there)


def tally(listings: Iterable[Listing], selection: Selection | None = None) -> Tally:
    """Those of the selection added up, in one pass."""
    selection = selection or Selection()
    added = Tally()
    for listing in listings:
        if selection.takes(listing):
            added.add(listing)
    return added


def _payments(listing: Listing) -> Iterator[tuple[datetime, Money]]:
    if listing.purchase_price is not None or listing.shipping_cost is not None:
        spent = (listing.purchase_price or NOTHING) + (listing.shipping_cost or NOTHING)
        yield listing.purchased_at or listing.found_at, Money(spent=spent)
    if listing.ebay_sold_price is not None:
        earned = listing.ebay_sold_price - (listing.ebay_fees or NOTHING)
        yield listing.sold_at or listing.found_at, Money(earned=earned, profit=listing.final_profit or NOTHING)


def _stay(state: State, seconds: Sequence[float]) -> Stay:
    in_order = sorted(seconds)
    if not in_order:
        return Stay(state=state, count=0, median=None, p90=None)
    count = len(in_order)
    median = (in_order[(count - 1) // 2] + in_order[count // 2]) / 2
    return Stay(state=state, count=count, median=median, p90=in_order[-(-count * 9 // 10) - 1])
