"""The receiver in docs/agents-delivery.md believes what we send, once, and nobody else."""

import json
import re
from datetime import UTC, datetime
from email.message import Message
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from shared.blackboard.webhook import agent_secret, signed_headers

PAGE = Path(__file__).resolve().parents[3] / "docs" / "agents-delivery.md"
SECRET = agent_secret(b"the-key-under-the-secrets-of-agents", "default", "Writer")
BODY = json.dumps({"type": "work.granted", "agent": "Writer"}).encode()


@pytest.fixture
def receiver() -> dict[str, Any]:
    found = re.search(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert found
    begun: list[Any] = []
    names: dict[str, Any] = {"__name__": "receiver", "begin": begun.append, "begun": begun}
    exec(found[1], names)
    names["SECRET"] = SECRET
    return names


def post(receiver: dict[str, Any], body: bytes, headers: dict[str, str]) -> int:
    statuses: list[int] = []
    hook = receiver["Hook"].__new__(receiver["Hook"])
    hook.headers = Message()
    for name, value in {"Content-Length": str(len(body)), **headers}.items():
        hook.headers[name.title()] = value
    hook.rfile = BytesIO(body)
    hook.send_response = statuses.append
    hook.end_headers = lambda: None
    hook.do_POST()
    return statuses[0]


def test_the_receiver_begins_with_what_we_signed_and_only_once(receiver: dict[str, Any]) -> None:
    headers = signed_headers("claim:1:4:Writer", BODY, [SECRET], at=datetime.now(UTC))
    assert [post(receiver, BODY, headers) for _ in range(2)] == [204, 204]
    assert receiver["begun"] == [json.loads(BODY)]


def test_the_receiver_refuses_what_nobody_signed(receiver: dict[str, Any]) -> None:
    other = agent_secret(b"another key, which is nobody's", "default", "Writer")
    headers = signed_headers("claim:1:4:Writer", BODY, [other], at=datetime.now(UTC))
    assert post(receiver, BODY, headers) == 400
    assert receiver["begun"] == []
