"""The places that keep state, each for real: memory, DynamoDB on the local AWS, Redis, Valkey, Postgres."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from itertools import count
from typing import Any
from uuid import uuid4

import boto3
import psycopg
import pytest
import redis
from botocore.config import Config

from shared.runtime.clock import Clock, system_clock
from shared.state.memory import MemoryState
from shared.state.postgres_store import PostgresState
from shared.state.redis_store import RedisState
from shared.state.store import DynamoState, StateStore
from tests.integration.shared.state.servers import PASSWORD, Server, postgres_server, redis_binaries, redis_server
from tests.support.in_process import make_table
from tests.support.local_stack import LocalAws

CLOCKED = ["memory", "dynamodb"]
BY_THEIR_OWN_CLOCK = [*redis_binaries(), "postgres"]


class FakeClock:
    def __init__(self) -> None:
        self.now = system_clock().replace(microsecond=0)

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class Place:
    """`another` makes a store, as one more process would; `left` says how many seconds a key has, past the store.

    `clock`: None where the server goes by its own.
    """

    name: str
    another: Callable[[], StateStore]
    left: Callable[[str], float]
    clock: FakeClock | None = None
    _numbers: Iterator[int] = field(default_factory=count)
    _id: str = field(default_factory=lambda: uuid4().hex)

    def key(self, namespace: str = "conv") -> str:
        """One that nobody else uses."""
        return f"{namespace}:{self._id}:{next(self._numbers)}"


@pytest.fixture(scope="session")
def redis_servers() -> Iterator[Callable[[str], Server]]:
    """By name; each is started when it is first asked for."""
    with ExitStack() as running:
        yield cache(lambda name: running.enter_context(redis_server(redis_binaries()[name])))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def state_table(aws: LocalAws) -> Iterator[tuple[str, str]]:
    """Where the local AWS is, and the name of a table like the template's."""
    name = f"state-{uuid4().hex}"
    client = boto3.client("dynamodb", endpoint_url=aws.endpoint_url)
    make_table(client, "StateTable", name)
    yield aws.endpoint_url, name
    client.delete_table(TableName=name)


def dynamo_state(endpoint_url: str, table: str, clock: Clock = system_clock, *, read_timeout: float = 2) -> DynamoState:
    """As the wiring makes it, with less patience, and for many threads."""
    retries: Any = {"mode": "standard", "total_max_attempts": 2}
    config = Config(connect_timeout=1, read_timeout=read_timeout, retries=retries, max_pool_connections=20)
    return DynamoState(boto3.client("dynamodb", endpoint_url=endpoint_url, config=config), table, clock=clock)


def in_memory() -> Place:
    clock = FakeClock()
    state = MemoryState(clock=clock)
    return Place("memory", lambda: state, lambda key: state._texts[key][1] - clock().timestamp(), clock)


def in_dynamodb(endpoint_url: str, table: str) -> Place:
    clock = FakeClock()
    state = dynamo_state(
        endpoint_url, table, clock
    )  # one for all: a client takes long to make, and threads may share it

    def left(key: str) -> float:
        item: Any = state._client.get_item(TableName=table, Key={"pk": {"S": key}})["Item"]
        return int(item["expires_at"]["N"]) - clock().timestamp()

    return Place("dynamodb", lambda: state, left, clock)


def in_redis(name: str, server: Server) -> Place:
    client = redis.Redis(port=server.port, password=PASSWORD)
    return Place(name, lambda: RedisState(server.url()), lambda key: float(client.pttl(key)) / 1_000)


@contextmanager
def in_postgres(server: Server) -> Iterator[Place]:
    made: list[PostgresState] = []

    def another() -> PostgresState:
        made.append(PostgresState(server.url()))
        return made[-1]

    def left(key: str) -> float:
        asked = "SELECT extract(epoch FROM expires_at - clock_timestamp()) FROM orchestrator_state WHERE key = %s"
        row = own.execute(asked, [key]).fetchone()
        assert row is not None
        return float(row[0])

    with psycopg.connect(server.url(), autocommit=True) as own:
        yield Place("postgres", another, left)
    for state in made:
        state._hang_up()


def open_place(name: str, request: pytest.FixtureRequest, until: ExitStack) -> Place:
    match name:
        case "memory":
            return in_memory()
        case "dynamodb":
            return in_dynamodb(*request.getfixturevalue("state_table"))
        case "postgres":
            return until.enter_context(in_postgres(request.getfixturevalue("postgres")))
        case _:
            return in_redis(name, request.getfixturevalue("redis_servers")(name))


@pytest.fixture(params=[*CLOCKED, *BY_THEIR_OWN_CLOCK])
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    with ExitStack() as until:
        yield open_place(request.param, request, until)


@pytest.fixture(params=CLOCKED)
def clocked(request: pytest.FixtureRequest) -> Iterator[Place]:
    with ExitStack() as until:
        yield open_place(request.param, request, until)


@pytest.fixture(params=BY_THEIR_OWN_CLOCK)
def unclocked(request: pytest.FixtureRequest) -> Iterator[Place]:
    with ExitStack() as until:
        yield open_place(request.param, request, until)


@pytest.fixture
def state(place: Place) -> StateStore:
    return place.another()
