"""What callers send who have events replayed, or cleared from view."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from shared.control.history.cleared import Mark, mark
from shared.control.history.known import checked_type
from shared.control.history.plan import USUAL_RATE
from shared.ledger.envelope import to_text
from shared.runtime.clock import in_utc
from shared.runtime.moment import Moment

Type = Annotated[str, Field(min_length=1, max_length=100)]
Correlation = Annotated[str, Field(min_length=1, max_length=128)]


class ReplayIn(BaseModel):
    """`to` is a consumer, or `all` for those whose work nobody is disturbed by. A dry run counts, and sends nothing."""

    model_config = ConfigDict(extra="forbid")

    event_types: Annotated[list[Type], Field(max_length=50)] = []
    subject: Annotated[str, Field(min_length=1, max_length=400)] | None = None
    correlation_id: Correlation | None = None
    trace_id: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    actor: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    start_time: Moment | None = None
    end_time: Moment | None = None
    to: Annotated[str, Field(min_length=1, max_length=40)] = "all"
    name: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    include_cleared: StrictBool = False
    dry_run: StrictBool = False
    rate: Annotated[int, Field(strict=True, ge=1, le=500)] = USUAL_RATE
    limit: Annotated[int, Field(strict=True, ge=1, le=10_000_000)] | None = None

    def parameters(self) -> dict[str, Any]:
        """As the workflow takes them. Raises InvalidInputError for a moment that there is not in UTC."""
        said = self.model_dump(exclude={"dry_run"}, exclude_none=True)
        times = {name: to_text(in_utc(said[name])) for name in ("start_time", "end_time") if name in said}
        return said | times


class ClearIn(BaseModel):
    """What is not to be shown any more: of a type, a correlation, both, or all; only what happened before `before`."""

    model_config = ConfigDict(extra="forbid")

    event_type: Type | None = None
    correlation_id: Correlation | None = None
    before: Moment
    reason: Annotated[str, Field(min_length=1, max_length=500)]
    confirm: Annotated[str, Field(max_length=20)]

    def mark(self, *, at: datetime) -> Mark:
        """Raises InvalidInputError."""
        return mark(
            before=in_utc(self.before),
            event_type=None if self.event_type is None else checked_type(self.event_type),
            correlation_id=self.correlation_id,
            confirm=self.confirm,
            reason=self.reason,
            at=at,
        )
