"""Events about the history itself: what default views hide."""

from collections.abc import Mapping

from pydantic import AwareDatetime, BaseModel

from shared.ledger.event_data import EventData


class ClearedFilter(BaseModel):
    """What is hidden: None for any. A type stands for all that begin with its parts."""

    event_type: str | None
    correlation_id: str | None


class EventsCleared(EventData):
    """Somebody does not want to be shown these events any more. They are where they were, and can be asked for."""

    before: AwareDatetime
    filter: ClearedFilter
    reason: str


EVENTS: Mapping[str, type[EventData]] = {"events.cleared": EventsCleared}
