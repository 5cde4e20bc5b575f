"""From the start of a process to Discord's answer, the message sent to a stub: how long it takes, and others beside.

Each time in a fresh process, with Lambda's runtime client loaded; all take turns, so that they see the same machine.
"""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Final

from nacl.signing import SigningKey

from scripts.cold_start.events import command_event, ping_event
from scripts.discord import places
from scripts.discord.signing import public_key_of
from scripts.import_time import environment
from scripts.local_aws import ROOT

FLOOR: Final = "interpreter + runtime client"
RECEIVER: Final = "receive_interactions, sent"
_OTHERS: Final = ROOT / ".tools" / "bench" / "bin" / "python"
_KEY: Final = SigningKey(b"\x05" * 32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """`sends`: it has a command put on the queue; otherwise it only answers a PING, or nothing."""

    program: tuple[str, ...]  # arguments of Python
    python: Path = Path(sys.executable)
    sends: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """The least of some runs, in seconds."""

    processor: float
    wall: float


OURS: Final[Mapping[str, Contender]] = {
    FLOOR: Contender(program=("-c", "import awslambdaric.bootstrap")),
    RECEIVER: Contender(program=("-m", "scripts.cold_start.receiver"), sends=True),
}
ALL: Final[Mapping[str, Contender]] = {
    **OURS,
    "the same over boto3, sent": Contender(program=("-m", "scripts.cold_start.boto3_receiver"), sends=True),
    "discohook, PING only": Contender(program=("-m", "scripts.cold_start.discohook_ping"), python=_OTHERS),
    "flask-discord-interactions, PING": Contender(program=("-m", "scripts.cold_start.flask_ping"), python=_OTHERS),
}


def measure(contenders: Mapping[str, Contender], *, runs: int) -> dict[str, Taken]:
    """Raises CalledProcessError where one of them did not do what it is measured at."""
    with stub() as (url, sent):
        for name, contender in contenders.items():
            before = len(sent)
            _run(contender, url)  # the first run reads the disk and writes bytecode
            if len(sent) - before != contender.sends:
                raise RuntimeError(f"{name} sent {len(sent) - before} messages")
        rounds = [{name: _run(one, url) for name, one in contenders.items()} for _ in range(runs)]
    return {
        name: Taken(min(taken[name].processor for taken in rounds), min(taken[name].wall for taken in rounds))
        for name in contenders
    }


def _run(contender: Contender, url: str) -> Taken:
    event = command_event(_KEY) if contender.sends else ping_event(_KEY)
    known = environment() | {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "DISCORD_PUBLIC_KEY": public_key_of(_KEY),
        "DISCORD_ADMINS": places.ROLES["admin"],
        "EVENT": json.dumps(event),
    }
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([contender.python, *contender.program], env=known, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    ended, after = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    return Taken(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime, ended - began)


class _Stub(BaseHTTPRequestHandler):
    """Says yes to everything, at once."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet
    server: "_StubServer"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers["X-Amz-Target"].endswith(".SendMessage"):
            self.server.sent.append(body)
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: Any) -> None:
        """Nobody reads it."""


class _StubServer(ThreadingHTTPServer):
    daemon_threads = True
    sent: list[bytes]


@contextmanager
def stub() -> Iterator[tuple[str, list[bytes]]]:
    """The address, and the messages that were sent so far."""
    with _StubServer(("127.0.0.1", 0), _Stub) as server:
        server.sent = []
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", server.sent
        finally:
            server.shutdown()
            thread.join()


def main() -> None:
    show(runs=int(os.environ.get("RUNS", "11")))


def show(*, runs: int) -> None:
    """Those of others only where they are installed: see the Makefile."""
    known = {name: one for name, one in ALL.items() if one.python.exists()}
    taken = measure(known, runs=runs)
    floor = taken[FLOOR]
    print(f"from the start of a process to Discord's answer; the least of {runs} fresh processes\n")
    print(f"   {'':34} {'processor':>12}             wall")
    for name, one in taken.items():
        ratio = f"{one.processor / floor.processor:5.1f} x"
        print(f"   {name:34} {one.processor * 1000:9.0f} ms  {ratio}  {one.wall * 1000:7.0f} ms")


if __name__ == "__main__":
    main()
