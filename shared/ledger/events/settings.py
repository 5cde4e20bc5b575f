"""Events of settings."""

from collections.abc import Mapping
from typing import Any

from shared.ledger.event_data import EventData


class SettingsChanged(EventData):
    """An operator changed how the system behaves."""

    name: str
    values: dict[str, Any]


EVENTS: Mapping[str, type[EventData]] = {
    "settings.changed": SettingsChanged,
}
