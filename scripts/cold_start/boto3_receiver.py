"""The receiver of interactions as it would be over boto3: the same but for the calls. Run to be measured."""

import json
import os
import time
from collections.abc import Mapping
from typing import Any

import awslambdaric.bootstrap  # noqa: F401 - as in every process of Lambda
import boto3

from functions.receive_interactions.app import read_table
from functions.receive_interactions.service import Receiver
from shared.discord.access import Access
from shared.discord.signature import key_bytes

dynamodb = boto3.client("dynamodb")
sqs = boto3.client("sqs")


class Seen:
    def take(self, interaction_id: str, *, seconds: float) -> bool:
        item: Any = {"pk": {"S": f"interaction:{interaction_id}"}, "expires_at": {"N": str(int(time.time()) + 900)}}
        condition = "attribute_not_exists(pk)"
        dynamodb.put_item(TableName=os.environ["STATE_TABLE"], Item=item, ConditionExpression=condition)
        return True


class Queue:
    def send(self, message: Mapping[str, Any], *, seconds: float) -> None:
        sqs.send_message(QueueUrl=os.environ["QUEUE_URL"], MessageBody=json.dumps(message))


receiver = Receiver(
    read_table(),
    Access(admin=os.environ["DISCORD_ADMINS"]),
    key_bytes(os.environ["DISCORD_PUBLIC_KEY"]),
    seen=Seen(),
    queue=Queue(),
    suggest=lambda *_: [],
    now=time.time,
)
if receiver.receive(json.loads(os.environ["EVENT"])).outcome != "taken":
    raise SystemExit("it was not taken")
