"""Redis and Valkey: who is full or forbids it says so; addresses that are none are refused."""

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
import redis

from shared.runtime.errors import DependencyError
from shared.state.redis_store import RedisState
from tests.integration.shared.state.servers import PASSWORD, Server, redis_binaries


@pytest.fixture(params=list(redis_binaries()))
def server(request: pytest.FixtureRequest, redis_servers: Callable[[str], Server]) -> Server:
    return redis_servers(request.param)


@pytest.fixture
def own(server: Server) -> Iterator["redis.Redis"]:
    """A connection past the store."""
    with redis.Redis(port=server.port, password=PASSWORD, decode_responses=True) as client:
        yield client


@pytest.fixture
def key() -> str:
    return f"conv:{uuid4().hex}"


def test_every_key_that_is_written_will_be_forgotten(server: Server, own: "redis.Redis", key: str) -> None:
    state = RedisState(server.url())
    state.put(key, 1)
    state.put(key, 2, ttl=60)
    assert state.compare_and_set(key + ":2", None, 1)
    assert state.compare_and_set(key + ":2", 1, 2)
    assert [own.ttl(one) > 0 for one in (key, key + ":2")] == [True, True]


def test_a_server_that_is_full_is_a_dependency_that_failed_and_keeps_what_it_has(
    server: Server, own: "redis.Redis", key: str
) -> None:
    state = RedisState(server.url())
    state.put(key, "known")
    own.config_set("maxmemory", "1")
    try:
        with pytest.raises(DependencyError):
            state.put(key, "new")
        with pytest.raises(DependencyError):
            state.compare_and_set(key, "known", "new")
        assert state.get(key) == "known"
    finally:
        own.config_set("maxmemory", "0")
    assert state.compare_and_set(key, "known", "new")


def test_who_may_only_read_is_told_so(server: Server, own: "redis.Redis", key: str) -> None:
    user = f"u{uuid4().hex}"
    own.acl_setuser(user, enabled=True, passwords=["+p"], keys=["*"], commands=["+get", "+ping"])
    state = RedisState(f"redis://{user}:p@127.0.0.1:{server.port}/0")
    assert state.get(key) is None
    for write in (lambda: state.put(key, 1), lambda: state.delete(key), lambda: state.compare_and_set(key, None, 1)):
        with pytest.raises(DependencyError):
            write()
    own.acl_setuser(user, commands=["+eval"])  # to run a script is one thing, to write in it another
    with pytest.raises(DependencyError):
        state.compare_and_set(key, None, 1)
    own.acl_deluser(user)


@pytest.mark.parametrize(
    "url",
    [
        "http://user:hunter2@host:6379",
        "user:hunter2@host",
        "redis://:hunter/2@host:6379/0",
        "redis://user:hunter2@host:port/0",
        "redis://user:hunter2@[host:6379",
        "redis://user:hunter2@host:6379/0?socket_timeout=hunter2",
        "redis://user:hunter2@host:6379/0?no_such_option=1",
    ],
)
def test_an_address_that_is_none_is_refused_at_once_without_repeating_it(url: str) -> None:
    with pytest.raises(ValueError, match="REDIS_URL") as refused:
        RedisState(url)
    assert "hunter" not in repr(refused.value)
    assert refused.value.__suppress_context__ or refused.value.__context__ is None
