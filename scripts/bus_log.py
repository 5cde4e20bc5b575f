"""What passed over the bus, read from the log group that a rule of the template fills."""

import json
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import boto3

_PAUSE = 0.2  # seconds between two looks


def events_seen(log_group: str, *, since: datetime, enough: Callable[[list[Any]], bool], limit: float) -> list[Any]:
    """The events (`detail` of each) in order of time, as soon as they are enough, or after `limit` seconds.

    An event that came twice is shown twice.
    """
    logs = boto3.client("logs").get_paginator("filter_log_events")
    deadline = time.monotonic() + limit
    while True:
        pages = logs.paginate(logGroupName=log_group, startTime=int(since.timestamp() * 1000))
        seen = [json.loads(entry["message"])["detail"] for page in pages for entry in page["events"]]
        if enough(seen) or time.monotonic() > deadline:
            return sorted(seen, key=lambda event: (event["time"], event["version"]))
        time.sleep(_PAUSE)
