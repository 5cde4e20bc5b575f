"""Events of keys."""

from collections.abc import Mapping

from pydantic import AwareDatetime

from shared.ledger.event_data import EventData


class KeyCreated(EventData):
    """An API key was made. The key itself is known only to whom it was shown."""

    key_id: str
    name: str
    role: str
    sources: list[str]
    expires_at: AwareDatetime | None


class KeyRevoked(EventData):
    """An API key was taken back; within a minute it opens nothing."""

    key_id: str
    name: str


EVENTS: Mapping[str, type[EventData]] = {
    "key.created": KeyCreated,
    "key.revoked": KeyRevoked,
}
