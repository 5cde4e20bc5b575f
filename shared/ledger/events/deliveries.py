"""Events of deliveries and of the sinks they go to."""

from collections.abc import Mapping

from shared.ledger.event_data import EventData


class DeliveryFailed(EventData):
    """An event was given up for a sink; `in_doubt`: it may be there all the same."""

    event_id: str
    event_type: str
    sink: str
    attempts: int
    in_doubt: bool
    answer: str
    title: str


class DeliveryRetryRequested(EventData):
    """Somebody wants an event to be brought to a sink after all."""

    event_id: str
    sinks: list[str]


class DeliveryConfirmed(EventData):
    """An event was in doubt for a sink; somebody has looked, and it is there."""

    event_id: str
    sink: str


class SinkPaused(EventData):
    """Nothing is brought to a sink until somebody resumes it; what is for it waits."""

    sink: str
    reason: str | None


class SinkResumed(EventData):
    """A sink that was paused is served again."""

    sink: str
    reason: str | None


EVENTS: Mapping[str, type[EventData]] = {
    "delivery.failed": DeliveryFailed,
    "delivery.retry_requested": DeliveryRetryRequested,
    "delivery.confirmed": DeliveryConfirmed,
    "sink.paused": SinkPaused,
    "sink.resumed": SinkResumed,
}
