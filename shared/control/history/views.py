"""What of the history is shown."""

from datetime import datetime

from pydantic import BaseModel

from shared.control.history.cleared import Mark
from shared.control.history.preview import Preview
from shared.ledger.envelope import Event
from shared.ledger.event_view import EventView


class HistoryPage(BaseModel):
    """A page may be short, or empty, where much had to be looked at: `next_cursor` is null only at the end."""

    events: list[EventView]
    count: int
    next_cursor: str | None


class PreviewView(BaseModel):
    """`is_all` is false where there may be more than was counted."""

    would_replay: int
    by_type: dict[str, int]
    first: list[str]
    is_all: bool

    @classmethod
    def of(cls, preview: Preview) -> "PreviewView":
        return cls(
            would_replay=preview.would_replay,
            by_type=dict(preview.by_type),
            first=list(preview.first),
            is_all=preview.is_all,
        )


class ReplayView(BaseModel):
    """What is replayed is told by the run, as it goes on."""

    status: str
    run_id: str
    saga_id: str
    workflow: str
    name: str
    to: str
    correlation_id: str
    replayed_events: list[str]
    count: int


class HiddenView(BaseModel):
    event_type: str | None
    correlation_id: str | None
    before: datetime


class ClearedView(BaseModel):
    """Nothing was removed: `include_cleared=true` shows it all."""

    hidden: HiddenView
    reason: str
    cleared_by: str
    cleared_at: datetime
    event_id: str

    @classmethod
    def of(cls, mark: Mark, event: Event) -> "ClearedView":
        hidden = HiddenView(event_type=mark.event_type, correlation_id=mark.correlation_id, before=mark.before)
        return cls(
            hidden=hidden,
            reason=event.data["reason"],
            cleared_by=event.actor,
            cleared_at=event.time,
            event_id=event.id,
        )
