"""What is said of an interaction: one line of JSON, which is a log entry and, to CloudWatch, its metrics too.

By hand: the library the other functions use takes longer to load than this function to answer. Source: CloudWatch's
Embedded Metric Format.
"""

import json
import time
from collections.abc import Mapping
from typing import Any

from functions.receive_interactions.service import Done

_NAMES: Mapping[int, str] = {1: "ping", 2: "command", 3: "component", 4: "autocomplete", 5: "form"}


def line(done: Done, *, stage: str, milliseconds: float) -> str:
    """Who did what where, and what came of it; nothing that was written or chosen, and no token."""
    count = f"Interactions{done.outcome.title()}"
    metrics = [{"Name": count, "Unit": "Count"}, {"Name": "InteractionDuration", "Unit": "Milliseconds"}]
    dimensions = {"service": "switchyard", "stage": stage}
    known: dict[str, Any] = {
        "level": "WARNING" if done.trouble else "INFO",
        "message": "interaction",
        "outcome": done.outcome,
        **_of(done),
        **dimensions,
        count: 1,
        "InteractionDuration": round(milliseconds, 1),
        "_aws": {
            "Timestamp": int(time.time() * 1000),
            "CloudWatchMetrics": [{"Namespace": "Switchyard", "Dimensions": [[*dimensions]], "Metrics": metrics}],
        },
    }
    return json.dumps(known)


def _of(done: Done) -> dict[str, Any]:
    used, trouble = done.used, {"trouble": done.trouble} if done.trouble else {}
    if used is None:
        return trouble
    about = {"id": used.id, "kind": _NAMES.get(used.kind, str(used.kind)), "name": used.name[:100]}
    return {**about, "user_id": used.user_id, "guild_id": used.guild_id, **trouble}
