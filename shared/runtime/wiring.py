"""The composition root: the only place where adapters are built. Each function builds what it names.

What costs much to import, and is not for every function, is imported where it is built.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from botocore.session import Session, get_session

from shared.ledger.bus import EventBridgeBus
from shared.ledger.store import DynamoLedger
from shared.runtime.clock import system_clock
from shared.runtime.errors import DependencyError
from shared.runtime.keys import KeyRing, LedgerKeys
from shared.runtime.secret import Secret
from shared.runtime.settings import settings
from shared.runtime.signatures import secret_bytes
from shared.state.store import DynamoState

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.parameters import SecretsProvider

    from shared.deliveries.events import DeliveryEvents
    from shared.deliveries.store import DynamoDeliveries
    from shared.files.store import S3Files
    from shared.listings.chatterbot import Chatterbot
    from shared.listings.deadlines import Deadlines
    from shared.listings.selling import Seller
    from shared.listings.settings_store import LedgerSettings
    from shared.listings.store import LedgerListings
    from shared.listings.telegram import Photos
    from shared.listings.timers import StepFunctionsTimers
    from shared.messages.current_rules import CurrentRules
    from shared.messages.store import LedgerMessages
    from shared.runtime.http import Locate, Service
    from shared.runtime.queue import SqsQueue
    from shared.scraping.scraper import Scraper
    from shared.scraping.store import LedgerJobs, LedgerRotation
    from shared.sinks.store import LedgerSinks

SECRET_SECONDS = 300  # how long a secret is remembered

# A call to AWS, tried again and again, ends before the function that makes it does: nine seconds and the pauses.
# botocore's own checks of parameters cost a seventh of a call and find nothing that the tests of the stores do not.
_CONFIG = Config(
    connect_timeout=1,
    read_timeout=2,
    retries={"mode": "standard", "total_max_attempts": 3},
    parameter_validation=False,
)


@cache
def _session() -> Session:
    return get_session()


@cache
def client(service: str) -> Any:
    """The client that boto3 would wrap; what it adds is for S3, and a fifth of the import time."""
    return _session().create_client(service, config=_CONFIG)


@cache
def ledger() -> DynamoLedger:
    return DynamoLedger(client("dynamodb"), settings().ledger_table)


@cache
def state() -> DynamoState:
    return DynamoState(client("dynamodb"), settings().state_table, clock=system_clock)


@cache
def bus() -> EventBridgeBus:
    return EventBridgeBus(client("events"), settings().event_bus)


@cache
def listings() -> "LedgerListings":
    from shared.listings.store import LedgerListings  # pydantic: not for functions that only check keys

    return LedgerListings(ledger())


@cache
def keys() -> LedgerKeys:
    return LedgerKeys(ledger())


@cache
def key_ring() -> KeyRing:
    return KeyRing(keys(), clock=system_clock)


@cache
def _secrets() -> "SecretsProvider":
    from aws_lambda_powertools.utilities.parameters import SecretsProvider

    return SecretsProvider(boto3_client=client("secretsmanager"))


@cache
def secret(arn: str, transform: Any = None) -> Secret:
    def read(fresh: bool) -> Any:
        from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError, TransformParameterError

        try:
            kept = _secrets().get(arn, max_age=SECRET_SECONDS, transform=transform, force_fetch=fresh)
        except GetParameterError as error:
            raise DependencyError("the secrets cannot be read now") from error
        except TransformParameterError:
            raise DependencyError("a secret is no JSON") from None
        if transform and not isinstance(kept, dict):
            raise DependencyError("a secret is no JSON object")
        return kept

    return Secret(read, clock=system_clock)


def webhook_secrets(source: str) -> Callable[..., list[bytes]]:
    """The secrets a source may sign with, current and previous; `fresh` after they were refused."""

    def secrets(*, fresh: bool = False) -> list[bytes]:
        kept = secret(getattr(settings(), f"{source}_webhook_secret"), "json")(fresh=fresh)
        try:
            return [secret_bytes(kept[name]) for name in ("current", "previous") if kept.get(name)]
        except ValueError as error:
            raise DependencyError("the webhook secret is not one") from error

    return secrets


def telegram_webhook_tokens(*, fresh: bool = False) -> list[str]:
    """What Telegram shows with an update, current and previous."""
    kept = secret(settings().telegram_secret, "json")(fresh=fresh)
    return [kept[name] for name in ("webhook_token", "previous_webhook_token") if kept.get(name)]


def cursor_secret() -> bytes:
    kept: str = secret(settings().cursor_secret)()
    return kept.encode()


@cache
def settings_store() -> "LedgerSettings":
    from shared.listings.settings_store import LedgerSettings

    return LedgerSettings(ledger())


@cache
def deadlines() -> "Deadlines":
    from shared.listings.deadlines import Deadlines
    from shared.listings.lifecycle import State

    known = settings()
    days = {
        State.FOUND: known.found_days,
        State.MESSAGING: known.messaging_days,
        State.NEGOTIATING: known.negotiating_days,
    }
    periods = {state: timedelta(days=float(number)) for state, number in days.items()}
    return Deadlines(periods=periods, reminder_after=float(known.reminder_percent) / 100)


@cache
def deliveries() -> "DynamoDeliveries":
    from shared.deliveries.store import DynamoDeliveries

    return DynamoDeliveries(client("dynamodb"), settings().ledger_table)


@cache
def delivery_events() -> "DeliveryEvents":
    from shared.deliveries.events import DeliveryEvents

    return DeliveryEvents(ledger())


@cache
def sink_states() -> "LedgerSinks":
    from shared.sinks.store import LedgerSinks

    return LedgerSinks(ledger())


@cache
def messages() -> "LedgerMessages":
    from shared.messages.store import LedgerMessages

    return LedgerMessages(ledger())


@cache
def current_rules() -> "CurrentRules":
    from shared.messages.current_rules import CurrentRules
    from shared.messages.settings import ROUTING
    from shared.runtime.observability import count, logger
    from shared.sinks.names import NAMES

    def read() -> tuple[int, str | None]:
        kept = settings_store().get(ROUTING)
        return kept.version, kept.values.get("rules")

    def warn(what: str) -> None:
        logger.error("routing rules", problem=what)
        count("RoutingRulesRefused")

    return CurrentRules(read, sinks=NAMES, clock=system_clock, warn=warn)


@cache
def timers() -> "StepFunctionsTimers":
    from shared.listings.timers import StepFunctionsTimers

    return StepFunctionsTimers(client("stepfunctions"), settings().timer_machine)


@cache
def queue() -> "SqsQueue":
    """The function's own."""
    from shared.runtime.queue import SqsQueue

    return SqsQueue(client("sqs"), settings().queue_url)


