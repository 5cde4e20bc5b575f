"""Tell people, at most once: what may have been sent is not sent again."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from shared.deliveries.delivery import Deliveries, Delivery, Status, first_try
from shared.runtime.clock import Clock
from shared.runtime.errors import ConflictError
from shared.runtime.http import ServiceError, Verdict, backoff
from shared.runtime.observability import count, logger

SINK: Final = "telegram"
OLD_NEWS: Final = timedelta(days=1)  # what could not be told by then is not told any more

_NOT_SENT: Final = frozenset({Verdict.RETRY_AFTER, Verdict.RETRY_BACKOFF})


def is_worth_telling(event: Mapping[str, Any]) -> bool:
    """A failure that goes on is told once, and once more when a person has to act."""
    if event["type"] != "listing.operation_failed":
        return True
    data = event["data"]
    return bool(data["times"] == 1 or data["next"] == "person")


def tell(
    event_id: str,
    text: str,
    *,
    happened_at: datetime,
    deliveries: Deliveries,
    send: Callable[[str], str | None],
    clock: Clock,
) -> timedelta | None:
    """Send the text for this event unless that was tried; return when to try again, None where it is over.

    `send` returns the id of the message and raises ServiceError.
    """
    known = deliveries.get(event_id, SINK)
    if known is not None and known.status is not Status.FAILED:
        return None
    taken = known.taken(at=clock()) if known else first_try(event_id, SINK, at=clock())
    try:
        taken = deliveries.save(taken)
    except ConflictError:
        return None  # somebody else is sending it
    try:
        message_id = send(text)
    except ServiceError as error:
        return _failed(error, taken, happened_at, deliveries=deliveries, at=clock())
    deliveries.save(taken.ended(Status.DELIVERED, at=clock(), external_id=message_id))
    return None


def _failed(
    error: ServiceError, taken: Delivery, happened_at: datetime, *, deliveries: Deliveries, at: datetime
) -> timedelta | None:
    status = Status.IN_DOUBT if error.verdict is Verdict.AMBIGUOUS else Status.FAILED
    deliveries.save(taken.ended(status, at=at, error=error.said))
    if error.verdict in _NOT_SENT and at - happened_at < OLD_NEWS:
        return timedelta(seconds=error.retry_after or backoff(taken.attempts))
    logger.warning("notice not sent", reason=error.said, status=status)
    count("NoticesFailed")
    return None
