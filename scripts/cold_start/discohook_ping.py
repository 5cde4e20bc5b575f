"""discohook, a library for this: from nothing to the answer to a PING. Run to be measured, where it is installed."""

import asyncio
import json
import os
from typing import Any

import awslambdaric.bootstrap  # noqa: F401 - as in every process of Lambda
import discohook

event = json.loads(os.environ["EVENT"])
app = discohook.Client(application_id="1", public_key=os.environ["DISCORD_PUBLIC_KEY"], token="", route="/")
scope = {
    "type": "http",
    "method": "POST",
    "path": "/",
    "query_string": b"",
    "headers": [(name.lower().encode(), value.encode()) for name, value in event["headers"].items()],
}
said: list[dict[str, Any]] = []


async def receive() -> dict[str, Any]:
    return {"type": "http.request", "body": event["body"].encode()}


async def send(message: dict[str, Any]) -> None:
    said.append(message)


asyncio.run(app(scope, receive, send))
if json.loads(said[-1]["body"]) != {"type": 1}:
    raise SystemExit(f"it did not answer: {said}")
