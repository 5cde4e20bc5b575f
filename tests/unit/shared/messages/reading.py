"""Reading messages as the tests of this room do it."""

from types import MappingProxyType
from typing import Any, Final

import pytest

from shared.messages.contracts import read_message
from shared.messages.message import Message
from shared.runtime.errors import InvalidInputError
from tests.support.builders import NOON

HELLO: Final = MappingProxyType({"content": "Hello"})


def read(raw: Any = HELLO, **fields: Any) -> Message:
    """At noon, in a business of pounds; `fields` alone are a message that says `Hello`."""
    said = {**HELLO, **fields} if raw is HELLO else raw
    return read_message(said, now=NOON, default_currency="GBP")


def refusal(raw: Any = HELLO, **fields: Any) -> str:
    with pytest.raises(InvalidInputError) as caught:
        read(raw, **fields)
    return str(caught.value)
