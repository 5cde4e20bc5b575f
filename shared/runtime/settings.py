"""The environment, read once: the only place that looks at `os.environ`."""

import os
from dataclasses import MISSING, dataclass, fields
from functools import cache


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the template tells its functions; see `Globals` in template.yaml.

    What has a default here is told only to the functions that need it.
    """

    stage: str
    ledger_table: str
    state_table: str
    event_bus: str
    files_bucket: str
    default_currency: str  # ISO 4217
    # ARNs in Secrets Manager
    cursor_secret: str
    scraper_webhook_secret: str
    chatterbot_webhook_secret: str
    ebay_webhook_secret: str
    telegram_secret: str
    service_keys_secret: str
    ebay_credentials_secret: str
    # Addresses of services; empty where there is none
    scraper_api_url: str
    chatterbot_api_url: str
    ebay_api_url: str
    ebay_inventory_url: str
    telegram_api_url: str
    telegram_chat_id: str
    # Days a listing may stay in a state, and the share of them after which somebody is reminded
    found_days: str
    messaging_days: str
    negotiating_days: str
    reminder_percent: str

    public_url: str = ""  # of the API: where others call back
    queue_url: str = ""  # of the function's own queue
    timer_machine: str = ""  # ARN
    dead_letters_url: str = ""  # of the function's own queue
    # The sink a function serves: which, where, with which secret (ARN), and whether for real
    sink: str = ""
    sink_mode: str = ""  # `apply`, or anything else for a dry run
    sink_secret: str = ""
    sink_api_url: str = ""
    sink_target: str = ""  # data source, calendar, shop, channel or chat
    notion_database_id: str = ""  # where the data source is to be looked up
    google_token_url: str = ""


@cache
def settings() -> Settings:
    """Raise KeyError, naming the variable, where the template and this file disagree."""
    return Settings(**{field.name: _value(field.name.upper(), field.default is MISSING) for field in fields(Settings)})


def _value(name: str, required: bool) -> str:
    return os.environ[name] if required else os.environ.get(name, "")
