"""A command that is run in a process group of its own: fed, listened to up to a limit, and ended for certain."""

import os
import selectors
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from subprocess import PIPE, Popen
from threading import RLock
from typing import Final

_PIECE: Final = 65_536  # bytes moved at once
_LOOK: Final = 0.1  # seconds between two looks at what no pipe tells
_LOOK_SOON: Final = 0.01
_REST: Final = 1.0  # seconds for what is still in the pipes when the command has ended
_KEPT_OF_STDERR: Final = 65_536


class Why(StrEnum):
    """Why a command was ended, or never began."""

    TIMEOUT = "timeout"
    OUTPUT = "output"
    STOPPED = "stopped"  # by who runs it
    NOT_STARTED = "not_started"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """`why` is None where it ended by itself."""

    exit_code: int | None = None
    stdout: bytes = field(default=b"", repr=False)
    stderr: bytes = field(default=b"", repr=False)  # the end of it
    why: Why | None = None
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    timeout: float  # seconds
    output: int  # bytes


class Commands:
    """Those that run now. `environment` is what they see."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._environment = environment
        self._running: set[Popen[bytes]] = set()
        self._lock = RLock()  # a handler of signals may come in between

    def run(self, words: Sequence[str], said: bytes, limits: Limits, is_over: Callable[[], bool]) -> Ended:
        """`said` stands on its standard input. `is_over` is asked often, and true ends the command."""
        try:
            process = Popen(
                words,
                bufsize=0,
                stdin=PIPE,
                stdout=PIPE,
                stderr=PIPE,
                cwd=self._folder,
                env=self._environment,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            return Ended(why=Why.NOT_STARTED, error=str(error))
        with self._noted(process), process:
            talk = _Talk(process, said, limits)
            try:
                why = talk.go_on(is_over)
            finally:
                _kill(process)
        said_why = _ERRORS[why].format(limits) if why in _ERRORS else ""
        return Ended(exit_code=process.returncode, stdout=talk.stdout, stderr=talk.stderr, why=why, error=said_why)

    def kill_all(self) -> None:
        with self._lock:
            for process in self._running:
                _kill(process)

    @contextmanager
    def _noted(self, process: Popen[bytes]) -> Iterator[None]:
        with self._lock:
            self._running.add(process)
        try:
            yield
        finally:
            with self._lock:
                self._running.remove(process)


_ERRORS: Final[Mapping[Why | None, str]] = {
    Why.TIMEOUT: "it was ended after {0.timeout:g} seconds",
    Why.OUTPUT: "it was ended when it had said more than {0.output:,} bytes",
}


def _kill(process: Popen[bytes]) -> None:
    """With all it has started. Its number is its own until somebody has waited for it, so this hits no stranger."""
    if process.returncode is None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)


class _Talk:
    """Both sides at once: who only writes, or only reads, waits for ever for somebody who does the same."""

    def __init__(self, process: Popen[bytes], said: bytes, limits: Limits) -> None:
        self._process = process
        self._left = memoryview(said)
        self._limits = limits
        self._until = time.monotonic() + limits.timeout
        self._stdout, self._stderr = bytearray(), bytearray()
        self._selector = selectors.DefaultSelector()
        self._reading = 2  # pipes that are still open
        assert process.stdin
        assert process.stdout
        assert process.stderr
        os.set_blocking(process.stdin.fileno(), False)
        self._selector.register(process.stdin, selectors.EVENT_WRITE, self._write)
        self._selector.register(process.stdout, selectors.EVENT_READ, self._read_stdout)
        self._selector.register(process.stderr, selectors.EVENT_READ, self._read_stderr)

    def go_on(self, is_over: Callable[[], bool]) -> Why | None:
        """Until it ends, or why it has to be ended."""
        with self._selector:
            while not self._has_ended():
                self._move(_LOOK if self._reading else _LOOK_SOON)
                if len(self._stdout) > self._limits.output:
                    return Why.OUTPUT
                if is_over():
                    return Why.STOPPED
                if time.monotonic() > self._until:
                    return Why.TIMEOUT
            _kill(self._process)  # what it has left behind holds its pipes open
            return self._read_rest()

    @property
    def stdout(self) -> bytes:
        return bytes(self._stdout[: self._limits.output])

    @property
    def stderr(self) -> bytes:
        return bytes(self._stderr)

    def _has_ended(self) -> bool:
        """Without taking note of it: until then its process group is still known by its number."""
        how = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, self._process.pid, how) is not None

    def _read_rest(self) -> Why | None:
        until = time.monotonic() + _REST
        while self._reading and time.monotonic() < until and len(self._stdout) <= self._limits.output:
            self._move(_LOOK)
        return Why.OUTPUT if len(self._stdout) > self._limits.output else None

    def _move(self, wait: float) -> None:
        for key, _ in self._selector.select(wait):
            key.data(key.fd)

    def _write(self, pipe: int) -> None:
        try:
            self._left = self._left[os.write(pipe, self._left[:_PIECE]) :]
        except BrokenPipeError:  # it has heard enough
            self._left = self._left[:0]
        except BlockingIOError:
            return
        if not self._left:
            self._left = memoryview(b"")  # the whole is let go
            self._selector.unregister(pipe)
            assert self._process.stdin
            self._process.stdin.close()

    def _read_stdout(self, pipe: int) -> None:
        self._stdout += self._read(pipe)

    def _read_stderr(self, pipe: int) -> None:
        self._stderr += self._read(pipe)
        del self._stderr[:-_KEPT_OF_STDERR]

    def _read(self, pipe: int) -> bytes:
        piece = os.read(pipe, _PIECE)
        if not piece:
            self._selector.unregister(pipe)
            self._reading -= 1
        return piece
