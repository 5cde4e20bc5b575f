"""What the bridge says of itself: a line of JSON for each thing that matters, as Sett's own orchestrator does."""

import json
import sys
from collections.abc import Callable
from typing import Any, Protocol

Write = Callable[[str], None]


class Log(Protocol):
    def __call__(self, level: str, event: str, **fields: Any) -> None: ...


def write_line(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def log_to(write: Write = write_line) -> Log:
    def log(level: str, event: str, **fields: Any) -> None:
        write(json.dumps({"level": level, "event": event, **fields}, ensure_ascii=False, separators=(",", ":")))

    return log
