"""The composition root of dead letters."""

import time
from functools import cache
from typing import TYPE_CHECKING

from shared.runtime.clock import system_clock
from shared.runtime.wiring import bus, client, failures, ledger, queue_map

if TYPE_CHECKING:
    from shared.control.letters.ports import Ports
    from shared.control.runs.step import StepHandler


@cache
def letter_ports() -> "Ports":
    """Raises DependencyError."""
    from shared.control.letters.ports import Ports
    from shared.control.letters.republishing import republisher
    from shared.control.letters.sqs import queues_of
    from shared.control.letters.store import LetterBook

    known = queue_map()
    return Ports(
        queues=queues_of(client("sqs"), known.at, known.pairs),
        book=LetterBook(ledger(), pause=time.sleep),
        noted=failures().of,
        republish=republisher(ledger(), bus()),
        clock=system_clock,
        pause=time.sleep,
    )


def retrying() -> "StepHandler":
    from shared.control.letters.step import retry_dead_letters

    return retry_dead_letters(letter_ports())
