"""The function that receives interactions, of an application with the tests' key, and asking an AWS of theirs."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from functions.receive_interactions import app
from functions.receive_interactions.service import Receiver
from functions.receive_interactions.store import Board, CommandQueue, Seen
from scripts.discord.signing import public_key_of
from shared.discord.access import Access
from shared.discord.signature import key_bytes
from shared.runtime.aws_calls import AwsCalls
from shared.runtime.sigv4 import Credentials
from tests.support.interactions import ADMIN, KEY, OPERATOR, VIEWER

QUEUE_URL = "https://sqs.us-east-1.amazonaws.com/123456789012/queue"


@contextmanager
def receiving(aws_url: str, table: Mapping[str, Any] | None = None) -> Iterator[None]:
    """`table` is the function's own unless it is said. Connections are closed in the end."""
    calls = AwsCalls(credentials=Credentials("test", "test"), region="us-east-1", endpoint=lambda _: aws_url)
    receiver = Receiver(
        table or app.read_table(),
        Access(viewer=VIEWER, operator=OPERATOR, admin=ADMIN),
        key_bytes(public_key_of(KEY)),
        seen=Seen(calls, "state", now=time.time),
        queue=CommandQueue(calls, QUEUE_URL),
        suggest=app.suggest,
        now=time.time,
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app, "receiver", receiver)
        patch.setattr(app, "board", Board(calls, "ledger"))
        yield
    for connection in calls._idle.values():
        connection.close()
