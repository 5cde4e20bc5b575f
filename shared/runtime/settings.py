"""The environment, read once: the only place that looks at `os.environ`."""

import os
from dataclasses import MISSING, dataclass, field, fields
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
    circuit_seconds: str  # for how long a service that is down is left alone; empty for as long as is usual
    span_queue: str  # address of the queue where spans go; empty where they are not kept
    trace_sample_rate: str  # share of the traces that are kept though nothing went wrong, from 0 to 1

    # Where what may be forgotten is kept, if not in the state table; there are passwords in the addresses
    redis_url: str = field(default="", repr=False)
    database_url: str = field(default="", repr=False)
    state_store_backend: str = ""  # see shared/state/choosing.py
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
    # GitHub: the repository (`owner/name`, empty for none) and the workflow that ships it; the secret is an ARN
    github_api_url: str = ""
    github_repository: str = ""
    github_workflow: str = ""
    github_secret: str = ""
    deploy_checks: str = ""  # what is looked at after a deploy, see shared/deploys/checks.py
    # Discord: who may do what there (ids of roles and people, separated by commas), and where it is
    discord_viewers: str = ""
    discord_operators: str = ""
    discord_admins: str = ""
    discord_application_id: str = ""
    discord_api_url: str = ""
    discord_secret: str = ""  # ARN
    discord_status_channel_id: str = ""
    status_urls: str = ""  # what a digest asks: `name=address`, separated by commas
    sink_places: str = ""  # `name=place`: which sinks the stack says a place for
    trace_table: str = ""  # where spans are kept
    queue_map: str = ""  # name of the parameter that says which dead letters come from which queue
    workflow_machine: str = ""  # ARN of what drives runs
    peer_secret: str = ""  # ARN
    stack_id: str = ""  # ARN of the stack, which ends in its name and in an id that no other stack has
    sources_secret: str = ""  # ARN
    sett_instance_name: str = ""  # the blackboard that is meant where none is named
    agent_webhook_secret: str = ""  # ARN
    agent_queue_prefix: str = ""  # what the names of agents' queues begin with
    allowed_private_origins: str = ""  # `scheme://host:port`, separated by commas: see shared/runtime/guard.py
    # Where listings are shown as cards, empty for nowhere; and which new ones are
    discord_cards_channel_id: str = ""
    card_minimum_profit: str = ""
    card_minimum_confidence: str = ""
    discord_questions_channel_id: str = ""  # where people are asked what a claim waits for; empty for nowhere


@cache
def settings() -> Settings:
    """Raise KeyError, naming the variable, where the template and this file disagree."""
    return Settings(**{field.name: _value(field.name.upper(), field.default is MISSING) for field in fields(Settings)})


def told() -> frozenset[str]:
    """The names of those that this function is told; of the others it cannot say what other functions are."""
    return frozenset(field.name for field in fields(Settings) if field.name.upper() in os.environ)


def _value(name: str, required: bool) -> str:
    return os.environ[name] if required else os.environ.get(name, "")
