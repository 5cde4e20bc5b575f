"""The AWS behind the deployed stack: queues, timers and functions, as a test looks at them and pushes them."""

import json
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

import boto3
import httpx
from botocore.config import Config

from scripts.bus_log import events_seen
from scripts.stack import Stack
from shared.ledger.envelope import Event
from shared.ledger.store import DynamoLedger
from tests.support.ends import FOR_EVER
from tests.support.waiting import eventually

# Each sink with its queue, that of its dead letters, and the function that serves it.
SINKS = {
    "notion": ("NotionQueue", "NotionDeadLetters", "DeliverEventsToNotionFunction"),
    "google-calendar": ("CalendarQueue", "CalendarDeadLetters", "DeliverEventsToCalendarFunction"),
    "shopify": ("ShopifyQueue", "ShopifyDeadLetters", "DeliverEventsToShopifyFunction"),
    "discord": ("DiscordQueue", "DiscordDeadLetters", "DeliverEventsToDiscordFunction"),
    "telegram": ("TelegramQueue", "TelegramDeadLetters", "DeliverEventsToTelegramFunction"),
}
_QUEUES = (
    "ListingQueue",
    "TimerQueue",
    "CommandQueue",
    "CardQueue",
    "DeployQueue",
    "ClaimQueue",
    "AgentNoticeQueue",
    *(queue for queue, _, _ in SINKS.values()),
)
_TALKERS = ("RunCommandsFunction", "PostCardsFunction", "ConductDeploysFunction")
# Each service that has a circuit, with the functions that call it.
_CALLERS = {
    "scraper": ("RunSearchesFunction", "ServeAdminFunction", "RunCommandsFunction"),
    "chatterbot": ("AdvanceListingsFunction",),
    "ebay": ("AdvanceListingsFunction",),
    **{sink: (function,) for sink, (_, _, function) in SINKS.items()},
}
_CALLERS["discord"] += _TALKERS
_CALLERS["telegram"] += ("AdvanceListingsFunction",)
_COUNTS = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
_DELAYED = "ApproximateNumberOfMessagesDelayed"


