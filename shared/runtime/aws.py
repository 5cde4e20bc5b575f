"""When AWS, and not what was asked of it, is at fault."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

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


def _codes(error: ClientError) -> set[str]:
    """Of the call, and of each part of a transaction that was cancelled."""
    answer: Any = error.response
    parts = answer.get("CancellationReasons", [])
    return {answer["Error"]["Code"], *(part.get("Code", "") for part in parts)}
