"""The stand-ins as tests and the demo use them."""

import time
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import httpx

from tests.support.ends import FOR_EVER

_TIMEOUT = 90.0  # seconds; an action answers when its webhook is settled, and that may take all its tries


class StandInError(Exception):
    """A control page refused."""


class StandIns:
    """Looks at, sets and moves stand-ins by their addresses, as `scripts.stand_ins.start` gives them."""

    def __init__(self, addresses: Mapping[str, str]) -> None:
        self.addresses = dict(addresses)
        # No connection is kept: whoever uses this has nothing to close.
        limits = httpx.Limits(max_keepalive_connections=0)
        self._client = httpx.Client(trust_env=False, timeout=_TIMEOUT, limits=limits)

    def control(self, service: str) -> dict[str, Any]:
        """All that its control page shows: state, requests, violations, callbacks, settings."""
        return dict(self._ask("GET", service, ""))

    def state(self, service: str) -> dict[str, Any]:
        return dict(self.control(service)["state"])

    def set(self, service: str, **settings: Any) -> dict[str, Any]:
        """Merge these settings; `faults={"slow": 2.0}` changes that one fault and no other."""
        return dict(self._ask("PUT", service, "", settings))

    def reset(self, *services: str) -> None:
        """Make them as new, settings included: those named, or all."""
        for service in services or self.addresses:
            self._ask("POST", service, "/reset")

    def act(self, service: str, action: str, **body: Any) -> dict[str, Any]:
        return dict(self._ask("POST", service, f"/{action}", body))

    def report(self, matches: list[dict[str, Any]], **body: Any) -> dict[str, Any]:
        """The scraper reports now; tells what came of the webhook."""
        return self.act("scraper", "report", matches=matches, **body)

    def say(self, listing_id: str, webhook: str, *, webhook_id: str | None = None, **body: Any) -> dict[str, Any]:
        """The chat bot calls back now; tells what came of it: `state`, `statuses` of its tries, `answer`."""
        return self.act("chatterbot", "say", listing_id=listing_id, webhook=webhook, body=body, **_given(webhook_id))

    def sell(self, listing_id: str, *, webhook_id: str | None = None, **body: Any) -> dict[str, Any]:
        """Somebody buys it now; tells what came of the webhook."""
        return self.act("ebay", "sell", listing_id=listing_id, body=body, **_given(webhook_id))

    def photo(self, chat_id: int, content: bytes | None = None, **message: Any) -> dict[str, Any]:
        """A user sends a photo, with a `caption`, `media_group_id`, or `as_document`; tells what came of the update."""
        uploaded = {} if content is None else {"photo": b64encode(content).decode()}
        return self.act("telegram", "photo", chat_id=chat_id, **uploaded, **message)

    def repeat(self, update_id: int) -> dict[str, Any]:
        """Telegram sends the same update again."""
        return self.act("telegram", "repeat", update_id=update_id)

    def delivered(self, listing_id: str | None = None) -> list[dict[str, Any]]:
        """Messages that reached a seller: all of them, or those about one listing."""
        every = self.state("chatterbot")["delivered"]
        return [one for one in every if listing_id in (None, one["listing_id"])]

    def pages(self) -> list[dict[str, Any]]:
        """Pages in Notion, oldest first, each with the `children` or the `markdown` it came with."""
        return list(self.state("notion")["pages"])

    def calendar_events(self, calendar_id: str | None = None) -> list[dict[str, Any]]:
        """Events of all calendars or of one, cancelled ones too."""
        every = self.state("google")["events"]
        return [event for name, events in every.items() if calendar_id in (None, name) for event in events.values()]

    def draft_orders(self) -> list[dict[str, Any]]:
        """Draft orders in the shop, oldest first; what they were made of is their `input`."""
        return list(self.state("shopify")["draft_orders"])

    def metaobjects(self) -> list[dict[str, Any]]:
        return list(self.state("shopify")["metaobjects"])

    def discord_messages(self, channel_id: str | None = None) -> list[dict[str, Any]]:
        """Messages the bot wrote, in all channels or in one."""
        every = self.state("discord")["messages"]
        return [message for name, messages in every.items() if channel_id in (None, name) for message in messages]

    def violations(self) -> list[str]:
        """What any of them was sent that is not as docs/services.md, or the provider, says it."""
        return [
            f"{service}: {one['request']}: {one['reason']}"
            for service in self.addresses
            for one in self.control(service)["violations"]
        ]

    def settle(self, *services: str) -> None:
        """Wait until nothing more is being called back. Raises TimeoutError where it never ends."""
        end = time.monotonic() + FOR_EVER
        while busy := [name for name in services or self.addresses if self.control(name)["under_way"]]:
            if time.monotonic() > end:
                raise TimeoutError(f"still calling back: {', '.join(busy)}")
            time.sleep(0.05)

    def _ask(self, method: str, service: str, rest: str, body: Mapping[str, Any] | None = None) -> Any:
        own = self.addresses[service]
        others = [address for name, address in self.addresses.items() if name != service]
        for address in (own, *others):  # where its own socket is closed, a neighbour knows the way
            try:
                answer = self._client.request(method, f"{address}/_control/@{service}{rest}", json=body)
            except httpx.ConnectError:
                continue
            return _read(answer)
        raise StandInError(f"no stand-in answers at {', '.join(self.addresses.values())}")


def _given(webhook_id: str | None) -> dict[str, str]:
    return {} if webhook_id is None else {"webhook_id": webhook_id}


def _read(answer: httpx.Response) -> Any:
    if answer.is_error:
        raise StandInError(f"{answer.status_code}: {answer.text}")
    return answer.json() or {}
