"""A place that fails says so: nothing that could not be looked for is said to be gone, and nothing lost to be done."""

import ssl
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from shared.runtime.errors import DependencyError
from shared.state import postgres_store
from shared.state.postgres_store import PostgresState
from shared.state.redis_store import RedisState
from shared.state.store import StateStore
from tests.integration.shared.state.cable import Cable, cable
from tests.integration.shared.state.certificates import self_signed
from tests.integration.shared.state.conftest import BY_THEIR_OWN_CLOCK, dynamo_state
from tests.integration.shared.state.servers import Server
from tests.support.ends import has_an_end


@dataclass
class Far:
    """A store at the end of a cable. `answers`: that come before the one that matters."""

    state: StateStore
    cable: Cable
    answers: int


@contextmanager
def far_dynamodb(request: pytest.FixtureRequest) -> Iterator[Far]:
    endpoint_url, table = request.getfixturevalue("state_table")
    port = urlsplit(endpoint_url).port
    assert port
    with cable(("127.0.0.1", port)) as laid:
        yield Far(dynamo_state(f"http://127.0.0.1:{laid.port}", table, read_timeout=1.5), laid, answers=0)


@contextmanager
def far_redis(server: Server) -> Iterator[Far]:
    with cable(("127.0.0.1", server.port)) as laid:
        yield Far(RedisState(server.url(laid.port, socket_timeout="1")), laid, answers=1)


@contextmanager
def far_postgres(server: Server) -> Iterator[Far]:
    with cable(("127.0.0.1", server.port)) as laid:
        state = PostgresState(server.url(laid.port, connect_timeout="2"))
        yield Far(state, laid, answers=1)
        state._hang_up()


@pytest.fixture(params=["dynamodb", *BY_THEIR_OWN_CLOCK])
def far(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Far]:
    monkeypatch.setattr(postgres_store, "ANSWER_SECONDS", 1.5)
    with ExitStack() as until:
        match request.param:
            case "dynamodb":
                yield until.enter_context(far_dynamodb(request))
            case "postgres":
                yield until.enter_context(far_postgres(request.getfixturevalue("postgres")))
            case name:
                yield until.enter_context(far_redis(request.getfixturevalue("redis_servers")(name)))


@pytest.fixture
def key() -> str:
    return f"conv:{uuid4().hex}"


CALLS: list[Callable[[StateStore, str], Any]] = [
    lambda state, key: state.get(key),
    lambda state, key: state.put(key, "new"),
    lambda state, key: state.delete(key),
    lambda state, key: state.compare_and_set(key, "known", "new"),
    lambda state, key: state.compare_and_set(key, "known", None),
    lambda state, key: state.compare_and_set(key, None, "new"),
    lambda state, key: state.compare_and_set(key, None, None),
]


def test_a_place_that_is_not_there_from_the_start_is_a_dependency_that_failed(far: Far, key: str) -> None:
    far.cable.cut()
    with pytest.raises(DependencyError):
        far.state.get(key)
    with pytest.raises(DependencyError):
        far.state.compare_and_set(key, None, "new")


def test_a_place_that_goes_away_says_so_to_everything_and_has_it_all_when_it_is_back(far: Far, key: str) -> None:
    far.state.put(key, "known")
    far.cable.cut()
    for call in CALLS:
        with has_an_end(), pytest.raises(DependencyError):
            call(far.state, key)
    far.cable.mend()
    assert far.state.get(key) == "known"
    assert far.state.compare_and_set(key, "known", "new")
    assert far.state.get(key) == "new"


def test_a_connection_that_was_lost_while_nobody_used_it_is_made_again_unnoticed(far: Far, key: str) -> None:
    far.state.put(key, "known")
    for number, call in enumerate(CALLS):
        far.state.put(key, "known")
        far.cable.jolt()
        assert call(far.state, key) == ["known", None, None, True, True, False, False][number]
    assert far.cable.used >= len(CALLS)


def test_a_place_that_does_not_answer_is_not_waited_for_for_long(far: Far, key: str) -> None:
    far.state.put(key, "known")
    far.cable.is_dead = True
    with has_an_end(), pytest.raises(DependencyError):
        far.state.get(key)
    with has_an_end(), pytest.raises(DependencyError):
        far.state.compare_and_set(key, "known", "new")
    far.cable.is_dead = False
    far.cable.jolt()
    assert far.state.get(key) == "known"


