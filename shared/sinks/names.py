"""The sinks there are, by name, and what people call them."""

from collections.abc import Mapping
from typing import Final

TITLES: Final[Mapping[str, str]] = {
    "notion": "Notion",
    "google-calendar": "Google Calendar",
    "shopify": "Shopify",
    "discord": "Discord",
    "telegram": "Telegram",
}
NAMES: Final[tuple[str, ...]] = tuple(TITLES)
