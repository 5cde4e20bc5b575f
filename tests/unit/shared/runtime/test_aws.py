"""AWS at fault, or we: the one is worth another try, the other is not."""

from typing import Any

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ReadTimeoutError,
)

from shared.runtime.aws import asking
from shared.runtime.errors import DependencyError

ADDRESS = "https://dynamodb.example"


def refusal(code: str, *parts: str | None) -> ClientError:
    answer: Any = {"Error": {"Code": code}}
    if parts:
        answer["CancellationReasons"] = [{"Code": part} if part else {} for part in parts]
    return ClientError(answer, "TransactWriteItems")


@pytest.mark.parametrize(
    "error",
    [
        refusal("ThrottlingException"),
        refusal("ProvisionedThroughputExceededException"),
        refusal("InternalServerError"),
        refusal("ServiceUnavailable"),
        refusal("TransactionCanceledException", "None", "ThrottlingError"),
        refusal("TransactionCanceledException", None, "ProvisionedThroughputExceeded"),
        ReadTimeoutError(endpoint_url=ADDRESS),
        ConnectionClosedError(endpoint_url=ADDRESS),
        ConnectTimeoutError(endpoint_url=ADDRESS),
        EndpointConnectionError(endpoint_url=ADDRESS),
    ],
    ids=str,
)
def test_a_service_that_is_unwell_may_be_asked_again(error: Exception) -> None:
    with pytest.raises(DependencyError, match="the ledger") as translated, asking("the ledger"):
        raise error
    assert translated.value.__cause__ is error
    assert ADDRESS not in str(translated.value)


@pytest.mark.parametrize(
    "error",
    [
        refusal("AccessDeniedException"),
        refusal("ValidationException"),
        refusal("ResourceNotFoundException"),
        refusal("TransactionCanceledException", "None", "ConditionalCheckFailed"),
        NoCredentialsError(),
        KeyError("pk"),
    ],
    ids=str,
)
def test_a_fault_of_ours_is_not_blamed_on_the_service(error: Exception) -> None:
    with pytest.raises(type(error)) as risen, asking("the ledger"):
        raise error
    assert risen.value is error
