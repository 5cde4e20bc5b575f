"""Discord: keeps what is said in channels, takes edits and commands, and sends interactions as its own client would."""

import re
from collections.abc import Mapping
from threading import Condition
from time import monotonic
from typing import Any, ClassVar

from tests.stand_ins import discord_api
from tests.stand_ins.discord_acting import Acting
from tests.stand_ins.discord_commands import Commands
from tests.stand_ins.discord_conversations import Conversations
from tests.stand_ins.discord_messages import Messages, Written
from tests.stand_ins.discord_places import BOT
from tests.stand_ins.discord_uploads import kind_of, read
from tests.stand_ins.discord_webhooks import Webhooks
from tests.stand_ins.discord_windows import Windows
from tests.stand_ins.http import Answer, RefusedError, Request
from tests.stand_ins.routes import Route
from tests.stand_ins.stand_in import Action, StandIn

_API = "/api/v10"
_BY_TOKEN = re.compile(rf"({_API}/(?:webhooks|interactions)/\d+/)[^/]+")


class Discord(StandIn):
    """Settings: `channels` (ids that exist; null: all), `forbidden` (those the bot may not write to).

    `forbidden_code` is what is said there, `nonce_seconds` is how long a nonce is known, `scope` that of a fault 429.
    `patience`: seconds an interaction waits for its answer; `processing`: seconds from the answer until its message is
    there; `token_seconds`: how long a token is good. `limits`: of each channel and of each token so many requests
    (0: any number) in so many `seconds`.
    """

    name = "discord"
    key = "discord-key"
    own_settings: ClassVar[Mapping[str, Any]] = {
        "channels": None,
        "forbidden": [],
        "forbidden_code": 50001,  # or 50013
        "nonce_seconds": 300.0,
        "scope": "user",
        "patience": 3.0,
        "processing": 0.0,
        "token_seconds": 900.0,
        "limits": {"channel": 0, "webhook": 0, "seconds": 5.0},
    }

    def routes(self) -> Mapping[str, Route]:
        one = f"{_API}/channels/{{}}/messages/{{}}"
        commands: dict[str, Route] = {}
        for path in (f"{_API}/applications/{{}}/commands", f"{_API}/applications/{{}}/guilds/{{}}/commands"):
            commands |= {f"PUT {path}": self._put_commands, f"GET {path}": self._get_commands}
        messages = {
            f"POST {_API}/channels/{{}}/messages": self._create,
            f"GET {one}": self._get,
            f"PATCH {one}": self._edit,
            f"DELETE {one}": self._delete,
            "GET /attachments/{}/{}/{}": self._file,
        }
        return messages | commands | dict(self.webhooks.routes())

    def actions(self) -> Mapping[str, Action]:
        return self.acting.actions()

    def state(self) -> dict[str, Any]:
        return {
            "messages": self.messages.public(),
            "private": self.messages.private(),
            "histories": self.messages.histories(),
            "sent": self.sent,
            "commands": {guild_id or "everywhere": known for guild_id, known in self.commands.known.items()},
            "interactions": [one.shown() for one in self.conversations.by_id.values()],
        }

    def forget(self) -> None:
        if not hasattr(self, "changed"):
            self.changed = Condition(self.lock)
        with self.changed:
            self.changed.notify_all()
        self.messages = Messages(self.changed)
        self.commands = Commands()
        self.conversations = Conversations(self, self.messages)
        self.webhooks = Webhooks(self.conversations)
        self.acting = Acting(self.conversations, self.commands)
        self.windows = Windows()
        self.sent: list[dict[str, Any]] = []  # every body that was taken, repeated ones too, with its `channel_id`
        self.nonces: dict[str, tuple[float, dict[str, Any]]] = {}  # when each came first, and its message

    def label(self, request: Request) -> str:
        """Without the token, which would make a line of its own of each."""
        return _BY_TOKEN.sub(r"\1…", request.line)

    def check_access(self, request: Request) -> None:
        if request.path.startswith("/attachments/"):
            return
        if not _BY_TOKEN.match(request.path) and request.headers.get("authorization") != f"Bot {self.key}":
            raise RefusedError("401: Unauthorized", status=401, code=0)
        if not request.headers.get("user-agent", "").startswith("DiscordBot ("):
            raise RefusedError("internal network error", status=403, code=40333)
        if request.body or request.method in ("POST", "PUT", "PATCH"):
            kind_of(request)
        if seconds := self.windows.full(request, self.settings["limits"]):
            raise discord_api.rate_limited("user", seconds)

    def refusal(self, error: RefusedError) -> Answer:
        return discord_api.refusal(error)

    def failure(self, answer: Answer) -> Answer:
        return discord_api.failure(answer, self.settings["scope"])

    def _create(self, request: Request) -> Answer:
        channel_id = self._channel(request)
        body, files = read(request)
        discord_api.check_message(body)
        if (body.get("allowed_mentions") or {}).get("parse") != []:
            self.violate(request, "allowed_mentions does not say parse: [], so that a text can call everyone")
        written = Written(body=body, files=files, base=discord_api.base(request))
        with self.lock:
            self.sent.append({"channel_id": channel_id, **body})
            message = self._known(body) or self._new(channel_id, written)
        return Answer(body=message, headers=discord_api.limits(channel_id))

    def _known(self, body: Mapping[str, Any]) -> dict[str, Any] | None:
        """The message that came with this nonce, in any channel: nonces are one author's."""
        if not body.get("enforce_nonce") or body.get("nonce") is None:
            return None
        at, message = self.nonces.get(str(body["nonce"]), (0.0, None))
        return message if message and monotonic() - at < self.settings["nonce_seconds"] else None

    def _new(self, channel_id: str, written: Written) -> dict[str, Any]:
        message = self.messages.add(channel_id, written)
        if written.body.get("nonce") is not None:
            self.nonces[str(written.body["nonce"])] = monotonic(), message
        return message

    def _get(self, request: Request) -> Answer:
        return Answer(body=self._there(request), headers=discord_api.limits(self._channel(request)))

    def _edit(self, request: Request) -> Answer:
        channel_id, message = self._channel(request), self._there(request)
        body, files = read(request)
        discord_api.check_edit(body, "Edit")
        self.conversations.check_mentions(body, request.line)
        if message["author"]["id"] != BOT["id"]:
            raise RefusedError("Cannot edit a message authored by another user", status=403, code=50005)
        with self.lock:
            self.messages.find(message["id"]).base = discord_api.base(request)
            edited = self.messages.edit(message["id"], body, files)
        return Answer(body=edited, headers=discord_api.limits(channel_id))

    def _delete(self, request: Request) -> Answer:
        self._channel(request)
        self.messages.delete(self._there(request)["id"])
        return Answer(status=204)

    def _there(self, request: Request) -> dict[str, Any]:
        """The message of a path. Private ones are out of a bot's reach that way."""
        channel_id, message_id = request.parts()[3], request.parts()[5]
        kept = self.messages.find(message_id)
        if kept.for_user or kept.message["channel_id"] != channel_id:
            raise RefusedError("Unknown Message", status=404, code=10008)
        return kept.message

    def _file(self, request: Request) -> Answer:
        file = self.messages.files.get(request.parts()[2])
        if file is None:
            raise RefusedError("Not Found", status=404, violation=False)
        return Answer(body=file.content, headers={"Content-Type": file.content_type})

    def _put_commands(self, request: Request) -> Answer:
        with self.lock:
            return Answer(body=self.commands.put(request, *_application(request)))

    def _get_commands(self, request: Request) -> Answer:
        return Answer(body=self.commands.known.get(_application(request)[1], []))

    def _channel(self, request: Request) -> str:
        channel_id = request.parts()[3]
        if not channel_id.isascii() or not channel_id.isdigit():
            raise RefusedError(f'Value "{channel_id}" is not snowflake.', code=("channel_id", "NUMBER_TYPE_COERCE"))
        known = self.settings["channels"]
        if known is not None and channel_id not in map(str, known):
            raise RefusedError("Unknown Channel", status=404, code=10003, violation=False)
        if channel_id in map(str, self.settings["forbidden"]):
            code = self.settings["forbidden_code"]
            said = "Missing Permissions" if code == 50013 else "Missing Access"
            raise RefusedError(said, status=403, code=code, violation=False)
        return channel_id


def _application(request: Request) -> tuple[str, str | None]:
    """The application and, where it is meant, the server. Raises RefusedError."""
    ids = [part for part in request.parts() if part.isascii() and part.isdigit()]
    if len(ids) != len(request.parts()) // 2 - 1:
        raise RefusedError("an id is no snowflake", code=50035)
    return ids[0], ids[1] if len(ids) > 1 else None
