"""Places where the stores of `shared` keep things: AWS in this process, and the local AWS, which takes races."""

from collections.abc import Iterator
from uuid import uuid4

import boto3
import pytest
from moto import mock_aws

from shared.ledger.ledger import Ledger
from shared.ledger.memory import MemoryLedger
from shared.ledger.store import DynamoLedger
from tests.support.in_process import client, make_table
from tests.support.local_stack import LocalAws
from tests.support.places import Place


@pytest.fixture
def in_process() -> Iterator[Place]:
    with mock_aws():
        make_table(client("dynamodb"), "LedgerTable", "ledger")
        yield Place(client("dynamodb"), "ledger")


@pytest.fixture(scope="session")
def _local_client(aws: LocalAws) -> object:
    return boto3.client("dynamodb", endpoint_url=aws.endpoint_url)


@pytest.fixture
def local(_local_client: object) -> Iterator[Place]:
    place = Place(_local_client, f"ledger-{uuid4().hex}")
    make_table(place.client, "LedgerTable", place.table)
    yield place
    place.client.delete_table(TableName=place.table)


@pytest.fixture(params=["memory", "in_process", "local"])
def any_ledger(request: pytest.FixtureRequest) -> Ledger:
    if request.param == "memory":
        return MemoryLedger()
    place: Place = request.getfixturevalue(request.param)
    return DynamoLedger(place.client, place.table)


@pytest.fixture(params=["memory", "local"])
def racing_ledger(request: pytest.FixtureRequest) -> Ledger:
    """One that threads may meet in."""
    if request.param == "memory":
        return MemoryLedger()
    place: Place = request.getfixturevalue("local")
    return DynamoLedger(place.client, place.table)
