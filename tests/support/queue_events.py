"""Events as they come out of a queue behind a rule of EventBridge."""

import json
from typing import Any
from uuid import uuid4

from shared.ledger.envelope import Event, to_detail


def message_of(event: Event) -> str:
    """The body of a message."""
    return json.dumps({"version": "0", "detail-type": event.type, "source": event.source, "detail": to_detail(event)})


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
