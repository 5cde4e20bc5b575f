"""`switchyard blackboard bridge` as a process of its own, between a real Redis and the API as it answers."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from tests.integration.scripts.blackboard.api import KEY, Api, artefact
from tests.integration.scripts.route.routing import ROOT, switchyard
from tests.integration.shared.state.servers import PASSWORD, Server, redis_binaries, redis_server
from tests.support.waiting import eventually

BINARY = next(iter(redis_binaries().values()))


@pytest.fixture
def server() -> Iterator[Server]:
    """One of one's own: it is stopped in some tests."""
    with redis_server(BINARY) as running:
        yield running


@dataclass
class Seed:
    """What an agent of Sett does: it keeps an artefact, with its thread, and announces it."""

    client: "redis.Redis"

    def puts(self, number: int, *, announced: bool = True, kept: bool = True, **other: Any) -> str:
        said: dict[str, Any] = {
            "id": str(UUID(int=number)),
            "logical_id": str(UUID(int=number + 1_000)),
            "version": 1,
            "structural_type": "Standard",
            "type": "CodeCommit",
            "payload": f"commit {number}",
            "source_artefacts": [],
            "produced_by_role": "Coder",
            "created_at_ms": number,
        } | other
        if kept:
            fields: dict[Any, Any] = {
                name: json.dumps(value) if isinstance(value, list) else value for name, value in said.items()
            }
            self.client.hset(f"sett:demo:artefact:{said['id']}", mapping=fields)
            self.client.zadd(f"sett:demo:thread:{said['logical_id']}", {said["id"]: said["version"]})
        if announced:
            self.announces(json.dumps(said))
        return str(said["id"])

    def announces(self, text: str) -> None:
        self.client.publish("sett:demo:artefact_events", text)


def seed_on(server: Server) -> Seed:
    return Seed(redis.Redis(port=server.port, password=PASSWORD, retry=Retry(NoBackoff(), 0)))


@pytest.fixture
def seed(server: Server) -> Iterator[Seed]:
    one = seed_on(server)
    yield one
    one.client.close()


@dataclass
class Bridge:
    process: "subprocess.Popen[str]"
    file: Path

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.file.read_text().splitlines(keepends=True) if line.endswith("\n")]

    def said(self, event: str, times: int = 1) -> list[dict[str, Any]]:
        """As soon as it has said that so often."""

        def look() -> list[dict[str, Any]] | None:
            found = [line for line in self.lines if line["event"] == event]
            return found if len(found) >= times else None

        return eventually(look) or []

    def health(self) -> httpx.Response:
        port = self.said("health_listening")[0]["port"]
        return httpx.get(f"http://127.0.0.1:{port}/healthz", trust_env=False)

    def ends(self, how: signal.Signals = signal.SIGTERM) -> int:
        """The exit code."""
        self.process.send_signal(how)
        return self.process.wait(60)


def environment(server: Server, api: Api) -> dict[str, str]:
    return {
        "SETT_INSTANCE_NAME": "demo",
        "REDIS_URL": server.url(),
        "SWITCHYARD_API": api.url,
        "SWITCHYARD_KEY": KEY,
    }


@contextmanager
def bridging(folder: Path, known: dict[str, str]) -> Iterator[Bridge]:
    file = folder / "bridge.log"
    command = [sys.executable, "-W", "error", "-m", "scripts.cli", "blackboard", "bridge", "--health-port", "0"]
    said = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(folder)} | known
    with file.open("w") as out:
        process = subprocess.Popen(command, cwd=folder, env=said, stdout=out, stderr=out, text=True)
    try:
        yield Bridge(process, file)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


@pytest.fixture
def bridge(server: Server, api: Api, tmp_path: Path) -> Iterator[Bridge]:
    with bridging(tmp_path, environment(server, api)) as running:
        running.said("redis_connected")
        yield running


def posted(api: Api) -> list[int]:
    return [UUID(body["id"]).int for method, path, body in api.changes() if (method, path) == ("POST", "artefacts")]


