"""What operators are shown of deliveries and sinks."""

from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, Field

from shared.deliveries.delivery import Delivery
from shared.sinks.names import TITLES
from shared.sinks.pausing import SinkState

ShownStatus = Literal["pending", "sending", "accepted", "delivered", "dry_run", "skipped", "failed", "in_doubt"]


class DeliveryView(BaseModel):
    event_id: str
    sink: str
    status: ShownStatus
    attempts: int = Field(description="That were made or are under way; 0 where nobody was asked")
    external_id: str | None = Field(description="What stands for the event at the provider")
    url: str | None = Field(description="Where people see it")
    last_error: str | None
    began_at: AwareDatetime | None
    changed_at: AwareDatetime | None
    retry_at: AwareDatetime | None = Field(description="When it is tried again by itself")
    request: dict[str, Any] | None = Field(description="Of a dry run: what would have been asked")


class DeliveryPage(BaseModel):
    deliveries: list[DeliveryView]
    next_cursor: str | None


class RetryTaken(BaseModel):
    event_id: str
    sink: str
    requested_as: str = Field(description="The id of the event that asks for it")


class SinkView(BaseModel):
    name: str
    title: str
    mode: Literal["apply", "dry_run"]
    paused: bool
    reason: str | None
    since: AwareDatetime | None
    by: str | None


class SinksView(BaseModel):
    sinks: list[SinkView]


class RoutingView(BaseModel):
    rules: str = Field(description="The file, as YAML")
    shipped: bool = Field(description="Nobody has put another in the place of the one that is shipped")
    version: int
    problem: str | None = Field(description="Why they do not hold: a later release reads them otherwise")


def delivery_view(delivery: Delivery) -> DeliveryView:
    return DeliveryView(
        event_id=delivery.event_id,
        sink=delivery.sink,
        status=delivery.status.value,
        attempts=delivery.attempts,
        external_id=delivery.external_id,
        url=delivery.url,
        last_error=delivery.last_error,
        began_at=delivery.began_at,
        changed_at=delivery.changed_at,
        retry_at=delivery.retry_at,
        request=dict(delivery.request) if delivery.request is not None else None,
    )


def waiting_view(event_id: str, sink: str) -> DeliveryView:
    """Of what is meant for a sink and has not been begun: no record says more."""
    empty: dict[str, Any] = dict.fromkeys(
        ("external_id", "url", "last_error", "began_at", "changed_at", "retry_at", "request")
    )
    return DeliveryView(event_id=event_id, sink=sink, status="pending", attempts=0, **empty)


def sink_view(state: SinkState, *, mode: Literal["apply", "dry_run"]) -> SinkView:
    return SinkView(
        name=state.name,
        title=TITLES[state.name],
        mode=mode,
        paused=state.is_paused,
        reason=state.reason,
        since=state.since,
        by=state.by,
    )
