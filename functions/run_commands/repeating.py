"""Whether a use has done its work already: SQS repeats a message, and who was cut off does not say how far it came."""

from itertools import islice
from typing import Final

from functions.run_commands.command import Use

_LOOKED_AT: Final = 200  # events of a thing, the newest


def has_done(use: Use, kind: str, thing_id: str, *types: str) -> bool:
    """This use has, when it was carried out before, whatever happened since: an event of its own says so."""
    if not use.is_repeated:
        return False
    newest = use.ports.ledger.history(kind, thing_id, newest_first=True, at_a_time=_LOOKED_AT)
    return any(event.type in types and event.trace_id == use.cause.trace_id for event in islice(newest, _LOOKED_AT))
