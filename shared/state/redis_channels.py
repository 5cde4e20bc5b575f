"""Channels of Redis or Valkey: whoever listens hears of what happens, and nobody waits for who does not."""

from collections.abc import Sequence
from typing import Final

import redis
from redis.exceptions import NoPermissionError

from shared.runtime.errors import DependencyError
from shared.state.channel import Message
from shared.state.redis_store import client_of

SECONDS: Final = 2.0  # for a connection, and for each answer


class RedisChannels:
    def __init__(self, url: str) -> None:
        """Raises ValueError for what is no address of a Redis. The address has a password in it."""
        self._client = client_of(url, connect_seconds=SECONDS, answer_seconds=SECONDS)

    def publish(self, messages: Sequence[Message]) -> None:
        """All of them in one go. Raises DependencyError; some may have been heard then."""
        try:
            with self._client.pipeline(transaction=False) as pipeline:
                for channel, text in messages:
                    pipeline.publish(channel, text)
                pipeline.execute()
        except redis.RedisError as error:
            raise DependencyError(f"Redis: {trouble_of(error)}") from None

    def ping(self) -> None:
        """Raises DependencyError, in words that tell nothing of the address."""
        try:
            self._client.ping()
        except redis.RedisError as error:
            raise DependencyError(trouble_of(error)) from None


def trouble_of(error: redis.RedisError) -> str:
    """In few words of our own: the library's repeat the address."""
    match error, error.__context__:
        case redis.AuthenticationError() | NoPermissionError(), _:
            return "access denied"
        case redis.BusyLoadingError(), _:
            return "still loading"
        case redis.TimeoutError(), _:
            return "no answer in time"
        case redis.ConnectionError(), ConnectionRefusedError():
            return "connection refused"
        case redis.ConnectionError(), _:
            return "cannot be reached"
    return "refused"
