"""What operators are shown of deliveries and sinks."""

from typing import Any, Final, Literal

from pydantic import AwareDatetime, BaseModel, Field

from shared.deliveries.asking import Standing
from shared.sinks.names import TITLES
from shared.sinks.pausing import SinkState

ShownStatus = Literal["pending", "sending", "accepted", "delivered", "dry_run", "skipped", "failed", "in_doubt"]


_UNSAID: Final[dict[str, Any]] = dict.fromkeys(
    ("external_id", "url", "last_error", "began_at", "changed_at", "retry_at", "request")
)


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


def delivery_view(one: Standing) -> DeliveryView:
    """Of what has not been begun, no record says more."""
    known = one.record
    if known is None:
        return DeliveryView(event_id=one.event_id, sink=one.sink, status="pending", attempts=0, **_UNSAID)
    return DeliveryView(
        event_id=known.event_id,
        sink=known.sink,
        status=known.status.value,
        attempts=known.attempts,
        external_id=known.external_id,
        url=known.url,
        last_error=known.last_error,
        began_at=known.began_at,
        changed_at=known.changed_at,
        retry_at=known.retry_at,
        request=dict(known.request) if known.request is not None else None,
    )


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
