"""The composition root of traces: where spans are kept and read."""

import time
from functools import cache
from typing import TYPE_CHECKING

from shared.runtime.settings import settings
from shared.runtime.wiring import client

if TYPE_CHECKING:
    from shared.control.tracing.store import DynamoTraces


@cache
def traces() -> "DynamoTraces":
    from shared.control.tracing.store import DynamoTraces

    return DynamoTraces(client("dynamodb"), settings().trace_table, pause=time.sleep)
