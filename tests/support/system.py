"""Every function of the system in this process, called as AWS calls it: one event at a time, over the rules' queues.

The services around answer at once, and nothing fails: it is the usual that is counted.
"""

import io
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext, redirect_stdout
from typing import Any

from functions.advance_listings import app as advance_listings
from functions.authorize_requests import app as authorize_requests
from functions.deliver_events import app as deliver_events
from functions.relay_events import app as relay_events
from functions.time_listings import app as time_listings
from scripts.keys import create_key
from shared.ledger.items import event_from
from shared.runtime.observability import logger
from tests.support.aws_calls import watched
from tests.support.http_events import LambdaContext, api_event, as_operator, json_of
from tests.support.queue_events import queue_batch, replayed_entries
from tests.support.recorded import CHAT
from tests.support.stream import event_items, stream_batch
from tests.support.told import told
from tests.support.usage import Meter, Usage
from tests.unit.template_parts import RULES, is_matched, queue_at

CONSUMERS: Mapping[str, Any] = {"ListingQueue": advance_listings, "TimerQueue": time_listings}
ONLY_WITH_CARDS = {"If": ["HasCards", "ENABLED", "DISABLED"]}
# The sinks by their queues, and what the processes that serve them are told; Discord's channel is not configured.
SINKS: Mapping[str, Mapping[str, str]] = {
    "NotionQueue": {"sink": "notion", "sink_secret": "notion", "sink_target": "data-source"},
    "CalendarQueue": {"sink": "google-calendar", "sink_secret": "google", "sink_target": "calendar"},
    "ShopifyQueue": {"sink": "shopify", "sink_secret": "shopify", "sink_target": "shop.myshopify.com"},
    "DiscordQueue": {"sink": "discord", "sink_secret": "discord", "sink_target": ""},
    "TelegramQueue": {"sink": "telegram", "sink_secret": "telegram", "sink_target": str(CHAT)},
}


class System:
    """Calls each function as AWS would, one event at a time: nothing is saved by batches."""

    def __init__(self) -> None:
        self.usage = Usage()
        self._meter = Meter(self.usage)
        self._key = create_key(name="life", role="operator")
        self._relayed = {item["id"]["S"] for item in event_items()}  # what was there before

    def ask(self, function: Any, method: str, target: str, body: Any) -> Any:
        """A request of an operator, and all that follows from it."""
        asked = api_event(method, target, body=body, headers={"x-api-key": self._key})
        self.usage.api_requests += 1
        self.call(authorize_requests, asked | {"methodArn": "arn:aws:execute-api:::x"})
        answer = self.call(function, as_operator(method, target, body=body))
        assert answer["statusCode"] < 300, answer
        self.relay()
        return json_of(answer)

    def relay(self) -> None:
        """What was recorded passes over the bus and through the queues, until nothing new is recorded."""
        while new := [item for item in event_items() if item["id"]["S"] not in self._relayed]:
            self._relayed |= {item["id"]["S"] for item in new}
            calls = self.call(relay_events, stream_batch(new), returns="calls")
            for entry in [entry for call in calls for entry in call.parameters.get("Entries", [])]:
                self._deliver(entry)

    def replay(self, to: str) -> int:
        """Every event there is, onto the bus once more; how many messages came of it. What follows is not relayed."""
        events = [event_from(item) for item in event_items()]
        return sum(self._deliver(entry) for entry in replayed_entries(events, to=to))

    def call(self, function: Any, event: Any, *, returns: str = "answer") -> Any:
        self.usage.invocations[function.__name__.split(".")[1]] += 1
        with _logged() as log, watched() as calls:
            answer = function.handler(event, LambdaContext())
        self.usage.log_bytes += len(log.getvalue())
        self._meter.read(calls)
        return answer if returns == "answer" else calls

    def _deliver(self, entry: Mapping[str, Any]) -> int:
        event = {"detail-type": entry["DetailType"], "source": entry["Source"], "detail": json.loads(entry["Detail"])}
        queues = list(_queues_for(event))
        for queue in queues:
            self.usage.queue_requests += 3  # the rule sends it, Lambda receives and deletes it
            with told(**SINKS[queue], sink_mode="apply", sink_api_url="") if queue in SINKS else nullcontext():
                answer = self.call(CONSUMERS.get(queue, deliver_events), queue_batch(json.dumps(event)))
            assert answer == {"batchItemFailures": []}
        return len(queues)


def _queues_for(event: Mapping[str, Any]) -> Iterator[str]:
    """Of the rules that listen where no channel is set up for cards."""
    for rule in (one for one in RULES.values() if one["Properties"].get("State") != ONLY_WITH_CARDS):
        if is_matched(event, rule["Properties"]["EventPattern"]):
            yield from (
                queue_at(target["Arn"]) for target in rule["Properties"]["Targets"] if "GetAtt" in target["Arn"]
            )


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