@cache
def dead_letters() -> "SqsQueue":
    """The function's own."""
    from shared.runtime.queue import SqsQueue

    return SqsQueue(client("sqs"), settings().dead_letters_url)


@cache
def files() -> "S3Files":
    from shared.files.store import S3Files

    # Links are signed for one host: the region's, which redirects nobody.
    config = _CONFIG.merge(Config(signature_version="s3v4", s3={"addressing_style": "virtual"}))
    for_links: Any = _session().create_client("s3", config=config)
    return S3Files(for_links, settings().files_bucket)


@cache
def scrape_jobs() -> "LedgerJobs":
    from shared.scraping.store import LedgerJobs

    return LedgerJobs(ledger())


@cache
def rotation() -> "LedgerRotation":
    from shared.scraping.store import LedgerRotation

    return LedgerRotation(ledger())


def scraper() -> "Scraper | None":
    """None where no scraper is configured; so with all services."""
    from shared.scraping.scraper import NAME, Scraper

    url = settings().scraper_api_url
    return Scraper(service(NAME, _with_key(NAME, url))) if url else None


def chatterbot() -> "Chatterbot | None":
    from shared.listings.chatterbot import NAME, Chatterbot

    url = settings().chatterbot_api_url
    callback_url = f"{settings().public_url}/webhooks/{NAME}"
    return Chatterbot(service(NAME, _with_key(NAME, url)), callback_url=callback_url) if url else None


def seller() -> "Seller | None":
    """The lister service where there is one, else eBay itself where there are credentials for it."""
    if settings().ebay_api_url:
        return _ebay_lister()
    has_credentials = secret(settings().ebay_credentials_secret, "json")().get("refresh_token")
    return _ebay_inventory() if has_credentials else None


def _ebay_lister() -> "Seller":
    from shared.listings.ebay_lister import NAME, EbayLister

    callback_url = f"{settings().public_url}/webhooks/{NAME}"
    return EbayLister(service(NAME, _with_key(NAME, settings().ebay_api_url)), callback_url=callback_url)


@cache  # it keeps a token
def _ebay_inventory() -> "Seller":
    from shared.listings.ebay_inventory import SCOPE, TOKEN_PATH, EbayInventory
    from shared.listings.settings import SELLING
    from shared.runtime.http import send
    from shared.runtime.oauth import Credential, Grant, bearer, refresh_grant

    url = settings().ebay_inventory_url

    def grant(*, fresh: bool = False) -> Grant:
        kept = secret(settings().ebay_credentials_secret, "json")(fresh=fresh)
        return refresh_grant("ebay", kept, scope=SCOPE)

    credential = Credential("ebay", url + TOKEN_PATH, grant, send=send, clock=system_clock)
    return EbayInventory(service("ebay", bearer(url, credential)), lambda: settings_store().get(SELLING).selling())


def telegram_photos() -> "Photos":
    from shared.listings.telegram import Photos
    from shared.runtime.telegram import NAME

    return Photos(service(NAME, _telegram("bot")), service(NAME, _telegram("file/bot")), files=files())


def _telegram(prefix: str) -> "Locate":
    """Telegram wants its token in the address."""
    from shared.runtime.http import Address

    def locate(*, fresh: bool = False) -> Address:
        token = secret(settings().telegram_secret, "json")(fresh=fresh).get("bot_token", "")
        return Address(url=f"{settings().telegram_api_url}/{prefix}{token}")

    return locate


def _with_key(name: str, url: str) -> "Locate":
    from shared.runtime.http import Address

    def locate(*, fresh: bool = False) -> Address:
        key = secret(settings().service_keys_secret, "json")(fresh=fresh).get(name)
        return Address(url=url.rstrip("/"), headers={"x-api-key": key} if key else {})

    return locate


def service(name: str, locate: "Locate") -> "Service":
    from shared.runtime.circuit import circuit
    from shared.runtime.http import Service, send

    guard = circuit(name, client=client("dynamodb"), table=settings().state_table)
    return Service(name, locate, send=send, guard=guard)
