"""Discord: keeps the messages of channels; a nonce that is enforced makes one message, however often it comes."""

from collections.abc import Mapping
from itertools import count
from time import monotonic
from typing import Any, ClassVar

from shared.runtime.clock import system_clock
from tests.stand_ins import discord_api
from tests.stand_ins.http import Answer, RefusedError, Request
from tests.stand_ins.routes import Route
from tests.stand_ins.stand_in import StandIn

_EPOCH = 1_420_070_400_000  # milliseconds; snowflakes count from here
_BOT = {"id": "1300000000000000001", "username": "switchyard", "discriminator": "0", "avatar": None, "bot": True}


class Discord(StandIn):
    """Settings: `channels` (ids that exist; null: all), `forbidden` (those the bot may not write to).

    `forbidden_code` is what is said there, `nonce_seconds` is how long a nonce is known, `scope` that of a fault 429.
    """

    name = "discord"
    key = "discord-key"
    own_settings: ClassVar[Mapping[str, Any]] = {
        "channels": None,
        "forbidden": [],
        "forbidden_code": 50001,  # or 50013
        "nonce_seconds": 300.0,
        "scope": "user",
    }

    def routes(self) -> Mapping[str, Route]:
        return {"POST /api/v10/channels/{}/messages": self._create}

    def state(self) -> dict[str, Any]:
        return {"messages": self.messages, "sent": self.sent}

    def forget(self) -> None:
        self.messages: dict[str, list[dict[str, Any]]] = {}  # as the channel has them, by channel
        self.sent: list[dict[str, Any]] = []  # every body that was taken, repeated ones too, with its `channel_id`
        self.nonces: dict[str, tuple[float, dict[str, Any]]] = {}  # when each came first, and its message
        self.numbers = count()

    def check_access(self, request: Request) -> None:
        if request.headers.get("authorization") != f"Bot {self.key}":
            raise RefusedError("401: Unauthorized", status=401, code=0)
        if not request.headers.get("user-agent", "").startswith("DiscordBot ("):
            raise RefusedError("internal network error", status=403, code=40333)
        if request.headers.get("content-type", "").partition(";")[0] != "application/json":
            raise RefusedError('Expected "Content-Type" header to be one of {"application/json"}.', code=50035)

    def refusal(self, error: RefusedError) -> Answer:
        return discord_api.refusal(error)

    def failure(self, answer: Answer) -> Answer:
        return discord_api.failure(answer, self.settings["scope"])

    def _create(self, request: Request) -> Answer:
        channel_id = request.parts()[3]
        self._check_channel(channel_id)
        body = request.json()
        discord_api.check_message(body)
        if (body.get("allowed_mentions") or {}).get("parse") != []:
            self.violate(request, "allowed_mentions does not say parse: [], so that a text can call everyone")
        with self.lock:
            self.sent.append({"channel_id": channel_id, **body})
            message = self._known(body) or self._new(channel_id, body)
        return Answer(body=message, headers=discord_api.limits(channel_id))

    def _known(self, body: Mapping[str, Any]) -> dict[str, Any] | None:
        """The message that came with this nonce, in any channel: nonces are one author's."""
        if not body.get("enforce_nonce") or body.get("nonce") is None:
            return None
        at, message = self.nonces.get(str(body["nonce"]), (0.0, None))
        return message if message and monotonic() - at < self.settings["nonce_seconds"] else None

    def _new(self, channel_id: str, body: Mapping[str, Any]) -> dict[str, Any]:
        message = _message(channel_id, body, next(self.numbers))
        self.messages.setdefault(channel_id, []).append(message)
        if body.get("nonce") is not None:
            self.nonces[str(body["nonce"])] = monotonic(), message
        return message

    def _check_channel(self, channel_id: str) -> None:
        if not channel_id.isascii() or not channel_id.isdigit():
            raise RefusedError(f'Value "{channel_id}" is not snowflake.', code=("channel_id", "NUMBER_TYPE_COERCE"))
        known = self.settings["channels"]
        if known is not None and channel_id not in map(str, known):
            raise RefusedError("Unknown Channel", status=404, code=10003, violation=False)
        if channel_id in map(str, self.settings["forbidden"]):
            code = self.settings["forbidden_code"]
            said = "Missing Permissions" if code == 50013 else "Missing Access"
            raise RefusedError(said, status=403, code=code, violation=False)


def _message(channel_id: str, body: Mapping[str, Any], number: int) -> dict[str, Any]:
    now = system_clock()
    snowflake = ((int(now.timestamp() * 1_000) - _EPOCH) << 22) | number & 0x3FFFFF
    usual = {"type": 0, "tts": False, "pinned": False, "flags": 0, "mention_everyone": False, "edited_timestamp": None}
    lists: dict[str, Any] = {name: [] for name in ("mentions", "mention_roles", "attachments", "embeds", "components")}
    own = {"id": str(snowflake), "channel_id": channel_id, "author": _BOT, "timestamp": now.isoformat()}
    nonce = {} if body.get("nonce") is None else {"nonce": body["nonce"]}
    return {**usual, **lists, **own, **nonce, "content": body["content"]}
