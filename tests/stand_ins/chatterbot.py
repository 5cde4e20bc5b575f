"""The chat bot: writes to sellers, and tells what they answer."""

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar
from uuid import uuid4

from shared.runtime.clock import system_clock
from tests.stand_ins import scripts
from tests.stand_ins.checks import (
    address,
    check_fields,
    check_query,
    currency,
    ends_with,
    idempotency_key,
    listing_key,
    money,
    text,
    uuid,
)
from tests.stand_ins.http import Answer, RefusedError, Request
from tests.stand_ins.routes import Route
from tests.stand_ins.stand_in import Action, StandIn

_MESSAGE = {
    "listing_id": uuid,
    "listing_url": address,
    "camera_name": text,
    "title": text,
    "price": money,
    "currency": currency,
    "template_type": text,
    "callback_url": ends_with("/webhooks/chatterbot"),
}
_SHOWN = ("listing_id", "status", "conversation_thread_id", "seller_messenger_id")
_THREAD = ("conversation_thread_id", "seller_messenger_id")


class Chatterbot(StandIn):
    """Settings: `script` for every seller, `scripts` for those that match, `answer` of POST /messages.

    A script is `{"match", "answer"?, "steps"}`; `answer` is "sent" (200), "later" (202; a step message-sent follows) or
    "failed". `no_look_up` is the status of GET /messages where the service has none.
    """

    name = "chatterbot"
    key = "chatterbot-key"
    webhooks = frozenset({"message-sent", "reply-received", "deal-confirmed", "declined"})
    own_settings: ClassVar[Mapping[str, Any]] = {
        "script": [],
        "scripts": [],
        "answer": "sent",
        "deal_share": "0.90",  # of what was asked
        "shipping": "8.00",
        "no_look_up": None,
    }

    def routes(self) -> Mapping[str, Route]:
        return {"POST /messages": self._take_on, "GET /messages": self._look_up}

    def actions(self) -> Mapping[str, Action]:
        return {"say": self._say}

    def change(self, changes: Mapping[str, Any]) -> None:
        scripts.check(self.settings | dict(changes), self.webhooks)
        super().change(changes)

    def state(self) -> dict[str, Any]:
        return {"messages": self.messages, "delivered": self.delivered, "posts": dict(self.posts)}

    def forget(self) -> None:
        self.messages: list[dict[str, Any]] = []  # every one that was asked for
        self.delivered: list[dict[str, Any]] = []  # every one that reached a seller
        self.posts: Counter[str] = Counter()  # of each listing, repeated ones too

    def _take_on(self, request: Request) -> Answer:
        body = request.json()
        check_fields(body, _MESSAGE)
        key = idempotency_key(request, listing_key(body["listing_id"]))
        with self.lock:
            self.posts[body["listing_id"]] += 1
        return self.once.do(key, body, lambda: self._written(key, body))

    def _written(self, key: str, body: dict[str, Any]) -> Answer:
        script = scripts.chosen(self.settings, body["listing_url"], body["title"])
        steps = scripts.steps(script)
        answer = script.get("answer", self.settings["answer"])
        message = {"status": "pending", "key": key, **body, **_thread()}
        with self.lock:
            self.messages.append(message)
        play = (lambda: scripts.play(self, steps, body["callback_url"], lambda *step: self._body(message, *step)),)
        if answer == "later":
            return Answer(status=202, body={}, afterwards=play)
        if answer == "failed":
            message["status"] = "failed"
            said = {"success": False, "error": "the seller cannot be reached", "timestamp": _now()}
            return Answer(body=said, afterwards=play)
        return Answer(body={"success": True, **self._deliver(message)}, afterwards=play)

    def _deliver(self, message: dict[str, Any]) -> dict[str, Any]:
        said = f"Hi, is {message['title']} still available?"
        with self.lock:
            message["status"] = "sent"
            self.delivered.append({"at": _now(), "message_sent": said, **_some(message, "listing_id", "key")})
        thread = _some(message, "listing_url", *_THREAD)
        return {**thread, "message_sent": said, "timestamp": _now()}

    def _body(self, message: dict[str, Any], webhook: str, said: Mapping[str, Any]) -> dict[str, Any]:
        with self.lock:
            if webhook == "message-sent" and message["status"] == "pending":
                self._deliver(message)
        return {"listing_id": message["listing_id"], **self._usual(message, webhook), **said}

    def _usual(self, message: Mapping[str, Any], webhook: str) -> dict[str, Any]:
        """What such a webhook says where the script says nothing."""
        if webhook == "deal-confirmed":
            price = (Decimal(message["price"]) * Decimal(self.settings["deal_share"])).quantize(Decimal("0.01"))
            return {"price": str(price), "shipping": self.settings["shipping"], "currency": message["currency"]}
        return {"reason": "it is sold already"} if webhook == "declined" else _some(message, *_THREAD)

    def _look_up(self, request: Request) -> Answer:
        if status := self.settings["no_look_up"]:
            raise RefusedError("there is no look-up", status=status, violation=False)
        listing_id = check_query(request, {"listing_id": uuid})["listing_id"]
        return Answer(body={"messages": [_some(message, *_SHOWN) for message in self._about(listing_id)]})

    def _about(self, listing_id: str) -> list[dict[str, Any]]:
        with self.lock:
            return [message for message in self.messages if message["listing_id"] == listing_id]

    def _say(self, body: dict[str, Any]) -> Any:
        """`{"listing_id", "webhook", "body"?, "webhook_id"?}`: call back now; tells what came of it."""
        check_fields(body, {"listing_id": text, "webhook": text, "body?": _anything, "webhook_id?": text})
        message = next(reversed(self._about(body["listing_id"])), None)
        said = body.get("body", {})
        whole = self._body(message, body["webhook"], said) if message else {"listing_id": body["listing_id"], **said}
        base = message["callback_url"] if message else f"{self.caller.stack.api_url()}/webhooks/chatterbot"
        return self.call(f"{base}/{body['webhook']}", whole, webhook_id=body.get("webhook_id")).shown()


def _thread() -> dict[str, str]:
    return {"conversation_thread_id": f"t_{uuid4().hex[:12]}", "seller_messenger_id": f"m_{uuid4().hex[:12]}"}


def _some(of: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: of[name] for name in names}


def _now() -> str:
    return system_clock().isoformat()


def _anything(_: Any) -> None:
    return None
