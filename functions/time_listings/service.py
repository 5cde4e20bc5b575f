"""Start the timer of the state a listing has entered, stop that of the one it has left."""

from collections.abc import Collection, Mapping
from typing import Any

from shared.ledger.envelope import from_text
from shared.listings.lifecycle import State
from shared.listings.timers import Timers


def keep_time(event: Mapping[str, Any], *, timers: Timers, timed: Collection[State]) -> None:
    """`event` is one of entry: `listing.created` or `listing.state.…`. Twice, or late, it does no harm.

    Raises DependencyError.
    """
    listing_id, data = event["subject"], event["data"]
    # A timer that has run out brings its own machine to its end.
    if data.get("from_state") in timed and "from_version" in data and event["actor"] != "timer":
        timers.stop(listing_id, data["from_version"])
    if data.get("reminder_at"):
        trace = {name: event[name] for name in ("id", "trace_id", "correlation_id")}
        timers.start(listing_id, event["version"], until=from_text(data["reminder_at"]), trace=trace)
