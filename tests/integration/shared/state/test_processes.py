"""Processes that know nothing of each other see the same state, by the wiring that functions go by."""

import json
import os
import subprocess
import sys
from uuid import uuid4

import pytest

from scripts.local_aws import ROOT
from tests.integration.shared.state.conftest import BY_THEIR_OWN_CLOCK

PROGRAM = """
import json, sys
from shared.runtime import wiring
method, *said = json.loads(sys.argv[1])
done = getattr(wiring.state(), method)(*said)
loaded = [name for name in ("redis", "psycopg") if name in sys.modules]
print(json.dumps({"done": done, "loaded": loaded}))
"""


def do(where: dict[str, str], method: str, *said: object) -> tuple[object, list[str]]:
    """What comes of it in a process of its own, and what it had to load for that."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **where}
    command = [sys.executable, "-W", "ignore::ResourceWarning", "-c", PROGRAM, json.dumps([method, *said])]
    ended = subprocess.run(command, env=environment, check=True, capture_output=True, text=True, cwd=ROOT)
    told = json.loads(ended.stdout)
    return told["done"], told["loaded"]


def place(request: pytest.FixtureRequest, name: str) -> tuple[dict[str, str], list[str]]:
    """What a function is told, and what it loads."""
    match name:
        case "dynamodb":
            endpoint_url, table = request.getfixturevalue("state_table")
            return {"AWS_ENDPOINT_URL": endpoint_url, "STATE_TABLE": table}, []
        case "postgres":
            return {"DATABASE_URL": request.getfixturevalue("postgres").url()}, ["psycopg"]
        case _:
            return {"REDIS_URL": request.getfixturevalue("redis_servers")(name).url()}, ["redis"]


@pytest.mark.parametrize("name", ["dynamodb", *BY_THEIR_OWN_CLOCK])
def test_what_one_process_puts_another_finds_changes_and_takes_away(request: pytest.FixtureRequest, name: str) -> None:
    where, loads = place(request, name)
    key = f"conv:{uuid4().hex}"
    assert do(where, "put", key, {"step": 1}) == (None, loads)
    assert do(where, "get", key) == ({"step": 1}, loads)
    assert do(where, "compare_and_set", key, {"step": 1}, {"step": 2}) == (True, loads)
    assert do(where, "get", key) == ({"step": 2}, loads)


def refused(where: dict[str, str], program: str) -> str:
    """What a process says that does not start."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **where}
    ended = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, cwd=ROOT)
    assert ended.returncode == 1
    return ended.stderr


BUILD = "from shared.runtime import wiring; wiring.state()"


def test_who_is_told_to_keep_it_in_memory_does_whatever_else_there_is() -> None:
    where = {"STATE_STORE_BACKEND": "memory", "REDIS_URL": "redis://127.0.0.1:1", "DATABASE_URL": "postgresql://x"}
    assert do(where, "compare_and_set", "conv:x", None, 1) == (True, [])


@pytest.mark.parametrize(("backend", "address"), [("redis", "REDIS_URL"), ("postgres", "DATABASE_URL")])
def test_a_place_without_an_address_stops_the_function_at_once(backend: str, address: str) -> None:
    assert f"STATE_STORE_BACKEND is {backend}, and {address} is empty" in refused(
        {"STATE_STORE_BACKEND": backend}, BUILD
    )


def test_where_psycopg_is_not_there_it_is_said_where_it_comes_from() -> None:
    without = f"import sys; sys.modules['psycopg'] = None; {BUILD}"
    said = refused({"DATABASE_URL": "postgresql://user:hunter2@host/database"}, without)
    document = "docs/decisions/0018-where-state-is-kept.md"
    assert "needs psycopg" in said
    assert document in said
    assert "--extra postgres" in (ROOT / document).read_text()
    assert "hunter2" not in said


def test_settings_that_are_shown_show_no_password() -> None:
    where = {"DATABASE_URL": "postgresql://user:hunter2@host/db", "REDIS_URL": "rediss://:hunter2@host:6379"}
    said = refused(where, "from shared.runtime.settings import settings; raise SystemExit(repr(settings()))")
    assert "Settings(" in said
    assert "hunter2" not in said
