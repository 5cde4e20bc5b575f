"""The stand-ins for the services around Switchyard, in a process of their own, reachable from this machine only."""

import json
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from scripts import local_aws, stack
from scripts.local_aws import ROOT
from scripts.progress import StepError

HOME = local_aws.HOME.parent

_START_LIMIT = 20.0  # seconds
_STOP_LIMIT = 10.0


def start(home: Path = HOME, stack_file: Path = stack.FILE) -> dict[str, str]:
    """Start them, or find those that run on this home; their addresses by service. `stack_file` may come later."""
    home.mkdir(parents=True, exist_ok=True)
    pid = _spawned_or_found(home, stack_file)
    if local_aws.poll(lambda: _ready(home) or running(home) is None, limit=_START_LIMIT) and _ready(home):
        return addresses(home)
    stop(home)
    _reap(pid)
    raise StepError(f"the stand-ins did not start; see {_log(home)}")


def running(home: Path = HOME) -> int | None:
    """The process id of those that were started on this home, if they still run.

    They hold a lock on their record for as long as they live, so the number cannot be that of a stranger.
    """
    if not _record(home).exists():
        return None
    with _record(home).open("a+") as record:
        return None if local_aws.lock(record) else _read(record)


def stop(home: Path = HOME) -> bool:
    """Stop those of this home; false where none run. What they remember is gone, their ports stay theirs."""
    pid = running(home)
    if pid is None:
        return False
    os.kill(pid, signal.SIGTERM)
    if not local_aws.poll(lambda: running(home) is None, limit=_STOP_LIMIT):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    _reap(pid)
    return True


def addresses(home: Path = HOME) -> dict[str, str]:
    """Where they are, or were when they ran last."""
    return dict(_said(home)["addresses"])


def _spawned_or_found(home: Path, stack_file: Path) -> int:
    with _record(home).open("a+") as record:
        if not local_aws.lock(record):
            return _read(record)
        pid = _spawn(home, stack_file, record)
        record.truncate(0)
        record.write(json.dumps({"pid": pid}))
        return pid


def _spawn(home: Path, stack_file: Path, record: IO[str]) -> int:
    os.set_inheritable(record.fileno(), True)
    append = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    where = ["--home", str(home.resolve()), "--stack", str(stack_file.resolve())]
    return os.posix_spawn(
        sys.executable,
        [sys.executable, "-P", "-m", "tests.stand_ins", *where],
        {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT)},
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(_log(home)), append, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
        setpgroup=0,  # a group of its own: Ctrl-C at the terminal is not meant for it
    )


def _ready(home: Path) -> bool:
    """Whether the addresses are those of the process that runs: it writes them when all are open."""
    return _addresses_file(home).exists() and _said(home)["pid"] == running(home)


def _said(home: Path) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(_addresses_file(home).read_text())
    return said


def _reap(pid: int) -> None:
    with suppress(ChildProcessError):  # it is our child only where the same program started it
        os.waitpid(pid, 0)


def _read(record: IO[str]) -> int:
    record.seek(0)
    text = record.read()
    if not text:
        raise StepError("another start is under way; try again when it is done")
    return int(json.loads(text)["pid"])


def _record(home: Path) -> Path:
    return home / "stand_ins.pid"


def _addresses_file(home: Path) -> Path:
    return home / "stand_ins.json"


def _log(home: Path) -> Path:
    return home / "stand_ins.log"
