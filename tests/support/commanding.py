"""A process that carries out commands, among the stand-ins. For its answers it is too late: they go to the channel."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final

import pytest

from functions.run_commands import app
from shared.discord.access import Access
from shared.ledger.envelope import to_text
from shared.runtime.attempts import Pause
from shared.runtime.clock import system_clock
from tests.stand_ins.client import StandIns
from tests.stand_ins.discord import Discord
from tests.support.http_events import LambdaContext
from tests.support.in_process import QUEUE, QUEUE_MAP, client, set_secret, template
from tests.support.interactions import ADMIN, CHANNEL, OPERATOR, VIEWER
from tests.support.pauses import no_pause
from tests.support.queue_events import queue_batch
from tests.support.told import told

A_WHILE: Final = timedelta(minutes=1)  # since it was received: Discord knows of its first answer for sure


@contextmanager
def commanding(services: StandIns, *, pause: Pause = no_pause, **changes: str) -> Iterator[None]:
    """Inside, product code carries out commands for real; `changes` are settings. AWS has to be there."""
    set_secret("discord", bot_token=Discord.key)
    queues = [name for name, one in template()["Resources"].items() if one["Type"] == "AWS::SQS::Queue"]
    urls = [client("sqs").create_queue(QueueName=name)["QueueUrl"] for name in queues]
    where = urls[0].rpartition("/")[0]
    known = {
        "queue_url": f"{where}/{QUEUE}",
        "queue_map": QUEUE_MAP,
        "sink_mode": "apply",
        "discord_secret": "discord",
        "github_secret": "github",
        "discord_api_url": f"{services.addresses[Discord.name]}/api/v10",
        "discord_status_channel_id": CHANNEL,
    }
    with told(**(known | changes)), pytest.MonkeyPatch.context() as patch:
        patch.setattr(app, "access", Access(viewer=VIEWER, operator=OPERATOR, admin=ADMIN))
        patch.setattr(type(app.ports), "pause", staticmethod(pause))
        yield


def detail_of(interaction: Mapping[str, Any], *, acknowledged: str = "defer") -> dict[str, Any]:
    """As the receiver puts it on the queue."""
    return {
        "id": f"interaction:{interaction['id']}",
        "type": "discord.interaction",
        "trace_id": f"{int(interaction['id']):032x}",
        "acknowledged": acknowledged,
        "received_at": to_text(system_clock() - A_WHILE),
        "interaction": dict(interaction),
    }


def carry_out(*interactions: Mapping[str, Any]) -> Any:
    bodies = [json.dumps({"detail": detail_of(one)}) for one in interactions]
    return app.handler(queue_batch(*bodies), LambdaContext())


def told_in_channel(services: StandIns) -> list[str]:
    """The texts of all messages, and what stands in their embeds."""
    return [json.dumps(message, ensure_ascii=False) for message in services.discord_messages(CHANNEL)]
