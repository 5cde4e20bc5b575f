"""When AWS, and not what was asked of it, is at fault."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError, ConnectionError, HTTPClientError

from shared.runtime.errors import DependencyError

# The same call may succeed later: "Common errors" in the references of DynamoDB, EventBridge, S3 and others.
UNWELL: Final = frozenset(
    {
        "500",  # S3's HEAD answers have no body, and so no word for it
        "503",
        "InternalError",
        "InternalFailure",
        "InternalServerError",
        "InternalServiceError",
        "ProvisionedThroughputExceeded",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "SlowDown",
        "ThrottlingError",
        "ThrottlingException",
        "TransactionInProgressException",
    }
)

# Whatever AWS, or the way there, may have against a call: for who can do without its answer.
AWS_ERRORS: Final = (BotoCoreError, ClientError)


@contextmanager
def asking(service: str) -> Iterator[None]:
    """Raise DependencyError where the service is unwell, after botocore's own retries; let all else rise."""
    try:
        yield
    except ClientError as error:
        if UNWELL.isdisjoint(_codes(error)):
            raise
        raise DependencyError(f"{service} cannot answer now") from error
    except (ConnectionError, HTTPClientError) as error:  # no connection, no answer in time
        raise DependencyError(f"{service} cannot be reached") from error


def code_of(error: Exception) -> str:
    """In a word that may be shown."""
    return str(error.response["Error"]["Code"]) if isinstance(error, ClientError) else type(error).__name__


def _codes(error: ClientError) -> set[str]:
    """Of the call, and of each part of a transaction that was cancelled."""
    answer: Any = error.response
    parts = answer.get("CancellationReasons", [])
    return {answer["Error"]["Code"], *(part.get("Code", "") for part in parts)}
