"""Messages posted to the deployed API, what is on record of them, and what stands for them at the providers."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

import httpx

from scripts.up import DISCORD_CHANNEL, TELEGRAM_CHAT
from tests.stand_ins.client import StandIns
from tests.support.api import Api
from tests.support.waiting import eventually

# What the sinks call the service behind them, where the stand-in is called otherwise.
STAND_INS = {"google-calendar": "google"}
SOON = "2026-12-01T15:00:00Z"


def a_message(**said: Any) -> dict[str, Any]:
    """Plain chat under an id that no other test uses."""
    return {"id": f"m-{uuid4().hex}", "content": "Buy more tape", "author": "Alice", "channel": "general"} | said


def a_meeting(**said: Any) -> dict[str, Any]:
    return a_message(event_type="meeting.created", content="Talk to the carrier", scheduled_for=SOON) | said


def a_sale(**said: Any) -> dict[str, Any]:
    sold = {"item": "Sony A6400", "price": "420.50", "currency": "EUR"}
    return a_message(event_type="sale.recorded", content="Sold the A6400") | sold | said


def event_id(message: Mapping[str, Any]) -> str:
    return f"message:{message['id']}:1"


class Posting:
    def __init__(self, api: Api, services: StandIns) -> None:
        self.api = api
        self.services = services

    def post(self, *messages: Mapping[str, Any], **query: Any) -> dict[str, Any]:
        """What is answered to a list of them."""
        answer = self.api.call("POST", "/messages", json=list(messages), params=query)
        said: dict[str, Any] = answer.raise_for_status().json()
        return said

    def posted(self, message: Mapping[str, Any]) -> str:
        """The id of its event."""
        (routed,) = self.post(message)["messages"]
        return str(routed["event_id"])

    # records

    def deliveries(self, of: str) -> dict[str, dict[str, Any]]:
        """All of one event, by sink."""
        return {one["sink"]: one for one in self.listed(event_id=of)}

    def listed(self, **query: Any) -> list[dict[str, Any]]:
        """Every page."""
        found: list[dict[str, Any]] = []
        while True:
            answer = self.api.call("GET", "/admin/deliveries", role="viewer", params=query)
            page = answer.raise_for_status().json()
            found += page["deliveries"]
            if not page["next_cursor"]:
                return found
            query["cursor"] = page["next_cursor"]

    def when(self, of: str, sink: str, is_wanted: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
        """The delivery, as soon as it is as it is wanted."""
        last: dict[str, Any] = {}

        def look() -> bool:
            last.update(self.deliveries(of).get(sink, {}))  # of a notice nothing is said before its first try
            return bool(last and is_wanted(last))

        try:
            eventually(look)
        except AssertionError as error:
            raise AssertionError(f"{error}; the delivery is {last}") from None
        return last

    def until(self, of: str, sink: str, status: str) -> dict[str, Any]:
        return self.when(of, sink, lambda known: known["status"] == status)

    def retry(self, of: str, sink: str, **call: Any) -> httpx.Response:
        return self.api.call("POST", f"/admin/deliveries/{of}/{sink}/retry", **call)

    def decide(self, sink: str, what: str, **why: Any) -> dict[str, Any]:
        """`pause` it or `resume` it."""
        answer = self.api.call("POST", f"/admin/sinks/{sink}/{what}", json=why)
        said: dict[str, Any] = answer.raise_for_status().json()
        return said

    # at the providers

    def standing(self, sink: str) -> list[tuple[str, str]]:
        """What stands there: the event it stands for, and what the provider calls it."""
        return _READERS[sink](self.services)

    def made(self, sink: str) -> Counter[str]:
        """How often each event stands there."""
        return Counter(of for of, _ in self.standing(sink))

    def times(self, of: str, sink: str) -> int:
        """How often the event stands there."""
        return self.made(sink)[of]

    def requests(self, sink: str, part: str) -> int:
        """How often requests with this in their name have come."""
        asked = self.services.control(STAND_INS.get(sink, sink))["requests"]
        return sum(number for request, number in asked.items() if part in request)


def in_telegram(services: StandIns, *words: str) -> list[str]:
    """What the operators' chat was told that has all these words in it."""
    told = [message["text"] for message in services.state("telegram")["messages"].get(str(TELEGRAM_CHAT), [])]
    return [text for text in told if all(word in text for word in words)]


def in_discord(services: StandIns, *words: str) -> list[str]:
    """The same of the channel."""
    told = [message["content"] for message in services.discord_messages(DISCORD_CHANNEL)]
    return [text for text in told if all(word in text for word in words)]


def _in_notion(services: StandIns) -> list[tuple[str, str]]:
    return [(_plain(page["properties"]["Event ID"]), page["id"]) for page in services.pages()]


def _plain(text: Mapping[str, Any]) -> str:
    return "".join(part["text"]["content"] for part in text["rich_text"])


def _in_calendar(services: StandIns) -> list[tuple[str, str]]:
    return [(one["extendedProperties"]["private"]["event_id"], one["id"]) for one in services.calendar_events()]


def _in_shop(services: StandIns) -> list[tuple[str, str]]:
    orders = [(_attributes(order)["event_id"], order["id"]) for order in services.draft_orders()]
    return orders + [(one["values"]["event_id"], one["id"]) for one in services.metaobjects()]


def _attributes(order: Mapping[str, Any]) -> dict[str, str]:
    return {one["key"]: one["value"] for one in order["input"]["customAttributes"]}


_READERS: dict[str, Callable[[StandIns], list[tuple[str, str]]]] = {
    "notion": _in_notion,
    "google-calendar": _in_calendar,
    "shopify": _in_shop,
}
