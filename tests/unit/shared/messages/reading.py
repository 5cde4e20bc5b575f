"""Reading messages as the tests of this room do it."""

from typing import Any

import pytest

from shared.messages.contracts import read_message
from shared.messages.message import Message
from shared.runtime.errors import InvalidInputError
from tests.support.builders import NOON


def read(raw: Any = None, **fields: Any) -> Message:
    """At noon, in a business of pounds; `fields` alone are a message that says `Hello`."""
    said = {"content": "Hello"} | fields if raw is None else raw
    return read_message(said, now=NOON, default_currency="GBP")


def refusal(raw: Any = None, **fields: Any) -> str:
    with pytest.raises(InvalidInputError) as caught:
        read(raw, **fields)
    return str(caught.value)
