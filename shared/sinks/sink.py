"""What a sink is: a place outside where events are brought. A new one is one file beside this and a row in `names.py`.

A sink is pure functions, *build the call* and *read the answer*, around the seam that asks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Protocol

from shared.runtime.http import Call

GIVES_UP_AFTER: Final = timedelta(days=3)  # since the first try, however often its service was away

Detail = Mapping[str, Any]  # an event as it travels, see `shared/ledger/envelope.py`


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What stands at the provider for an event."""

    external_id: str | None
    url: str | None = None  # where people see it


class Sink(Protocol):
    """`can_look`: the provider can be asked what an earlier try has done."""

    name: str
    can_look: bool
    gives_up_after: timedelta
    settles_after: timedelta  # before what was done is sure to be found

    def skips(self, event: Detail) -> str | None:
        """Why the event is nothing for this sink; None where it is."""

    def request(self, event: Detail) -> Call:
        """What the provider is asked; shown in a dry run. Raises InvalidInputError for what it would never take."""

    def send(self, event: Detail) -> Made:
        """Raises ServiceError; InvalidInputError as `request`."""

    def find(self, event: Detail) -> Made | None:
        """What an earlier try has done; None where it did nothing. Raises ServiceError."""
