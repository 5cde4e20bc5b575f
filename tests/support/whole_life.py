"""One listing, from the scraper's report to the sale, through every function of the system in this process; and what
that used of AWS. The services around answer at once, and nothing fails: it is the usual life that is counted.
"""

import base64
import io
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import boto3

from functions.advance_listings import app as advance_listings
from functions.authorize_requests import app as authorize_requests
from functions.receive_webhooks import app as receive_webhooks
from functions.relay_events import app as relay_events
from functions.send_notices import app as send_notices
from functions.serve_admin import app as serve_admin
from functions.time_listings import app as time_listings
from scripts.keys import create_key
from scripts.write_units import item_units
from shared.listings.listing import listing_id
from shared.runtime import http
from shared.runtime.http import Answer, Call
from shared.runtime.observability import logger
from tests.support.aws_calls import Call as AwsCall
from tests.support.aws_calls import watched
from tests.support.builders import a_job, a_match
from tests.support.fresh_process import forget
from tests.support.http_events import LambdaContext, api_event, as_operator, json_of, signed_headers
from tests.support.in_process import SCRAPER_SECRET, aws_in_process, template
from tests.support.stream import event_items, stream_batch

URL = "https://market.example/item/1"
JPEG = b"\xff\xd8\xff\xe0" + b"0" * 200_000
CONSUMERS: Mapping[str, Any] = {
    "ListingRule": advance_listings,
    "TimerRule": time_listings,
    "NoticeRule": send_notices,
}


@dataclass(slots=True)
class Usage:
    """What is paid for, by AWS's own units; per listing."""

    api_requests: int = 0
    invocations: Counter[str] = field(default_factory=Counter)  # by function
    write_units: int = 0
    read_units: float = 0.0
    bus_events: int = 0
    queue_requests: int = 0
    state_transitions: int = 0
    file_writes: int = 0
    log_bytes: int = 0


class Meter:
    """Reads the calls to AWS as the bill does."""

    def __init__(self, usage: Usage) -> None:
        self.usage = usage
        self._items: dict[str, Any] = {}

    def read(self, calls: list[AwsCall]) -> None:
        for call in calls:
            count = getattr(self, f"_{call.operation}", None)
            if count is not None:
                count(call.parameters)

    def _TransactWriteItems(self, asked: Any) -> None:  # noqa: N802 - the names of AWS
        for each in asked["TransactItems"]:
            self._put(each["Put"], in_transaction=True)

    def _PutItem(self, asked: Any) -> None:  # noqa: N802
        self._put(asked, in_transaction=False)

    def _put(self, put: Any, *, in_transaction: bool) -> None:
        item = put["Item"]
        key = f"{put['TableName']} {item['pk']} {item.get('sk')}"
        self.usage.write_units += item_units(item, self._items.get(key), in_transaction=in_transaction)
        self._items[key] = item

    def _GetItem(self, asked: Any) -> None:  # noqa: N802
        self.usage.read_units += 1.0 if asked.get("ConsistentRead") else 0.5

    def _BatchGetItem(self, asked: Any) -> None:  # noqa: N802
        self.usage.read_units += sum(len(table["Keys"]) for table in asked["RequestItems"].values())

    def _PutEvents(self, asked: Any) -> None:  # noqa: N802
        self.usage.bus_events += len(asked["Entries"])
        self.usage.log_bytes += sum(len(entry["Detail"]) for entry in asked["Entries"])  # EventLogRule keeps each

    def _SendMessage(self, _: Any) -> None:  # noqa: N802
        self.usage.queue_requests += 1

    def _StartExecution(self, _: Any) -> None:  # noqa: N802
        self.usage.state_transitions += 1  # into the wait, from which the listing's next step takes it

    def _PutObject(self, _: Any) -> None:  # noqa: N802
        self.usage.file_writes += 1


