"""How agents are told of work: what anybody with the library of Standard Webhooks can check."""

import base64
import hmac
import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from shared.blackboard.webhook import agent_secret, check_queue, masters, signed_headers
from shared.runtime.errors import InvalidInputError

MASTER = b"the-key-under-the-secrets-of-agents"
BODY = json.dumps({"type": "work.bid", "agent": "Wörter"}, ensure_ascii=False).encode()


def test_an_agent_s_secret_is_made_of_its_instance_and_name() -> None:
    expected = base64.b64encode(hmac.new(MASTER, b"default/Writer", sha256).digest()).decode()
    assert agent_secret(MASTER, "default", "Writer") == f"whsec_{expected}"
    assert agent_secret(MASTER, "default", "Writer") == agent_secret(MASTER, "default", "Writer")


def test_no_two_agents_and_no_two_keys_have_the_same_secret() -> None:
    made = {
        agent_secret(master, instance, name)
        for master in (MASTER, b"another")
        for instance in ("default", "other")
        for name in ("Writer", "Reader")
    }
    assert len(made) == 8


def test_what_is_signed_is_believed_by_the_library_of_standard_webhooks() -> None:
    secret = agent_secret(MASTER, "default", "Writer")
    headers = signed_headers("claim:1:2:Writer", BODY, [secret], at=datetime.now(UTC))
    assert Webhook(secret).verify(BODY, headers) == json.loads(BODY)


def test_while_the_key_is_changed_both_secrets_are_believed() -> None:
    old, new, other = (agent_secret(master, "default", "Writer") for master in (MASTER, b"new", b"other"))
    headers = signed_headers("claim:1:2:Writer", BODY, [new, old], at=datetime.now(UTC))
    assert Webhook(old).verify(BODY, headers) == Webhook(new).verify(BODY, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(other).verify(BODY, headers)


@pytest.mark.parametrize("change", ["body", "id", "time"])
def test_what_was_changed_on_the_way_is_not_believed(change: str) -> None:
    secret, now = agent_secret(MASTER, "default", "Writer"), datetime.now(UTC)
    headers = signed_headers("claim:1:2:Writer", BODY, [secret], at=now)
    body = BODY + b" " if change == "body" else BODY
    headers |= {"webhook-id": "claim:1:3:Writer"} if change == "id" else {}
    headers |= {"webhook-timestamp": str(int(now.timestamp()) + 1)} if change == "time" else {}
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body, headers)


def test_another_try_says_the_same_at_another_time() -> None:
    secret, now = agent_secret(MASTER, "default", "Writer"), datetime.now(UTC)
    one, other = (signed_headers("id", BODY, [secret], at=now - timedelta(seconds=n)) for n in (0, 60))
    assert one["webhook-id"] == other["webhook-id"]
    assert one["webhook-timestamp"] != other["webhook-timestamp"]


def test_the_keys_under_the_secrets_are_the_current_one_and_the_one_before() -> None:
    assert masters({"current": "a"}) == [b"a"]
    assert masters({"previous": "b", "current": "a"}) == [b"a", b"b"]
    assert masters({"previous": "", "current": "a", "note": "c"}) == [b"a"]


@pytest.mark.parametrize("name", ["switchyard-agent-writer", "switchyard-agent-1", "switchyard-agent--_"])
def test_an_agent_s_queue_begins_as_the_stack_has_it(name: str) -> None:
    check_queue(name, "switchyard-agent-")


@pytest.mark.parametrize(
    "name",
    [
        "",
        "switchyard-agent-",
        "switchyard-AgentNoticeQueue-1ABC",
        "other-agent-writer",
        "xswitchyard-agent-writer",
        "SWITCHYARD-AGENT-writer",
        "switchyard-agent-writer.fifo",
        "switchyard-agent-a/../queue",
        "switchyard-agent-a\n",
        "switchyard-agent-" + "a" * 64,
        "https://sqs.us-east-1.amazonaws.com/1/switchyard-agent-writer",
    ],
)
def test_no_other_queue_is_an_agent_s(name: str) -> None:
    with pytest.raises(InvalidInputError):
        check_queue(name, "switchyard-agent-")
