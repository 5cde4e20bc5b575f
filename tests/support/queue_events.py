"""Events as they come out of a queue behind a rule of EventBridge."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from shared.ledger.bus import EventBridgeBus
from shared.ledger.envelope import Event, to_detail


def message_of(event: Event) -> str:
    """The body of a message."""
    return json.dumps({"version": "0", "detail-type": event.type, "source": event.source, "detail": to_detail(event)})


def replayed_message(event: Event, *, to: str) -> str:
    """The body of the message of one that is on the bus once more."""
    (entry,) = replayed_entries([event], to=to)
    told = {"detail-type": entry["DetailType"], "source": entry["Source"], "detail": json.loads(entry["Detail"])}
    return json.dumps({"version": "0", **told})


def replayed_entries(events: Sequence[Event], *, to: str) -> list[dict[str, Any]]:
    """What a replay puts on the bus."""
    taken: list[dict[str, Any]] = []

    class Bus:
        def put_events(self, **request: Any) -> dict[str, Any]:
            taken.extend(request["Entries"])
            return {"FailedEntryCount": 0}

    client: Any = Bus()
    assert EventBridgeBus(client, "switchyard").replay(events, name="again", to=to) == len(events)
    return taken


def queue_batch(*messages: str) -> dict[str, Any]:
    return {"Records": [_record(message) for message in messages]}


def _record(body: str) -> dict[str, Any]:
    return {
        "messageId": str(uuid4()),
        "receiptHandle": "handle",
        "body": body,
        "attributes": {"ApproximateReceiveCount": "1"},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:queue",
        "awsRegion": "us-east-1",
    }