class Life:
    """Calls each function as AWS would, one event at a time: nothing is saved by batches."""

    def __init__(self) -> None:
        self.usage = Usage()
        self._meter = Meter(self.usage)
        self._key = create_key(name="life", role="operator")
        self._relayed = {item["id"]["S"] for item in event_items()}  # the key's own
        self._id = listing_id(URL)

    def live(self) -> dict[str, Any]:
        """The listing as it is at the end."""
        self._webhook("scraper/job-complete", a_job(a_match(URL)))
        self._webhook("chatterbot/reply-received", {"listing_id": self._id, "price": "380"})
        self._webhook("chatterbot/deal-confirmed", {"listing_id": self._id, "price": "360", "shipping": "8"})
        wanted = {"photos": [{"content_type": "image/jpeg", "size": len(JPEG)}]}
        upload = self._admin("photos", wanted)["uploads"][0]
        boto3.client("s3").put_object(Bucket="files", Key=upload["key"], Body=JPEG, ContentType="image/jpeg")
        self.usage.file_writes += 1
        self._admin("received", {"photos": [upload["key"]], "condition": "USED_EXCELLENT"})
        self._webhook("ebay/item-sold", {"listing_id": self._id, "sold_price": "489", "fees": "62"})
        return dict(json_of(serve_admin.handler(as_operator("GET", f"/admin/listings/{self._id}"), LambdaContext())))

    def _webhook(self, path: str, body: Mapping[str, Any]) -> None:
        text = json.dumps(body)
        headers = signed_headers(text, base64.b64decode(SCRAPER_SECRET), at=datetime.now(UTC))
        event = api_event("POST", f"/webhooks/{path}", body=text, headers=headers)
        self.usage.api_requests += 1
        answer = self._call(receive_webhooks, event)
        assert answer["statusCode"] < 300, answer
        self._relay()

    def _admin(self, path: str, body: Mapping[str, Any]) -> Any:
        target = f"/admin/listings/{self._id}/{path}"
        asked = api_event("POST", target, body=body, headers={"x-api-key": self._key})
        self.usage.api_requests += 1
        self._call(authorize_requests, asked | {"methodArn": "arn:aws:execute-api:::x"})
        answer = self._call(serve_admin, as_operator("POST", target, body=body))
        assert answer["statusCode"] == 200, answer
        self._relay()
        return json_of(answer)

    def _relay(self) -> None:
        """What was recorded passes over the bus and through the queues, until nothing new is recorded."""
        while new := [item for item in event_items() if item["id"]["S"] not in self._relayed]:
            self._relayed |= {item["id"]["S"] for item in new}
            calls = self._call(relay_events, stream_batch(new), returns="calls")
            for entry in [entry for call in calls for entry in call.parameters.get("Entries", [])]:
                self._deliver(entry)

    def _deliver(self, entry: Mapping[str, Any]) -> None:
        for rule, function in CONSUMERS.items():
            if entry["DetailType"] in _types(rule):
                self.usage.queue_requests += 3  # the rule sends it, Lambda receives and deletes it
                assert self._call(function, _message(entry)) == {"batchItemFailures": []}

    def _call(self, function: Any, event: Any, *, returns: str = "answer") -> Any:
        self.usage.invocations[function.__name__.split(".")[1]] += 1
        with _logged() as log, watched() as calls:
            answer = function.handler(event, LambdaContext())
        self.usage.log_bytes += len(log.getvalue())
        self._meter.read(calls)
        return answer if returns == "answer" else calls


def whole_life() -> tuple[dict[str, Any], Usage]:
    """The listing in SOLD, and what its life used."""
    forget()  # else it depends on what came before how much is read
    with aws_in_process(), _services():
        _make_timer()
        life = Life()
        return life.live(), life.usage


def _make_timer() -> None:
    client = boto3.client("stepfunctions")
    known = [machine["name"] for machine in client.list_state_machines()["stateMachines"]]
    if "timer" not in known:
        definition = {"StartAt": "Over", "States": {"Over": {"Type": "Succeed"}}}
        role = "arn:aws:iam::123456789012:role/timer"
        client.create_state_machine(name="timer", definition=json.dumps(definition), roleArn=role)


@contextmanager
def _services() -> Iterator[None]:
    """The chat bot, eBay and Telegram do at once what they are asked."""
    answers: Mapping[str, Callable[[Any], Any]] = {
        "chatterbot.test": lambda asked: {"success": True, "listing_url": asked["listing_url"]},
        "ebay.test": lambda asked: {"ebay_listing_id": "110011", "price": "499"},
        "telegram.test": lambda asked: {"ok": True, "result": {"message_id": 1}},
    }

    def send(url: str, call: Call, headers: Mapping[str, str]) -> Answer:
        said = answers[urlsplit(url).hostname or ""](call.json)
        return Answer(status=200, headers={}, body=json.dumps(said).encode())

    before = http.send
    http.send = send
    try:
        yield
    finally:
        http.send = before


@contextmanager
def _logged() -> Iterator[io.StringIO]:
    """What a function writes to its log."""
    log = io.StringIO()
    handler: Any = logger.registered_handler
    before = handler.setStream(log)
    try:
        with redirect_stdout(log):
            yield log
    finally:
        handler.setStream(before)


def _types(rule: str) -> list[str]:
    types: list[str] = template()["Resources"][rule]["Properties"]["EventPattern"]["detail-type"]
    return types


def _message(entry: Mapping[str, Any]) -> dict[str, Any]:
    body = {"detail-type": entry["DetailType"], "source": entry["Source"], "detail": json.loads(entry["Detail"])}
    attributes = {"ApproximateReceiveCount": "1", "SentTimestamp": "0", "ApproximateFirstReceiveTimestamp": "0"}
    return {
        "Records": [
            {
                "messageId": str(uuid4()),
                "receiptHandle": "handle",
                "body": json.dumps(body),
                "attributes": attributes | {"SenderId": "sender"},
                "messageAttributes": {},
                "md5OfBody": "",
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:queue",
                "awsRegion": "us-east-1",
            }
        ]
    }