def test_what_is_announced_is_posted_once_in_order_as_it_was_announced(seed: Seed, api: Api, bridge: Bridge) -> None:
    source = seed.puts(2)
    seed.puts(1, kept=False, source_artefacts=[source], structural_type="Review", type="Review")
    seed.puts(2)
    seed.puts(3)
    bridge.said("artefact_posted", 3)
    assert posted(api) == [2, 1, 3]
    assert api.changes()[1][2] == {
        "id": str(UUID(int=1)),
        "structural_type": "Review",
        "type": "Review",
        "payload": "commit 1",
        "source_artefacts": [source],
        "produced_by_role": "Coder",
    }
    assert bridge.lines[0] == {"level": "info", "event": "orchestrator_startup", "instance": "demo"}


def test_what_the_blackboard_announces_itself_is_not_posted_to_it(seed: Seed, api: Api, bridge: Bridge) -> None:
    api.artefacts = [artefact(id=str(UUID(int=1)))]
    seed.puts(1)
    seed.puts(2)
    bridge.said("artefact_posted")
    assert posted(api) == [2]


def test_what_was_said_while_nobody_listened_is_found_in_its_order(
    seed: Seed, server: Server, api: Api, tmp_path: Path
) -> None:
    last = str(UUID(int=1))
    seed.puts(3, announced=False, source_artefacts=[last], created_at_ms=1)
    seed.puts(1, announced=False, created_at_ms=5)
    seed.puts(4, announced=False, version=2, logical_id=str(UUID(int=1_001)), created_at_ms=7)
    seed.client.set("sett:demo:artefact:of-another-kind", "x")
    seed.client.hset("sett:other:artefact:x", "id", "x")
    with bridging(tmp_path, environment(server, api)) as running:
        running.said("artefact_posted", 3)
        assert posted(api) == [1, 3, 4]
        assert api.changes()[2][2]["logical_id"] == last
        assert running.said("artefacts_found")[0]["count"] == 4


def test_what_is_refused_or_malformed_is_told_and_stops_nothing(seed: Seed, api: Api, bridge: Bridge) -> None:
    api.refusals = [(404, {}), (422, {"detail": "there is no artefact 7"})]
    seed.puts(1)
    seed.announces("nonsense")
    seed.puts(2)
    bridge.said("artefact_posted")
    assert posted(api) == [1, 2]
    (refused,) = bridge.said("artefact_refused")
    assert refused == {
        "level": "warn",
        "event": "artefact_refused",
        "artefact_id": str(UUID(int=1)),
        "reason": "422 there is no artefact 7",
    }
    assert bridge.said("message_malformed")[0]["message"] == "nonsense"


def test_while_the_api_is_away_what_arrives_is_kept(seed: Seed, api: Api, bridge: Bridge) -> None:
    with api.lock:
        api.refusals = [(503, {"detail": "later"})] * 2
    seed.puts(1, kept=False)
    seed.puts(2, kept=False)
    bridge.said("artefact_posted", 2)
    assert posted(api) == [1, 2]
    away = bridge.said("api_unavailable")[0]
    assert (away["level"], away["error"]) == ("error", "503 later")
    bridge.said("api_available")


def test_health_is_told_as_the_orchestrator_of_sett_does(server: Server, bridge: Bridge) -> None:
    well = bridge.health()
    assert (well.status_code, well.json()) == (200, {"status": "healthy", "redis": "connected"})
    seed_on(server).client.shutdown(nosave=True)
    bridge.said("redis_disconnected")
    unwell = bridge.health()
    assert unwell.status_code == 503
    assert unwell.json() == {"status": "unhealthy", "redis": "disconnected", "error": "connection refused"}
    assert bridge.ends() == 0


def test_when_redis_comes_back_what_was_missed_is_found(
    server: Server, api: Api, bridge: Bridge, tmp_path: Path
) -> None:
    seed_on(server).puts(1)
    bridge.said("artefact_posted")
    seed_on(server).client.shutdown(nosave=True)
    bridge.said("redis_disconnected")
    with _again(server, tmp_path):
        seed_on(server).puts(2, announced=False)
        seed_on(server).puts(1, announced=False)
        bridge.said("redis_connected", 2)
        bridge.said("artefact_posted", 2)
        seed_on(server).puts(3)
        bridge.said("artefact_posted", 3)
        assert posted(api) == [1, 2, 3]
        assert bridge.health().status_code == 200


