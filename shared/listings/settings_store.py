"""Operators' decisions in the ledger."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from shared.ledger.catalogue import recorded
from shared.ledger.envelope import Cause, Fact
from shared.ledger.ledger import Aggregate, Change, Ledger
from shared.listings.settings import Settings
from shared.runtime.errors import NotFoundError

KIND = "SETTINGS"


class LedgerSettings:
    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def get(self, name: str) -> Settings:
        """Nobody has decided anything yet: version 0, no values."""
        try:
            kept = self._ledger.get(KIND, name)
        except NotFoundError:
            return Settings(name=name)
        return Settings(name=name, values=dict(kept.fields.get("values", {})), version=kept.version)

    def save(self, name: str, values: Mapping[str, Any], cause: Cause, *, version: int, at: datetime) -> Settings:
        """Put these values in the place of those of `version`. Raises ConflictError where they are others by now."""
        kept = {key: value for key, value in values.items() if value is not None}
        plain = {key: str(value) if isinstance(value, Decimal) else value for key, value in kept.items()}
        fact = Fact(type="settings.changed", time=at, data={"name": name, "values": plain})
        events = recorded(KIND, name, [fact], after=version, cause=cause)
        aggregate = Aggregate(kind=KIND, id=name, version=events[-1].version, changed_at=at, fields={"values": kept})
        self._ledger.commit(Change(aggregate=aggregate, events=events))
        return Settings(name=name, values=kept, version=aggregate.version)
