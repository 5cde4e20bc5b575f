"""The environment, read once: the only place that looks at `os.environ`."""

import os
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the template tells every function; see `Globals` in template.yaml."""

    ledger_table: str
    state_table: str
    event_bus: str
    cursor_secret: str  # ARN in Secrets Manager
    scraper_webhook_secret: str  # ARN in Secrets Manager
    default_currency: str  # ISO 4217
    stage: str


@cache
def settings() -> Settings:
    """Raise KeyError, naming the variable, where the template and this file disagree."""
    return Settings(**{name: os.environ[name.upper()] for name in Settings.__slots__})
