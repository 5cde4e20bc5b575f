"""The composition root: the only place where adapters are built. Each function builds what it names.

What costs much to import, and is not for every function, is imported where it is built.
"""

import time
from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from botocore.session import Session, get_session

from shared.ledger.bus import EventBridgeBus
from shared.ledger.relay_mark import RelayMark
from shared.ledger.store import DynamoLedger
from shared.runtime.clock import system_clock
from shared.runtime.errors import DependencyError
from shared.runtime.keys import KeyRing, LedgerKeys
from shared.runtime.secret import Secret
from shared.runtime.settings import settings
from shared.runtime.signatures import secret_bytes
from shared.runtime.tracing import WayOut, leave_by
from shared.state.choosing import Backend, choose
from shared.state.store import DynamoState, StateStore

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.parameters import SecretsProvider

    from shared.deliveries.events import DeliveryEvents
    from shared.deliveries.store import DynamoDeliveries
    from shared.files.store import S3Files
    from shared.listings.settings_store import LedgerSettings
    from shared.messages.current_rules import CurrentRules
    from shared.messages.store import LedgerMessages
    from shared.runtime.circuit_states import CircuitStates
    from shared.runtime.failures import Failures
    from shared.runtime.guard import UrlGuard
    from shared.runtime.http import Locate, Send, Service
    from shared.runtime.queue import SqsQueue
    from shared.runtime.queue_map import QueueMap
    from shared.runtime.span_queue import SpanQueue
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
def state() -> StateStore:
    """Raises ValueError where the settings do not fit together."""
    known = settings()
    urls = {"redis_url": known.redis_url, "database_url": known.database_url}
    match choose(known.state_store_backend, table=known.state_table, **urls):
        case Backend.REDIS:
            from shared.state.redis_store import RedisState

            return RedisState(known.redis_url)
        case Backend.POSTGRES:
            from shared.state.postgres_store import PostgresState

            return PostgresState(known.database_url)
        case Backend.DYNAMODB:
            return DynamoState(client("dynamodb"), known.state_table, clock=system_clock)
        case Backend.MEMORY:
            from shared.state.memory import MemoryState

            return MemoryState(clock=system_clock)


@cache
def marks() -> StateStore:
    """What functions note for each other: in the state table, wherever else state may be kept."""
    return DynamoState(client("dynamodb"), settings().state_table, clock=system_clock)


@cache
def failures() -> "Failures":
    """Kept with the marks. Who fails already waits a second for that, and not for AWS to be well again."""
    from shared.runtime.failures import Failures

    quick = _CONFIG.merge(Config(read_timeout=1, retries={"mode": "standard", "total_max_attempts": 1}))

    @cache
    def open_store() -> StateStore:
        client_of_its_own: Any = _session().create_client("dynamodb", config=quick)
        return DynamoState(client_of_its_own, settings().state_table, clock=system_clock)

    return Failures(open_store, clock=system_clock)


@cache
def relay_mark() -> RelayMark:
    return RelayMark(marks(), clock=system_clock)


@cache
def bus() -> EventBridgeBus:
    return EventBridgeBus(client("events"), settings().event_bus)


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
            raise DependencyError(f"the webhook secret of {source} is none: {error}") from error

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


def url_guard() -> "UrlGuard":
    """For URLs that callers choose. Raises ValueError where the setting has something else than origins in it."""
    return _url_guard(settings().allowed_private_origins)


@cache
def _url_guard(allowed: str) -> "UrlGuard":
    from shared.runtime.guard import UrlGuard
    from shared.runtime.origin import origins

    return UrlGuard(origins(allowed))


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
def queue_map() -> "QueueMap":
    """Raises DependencyError."""
    from shared.runtime.queue_map import read_queue_map

    return read_queue_map(client("ssm"), settings().queue_map)


def queue_named(name: str) -> "SqsQueue":
    """One of the stack's, by its name in AWS."""
    from shared.runtime.queue import SqsQueue

    return SqsQueue(client("sqs"), f"{queue_map().at}/{name}")


def depths(names: Iterable[str]) -> dict[str, Callable[[], int]]:
    """How many messages lie in each of the queues, by what the template calls it. Raises DependencyError."""
    from shared.runtime.queue_map import logical_name

    return {logical_name(name): queue_named(name).depth for name in names}


def circuit_states() -> "CircuitStates":
    from shared.runtime.circuit import OPEN_SECONDS
    from shared.runtime.circuit_states import CircuitStates

    known = settings()
    open_seconds = float(known.circuit_seconds or OPEN_SECONDS)
    return CircuitStates(client("dynamodb"), known.state_table, open_seconds=open_seconds, clock=system_clock)


@cache
def files() -> "S3Files":
    from shared.files.store import S3Files

    # Links are signed for one host: the region's, which redirects nobody.
    config = _CONFIG.merge(Config(signature_version="s3v4", s3={"addressing_style": "virtual"}))
    for_links: Any = _session().create_client("s3", config=config)
    return S3Files(for_links, settings().files_bucket)


def discord() -> "Service":
    """Where the bot speaks in channels."""
    from shared.runtime.discord import NAME
    from shared.runtime.http import Address

    def locate(*, fresh: bool = False) -> Address:
        token = str(secret(settings().discord_secret, "json")(fresh=fresh).get("bot_token", "")).strip()
        return Address(url=settings().discord_api_url, headers={"Authorization": f"Bot {token}"})

    return service(NAME, locate)


def discord_webhooks() -> "Service":
    """Where interactions are answered: their tokens stand in the path, and the bot's is not shown."""
    from shared.runtime.discord import NAME
    from shared.runtime.http import Address

    def locate(*, fresh: bool = False) -> Address:
        return Address(url=settings().discord_api_url)

    return service(NAME, locate)


def with_key(name: str, url: str) -> "Locate":
    from shared.runtime.http import Address

    def locate(*, fresh: bool = False) -> Address:
        key = secret(settings().service_keys_secret, "json")(fresh=fresh).get(name)
        return Address(url=url.rstrip("/"), headers={"x-api-key": key} if key else {}, traced=True)

    return locate


def service(name: str, locate: "Locate", *, send: "Send | None" = None) -> "Service":
    from shared.runtime import http
    from shared.runtime.circuit import OPEN_SECONDS, circuit

    known = settings()
    guard = circuit(
        name,
        client=client("dynamodb"),
        table=known.state_table,
        open_seconds=int(known.circuit_seconds or OPEN_SECONDS),
    )
    return http.Service(name, locate, send=send or http.send, guard=guard)


def _way_of_spans() -> WayOut | None:
    known = settings()
    if not known.span_queue:
        return None
    return WayOut(rate=float(known.trace_sample_rate), send=lambda body: _span_queue(known.span_queue).send(body))


@cache
def _span_queue(url: str) -> "SpanQueue":
    from shared.runtime.aws_calls import aws_from_environment
    from shared.runtime.span_queue import SpanQueue

    return SpanQueue(aws_from_environment(), url, now=time.monotonic)


leave_by(_way_of_spans)  # what is traced knows no wiring: where there is wiring, spans leave
