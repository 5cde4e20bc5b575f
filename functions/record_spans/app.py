"""SpanQueue: what functions did -> it is kept for a week. Of itself it tells nothing: that would never end."""

import shared.runtime.cold_start  # noqa: F401 - before all else, see there

# isort: split
from typing import Any

from functions.record_spans.service import record
from shared.runtime import wiring_tracing
from shared.runtime.observability import count, logger, observed

traces = wiring_tracing.traces()


@observed
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """The partial batch response: which messages have to come again."""
    recorded = record({one["messageId"]: one["body"] for one in event["Records"]}, traces=traces)
    count("SpansRecorded", recorded.spans)
    for message_id, reason in recorded.failed.items():
        logger.error("spans cannot be kept", message_id=message_id, reason=reason)
        count("SpansFailed")
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in recorded.failed]}
