"""The table in Postgres: who makes it, what stands in it, what is swept out of it, and who may not write there."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from shared.runtime.errors import DependencyError
from shared.state import postgres_store
from shared.state.postgres_store import PostgresState
from tests.integration.shared.state.servers import Server
from tests.support.places import MANY, at_once


class Database:
    """One of its own on the server, empty."""

    def __init__(self, server: Server, own: psycopg.Connection[Any]) -> None:
        self._server = server
        self._own = own
        self._made: list[PostgresState] = []

    def state(self, user: str = "postgres", password: str | None = None) -> PostgresState:
        url = self._server.url()
        if password:
            url = f"postgresql://{user}:{password}@{url.partition('@')[2]}"
        self._made.append(PostgresState(url))
        return self._made[-1]

    def ask(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        cursor = self._own.execute(statement.encode(), values)
        return cursor.fetchall() if cursor.description else []

    def close(self) -> None:
        for state in self._made:
            state._hang_up()


@pytest.fixture
def database(postgres: Server) -> Iterator[Database]:
    name = f"d{uuid4().hex}"
    with psycopg.connect(postgres.url(), autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        its_own = replace(postgres, database=name)
        with psycopg.connect(its_own.url(), autocommit=True) as own:
            made = Database(its_own, own)
            yield made
            made.close()
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def test_the_table_is_made_at_the_first_use_however_many_come_at_once(database: Database) -> None:
    stores = [database.state() for _ in range(MANY)]
    won = at_once(lambda number: stores[number].compare_and_set("conv:first", None, number))
    assert won.count(True) == 1
    assert stores[0].get("conv:first") == won.index(True)


def test_the_table_has_the_columns_that_are_written_down(database: Database) -> None:
    database.state().get("conv:x")
    columns = "SELECT column_name, data_type, is_nullable FROM information_schema.columns WHERE table_name = %s"
    assert sorted(database.ask(columns, "orchestrator_state")) == [
        ("created_at", "timestamp with time zone", "NO"),
        ("expires_at", "timestamp with time zone", "NO"),
        ("key", "text", "NO"),
        ("updated_at", "timestamp with time zone", "NO"),
        ("value", "text", "NO"),
    ]


def test_a_table_that_is_there_is_used_as_it_is(database: Database) -> None:
    database.state().put("conv:x", {"a": 1})
    assert database.state().get("conv:x") == {"a": 1}


def test_a_table_that_was_dropped_meanwhile_is_made_again(database: Database) -> None:
    state = database.state()
    state.put("conv:x", 1)
    database.ask("DROP TABLE orchestrator_state")
    state.put("conv:x", 2)
    assert state.get("conv:x") == 2


def test_it_is_told_when_a_value_was_first_put_and_when_last(database: Database) -> None:
    state = database.state()
    state.put("conv:x", 1)
    state.put("conv:x", 2)
    assert state.compare_and_set("conv:x", 2, 3)
    ((created_at, updated_at),) = database.ask("SELECT created_at, updated_at FROM orchestrator_state")
    assert created_at < updated_at


def expire(database: Database, pattern: str) -> None:
    ago = "UPDATE orchestrator_state SET expires_at = now() - interval '1 hour' WHERE key LIKE %s"
    database.ask(ago, pattern)


def test_what_has_expired_is_swept_out_and_counted_and_nothing_else_is(database: Database) -> None:
    state = database.state()
    for number in range(5):
        state.put(f"conv:old:{number}", number)
        state.put(f"conv:new:{number}", number)
    assert state.cleanup_expired() == 0
    expire(database, "conv:old:%")
    assert state.get("conv:old:1") is None
    assert state.cleanup_expired() == 5
    assert state.cleanup_expired() == 0
    assert database.ask("SELECT count(*) FROM orchestrator_state WHERE key LIKE 'conv:new:%%'") == [(5,)]


def test_who_connects_takes_a_little_of_it_away_so_that_the_table_does_not_grow_for_ever(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_store, "_SWEPT_AT_ONCE", 3)
    for number in range(5):
        database.state().put(f"conv:{number}", number)
    expire(database, "conv:%")
    left = []
    for _ in range(3):
        database.state().get("conv:x")
        left += database.ask("SELECT count(*) FROM orchestrator_state")
    assert left == [(2,), (0,), (0,)]


def test_a_row_that_somebody_holds_is_waited_for_a_little_and_then_the_store_is_unwell(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_store, "ANSWER_SECONDS", 2.0)
    state = database.state()
    state.put("conv:x", 1)
    with database._own.transaction():
        database.ask("SELECT * FROM orchestrator_state FOR UPDATE")
        with pytest.raises(DependencyError):
            state.compare_and_set("conv:x", 1, 2)
        assert state.get("conv:x") == 1
    assert state.compare_and_set("conv:x", 1, 3)
    assert state.get("conv:x") == 3


def test_who_may_not_write_is_told_so_and_may_again_when_it_is_allowed(database: Database) -> None:
    user = f"u{uuid4().hex}"
    database.state().put("conv:x", 1)
    database.ask(f"CREATE ROLE {user} LOGIN PASSWORD 'p'")
    state = database.state(user, "p")
    with pytest.raises(DependencyError, match="42501"):
        state.get("conv:x")
    database.ask(f"GRANT SELECT, INSERT, UPDATE, DELETE ON orchestrator_state TO {user}")
    assert state.get("conv:x") == 1
    assert state.compare_and_set("conv:x", 1, 2)
    database.ask(f"REVOKE INSERT, UPDATE ON orchestrator_state FROM {user}")
    with pytest.raises(DependencyError, match="42501"):
        state.put("conv:x", 3)
    assert state.get("conv:x") == 2
    database.ask(f"DROP OWNED BY {user}")
    database.ask(f"DROP ROLE {user}")


def test_who_may_make_no_table_where_there_is_none_is_told_so(database: Database) -> None:
    user = f"u{uuid4().hex}"
    database.ask(f"CREATE ROLE {user} LOGIN PASSWORD 'p'")
    with pytest.raises(DependencyError, match="42501"):
        database.state(user, "p").put("conv:x", 1)
    database.ask(f"DROP ROLE {user}")


def test_a_database_that_only_reads_is_unwell_to_who_writes(database: Database) -> None:
    database.state().put("conv:x", 1)
    database.ask(f"ALTER DATABASE {database._own.info.dbname} SET default_transaction_read_only = on")
    state = database.state()
    with pytest.raises(DependencyError, match="25006"):
        state.put("conv:x", 2)
    assert state.get("conv:x") == 1


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://user:hunter2@host/database",
        "mysql://user:hunter2@host/database",
        "host=here password=hunter2",
        "postgresql://user:hunter2@host/database?no_such_option=1",
        "postgresql://user:hunter2@[host/database",
        "postgresql://user:hunter2%zz@host/database",
    ],
)
def test_an_address_that_is_none_is_refused_at_once_without_repeating_it(url: str) -> None:
    with pytest.raises(ValueError, match="DATABASE_URL") as refused:
        PostgresState(url)
    assert "hunter2" not in repr(refused.value)
    assert refused.value.__suppress_context__ or refused.value.__context__ is None
