"""Messages as a ledger keeps them, put there without a function. Every argument is a detail worth naming."""

from datetime import datetime
from typing import Any

from shared.ledger.envelope import Event
from shared.ledger.ledger import Ledger
from shared.messages.contracts import read_message
from shared.messages.message import Recording
from shared.messages.routing import Decision, Sent
from shared.messages.store import LedgerMessages
from tests.support.builders import NOON, a_cause


def a_raw(message_id: str = "m-1", **said: Any) -> dict[str, Any]:
    """As somebody posts it."""
    return {"id": message_id, "content": "Buy more tape", "author": "Alice", "channel": "tasks"} | said


def keep_message(
    ledger: Ledger, message_id: str = "m-1", *, sinks: tuple[str, ...] = ("notion",), at: datetime = NOON, **said: Any
) -> Event:
    """The event of a message that goes to these sinks."""
    raw = a_raw(message_id, **said)
    message = read_message(raw, now=at, default_currency="GBP")
    decision = Decision(sent=tuple(Sent(sink=sink, route=f"to {sink}", why="always") for sink in sinks))
    lost = LedgerMessages(ledger).save_all([Recording(message=message, decision=decision, raw=raw)], a_cause(), at=at)
    assert not lost, "it was kept before"
    return ledger.event(message.event_id)
