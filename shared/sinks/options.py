"""What an operator may choose of a sink: the defaults, and what is possible."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

MOST_PROPERTIES: Final = 30
# Of the property types of Notion those that a message can fill.
PROPERTY_TYPES: Final = ("title", "rich_text", "select", "multi_select", "date", "url", "number", "checkbox")


@dataclass(frozen=True, slots=True)
class Property:
    """A column of a Notion database."""

    name: str
    type: str  # one of PROPERTY_TYPES


# By field of a message; `metadata.<key>` may be one, too.
DEFAULT_PROPERTIES: Final[Mapping[str, Property]] = {
    "title": Property("Name", "title"),
    "event_id": Property("Event ID", "rich_text"),
    "origin": Property("Source", "select"),
    "type": Property("Type", "select"),
    "author": Property("Author", "rich_text"),
    "channel": Property("Channel", "select"),
    "created_at": Property("Created", "date"),
    "scheduled_for": Property("When", "date"),
    "priority": Property("Priority", "select"),
    "tags": Property("Tags", "multi_select"),
    "url": Property("URL", "url"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NotionOptions:
    """`properties` always has `event_id` as rich_text: pages are found by it."""

    properties: Mapping[str, Property] = field(default_factory=lambda: DEFAULT_PROPERTIES)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarOptions:
    default_duration: int = 60  # minutes; of what does not say how long it takes


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopifyOptions:
    metaobject_type: str = "switchyard_event"  # of what is no sale


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    notion: NotionOptions = field(default_factory=NotionOptions)
    google_calendar: CalendarOptions = field(default_factory=CalendarOptions)
    shopify: ShopifyOptions = field(default_factory=ShopifyOptions)
