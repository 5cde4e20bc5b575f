"""The local AWS: MiniStack in a process of its own, reachable from this machine only."""

import fcntl
import http.client
import json
import os
import shutil
import signal
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from scripts.progress import StepError

ROOT = Path(__file__).resolve().parents[1]
HOME = ROOT / ".local" / "aws"
REGION = "us-east-1"

_HOST = "127.0.0.1"
_FIRST_PORT = 4566
_PYTHON = ROOT / ".tools" / "aws" / "bin" / "python"
_ATTEMPTS = 3
_START_LIMIT = 60.0  # seconds
_STOP_LIMIT = 120.0  # it saves about 2,000 listings a second


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalAws:
    """A running local AWS. Its state is in `home`, its log beside it."""

    home: Path
    port: int
    pid: int

    @property
    def endpoint_url(self) -> str:
        return f"http://{_HOST}:{self.port}"


def environment(endpoint_url: str) -> dict[str, str]:
    """What leads an AWS SDK to a local AWS; files with profiles are shut out, and proxies."""
    direct = ",".join(filter(None, [os.environ.get("no_proxy") or os.environ.get("NO_PROXY"), _HOST]))
    return {
        "AWS_ENDPOINT_URL": endpoint_url,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "test",  # MiniStack's root key
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": direct,
        "no_proxy": direct,  # the spelling that wins where both are set
    }


def enter(endpoint_url: str) -> None:
    """Make this program, and what it starts, see a local AWS and no other.

    Everything the caller has set for AWS is forgotten, so that nothing can lead to a real account.
    """
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(environment(endpoint_url))


def start(home: Path = HOME) -> LocalAws:
    """Start a local AWS with what it knew when it was stopped, or find the one that runs on this home."""
    home.mkdir(parents=True, exist_ok=True)
    home.chmod(0o700)  # its state holds secrets
    for _ in range(_ATTEMPTS):  # a port that was free may be taken by another before the server has it
        aws = _spawned_or_found(home)
        if _came_up(aws):
            return aws
        stop(home)
        _reap(aws)
    raise StepError(f"the local AWS did not start; see {_log(home)}")


def running(home: Path = HOME) -> LocalAws | None:
    """The local AWS that was started on this home, if it still runs.

    The server holds a lock on its record for as long as it lives. So the process id in a locked record is the
    server's and cannot be that of a stranger who got the number later.
    """
    if not _record(home).exists():
        return None
    with _record(home).open("a+") as record:
        return None if lock(record) else _read(home, record)


def stop(home: Path = HOME, *, save: bool = True) -> bool:
    """Stop the local AWS of this home, by default after it has saved its state; false where none runs."""
    aws = running(home)
    if aws is None:
        return False
    os.kill(aws.pid, signal.SIGTERM if save else signal.SIGKILL)
    poll(lambda: not running(home), limit=_STOP_LIMIT)
    # Workers in the middle of a call outlive the server; all of them are in its process group.
    with suppress(ProcessLookupError):
        os.killpg(aws.pid, signal.SIGKILL)
    if not poll(lambda: not running(home), limit=_STOP_LIMIT):
        raise StepError(f"the local AWS does not stop (process {aws.pid})")
    _reap(aws)
    return True


def _reap(aws: LocalAws) -> None:
    with suppress(ChildProcessError):  # it is our child only where the same program started it
        os.waitpid(aws.pid, 0)


def _spawned_or_found(home: Path) -> LocalAws:
    with _record(home).open("a+") as record:
        if not lock(record):
            return _read(home, record)
        port = _free_port(_last_port(record))
        pid = _spawn(home, port, record)
        record.truncate(0)
        record.write(json.dumps({"pid": pid, "port": port}))
        return LocalAws(home=home, port=port, pid=pid)


def _spawn(home: Path, port: int, record: IO[str]) -> int:
    scratch = home / "tmp"
    shutil.rmtree(scratch, ignore_errors=True)  # what killed workers left
    scratch.mkdir()
    os.set_inheritable(record.fileno(), True)
    append = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    try:
        # Not subprocess.Popen: the server is to outlive this program, and Popen objects complain about that.
        return os.posix_spawn(
            _PYTHON,
            [str(_PYTHON), "-P", "-m", "scripts.local_aws_server"],
            _server_environment(home, port),
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_OPEN, 1, str(_log(home)), append, 0o600),
                (os.POSIX_SPAWN_DUP2, 1, 2),
            ],
            setpgroup=0,  # a group of its own: Ctrl-C at the terminal is not meant for it
        )
    except FileNotFoundError as error:
        raise StepError(f"{_PYTHON} is missing; run `make setup`") from error


def _server_environment(home: Path, port: int) -> dict[str, str]:
    # MiniStack hands its environment down to the Lambda workers. In AWS they see nothing of the developer's.
    return {
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(ROOT),
        "TMPDIR": str(home / "tmp"),
        "BIND_HOST": _HOST,
        "GATEWAY_PORT": str(port),
        "MINISTACK_EDITION": str(home),  # said again by its health page
        "AUTH": "true",
        "IOT_MTLS_ENABLED": "0",
        "PERSIST_STATE": "1",
        "STATE_DIR": str(home / "state"),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(home / "s3"),
    }


def _came_up(aws: LocalAws) -> bool:
    return poll(lambda: _answers(aws) or not running(aws.home), limit=_START_LIMIT) and _answers(aws)


def _answers(aws: LocalAws) -> bool:
    """Whether it is this one, and not a stranger on its port, that answers."""
    connection = http.client.HTTPConnection(_HOST, aws.port, timeout=5)
    try:
        connection.request("GET", "/_ministack/health")
        answer = json.loads(connection.getresponse().read())
    except (OSError, http.client.HTTPException, ValueError):
        return False
    finally:
        connection.close()
    return isinstance(answer, dict) and answer.get("edition") == str(aws.home)


def _last_port(record: IO[str]) -> int | None:
    """Where it was the last time: addresses that others have kept stay good."""
    record.seek(0)
    text = record.read()
    return int(json.loads(text)["port"]) if text else None


def _free_port(preferred: int | None = None) -> int:
    candidates = range(_FIRST_PORT, _FIRST_PORT + 100)
    for port in (preferred, *candidates) if preferred else candidates:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((_HOST, port))
            except OSError:
                continue
            return port
    raise StepError(f"no free port between {_FIRST_PORT} and {_FIRST_PORT + 99}")


def lock(record: IO[str]) -> bool:
    try:
        fcntl.flock(record, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read(home: Path, record: IO[str]) -> LocalAws:
    record.seek(0)
    text = record.read()
    if not text:
        raise StepError("another start is under way; try again when it is done")
    known = json.loads(text)
    return LocalAws(home=home, port=known["port"], pid=known["pid"])


def _record(home: Path) -> Path:
    return home.with_suffix(".json")


def _log(home: Path) -> Path:
    return home.with_suffix(".log")


def poll(fact: Callable[[], bool], *, limit: float) -> bool:
    end = time.monotonic() + limit
    while time.monotonic() < end:
        if fact():
            return True
        time.sleep(0.05)
    return fact()
