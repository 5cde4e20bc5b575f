"""Agents as processes of this machine, each with a key of its own that is good for as long as it runs."""

import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from scripts.keys import create_key, revoke_key
from scripts.progress import StepError
from shared.runtime.auth import Role, key_id_of

ENDS_WITHIN: Final = 10.0  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    name: str
    process: subprocess.Popen[bytes]
    log: Path
    key_id: str

    def last_line(self) -> str:
        lines = self.log.read_text().splitlines()
        return lines[-1] if lines else "nothing"


class Crew:
    def __init__(self, members: list[Member]) -> None:
        self.members = members

    def check(self) -> None:
        """Raises StepError where one has ended."""
        for member in self.members:
            if (code := member.process.poll()) is not None:
                raise StepError(f"{member.name} ended with {code}; it said last: {member.last_line()}")

    def end(self) -> dict[str, tuple[int, float]]:
        """By name, the exit code and the seconds it took. Who does not end is killed, and has -9."""
        began = time.monotonic()
        for member in self.members:
            member.process.send_signal(signal.SIGTERM)
        ended = {}
        for member in self.members:
            try:
                member.process.wait(max(0.1, began + ENDS_WITHIN - time.monotonic()))
            except subprocess.TimeoutExpired:
                member.process.kill()
            ended[member.name] = (member.process.wait(), time.monotonic() - began)
        return ended


@contextmanager
def crew(instance: str, agents: Mapping[str, Mapping[str, Any]], logs: Path) -> Iterator[Crew]:
    """`agents` as in a sett.yml. What leads to the stack has to be in the environment."""
    logs.mkdir(parents=True, exist_ok=True)
    members: list[Member] = []
    try:
        for name, said in agents.items():
            members.append(_start(instance, name, said, logs / f"{name}.log"))
        yield Crew(members)
    finally:
        for member in members:
            member.process.kill()
            member.process.wait()
            revoke_key(member.key_id)


def _start(instance: str, name: str, said: Mapping[str, Any], log: Path) -> Member:
    key = create_key(name=f"{instance}/{name}", role=Role.AGENT, sources=[f"{instance}/{name}"])
    bids = ["--bid-command", shlex.join(said["bid_script"])] if "bid_script" in said else []
    words = [sys.executable, "-m", "scripts.cli", "agent", "run", "--name", name, *bids, "--", *said["command"]]
    # `python` is the one that runs this.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    environment = os.environ | {"SETT_INSTANCE_NAME": instance, "SWITCHYARD_KEY": key, "PATH": path}
    with log.open("wb") as told:
        process = subprocess.Popen(words, env=environment, stdout=told, stderr=told, stdin=subprocess.DEVNULL)
    return Member(name=name, process=process, log=log, key_id=key_id_of(key))
