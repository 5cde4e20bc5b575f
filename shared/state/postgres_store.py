"""What may be forgotten, in Postgres: a table that the store makes for itself.

Life and death are decided by the server's clock. Each call is one statement, done or not done.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from threading import Lock
from typing import Any, Final, LiteralString, TypeVar

try:
    import psycopg
    from psycopg.abc import PQGen
    from psycopg.conninfo import conninfo_to_dict
    from psycopg.errors import InsufficientPrivilege, ReadOnlySqlTransaction, UndefinedTable
    from psycopg.pq import TransactionStatus
except ImportError as error:
    raise ModuleNotFoundError(
        "a state store in Postgres needs psycopg, which is not in the layer; "
        "docs/decisions/0018-where-state-is-kept.md says how to put it there",
        name="psycopg",
    ) from error

from shared.runtime.errors import DependencyError
from shared.state.texts import TextStore

T = TypeVar("T")

CONNECT_SECONDS: Final = 2
ANSWER_SECONDS: Final = 3.0
CANCEL_SECONDS: Final = 1.0
_SWEPT_AT_ONCE: Final = 1_000
_LOCK: Final = 7_741_293_180  # an advisory lock of ours alone, so that of many who make the table one does

# Making a table twice at once fails in spite of IF NOT EXISTS, so there is the lock.
_TABLE: Final[tuple[LiteralString, ...]] = (
    "SELECT pg_advisory_xact_lock(%s)",
    """CREATE TABLE IF NOT EXISTS orchestrator_state (
        key text PRIMARY KEY,
        value text NOT NULL,
        expires_at timestamptz NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
    )""",
    "CREATE INDEX IF NOT EXISTS orchestrator_state_expires_at ON orchestrator_state (expires_at)",
)
_READ: Final = "SELECT value FROM orchestrator_state WHERE key = %s AND expires_at > now()"
_WRITE: Final = """
    INSERT INTO orchestrator_state (key, value, expires_at) VALUES (%s, %s, now() + make_interval(secs => %s))
    ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at, updated_at = now()
"""
_WRITE_IF_ABSENT: Final = _WRITE + "WHERE orchestrator_state.expires_at <= now()"
_WRITE_IF_EXPECTED: Final = """
    UPDATE orchestrator_state SET value = %s, expires_at = now() + make_interval(secs => %s), updated_at = now()
    WHERE key = %s AND value = %s AND expires_at > now()
"""
_REMOVE: Final = "DELETE FROM orchestrator_state WHERE key = %s"
_REMOVE_IF_EXPECTED: Final = _REMOVE + " AND value = %s AND expires_at > now()"
_SWEEP: Final = "DELETE FROM orchestrator_state WHERE expires_at <= now()"
_SWEEP_A_LITTLE: Final = """
    DELETE FROM orchestrator_state WHERE key IN (
        SELECT key FROM orchestrator_state WHERE expires_at <= now() LIMIT %s FOR UPDATE SKIP LOCKED
    )
"""
# The server is not there, not well, or not ours to write to; all else is a mistake in this file.
_UNWELL: Final = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    psycopg.InternalError,
    InsufficientPrivilege,
    ReadOnlySqlTransaction,
    UndefinedTable,
)


class _Connection(psycopg.Connection[tuple[Any, ...]]):
    """One that does not wait for ever."""

    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        return super().wait(gen, interval, ANSWER_SECONDS if timeout is None else timeout)


class PostgresState(TextStore):
    """One connection, made at the first use and again when it was lost; threads take turns with it."""

    def __init__(self, url: str) -> None:
        """Raises ValueError for what is no address of a Postgres. The address has a password in it."""
        if not url.startswith(("postgres://", "postgresql://")):
            raise ValueError(
                "DATABASE_URL is not one: postgresql://user:password@host:5432/database?sslmode=verify-full"
            )
        try:
            known = conninfo_to_dict(url)
        except psycopg.ProgrammingError:  # which repeats it, password and all
            raise ValueError("DATABASE_URL cannot be read; are the odd letters of its password escaped?") from None
        seconds = known.get("connect_timeout") or CONNECT_SECONDS
        # Not prepared: a pooler in front of the server may give each statement to another connection.
        self._open: Callable[[], _Connection] = lambda: _Connection.connect(
            url, autocommit=True, connect_timeout=int(seconds), prepare_threshold=None
        )
        self._connection: _Connection | None = None
        self._lock = Lock()

    def cleanup_expired(self) -> int:
        """How many were removed."""
        return self._ask(_SWEEP)[1]

    def _read(self, key: str) -> str | None:
        rows, _ = self._ask(_READ, key)
        return rows[0][0] if rows else None

    def _write(self, key: str, text: str, seconds: int) -> None:
        self._ask(_WRITE, key, text, seconds)

    def _remove(self, key: str) -> None:
        self._ask(_REMOVE, key)

    def _swap(self, key: str, expected: str | None, text: str, seconds: int) -> bool:
        if expected is None:
            return self._ask_once(_WRITE_IF_ABSENT, key, text, seconds) == 1
        return self._ask_once(_WRITE_IF_EXPECTED, text, seconds, key, expected) == 1

    def _remove_if(self, key: str, expected: str) -> bool:
        return self._ask_once(_REMOVE_IF_EXPECTED, key, expected) == 1

    def _ask(self, statement: LiteralString, *values: Any) -> tuple[Sequence[Any], int]:
        """Rows, and how many were met. What may be said twice is said again over a new connection."""
        with self._lock, _asking():
            try:
                return self._run(statement, values)
            except _UNWELL:
                return self._run(statement, values)

    def _ask_once(self, statement: LiteralString, *values: Any) -> int:
        """How many rows were met. Said once, over a connection that was just seen to work."""
        self._ask("SELECT 1")
        with self._lock, _asking():
            return self._run(statement, values)[1]

    def _run(self, statement: LiteralString, values: Sequence[Any]) -> tuple[Sequence[Any], int]:
        try:
            if self._connection is None:
                self._connection = self._open()
                _prepare(self._connection)
            cursor = self._connection.execute(statement, values)
            return (cursor.fetchall() if cursor.description else ()), cursor.rowcount
        except psycopg.Error:
            self._hang_up()
            raise

    def _hang_up(self) -> None:
        """A connection in doubt is not used again; what the server still does for it, it is asked to leave."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        if connection.info.transaction_status is TransactionStatus.ACTIVE:
            with suppress(psycopg.Error):
                connection.cancel_safe(timeout=CANCEL_SECONDS)
        connection.close()


def _prepare(connection: _Connection) -> None:
    """Each new connection takes away a little of what has expired, so that the table does not grow for ever."""
    try:
        connection.execute(_SWEEP_A_LITTLE, [_SWEPT_AT_ONCE])
    except (InsufficientPrivilege, ReadOnlySqlTransaction):
        return  # it can be read, perhaps, and that may be all that is wanted
    except UndefinedTable:
        with connection.transaction():
            for number, statement in enumerate(_TABLE):
                connection.execute(statement, [_LOCK] if number == 0 else None)


@contextmanager
def _asking() -> Iterator[None]:
    """Raise DependencyError, with nothing of the server's own words: they may repeat a part of the address."""
    try:
        yield
    except _UNWELL as error:
        raise DependencyError(f"the state store in Postgres cannot answer ({_name(error)})") from None


def _name(error: psycopg.Error) -> str:
    """What there is of it in the manual. Source: PostgreSQL, appendix A, "Error Codes"."""
    return f"SQLSTATE {error.sqlstate}" if error.sqlstate else "no connection"
