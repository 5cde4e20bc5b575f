"""How the commands of the control plane end: the one place that says so."""

from typing import Final

from shared.runtime.http import ServiceError

DONE: Final = 0
FAILED: Final = 1
CALLED_WRONGLY: Final = 2
NO_ANSWER: Final = 3
REFUSED: Final = 4
STOPPED: Final = 130

WORDS: Final = """\
It ends with
  0    it was done, what was followed is completed, what was asked after is healthy
  1    it was done, and what came of it is bad: a run was compensated or failed, something is unhealthy or away
  2    it was called wrongly; nothing was asked
  3    the API cannot be reached, did not answer in time, or failed (5xx)
  4    the API refused (4xx): nothing was changed
  130  it was stopped with Ctrl-C"""


def code_of(error: ServiceError) -> int:
    """Of what the API said, or did not say."""
    return REFUSED if error.answer is not None and 400 <= error.answer.status < 500 else NO_ANSWER
