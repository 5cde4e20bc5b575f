"""What may be forgotten, in Redis or Valkey, which forget by themselves, to the millisecond."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from shared.runtime.errors import DependencyError
from shared.state.texts import TextStore

T = TypeVar("T")

CONNECT_SECONDS: Final = 2.0
ANSWER_SECONDS: Final = 3.0
_SCHEMES: Final = ("redis://", "rediss://", "unix://")

# One key each: in a cluster, a script finds all it touches in one place.
# ARGV: what is expected (nothing at all: no key), what is to be there, for how many milliseconds (none: take it away).
_SWAP: Final = """
local known = redis.call('GET', KEYS[1])
if ARGV[1] == '' then
  if known then return 0 end
elseif known ~= ARGV[1] then
  return 0
end
if ARGV[3] == '0' then
  redis.call('DEL', KEYS[1])
else
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
end
return 1
"""
_LOST: Final = (redis.ConnectionError, redis.TimeoutError)
# It is asked the same few things always. What it refuses of them, it refuses because it is full, loading, a replica or
# forbidden to us; inside of a script each version has other words for that.
_UNWELL: Final = (*_LOST, redis.ResponseError)


class RedisState(TextStore):
    """Connections are made when they are needed, and again when they were lost."""

    def __init__(self, url: str) -> None:
        """Raises ValueError for what is no address of a Redis. The address has a password in it."""
        self._client = client_of(url, connect_seconds=CONNECT_SECONDS, answer_seconds=ANSWER_SECONDS)

    def _read(self, key: str) -> str | None:
        text: str | None = self._ask(lambda: self._client.get(key))
        return text

    def _write(self, key: str, text: str, seconds: int) -> None:
        self._ask(lambda: self._client.set(key, text, px=seconds * 1_000))

    def _remove(self, key: str) -> None:
        self._ask(lambda: self._client.delete(key))

    def _swap(self, key: str, expected: str | None, text: str, seconds: int) -> bool:
        return self._run_script(key, expected or "", text, seconds * 1_000)

    def _remove_if(self, key: str, expected: str) -> bool:
        return self._run_script(key, expected, "", 0)

    def _run_script(self, key: str, expected: str, text: str, milliseconds: int) -> bool:
        """Said once, over a connection that was just seen to work: the answer to a second time would be no."""
        self._ask(self._client.ping)
        with _asking():
            return bool(self._client.eval(_SWAP, 1, key, expected, text, str(milliseconds)))

    def _ask(self, what: Callable[[], Any]) -> Any:
        """What may be said twice is said again over a new connection: the old one may have been lost long ago."""
        with _asking():
            try:
                return what()
            except _LOST:
                return what()


def client_of(url: str, *, connect_seconds: float, answer_seconds: float, **more: Any) -> "redis.Redis":
    """`more` as redis has it. Raises ValueError for what is no address of a Redis, without repeating a part of it."""
    if not url.startswith(_SCHEMES):
        raise ValueError("REDIS_URL is not one: rediss://user:password@host:6379/0")
    try:
        return _client(url, socket_connect_timeout=connect_seconds, socket_timeout=answer_seconds, **more)
    except (ValueError, TypeError):  # which repeat a part of it
        raise ValueError("REDIS_URL cannot be read; are the odd letters of its password escaped?") from None


def _client(url: str, **how: Any) -> "redis.Redis":
    client = redis.Redis.from_url(url, decode_responses=True, protocol=2, retry=Retry(NoBackoff(), 0), **how)
    pool = client.connection_pool
    pool.connection_class(**pool.connection_kwargs)  # not opened: so that an option there is not is found out now
    return client


@contextmanager
def _asking() -> Iterator[None]:
    """Raise DependencyError, with nothing of the server's own words: they may repeat a part of the address."""
    try:
        yield
    except _UNWELL as error:
        raise DependencyError(f"the state store in Redis cannot answer ({type(error).__name__})") from None
