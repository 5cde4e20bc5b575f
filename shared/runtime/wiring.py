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

    from shared.deliveries.store import DynamoDeliveries
    from shared.files.store import S3Files
    from shared.listings.chatterbot import Chatterbot
    from shared.listings.deadlines import Deadlines
    from shared.listings.selling import Seller
    from shared.listings.settings_store import LedgerSettings
    from shared.listings.store import LedgerListings
    from shared.listings.telegram import Photos
    from shared.listings.timers import StepFunctionsTimers
    from shared.runtime.http import Locate, Service
    from shared.runtime.queue import SqsQueue
    from shared.scraping.scraper import Scraper
    from shared.scraping.store import LedgerJobs, LedgerRotation

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
def _client(service: str) -> Any:
    """The client that boto3 would wrap; what it adds is for S3, and a fifth of the import time."""
    return _session().create_client(service, config=_CONFIG)


@cache
def ledger() -> DynamoLedger:
    return DynamoLedger(_client("dynamodb"), settings().ledger_table)


@cache
def state() -> DynamoState:
    return DynamoState(_client("dynamodb"), settings().state_table, clock=system_clock)


@cache
def bus() -> EventBridgeBus:
    return EventBridgeBus(_client("events"), settings().event_bus)


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

    return SecretsProvider(boto3_client=_client("secretsmanager"))


@cache
def _secret(arn: str, transform: Any = None) -> Secret:
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
        kept = _secret(getattr(settings(), f"{source}_webhook_secret"), "json")(fresh=fresh)
        try:
            return [secret_bytes(kept[name]) for name in ("current", "previous") if kept.get(name)]
        except ValueError as error:
            raise DependencyError("the webhook secret is not one") from error

    return secrets


def telegram_webhook_tokens(*, fresh: bool = False) -> list[str]:
    """What Telegram shows with an update, current and previous."""
    kept = _secret(settings().telegram_secret, "json")(fresh=fresh)
    return [kept[name] for name in ("webhook_token", "previous_webhook_token") if kept.get(name)]


def cursor_secret() -> bytes:
    kept: str = _secret(settings().cursor_secret)()
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

    return DynamoDeliveries(_client("dynamodb"), settings().ledger_table)


@cache
def timers() -> "StepFunctionsTimers":
    from shared.listings.timers import StepFunctionsTimers

    return StepFunctionsTimers(_client("stepfunctions"), settings().timer_machine)


@cache
def queue() -> "SqsQueue":
    """The function's own."""
    from shared.runtime.queue import SqsQueue

    return SqsQueue(_client("sqs"), settings().queue_url)


@cache
def files() -> "S3Files":
    from shared.files.store import S3Files

    # Links are signed for one host: the region's, which redirects nobody.
    config = _CONFIG.merge(Config(signature_version="s3v4", s3={"addressing_style": "virtual"}))
    client: Any = _session().create_client("s3", config=config)
    return S3Files(client, settings().files_bucket)


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
    return Scraper(_service(NAME, _with_key(NAME, url))) if url else None


def chatterbot() -> "Chatterbot | None":
    from shared.listings.chatterbot import NAME, Chatterbot

    url = settings().chatterbot_api_url
    callback_url = f"{settings().public_url}/webhooks/{NAME}"
    return Chatterbot(_service(NAME, _with_key(NAME, url)), callback_url=callback_url) if url else None


def seller() -> "Seller | None":
    """The lister service where there is one, else eBay itself where there are credentials for it."""
    if settings().ebay_api_url:
        return _ebay_lister()
    has_credentials = _secret(settings().ebay_credentials_secret, "json")().get("refresh_token")
    return _ebay_inventory() if has_credentials else None


def _ebay_lister() -> "Seller":
    from shared.listings.ebay_lister import NAME, EbayLister

    callback_url = f"{settings().public_url}/webhooks/{NAME}"
    return EbayLister(_service(NAME, _with_key(NAME, settings().ebay_api_url)), callback_url=callback_url)


@cache  # it keeps a token
def _ebay_inventory() -> "Seller":
    from shared.listings.ebay_inventory import SCOPE, TOKEN_PATH, EbayInventory
    from shared.listings.settings import SELLING
    from shared.runtime.http import send
    from shared.runtime.oauth import Credential, Grant, bearer, refresh_grant

    url = settings().ebay_inventory_url

    def grant(*, fresh: bool = False) -> Grant:
        kept = _secret(settings().ebay_credentials_secret, "json")(fresh=fresh)
        return refresh_grant("ebay", kept, scope=SCOPE)

    credential = Credential("ebay", url + TOKEN_PATH, grant, send=send, clock=system_clock)
    return EbayInventory(_service("ebay", bearer(url, credential)), lambda: settings_store().get(SELLING).selling())


def telegram_bot() -> "Service | None":
    from shared.listings.telegram import NAME

    return _service(NAME, _telegram("bot")) if _has_telegram() else None


def telegram_photos() -> "Photos":
    from shared.listings.telegram import NAME, Photos

    return Photos(_service(NAME, _telegram("bot")), _service(NAME, _telegram("file/bot")), files=files())


def _has_telegram() -> bool:
    return bool(settings().telegram_chat_id and _secret(settings().telegram_secret, "json")().get("bot_token"))


def _telegram(prefix: str) -> "Locate":
    """Telegram wants its token in the address."""
    from shared.runtime.http import Address

    def locate(*, fresh: bool = False) -> Address:
        token = _secret(settings().telegram_secret, "json")(fresh=fresh).get("bot_token", "")
        return Address(url=f"{settings().telegram_api_url}/{prefix}{token}")

    return locate


def _with_key(name: str, url: str) -> "Locate":
    from shared.runtime.http import Address

    def locate(*, fresh: bool = False) -> Address:
        key = _secret(settings().service_keys_secret, "json")(fresh=fresh).get(name)
        return Address(url=url.rstrip("/"), headers={"x-api-key": key} if key else {})

    return locate


def _service(name: str, locate: "Locate") -> "Service":
    from shared.runtime.circuit import circuit
    from shared.runtime.http import Service, send

    guard = circuit(name, client=_client("dynamodb"), table=settings().state_table)
    return Service(name, locate, send=send, guard=guard)
