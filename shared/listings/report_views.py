"""What leaves about many listings: the shape of the report callers are shown."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, Field

from shared.listings.lifecycle import State
from shared.listings.report import Fork, Money, Selection, Stay, Tally
from shared.listings.views import Amount


class Sums(BaseModel):
    """Money in one currency; sums in different currencies are never added."""

    currency: str
    spent: Annotated[Amount, Field(description="Purchase and shipping, also of what was given up afterwards")]
    earned: Annotated[Amount, Field(description="Sales less fees")]
    profit: Annotated[Amount, Field(description="Of what is sold; what waits to be sold is in `spent` alone")]


class BrandSums(Sums):
    brand: str


class MonthSums(Sums):
    month: Annotated[str, Field(description="UTC: of the purchase for `spent`, of the sale for the rest")]


class MoneyReport(BaseModel):
    total: list[Sums]
    by_brand: list[BrandSums]
    by_month: list[MonthSums]


class TimeInState(BaseModel):
    """Of the listings that have left the state; null where none has."""

    state: State
    count: int
    median_seconds: float | None
    p90_seconds: float | None

    @classmethod
    def of(cls, stay: Stay) -> "TimeInState":
        return cls(state=stay.state, count=stay.count, median_seconds=stay.median, p90_seconds=stay.p90)


class Share(BaseModel):
    count: int
    share: Annotated[float, Field(ge=0, le=1, description="Of those that entered the state")]


class Onward(Share):
    to: State


class Conversion(BaseModel):
    """Where the listings that entered a state went next."""

    state: State
    entered: int
    onward: list[Onward]
    still_there: Share

    @classmethod
    def of(cls, fork: Fork) -> "Conversion":
        return cls(
            state=fork.state,
            entered=fork.entered,
            onward=[Onward(to=to, count=count, share=fork.share(count)) for to, count in fork.onward.items()],
            still_there=Share(count=fork.still_there, share=fork.share(fork.still_there)),
        )


class Summary(BaseModel):
    """What the listings found in a time add up to."""

    generated_at: AwareDatetime
    brand: str | None
    since: AwareDatetime | None
    until: Annotated[AwareDatetime | None, Field(description="Not included")]
    listings: int
    by_state: dict[State, int]
    money: MoneyReport
    time_in_state: list[TimeInState]
    conversion: list[Conversion]

    @classmethod
    def of(cls, tally: Tally, selection: Selection, *, at: datetime) -> "Summary":
        return cls(
            generated_at=at,
            brand=selection.brand,
            since=selection.since,
            until=selection.until,
            listings=tally.states.total(),
            by_state={state: tally.states[state] for state in State},
            money=_money(tally),
            time_in_state=[TimeInState.of(stay) for stay in tally.stays()],
            conversion=[Conversion.of(fork) for fork in tally.forks()],
        )


def _money(tally: Tally) -> MoneyReport:
    brands, months = _sorted(tally.by_brand), _sorted(tally.by_month)
    return MoneyReport(
        total=[Sums(currency=currency, **_sums(money)) for currency, money in sorted(tally.money.items())],
        by_brand=[BrandSums(brand=brand, currency=currency, **_sums(money)) for (brand, currency), money in brands],
        by_month=[MonthSums(month=month, currency=currency, **_sums(money)) for (month, currency), money in months],
    )


def _sorted(book: Mapping[tuple[str, str], Money]) -> list[tuple[tuple[str, str], Money]]:
    return sorted(book.items(), key=lambda entry: (entry[0][0].casefold(), entry[0][1]))


def _sums(money: Money) -> dict[str, Decimal]:
    return {"spent": money.spent, "earned": money.earned, "profit": money.profit}
