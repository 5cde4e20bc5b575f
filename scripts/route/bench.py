"""How many messages a second `switchyard route` gets through in a dry run, and how much memory it takes."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

COUNTS: Final = (1_000, 10_000, 100_000)
_ROOT: Final = Path(__file__).resolve().parents[2]
# A process counts what its parent had when it was forked: so the parent is one that has nothing.
_WATCH: Final = """
import resource, subprocess, sys, time
began = time.perf_counter()
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
print(time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
_TYPES: Final = ("message.created", "task.created", "meeting.created", "sale.recorded")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`peak_memory` is in bytes, of a process that did nothing else."""

    messages: int
    seconds: float
    peak_memory: int

    @property
    def per_second(self) -> float:
        return self.messages / self.seconds


def bench_route(counts: Iterable[int] = COUNTS) -> Iterator[Row]:
    """A row for each number of messages, each measured in a fresh process, with a snapshot that is new."""
    for count in counts:
        with TemporaryDirectory(prefix="switchyard-bench-") as folder:
            file = Path(folder) / "messages.json"
            write_messages(file, count)
            yield _measured(file, count)


def write_messages(file: Path, count: int) -> None:
    """A document with so many different messages, of all the types that are sorted."""
    with file.open("w", encoding="utf-8") as out:
        out.write('{"messages": [')
        for number in range(count):
            out.write(("," if number else "") + json.dumps(_message(number)))
        out.write("]}")


def _message(number: int) -> dict[str, Any]:
    return {
        "id": f"message-{number}",
        "content": f"Number {number}: the Sony a6400 body with the kit lens, boxed, and who is going to collect it?",
        "author": f"Person {number % 97}",
        "channel": ("sales", "marketing", "warehouse")[number % 3],
        "created_at": f"2026-11-{number % 28 + 1:02}T12:00:00Z",
        "scheduled_for": f"2026-12-{number % 28 + 1:02}T15:00:00Z",
        "event_type": _TYPES[number % len(_TYPES)],
        "priority": ("high", "low")[number % 2],
        "item": "Sony a6400",
        "price": f"{number % 900 + 1}.50",
        "quantity": 1,
        "shelf": number % 40,
    }


def _measured(file: Path, count: int) -> Row:
    command = [sys.executable, "-m", "scripts.cli", "route", "--json", "--input", str(file)]
    environment = {**os.environ, "PYTHONPATH": str(_ROOT), "SSOT_REPO_PATH": str(file.parent)}
    small = [sys.executable, "-S", "-c", _WATCH, *command]
    told = subprocess.run(small, cwd=file.parent, env=environment, check=True, capture_output=True, text=True).stdout
    seconds, peak = told.split()
    kilobytes = 1 if sys.platform == "darwin" else 1_024
    return Row(messages=count, seconds=float(seconds), peak_memory=int(peak) * kilobytes)
