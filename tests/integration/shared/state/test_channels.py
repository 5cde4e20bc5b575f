"""Channels of real servers, and what is said where there is none: never a part of the address."""

from collections.abc import Callable

import pytest

from shared.runtime.backends import backends_health
from shared.runtime.errors import DependencyError
from shared.state import redis_channels
from shared.state.redis_channels import RedisChannels
from tests.integration.shared.state.servers import Server, redis_binaries
from tests.support.ends import has_an_end
from tests.support.raw_server import raw_server, silent


@pytest.fixture(params=redis_binaries())
def server(request: pytest.FixtureRequest, redis_servers: Callable[[str], Server]) -> Server:
    return redis_servers(request.param)


def test_a_server_that_is_there_is_connected(server: Server) -> None:
    redis = RedisChannels(server.url())
    redis.publish([("sett:default:claim_events", "{}"), ("sett:default:workflow_events", "{}")])
    assert backends_health({"redis": redis.ping}) == (200, {"status": "healthy", "redis": "connected"})


def test_a_password_that_is_wrong_is_not_repeated(server: Server) -> None:
    trouble = error_of(RedisChannels(server.url(password="not-the-secret")))
    assert trouble == "access denied"


def test_where_nobody_listens_the_connection_is_refused() -> None:
    redis = RedisChannels("redis://default:the-secret@127.0.0.1:1/0")
    expected = {"status": "unhealthy", "redis": "disconnected", "error": "connection refused"}
    assert backends_health({"redis": redis.ping}) == (503, expected)
    with pytest.raises(DependencyError) as refused:
        redis.publish([("a", "b")])
    assert str(refused.value) == "Redis: connection refused"


def test_a_host_that_is_not_there_is_not_named() -> None:
    assert error_of(RedisChannels("redis://:the-secret@nothing.invalid:6379/0")) == "cannot be reached"


def test_a_server_that_says_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_channels, "SECONDS", 0.2)
    with raw_server(silent) as server:
        redis = RedisChannels(server.url.replace("http", "redis") + "/0")
        with has_an_end():
            assert error_of(redis) == "no answer in time"


@pytest.mark.parametrize("url", ["http://the-secret", "redis://:the-secret@host:port/0", ""])
def test_what_is_no_address_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(ValueError, match="REDIS_URL") as refused:
        RedisChannels(url)
    assert "the-secret" not in str(refused.value)


def error_of(redis: RedisChannels) -> str:
    with pytest.raises(DependencyError) as failed:
        redis.ping()
    return str(failed.value)
