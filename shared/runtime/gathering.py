"""Many questions at once, and an end to waiting for answers."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any, Final

from shared.runtime.aws import AWS_ERRORS, code_of
from shared.runtime.errors import DependencyError
from shared.runtime.observability import logger

MOST_AT_ONCE: Final = 32
LATE: Final = "no answer in time"


@dataclass(frozen=True, slots=True)
class Unread:
    """What could not be read, and why, in words that may be shown."""

    reason: str


def gather(asks: Mapping[str, Callable[[], Any]], *, seconds: float) -> dict[str, Any]:
    """The answers by the names of the questions; `Unread` for those that AWS or another service refuses, or are late.

    Who has not answered by then is left to itself: a call of AWS ends some time.
    """
    if not asks:
        return {}
    threads = ThreadPoolExecutor(max_workers=min(len(asks), MOST_AT_ONCE))
    asked = {name: threads.submit(ask) for name, ask in asks.items()}
    answered, _ = wait(asked.values(), timeout=seconds)
    threads.shutdown(wait=False, cancel_futures=True)
    return {name: _answer(one) if one in answered else Unread(LATE) for name, one in asked.items()}


def _answer(answered: "Future[Any]") -> Any:
    try:
        return answered.result()
    except DependencyError as error:
        return Unread(str(error))
    except AWS_ERRORS as error:  # what is asked is gone, or may not be: the others have their answers all the same
        logger.error("AWS refused to answer", reason=str(error))
        return Unread(f"AWS refuses it ({code_of(error)})")
