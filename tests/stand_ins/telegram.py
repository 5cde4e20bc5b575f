"""Telegram: takes messages and gives files as the Bot API does, and sends updates as `setWebhook` asks for it."""

from collections.abc import Mapping
from itertools import count
from time import time
from typing import Any, ClassVar

from tests.stand_ins import bot_api, photos
from tests.stand_ins.checks import check_headers, check_query
from tests.stand_ins.http import Answer, RefusedError, Request
from tests.stand_ins.routes import Route
from tests.stand_ins.stand_in import Action, StandIn

_SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
_LARGEST_FILE = 20_000_000  # that a bot may download
_BOT = {"id": 1234567, "is_bot": True, "first_name": "Switchyard", "username": "switchyard_bot"}
_USER = {"id": 42, "is_bot": False, "first_name": "Anna", "language_code": "en"}


def secret_token(secret: str, _webhook_id: str, _body: bytes) -> dict[str, str]:
    """How Telegram says who it is. It signs nothing, and an update has its number for a name."""
    return {_SECRET_HEADER: secret}


class Telegram(StandIn):
    """Settings: `chats` (ids that the bot may write to; null: all)."""

    name = "telegram"
    key = "1234567:telegram-key"
    own_settings: ClassVar[Mapping[str, Any]] = {"chats": None}

    def routes(self) -> Mapping[str, Route]:
        bot = f"POST /bot{self.key}"
        return {
            f"{bot}/sendMessage": self._send_message,
            f"{bot}/getFile": self._get_file,
            f"GET /file/bot{self.key}/photos/": self._file,
        }

    def actions(self) -> Mapping[str, Action]:
        return {"photo": self._photo, "text": self._text, "update": self._update, "repeat": self._repeat}

    def state(self) -> dict[str, Any]:
        files = {name: {"file_path": file.path, "file_size": len(file.content)} for name, file in self.files.items()}
        return {"messages": self.messages, "updates": self.updates, "files": files}

    def forget(self) -> None:
        self.messages: dict[str, list[dict[str, Any]]] = {}  # sent by the bot, by chat
        self.updates: dict[int, dict[str, Any]] = {}
        self.files: dict[str, photos.File] = {}
        self.message_ids = count(1)
        if not hasattr(self, "update_ids"):
            self.update_ids = count(int(time()))  # they go on: who has seen one takes it for known

    def label(self, request: Request) -> str:
        return request.line.replace(f"bot{self.key}", "bot")

    def check_access(self, request: Request) -> None:
        """The token is in the path. A file comes as it is asked for, with no headers to speak of."""
        if request.path.removeprefix("/file").split("/")[1] != f"bot{self.key}":
            raise RefusedError("Unauthorized", status=401)
        check_headers(request)

    def refusal(self, error: RefusedError) -> Answer:
        said = bot_api.DESCRIPTIONS.get(error.status, error.reason)
        description = f"Bad Request: {error.reason}" if error.status == 400 else said
        return Answer(status=error.status, body={"ok": False, "error_code": error.status, "description": description})

    def failure(self, answer: Answer) -> Answer:
        return bot_api.failure(answer)

    def _send_message(self, request: Request) -> Answer:
        body = request.json()
        bot_api.check_message(body)
        chats = self.settings["chats"]
        if chats is not None and str(body["chat_id"]) not in map(str, chats):
            raise RefusedError("chat not found", violation=False)
        message = {"message_id": next(self.message_ids), "from": _BOT, "chat": _known_chat(body["chat_id"])}
        with self.lock:
            self.messages.setdefault(str(body["chat_id"]), []).append(body)
        return _ok(message | {"date": int(time()), "text": body["text"]})

    def _get_file(self, request: Request) -> Answer:
        body = request.json()
        bot_api.check("getFile", body)
        file = self.files.get(body["file_id"])
        if file is None:
            raise RefusedError("invalid file_id")
        if len(file.content) > _LARGEST_FILE:
            raise RefusedError("file is too big", violation=False)
        return _ok(file.described() | {"file_path": file.path})

    def _file(self, request: Request) -> Answer:
        check_query(request, {})
        path = request.path.split("/", 3)[3]
        file = next((one for one in self.files.values() if one.path == path), None)
        if file is None:
            raise RefusedError("Not Found", status=404)
        return Answer(body=file.content, headers={"Content-Type": "application/octet-stream"})

    def _photo(self, body: dict[str, Any]) -> Any:
        """A user sends a photo: `{"chat_id", "photo"? (base64), "caption"?, "media_group_id"?, "as_document"?}`."""
        sizes = photos.sizes(photos.content(body.get("photo")))
        with self.lock:
            self.files |= {file.file_id: file for file in sizes}
        shown: dict[str, Any] = {"photo": [file.photo_size() for file in sizes]}
        if body.get("as_document"):
            shown = {"document": sizes[-1].document()}
        said = {name: body[name] for name in ("caption", "media_group_id") if name in body}
        return self._message(body, shown | said)

    def _text(self, body: dict[str, Any]) -> Any:
        """A user writes: `{"chat_id", "text"}`."""
        return self._message(body, {"text": body["text"]})

    def _update(self, body: dict[str, Any]) -> Any:
        """Anything that is an update, as it is; it gets a number where it has none."""
        return self._sent({"update_id": next(self.update_ids)} | body)

    def _repeat(self, body: dict[str, Any]) -> Any:
        """`{"update_id"}`: the same update again, as Telegram does where it has seen no answer."""
        if body.get("update_id") not in self.updates:
            raise RefusedError("no such update", status=404)
        return self._sent(self.updates[body["update_id"]])

    def _message(self, body: Mapping[str, Any], content: Mapping[str, Any]) -> Any:
        message = {"message_id": next(self.message_ids), "date": int(time()), "from": _USER}
        whole = {**message, "chat": _chat(body["chat_id"]), **content}
        return self._sent({"update_id": next(self.update_ids), "message": whole})

    def _sent(self, update: dict[str, Any]) -> Any:
        with self.lock:
            self.updates[update["update_id"]] = update
        url = f"{self.caller.stack.api_url()}/webhooks/telegram"
        return self.call(url, update, webhook_id=str(update["update_id"])).shown()


def _chat(chat_id: int | str) -> dict[str, Any]:
    """Groups have negative ids; a channel may be asked for by its name."""
    if str(chat_id).startswith("@"):
        return {"id": -1_000_000_000_042, "type": "channel", "title": "Switchyard", "username": str(chat_id)[1:]}
    if int(chat_id) > 0:
        return {"id": int(chat_id), "type": "private", "first_name": _USER["first_name"]}
    return {"id": int(chat_id), "type": "supergroup", "title": "Switchyard"}


def _known_chat(chat_id: int | str) -> dict[str, Any]:
    try:
        return _chat(chat_id)
    except ValueError as error:
        raise RefusedError("chat not found") from error


def _ok(result: Any) -> Answer:
    return Answer(body={"ok": True, "result": result})
