"""An event as callers are shown it."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from shared.ledger.envelope import Event, to_detail


class EventView(BaseModel):
    id: str
    type: str
    source: str
    subject: str
    version: int
    time: datetime
    actor: str
    trace_id: str
    correlation_id: str
    causation_id: str | None
    tags: list[str]
    data: dict[str, Any]

    @classmethod
    def of(cls, event: Event) -> "EventView":
        return cls.model_validate(to_detail(event))
