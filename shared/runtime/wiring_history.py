"""The composition root of the history: what has events replayed."""

import time
from functools import cache
from typing import TYPE_CHECKING

from shared.runtime.clock import system_clock
from shared.runtime.wiring import bus, ledger

if TYPE_CHECKING:
    from shared.control.history.replaying import Replaying


@cache
def replaying() -> "Replaying":
    from shared.control.history.replaying import Replaying
    from shared.control.history.store import LedgerMarks

    return Replaying(ledger=ledger(), bus=bus(), marks=LedgerMarks(ledger()), clock=system_clock, pause=time.sleep)
