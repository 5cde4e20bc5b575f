"""The composition root: the only place where adapters are built. Each function builds what it names."""

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

    from shared.listings.store import LedgerListings

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
        from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError

        try:
            return _secrets().get(arn, max_age=SECRET_SECONDS, transform=transform, force_fetch=fresh)
        except GetParameterError as error:
            raise DependencyError("the secrets cannot be read now") from error

    return Secret(read, clock=system_clock)


def scraper_secrets(*, fresh: bool = False) -> list[bytes]:
    """The secrets the scraper may sign with, current and previous; `fresh` after they were refused."""
    kept = _secret(settings().scraper_webhook_secret, "json")(fresh=fresh)
    try:
        return [secret_bytes(kept[name]) for name in ("current", "previous") if kept.get(name)]
    except ValueError as error:
        raise DependencyError("the webhook secret is not one") from error


def cursor_secret() -> bytes:
    kept: str = _secret(settings().cursor_secret)()
    return kept.encode()