@pytest.mark.parametrize(
    ("expected", "value"), [("known", "ours"), ("known", None), (None, "ours")], ids=["change", "delete", "take"]
)
def test_who_wins_and_does_not_hear_of_it_is_not_told_that_somebody_else_did(
    far: Far, key: str, expected: str | None, value: str | None
) -> None:
    far.state.put(key, expected)
    far.state.get(key)  # so that it is connected, and what is lost is the answer
    far.cable.answers_left = far.answers
    with pytest.raises(DependencyError):
        far.state.compare_and_set(key, expected, value)
    assert far.cable.has_lost_one
    assert far.state.get(key) == value


def shown_of(error: BaseException) -> str:
    """All that a log would show."""
    return "".join(traceback.format_exception(error)) + repr(error)


@pytest.mark.parametrize("name", BY_THEIR_OWN_CLOCK)
def test_a_wrong_password_is_a_dependency_that_failed_and_is_not_repeated(
    request: pytest.FixtureRequest, name: str, key: str
) -> None:
    state = a_state(request, name, password="hunter2%40home")
    with pytest.raises(DependencyError) as refused:
        state.get(key)
    assert "hunter2" not in shown_of(refused.value) + repr(state) + str(vars(state))
    with pytest.raises(DependencyError):
        state.compare_and_set(key, None, 1)


@pytest.mark.parametrize("name", BY_THEIR_OWN_CLOCK)
def test_a_host_that_is_none_is_a_dependency_that_failed_even_if_it_is_half_a_password(
    request: pytest.FixtureRequest, name: str, key: str
) -> None:
    state = a_state(request, name, password="half@hunter2")
    with pytest.raises(DependencyError) as refused:
        state.get(key)
    assert "hunter2" not in shown_of(refused.value)


def server_of(request: pytest.FixtureRequest, name: str) -> Server:
    servers = request.getfixturevalue("redis_servers")
    server: Server = request.getfixturevalue("postgres") if name == "postgres" else servers(name)
    return server


def a_state(request: pytest.FixtureRequest, name: str, **parts: Any) -> StateStore:
    url = server_of(request, name).url(**parts)
    return PostgresState(url) if name == "postgres" else RedisState(url)


@pytest.fixture(scope="session")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    return self_signed(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="session")
def another(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return self_signed(tmp_path_factory.mktemp("tls"))[0]


def over_tls(request: pytest.FixtureRequest, name: str, port: int, trusted: Path) -> StateStore:
    server = server_of(request, name)
    if name == "postgres":
        return PostgresState(server.url(port, sslmode="verify-full", sslrootcert=str(trusted)))
    return RedisState(server.url(port, ssl_ca_certs=str(trusted)).replace("redis://", "rediss://"))


@pytest.mark.parametrize("name", BY_THEIR_OWN_CLOCK)
def test_state_is_kept_over_tls_where_the_address_says_so(
    request: pytest.FixtureRequest, name: str, key: str, shown: tuple[Path, ssl.SSLContext]
) -> None:
    certificate, context = shown
    far_end = ("127.0.0.1", server_of(request, name).port)
    with cable(far_end, context=context, asks_first=name == "postgres") as laid:
        state = over_tls(request, name, laid.port, certificate)
        state.put(key, {"a": 1})
        assert state.compare_and_set(key, {"a": 1}, {"a": 2})
        assert state.get(key) == {"a": 2}
        hang_up(state)


@pytest.mark.parametrize("name", BY_THEIR_OWN_CLOCK)
def test_nobody_is_believed_who_shows_a_certificate_that_is_not_trusted(
    request: pytest.FixtureRequest, name: str, key: str, shown: tuple[Path, ssl.SSLContext], another: Path
) -> None:
    far_end = ("127.0.0.1", server_of(request, name).port)
    with cable(far_end, context=shown[1], asks_first=name == "postgres") as laid, pytest.raises(DependencyError):
        over_tls(request, name, laid.port, another).put(key, "secret")
    assert laid.used > 0
    state = a_state(request, name)
    assert state.get(key) is None
    hang_up(state)


def hang_up(state: StateStore) -> None:
    if isinstance(state, PostgresState):
        state._hang_up()