class Cloud:
    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self._clients: dict[str, Any] = {}

    def client(self, service: str) -> Any:
        """boto3's client, for the local AWS."""
        if service not in self._clients:
            config = Config(max_pool_connections=32)
            self._clients[service] = boto3.client(service, endpoint_url=self.stack.aws_endpoint_url, config=config)  # type: ignore[call-overload]
        return self._clients[service]

    @cached_property
    def _names(self) -> dict[str, str]:
        found = self.client("cloudformation").describe_stack_resources(StackName=self.stack.stack_name)
        return {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in found["StackResources"]}

    def name(self, logical_id: str) -> str:
        """What CloudFormation has called it: a queue's address, a function's name."""
        return self._names[logical_id]

    # events

    def facts(self, listing_id: str) -> list[Event]:
        """All that is recorded of a listing, oldest first."""
        return list(self.ledger.history("LISTING", listing_id))

    @cached_property
    def ledger(self) -> DynamoLedger:
        return DynamoLedger(self.client("dynamodb"), self.stack.outputs["LedgerTableName"])

    def on_the_bus(self, subject: str, *types: str, number: int = 1) -> list[Any]:
        """The events about one subject, of these types or of all, as soon as there are so many."""

        def about(events: list[Any]) -> list[Any]:
            return [one for one in events if one["subject"] == subject and (not types or one["type"] in types)]

        group, since = self.stack.outputs["EventLogGroupName"], datetime.now(UTC) - timedelta(minutes=5)
        return about(events_seen(group, since=since, enough=lambda seen: len(about(seen)) >= number, limit=FOR_EVER))

    # queues

    def send(self, queue: str, event: Any, *, times: int = 1) -> None:
        """The same event once more, as a rule delivers it."""
        body = json.dumps({"detail": event, "detail-type": event["type"]})
        for _ in range(times):
            self.client("sqs").send_message(QueueUrl=self.name(queue), MessageBody=body)

    def waiting(self, queue: str, *, delayed: bool = False) -> int:
        """How many messages are there or in hand; those that wait for their time, too, where they are asked for."""
        wanted = [*_COUNTS, _DELAYED] if delayed else list(_COUNTS)
        answer = self.client("sqs").get_queue_attributes(QueueUrl=self.name(queue), AttributeNames=wanted)
        return sum(int(number) for number in answer["Attributes"].values())

    def settle(self, *queues: str) -> None:
        """Wait until nothing is in hand in these queues, or in any."""

        def quiet() -> bool:
            return all(self.waiting(queue) == 0 for queue in queues or _QUEUES)

        eventually(lambda: quiet() and quiet())

    def letters(self, queue: str) -> list[dict[str, Any]]:
        """The dead letters that lie there, each as its body says it; they are taken out."""
        client, url, found = self.client("sqs"), self.name(queue), []
        while taken := client.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
            for one in taken:
                client.delete_message(QueueUrl=url, ReceiptHandle=one["ReceiptHandle"])
                found.append(json.loads(one["Body"]))
        return found

    def put(self, queue: str, letter: Any) -> None:
        """A dead letter back into a queue, as it is."""
        self.client("sqs").send_message(QueueUrl=self.name(queue), MessageBody=json.dumps(letter))

    # rules

    def listen(self, rule: str, *, on: bool) -> None:
        """What is shown of listings costs time: tests that have no use for it do without."""
        change = self.client("events").enable_rule if on else self.client("events").disable_rule
        change(Name=self.name(rule).rpartition("|")[2], EventBusName=self.stack.outputs["EventBusName"])

    # timers

    def timers(self, listing_id: str) -> dict[str, str]:
        """Name and status of each timer of a listing."""
        return {one["name"]: one["status"] for one in self._executions() if one["name"].startswith(listing_id)}

    def _executions(self, **wanted: Any) -> list[dict[str, Any]]:
        pages = self.client("stepfunctions").get_paginator("list_executions")
        machine = self.stack.outputs["ListingTimerArn"]
        return [one for page in pages.paginate(stateMachineArn=machine, **wanted) for one in page["executions"]]

    @contextmanager
    def fast_time(self, scale: float, *, only: Collection[str]) -> Iterator[None]:
        """The timers of these listings run so much faster; those of all others are stopped for good."""
        self._stop_others(only)
        self._scale_waits(scale)
        try:
            yield
        finally:
            self._scale_waits(1)

    def _stop_others(self, only: Collection[str]) -> None:
        self.settle("TimerQueue")
        running = self._executions(statusFilter="RUNNING")
        others = [one["executionArn"] for one in running if not one["name"].startswith(tuple(only))]
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda arn: self.client("stepfunctions").stop_execution(executionArn=arn), others))

    def _scale_waits(self, scale: float) -> None:
        said = {"stepfunctions._SFN_WAIT_SCALE": scale}
        address = f"{self.stack.aws_endpoint_url}/_ministack/config"
        assert httpx.post(address, json=said, trust_env=False).json()["applied"] == said

    # functions

    def invoke(self, function: str, event: Any) -> Any:
        """What the function returns. Raises AssertionError where it fails."""
        answer = self.client("lambda").invoke(FunctionName=self.name(function), Payload=json.dumps(event))
        said = json.loads(answer["Payload"].read() or b"null")
        assert "FunctionError" not in answer, said
        return said

    def restart(self, *names: str) -> None:
        """No process of these functions goes on: the next call starts one that remembers nothing."""
        functions = self.client("lambda")
        for function in map(self.name, names):
            known = functions.get_function_configuration(FunctionName=function)
            functions.update_function_configuration(FunctionName=function, MemorySize=known["MemorySize"])

    # circuits

    def circuit(self, service: str) -> str:
        """CLOSED where there is none yet."""
        return str(self._circuit(service).get("state", {}).get("S", "CLOSED")).upper()

    def _circuit(self, service: str) -> dict[str, Any]:
        table, key = self.stack.outputs["StateTableName"], {"pk": {"S": f"circuit:{service}"}}
        found: dict[str, Any] = self.client("dynamodb").get_item(TableName=table, Key=key).get("Item", {})
        return found

    def close_circuits(self, *services: str) -> None:
        """Those of these services, or all, are closed, and no process remembers otherwise: each starts anew.

        What a process has in hand when it is ended lies there for minutes: none serves a sink just then.
        """
        meant = services or tuple(_CALLERS)
        self.settle(*(queue for queue, _, _ in SINKS.values()))
        table = self.stack.outputs["StateTableName"]
        for service in meant:
            self.client("dynamodb").delete_item(TableName=table, Key={"pk": {"S": f"circuit:{service}"}})
        self.restart(*dict.fromkeys(function for service in meant for function in _CALLERS[service]))
