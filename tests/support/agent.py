"""`switchyard agent run` in a process of its own, as people start it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.blackboard_api import KEY, BlackboardApi
from tests.support.ends import FOR_EVER
from tests.support.waiting import eventually

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Agent:
    process: subprocess.Popen[bytes]
    stderr: Path

    @property
    def said(self) -> str:
        return self.stderr.read_text()

    def lines(self, event: str) -> list[dict[str, Any]]:
        told = [json.loads(line) for line in self.said.splitlines() if line.startswith("{")]
        return [one for one in told if one["event"] == event]

    def waits(self) -> int:
        """The exit code."""
        return self.process.wait(FOR_EVER)

    def told(self, event: str) -> dict[str, Any]:
        """The first line of that event, as soon as there is one."""
        return eventually(lambda: self.lines(event))[0]

    def signal(self, number: int = signal.SIGTERM) -> None:
        self.process.send_signal(number)


def environment(api: BlackboardApi | None, **more: str) -> dict[str, str]:
    known = {name: value for name, value in os.environ.items() if not name.startswith(("SWITCHYARD_", "SETT_"))}
    known |= {"SETT_INSTANCE_NAME": "tests", "SWITCHYARD_KEY": KEY}
    return known | ({"SWITCHYARD_API": api.url} if api else {}) | more


@contextmanager
def agent(
    api: BlackboardApi, folder: Path, *options: str, code: str = "", env: Mapping[str, str] | None = None
) -> Iterator[Agent]:
    """Works with a piece of Python; killed at the end where it still runs."""
    words = ["--", sys.executable, "-c", code] if code else []
    stderr = folder / "stderr"
    with stderr.open("wb") as told:
        process = subprocess.Popen(
            [sys.executable, "-m", "scripts.cli", "agent", "run", "--name", "Writer", *options, *words],
            cwd=ROOT,
            env=environment(api, **(env or {})),
            stdout=told,
            stderr=told,
        )
    try:
        yield Agent(process, stderr)
    finally:
        process.kill()
        process.wait()
