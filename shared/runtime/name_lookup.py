"""Looking up the addresses of a name, with an end to it."""

import socket
import threading
from collections.abc import Callable, Sequence
from typing import Final

from shared.runtime.errors import DependencyError

SECONDS: Final = 3.0
# What says that there is no such name, or none with an address; all else may be otherwise the next time.
_UNKNOWN: Final = {getattr(socket, name) for name in ("EAI_NONAME", "EAI_NODATA") if hasattr(socket, name)}

Resolve = Callable[[str, int], Sequence[str]]  # raises UnknownNameError, DependencyError


class UnknownNameError(Exception):
    """There is no such name."""


def look_up(host: str, port: int) -> list[str]:
    """All addresses of a host, the one to be tried first the first. Raises UnknownNameError, DependencyError."""
    answers: list[list[str] | OSError] = []

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            answers.append(error if isinstance(error, OSError) else OSError())
        else:
            answers.append([str(where[4][0]) for where in found])

    # The system has no limit of its own to it; who is left behind ends some time, and keeps nobody.
    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(SECONDS)
    answer = answers[0] if answers else OSError()
    if isinstance(answer, OSError):
        if answer.errno in _UNKNOWN:
            raise UnknownNameError
        raise DependencyError("names cannot be looked up now")
    return answer
