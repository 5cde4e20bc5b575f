"""POST /discord/interactions -> what Discord is answered at once; what was asked for, on CommandQueue."""

import shared.runtime.cold_start  # noqa: F401 - before all else, see there

# isort: split
import gc
import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

from functions.receive_interactions.report import line
from functions.receive_interactions.service import Done, Receiver
from functions.receive_interactions.store import Board, CommandQueue, Seen
from shared.discord.access import Access
from shared.discord.signature import key_bytes
from shared.runtime.aws_calls import aws_from_environment
from shared.runtime.environment import variable

_TITLES = {400: "Bad Request", 401: "Unauthorized"}
_DETAILS = {400: "This is no interaction.", 401: "A valid signature of Discord's, over a new interaction, is needed."}

stage = variable("STAGE")
aws = aws_from_environment()
board = Board(aws, variable("LEDGER_TABLE"))


def suggest(source: Mapping[str, Any], typed: str) -> Sequence[Mapping[str, str]]:
    from functions.receive_interactions import suggestions  # loaded when somebody types

    return suggestions.suggest(source, typed, board=board)


def read_table() -> Mapping[str, Any]:
    """How each command is answered at once; made by `python -m scripts.generate`."""
    with open(f"{__file__.rpartition('/')[0]}/commands.json", encoding="utf-8") as file:  # noqa: PTH123 - costs 5 ms
        table: dict[str, Any] = json.load(file)
    return table


receiver = Receiver(
    read_table(),
    Access(
        viewer=variable("DISCORD_VIEWERS", ""),
        operator=variable("DISCORD_OPERATORS", ""),
        admin=variable("DISCORD_ADMINS", ""),
    ),
    key_bytes(variable("DISCORD_PUBLIC_KEY", "")),
    seen=Seen(aws, variable("STATE_TABLE"), now=time.time),
    queue=CommandQueue(aws, variable("QUEUE_URL", "")),
    suggest=suggest,
    now=time.time,
)


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    began = time.perf_counter()
    done = receiver.receive(event)
    answer = _answer(done, event)
    print(line(done, stage=stage, milliseconds=(time.perf_counter() - began) * 1000))
    return answer


def _answer(done: Done, event: Mapping[str, Any]) -> dict[str, Any]:
    if done.answer is not None:
        return {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": json.dumps(done.answer)}
    problem = {
        "type": "about:blank",
        "title": _TITLES[done.status],
        "status": done.status,
        "detail": _DETAILS[done.status],
        "instance": str(event.get("path")),
        # There is no trace before there is an interaction: the id of the request is in the access log.
        "trace_id": str((event.get("requestContext") or {}).get("requestId")),
    }
    headers = {"Content-Type": "application/problem+json"}
    return {"statusCode": done.status, "headers": headers, "body": json.dumps(problem)}


gc.freeze()  # what is loaded stays: see cold_start, which this ends
gc.enable()
