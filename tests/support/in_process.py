"""AWS in this process (moto), with the tables, bus and secrets of the template.

Not for races: moto's transactions are not safe under threads.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import yaml
from moto import mock_aws

TEMPLATE = Path(__file__).resolve().parents[2] / "template.yaml"
TELEGRAM_SECRET = {"bot_token": "1234567:telegram-key", "webhook_token": "the-token-telegram-shows"}
SCRAPER_SECRET = "c2NyYXBlciBzZWNyZXQgb2YgdGhlIHRlc3RzLCAzMyBi"


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


def template() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.load(TEMPLATE.read_text(), Loader=_Loader)
    return loaded


def make_table(client: Any, logical_id: str, name: str) -> None:
    """The table as the template describes it, less what concerns only its keep."""
    properties = template()["Resources"][logical_id]["Properties"]
    wanted = ("BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")
    client.create_table(TableName=name, **{key: properties[key] for key in wanted if key in properties})


@contextmanager
def aws_in_process() -> Iterator[None]:
    with mock_aws():
        client = boto3.client("dynamodb")
        make_table(client, "LedgerTable", "ledger")
        make_table(client, "StateTable", "state")
        boto3.client("events").create_event_bus(Name="switchyard")
        secrets = boto3.client("secretsmanager")
        for source in ("scraper", "chatterbot", "ebay"):
            secrets.create_secret(Name=source, SecretString=json.dumps({"current": SCRAPER_SECRET}))
        secrets.create_secret(Name="telegram", SecretString=json.dumps(TELEGRAM_SECRET))
        secrets.create_secret(Name="service-keys", SecretString=json.dumps({"chatterbot": "chatterbot-key"}))
        secrets.create_secret(Name="ebay-credentials", SecretString="{}")
        boto3.client("s3").create_bucket(Bucket="files")
        secrets.create_secret(Name="cursor", SecretString="the key under the cursors of the tests")
        yield
