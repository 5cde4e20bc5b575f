"""What an agent says of itself: JSON, a line each, on standard error. Never what it works on, and never its key."""

import json
from contextlib import suppress
from threading import Lock
from typing import IO, Any, Final

_MOST: Final = 500  # characters of a text


class Log:
    def __init__(self, out: IO[str], *, secret: str, **always: Any) -> None:
        self._out = out
        self._secret = secret
        self._always = always
        self._lock = Lock()

    def info(self, event: str, **fields: Any) -> None:
        self._say("info", event, fields)

    def warn(self, event: str, **fields: Any) -> None:
        self._say("warn", event, fields)

    def error(self, event: str, **fields: Any) -> None:
        self._say("error", event, fields)

    def _say(self, level: str, event: str, fields: dict[str, Any]) -> None:
        short = {name: value[:_MOST] if isinstance(value, str) else value for name, value in fields.items()}
        line = json.dumps({"level": level, "event": event} | self._always | short)
        with self._lock, suppress(OSError):  # nobody reads it any more, or the disk is full: the work goes on
            self._out.write(f"{without(line, self._secret)}\n")
            self._out.flush()


def without(text: str, secret: str) -> str:
    """What a command found out, or a server repeats, is not told on."""
    return text.replace(secret, "[key]")
