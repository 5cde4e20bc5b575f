"""Whether addresses in the web lead anywhere. They are strangers', so each goes through the guard."""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Protocol

from shared.runtime.errors import DependencyError, InvalidInputError
from shared.runtime.guard import UnknownHostError
from shared.runtime.http import Answer, Call, NoAnswerError, NotSentError

AT_ONCE: Final = 8
SLOWEST: Final = 25.0  # seconds for one of them: its name is looked up, and it is asked twice
_GONE: Final = (404, 410)
_MOST: Final = 64 * 1024  # bytes of an answer: only its status counts


class Guard(Protocol):
    """`shared.runtime.guard.UrlGuard`."""

    def check(self, url: str) -> None: ...

    def send_guarded(self, url: str, call: Call, headers: Mapping[str, str]) -> Answer: ...


def look(addresses: Sequence[str], *, guard: Guard) -> dict[str, str | None]:
    """Each address with the reason why it is dead, or None: where it is not, and where that is not certain."""
    with ThreadPoolExecutor(max_workers=AT_ONCE) as threads:
        reasons: Iterable[str | None] = threads.map(lambda address: _dead(address, guard), addresses)
        return dict(zip(addresses, reasons, strict=True))


def _dead(address: str, guard: Guard) -> str | None:
    try:
        guard.check(address)
    except UnknownHostError as error:
        return str(error)
    except (InvalidInputError, DependencyError):
        return None  # it may be there, for others
    return _gone(address, guard)


def _gone(address: str, guard: Guard) -> str | None:
    """Only what is gone however it is asked for: some know no HEAD."""
    status = 0
    for method in ("HEAD", "GET"):
        call = Call(method=method, path="", repeatable=True, max_answer=_MOST)
        try:
            status = guard.send_guarded(address, call, {}).status
        except (NotSentError, NoAnswerError):
            return None
        if status not in _GONE:
            return None
    return f"it answers {status}"
