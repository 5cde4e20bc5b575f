"""AWS in this process (moto), with the tables, bus and secrets of the template.

Not for races: moto's transactions are not safe under threads.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import yaml
from moto import mock_aws
from moto.backends import get_backend
from moto.core.models import DEFAULT_ACCOUNT_ID

from tests.support import quick_moto

TEMPLATE = Path(__file__).resolve().parents[2] / "template.yaml"
QUEUE = "queue"
DEAD_LETTERS = "dead-letters"
SPAN_QUEUE = "spans"
MACHINE = "timer"
QUEUE_MAP = "queue-map"
TELEGRAM_SECRET = {"bot_token": "1234567:telegram-key", "webhook_token": "the-token-telegram-shows"}
GITHUB_SECRET = {"token": "github-token", "webhook_secret": "the-secret-github-signs-with"}
AGENT_WEBHOOK_SECRET = {"current": "the-key-under-the-secrets-of-agents"}
SCRAPER_SECRET = "c2NyYXBlciBzZWNyZXQgb2YgdGhlIHRlc3RzLCAzMyBi"


quick_moto.begin()


class _Loader(yaml.SafeLoader):
    """Reads CloudFormation's short tags (`!Ref x`) as one-entry maps (`{Ref: x}`)."""


def _short_tag(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    match node:
        case yaml.ScalarNode():
            value: Any = loader.construct_scalar(node)
        case yaml.SequenceNode():
            value = loader.construct_sequence(node, deep=True)
        case _:
            value = loader.construct_mapping(node, deep=True)  # type: ignore[arg-type]
    return {suffix: value}


_Loader.add_multi_constructor("!", _short_tag)


@cache
def template() -> dict[str, Any]:
    """To be looked at, not to be changed."""
    loaded: dict[str, Any] = yaml.load(TEMPLATE.read_text(), Loader=_Loader)
    return loaded


def make_table(client: Any, logical_id: str, name: str) -> None:
    """The table as the template describes it, less what concerns only its keep."""
    properties = template()["Resources"][logical_id]["Properties"]
    wanted = ("BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")
    client.create_table(TableName=name, **{key: properties[key] for key in wanted if key in properties})


@cache
def client(service: str) -> Any:
    """Made once: a client costs more than all that is asked of it here."""
    return boto3.client(service)  # type: ignore[call-overload]


@contextmanager
def aws_in_process() -> Iterator[None]:
    with mock_aws():
        if _as_made:
            _restore()
        else:
            _make()
            _as_made.update({service: deepcopy(vars(_backend(service))) for service in _KEPT})
        client("s3").create_bucket(Bucket="files")
        for queue in (QUEUE, DEAD_LETTERS, SPAN_QUEUE):
            client("sqs").create_queue(QueueName=queue)
        client("ssm").put_parameter(Name=QUEUE_MAP, Type="String", Value=json.dumps(queue_map()))
        yield


# What moto knows when all is made. To have it make the same again takes four times as long.
_KEPT = ("dynamodb", "events", "secretsmanager", "stepfunctions")
_as_made: dict[str, dict[str, Any]] = {}


def _make() -> None:
    make_table(client("dynamodb"), "LedgerTable", "ledger")
    make_table(client("dynamodb"), "StateTable", "state")
    make_table(client("dynamodb"), "TraceTable", "traces")
    client("events").create_event_bus(Name="switchyard")
    for name, secret in _secrets().items():
        client("secretsmanager").create_secret(Name=name, SecretString=secret)
    role = "arn:aws:iam::123456789012:role/timer"
    client("stepfunctions").create_state_machine(name=MACHINE, definition=_A_MACHINE, roleArn=role)


def _restore() -> None:
    for service, known in _as_made.items():
        vars(_backend(service)).update(deepcopy(known))


def _backend(service: Any) -> Any:
    return get_backend(service)[DEFAULT_ACCOUNT_ID]["us-east-1"]


def queue_map() -> dict[str, Any]:
    """As the template says it, where queues have the names they have there."""
    said = template()["Resources"]["QueueMap"]["Properties"]["Value"]["Sub"]
    at = client("sqs").get_queue_url(QueueName=QUEUE)["QueueUrl"]
    read: dict[str, Any] = json.loads(re.sub(r"\$\{([A-Za-z]+)\.QueueName\}", r"\1", said.replace("${JobQueue}", at)))
    return read


def set_secret(name: str, **values: Any) -> None:
    client("secretsmanager").put_secret_value(SecretId=name, SecretString=json.dumps(values))


def dead_letters() -> list[dict[str, Any]]:
    """What was given up, as it lies there; it is taken out."""
    url = client("sqs").get_queue_url(QueueName=DEAD_LETTERS)["QueueUrl"]
    letters = []
    while found := client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
        letters += [json.loads(letter["Body"]) for letter in found]
        for letter in found:
            client("sqs").delete_message(QueueUrl=url, ReceiptHandle=letter["ReceiptHandle"])
    return letters


def _secrets() -> dict[str, str]:
    signing = json.dumps({"current": SCRAPER_SECRET})
    return {
        "scraper": signing,
        "chatterbot": signing,
        "ebay": signing,
        "telegram": json.dumps(TELEGRAM_SECRET),
        "service-keys": json.dumps({"chatterbot": "chatterbot-key", "ebay": "ebay-key", "scraper": "scraper-key"}),
        "ebay-credentials": "{}",
        "github": json.dumps(GITHUB_SECRET),
        "agent-webhooks": json.dumps(AGENT_WEBHOOK_SECRET),
        **dict.fromkeys(("notion", "google", "shopify", "discord", "peers", "sources"), "{}"),
        "cursor": "the key under the cursors of the tests",
    }


# What runs in it is nobody's business here: executions are started and stopped.
_A_MACHINE = json.dumps({"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 86_400, "End": True}}})