@contextmanager
def _again(server: Server, folder: Path) -> Iterator[None]:
    """Another Redis in the place of one that is gone, which remembers nothing."""
    said = ["--port", str(server.port), "--bind", "127.0.0.1", "--requirepass", PASSWORD, "--save", ""]
    process = subprocess.Popen([str(BINARY), *said], cwd=folder, stdout=subprocess.DEVNULL)
    try:
        eventually(lambda: _answers(server))
        yield
    finally:
        process.terminate()
        process.wait()


def _answers(server: Server) -> bool:
    try:
        return bool(seed_on(server).client.ping())
    except redis.ConnectionError:
        return False


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_when_it_is_told_to_even_while_the_api_is_away(
    seed: Seed, api: Api, bridge: Bridge, how: signal.Signals
) -> None:
    with api.lock:
        api.refusals = [(503, {})] * 100
    seed.puts(1)
    bridge.said("api_unavailable")
    assert bridge.ends(how) == 0
    assert bridge.lines[-1] == {"level": "info", "event": "orchestrator_shutdown", "instance": "demo", "waiting": 1}


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ("SETT_INSTANCE_NAME", "which instance? Set SETT_INSTANCE_NAME, or say --instance NAME"),
        ("REDIS_URL", "which Redis? Set REDIS_URL, say redis://localhost:6379"),
        ("SWITCHYARD_KEY", "with whose key? Set SWITCHYARD_KEY"),
    ],
)
def test_where_something_is_not_set_it_ends_at_once(
    server: Server, api: Api, tmp_path: Path, missing: str, said: str
) -> None:
    known = environment(server, api) | {missing: ""}
    done = switchyard(tmp_path, "blackboard", "bridge", environment=known)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"switchyard: {said}\n")


def nobodys_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


@pytest.mark.parametrize(
    ("url", "code", "said"),
    [
        ("redis://:secret@127.0.0.1:{port}", 1, "Redis at REDIS_URL cannot be reached: connection refused"),
        ("http://127.0.0.1:{port}", 2, "REDIS_URL is not one: rediss://user:password@host:6379/0"),
        ("redis://:sec/ret@127.0.0.1:x", 2, "REDIS_URL cannot be read; are the odd letters of its password escaped?"),
    ],
)
def test_without_redis_it_does_not_begin(api: Api, tmp_path: Path, url: str, code: int, said: str) -> None:
    known = environment(Server("redis", 0, "0"), api) | {"REDIS_URL": url.format(port=nobodys_port())}
    done = switchyard(tmp_path, "blackboard", "bridge", "--health-port", "0", environment=known)
    assert (done.returncode, done.stdout, done.stderr) == (code, "", f"switchyard: {said}\n")


def test_with_a_password_that_is_wrong_it_does_not_begin(server: Server, api: Api, tmp_path: Path) -> None:
    known = environment(server, api) | {"REDIS_URL": server.url(password="wrong")}
    done = switchyard(tmp_path, "blackboard", "bridge", "--health-port", "0", environment=known)
    assert (done.returncode, done.stderr) == (
        1,
        "switchyard: Redis at REDIS_URL cannot be reached: authentication failed\n",
    )


def test_with_a_key_that_opens_nothing_it_does_not_begin(server: Server, api: Api, tmp_path: Path) -> None:
    known = environment(server, api) | {"SWITCHYARD_KEY": "swy_other"}
    done = switchyard(tmp_path, "blackboard", "bridge", "--health-port", "0", environment=known)
    assert done.returncode == 1
    assert done.stderr.startswith("switchyard: SWITCHYARD_KEY does not open the blackboard: 401")


def test_a_port_that_somebody_has_is_told(server: Server, api: Api, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = switchyard(tmp_path, "blackboard", "bridge", "--health-port", port, environment=environment(server, api))
    assert done.returncode == 1
    assert done.stderr == f"switchyard: port {port} of 127.0.0.1 cannot be had: Address already in use\n"
