"""What operators decide for all listings: when sellers are written to, and how things are offered."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any, Final

from shared.ledger.envelope import Fact
from shared.listings.listing import Listing
from shared.listings.selling import SellingTerms

MESSAGING: Final = "messaging"
SELLING: Final = "selling"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagingSettings:
    """When a seller is written to without anybody's doing. Confidence is 0..100, profit in the listing's currency."""

    automatic: bool = True
    minimum_confidence: Decimal = Decimal(0)
    minimum_profit: Decimal | None = None  # None: also where the profit is not known

    def holds(self, listing: Listing) -> str | None:
        """Why the listing waits for a person; None where it does not."""
        if not self.automatic:
            return "automatic messaging is off"
        if listing.confidence < self.minimum_confidence:
            return f"its confidence is below {self.minimum_confidence}"
        if self.minimum_profit is None:
            return None
        if listing.estimated_profit is None or listing.estimated_profit < self.minimum_profit:
            return f"its profit is not known to be {self.minimum_profit} or more"
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One set of decisions, as it is kept."""

    name: str
    values: Mapping[str, Any] = field(default_factory=dict)
    version: int = 0
    facts: tuple[Fact, ...] = field(default=(), repr=False)

    def messaging(self) -> MessagingSettings:
        return MessagingSettings(**_known(MessagingSettings, self.values))

    def selling(self) -> SellingTerms:
        return SellingTerms(**_known(SellingTerms, self.values))


def _known(kind: type, values: Mapping[str, Any]) -> dict[str, Any]:
    """What a later or an earlier version of this code has kept is passed over."""
    return {each.name: values[each.name] for each in fields(kind) if each.name in values}
