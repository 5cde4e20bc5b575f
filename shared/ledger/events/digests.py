"""Events of digests."""

from collections.abc import Mapping
from typing import Literal

from pydantic import AwareDatetime

from shared.ledger.event_data import EventData


class DigestTaken(EventData):
    """It was looked how well all is. `figures` is what the next digest of the period is compared with."""

    period: Literal["now", "daily", "weekly"]
    since: AwareDatetime
    until: AwareDatetime
    level: Literal["healthy", "unknown", "degraded", "critical"]
    reasons: list[str]
    figures: dict[str, int]


EVENTS: Mapping[str, type[EventData]] = {
    "digest.taken": DigestTaken,
}
