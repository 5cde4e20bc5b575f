"""The blackboard in Redis that agents of Sett know: what they announce, and what they keep."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import redis

from scripts.blackboard.bridge.announced import Kept
from shared.state.redis_store import client_of

CONNECT_SECONDS: Final = 2.0
ANSWER_SECONDS: Final = 3.0
_CHECK_SECONDS: Final = 5  # a connection that is silent for so long is asked whether it lives
_AT_ONCE: Final = 200  # keys
_LOST: Final = (redis.ConnectionError, redis.TimeoutError, redis.ResponseError)


class RedisLostError(Exception):
    """It cannot be asked; the message says why in a few words, and nothing of the address."""


class Channel:
    """One connection to listen on, and others to ask on. Every method raises RedisLostError."""

    def __init__(self, url: str, instance: str) -> None:
        """Raises ValueError for what is no address of a Redis."""
        self._client = client_of(
            url,
            connect_seconds=CONNECT_SECONDS,
            answer_seconds=ANSWER_SECONDS,
            encoding_errors="replace",
            health_check_interval=_CHECK_SECONDS,
        )
        self._prefix = f"sett:{instance}"
        self._listening: redis.client.PubSub | None = None

    def check(self) -> None:
        with _asking():
            self._client.ping()

    def listen(self) -> None:
        """From now on, over a new connection."""
        self.close()
        with _asking():
            self._listening = self._client.pubsub()  # type: ignore[no-untyped-call] # redis says nothing of it
            self._listening.subscribe(f"{self._prefix}:artefact_events")

    def next(self, seconds: float) -> tuple[str, str] | None:
        """`subscribe` when the channel is listened to, each time anew; `message` with its text; None: nothing came."""
        assert self._listening is not None
        with _asking():
            got = self._listening.get_message(timeout=seconds)
        return (got["type"], str(got["data"])) if got else None

    def close(self) -> None:
        if self._listening is not None:
            self._listening.close()
            self._listening = None

    def end(self) -> None:
        """No connection is left open."""
        self.close()
        self._client.close()

    def kept(self) -> Iterator[Kept]:
        """All artefacts that have a key, in no order. What stands in their sources is taken as it is."""
        keys: list[str] = []
        with _asking():
            for key in self._client.scan_iter(match=f"{self._prefix}:artefact:*", count=_AT_ONCE):
                keys.append(key)
                if len(keys) == _AT_ONCE:
                    yield from self._some(keys)
                    keys = []
            yield from self._some(keys)

    def artefact(self, artefact_id: str) -> dict[str, str]:
        """Its fields; none where there is no such key."""
        key = f"{self._prefix}:artefact:{artefact_id}"
        return dict(self._read(key, "hash", lambda asked: asked.hgetall(key)) or {})

    def first_of_thread(self, logical_id: str) -> str | None:
        """The id of its first version."""
        key = f"{self._prefix}:thread:{logical_id}"
        first = self._read(key, "zset", lambda asked: asked.zrangebyscore(key, 1, 1, start=0, num=1))
        return str(first[0]) if first else None

    def _read(self, key: str, kind: str, ask: Callable[["redis.client.Pipeline"], object]) -> Any:
        """None where the key is of another kind, which it stays however often it is asked for."""
        with _asking():
            asked = self._client.pipeline(transaction=False)
            asked.type(key)
            ask(asked)
            known, answer = asked.execute(raise_on_error=False)
            if isinstance(answer, Exception):
                if isinstance(known, str) and known != kind:
                    return None
                raise answer
            return answer

    def _some(self, keys: list[str]) -> Iterator[Kept]:
        asked = self._client.pipeline(transaction=False)
        for key in keys:
            asked.hmget(key, "created_at_ms", "source_artefacts")
        for key, answer in zip(keys, asked.execute(raise_on_error=False), strict=True):
            made, sources = answer if isinstance(answer, list) else (None, None)  # a key of another kind
            yield kept_from(key.rpartition(":")[2], made, sources)


def kept_from(artefact_id: str, created_at_ms: str | None, sources: str | None) -> Kept:
    """What cannot be read is not there: it is told when it is its turn."""
    made = int(created_at_ms) if created_at_ms and created_at_ms.isascii() and created_at_ms.isdigit() else 0
    named = [part for part in (sources or "").split('"') if len(part) == 36]
    return Kept(id=artefact_id, created_at_ms=made, source_artefacts=tuple(named))


@contextmanager
def _asking() -> Iterator[None]:
    try:
        yield
    except _LOST as error:
        raise RedisLostError(_why(error)) from None
    except (OSError, ValueError):  # a connection that was closed while it was read
        raise RedisLostError("connection lost") from None


def _why(error: Exception) -> str:
    """As the system says it; the server's own words may repeat a part of the address."""
    cause = error.__cause__ or error.__context__
    if isinstance(cause, OSError) and cause.errno:
        return os.strerror(cause.errno).lower()
    return _WHY.get(type(error), "connection lost")


_WHY: Final[Mapping[type[Exception], str]] = {
    redis.TimeoutError: "timed out",
    redis.AuthenticationError: "authentication failed",
    redis.ResponseError: "it refuses to answer",
    redis.BusyLoadingError: "it is still loading",
}
