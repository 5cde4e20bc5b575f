"""The messages of a Discord server: who sees which, how each was changed, and what is new."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from threading import Condition
from typing import Any

from shared.runtime.clock import system_clock
from tests.stand_ins.discord_places import BOT, snowflake
from tests.stand_ins.discord_uploads import Upload, Uploads
from tests.stand_ins.http import RefusedError

EPHEMERAL = 64
LOADING = 128
_SETTABLE = 4 | EPHEMERAL | 4_096  # flags that may be asked for: no embeds, private, silent
_CHANGED_BY_EDITS = ("content", "embeds", "components", "attachments")


@dataclass(slots=True, kw_only=True)
class Kept:
    """A message, and what it said before; `for_user`: nobody else sees it. `base` is where its files are."""

    message: dict[str, Any]
    for_user: str | None = None
    base: str = ""
    versions: list[dict[str, Any]] = field(default_factory=list)
    is_deleted: bool = False

    @property
    def is_loading(self) -> bool:
        return bool(self.message["flags"] & LOADING)


@dataclass(slots=True, kw_only=True)
class Written:
    """What a message is made of. `base`: the address of the server that its files are asked of."""

    body: Mapping[str, Any]
    files: Uploads = field(default_factory=dict)
    base: str = ""
    author: Mapping[str, Any] = field(default_factory=lambda: BOT | {"bot": True})
    for_user: str | None = None
    more: Mapping[str, Any] = field(default_factory=dict)  # fields that messages of its kind have


class Messages:
    """All of a server. `changed` is told of every change."""

    def __init__(self, changed: Condition) -> None:
        self.changed = changed
        self.kept: dict[str, Kept] = {}
        self.files: dict[str, Upload] = {}  # by the id of the attachment
        self.news: list[dict[str, Any]] = []

    def add(self, channel_id: str, written: Written) -> dict[str, Any]:
        message = _new(channel_id, written)
        kept = Kept(message=message, for_user=written.for_user, base=written.base)
        with self.changed:
            self._fill(kept, written.body, written.files)
            self.kept[message["id"]] = kept
            self._tell("new", kept)
        return message

    def edit(self, message_id: str, body: Mapping[str, Any], files: Uploads) -> dict[str, Any]:
        """What is not named stays. Raises RefusedError where nothing would be left, or there is no such message."""
        with self.changed:
            kept = self.find(message_id)
            before = {name: deepcopy(kept.message[name]) for name in (*_CHANGED_BY_EDITS, "edited_timestamp", "flags")}
            self._fill(kept, body, files)
            if not any(kept.message[name] for name in _CHANGED_BY_EDITS):
                kept.message.update(before)
                raise RefusedError("Cannot send an empty message", code=50006)
            kept.message["edited_timestamp"] = system_clock().isoformat()
            kept.message["flags"] &= ~LOADING
            kept.versions.append(before)
            self._tell("edit", kept)
            return kept.message

    def delete(self, message_id: str) -> None:
        """Raises RefusedError where there is no such message."""
        with self.changed:
            kept = self.find(message_id)
            kept.is_deleted = True
            self._tell("delete", kept)

    def find(self, message_id: str) -> Kept:
        """Raises RefusedError where there is none, or none any more."""
        kept = self.kept.get(message_id)
        if kept is None or kept.is_deleted:
            raise RefusedError("Unknown Message", status=404, code=10008, violation=False)
        return kept

    def public(self) -> dict[str, list[dict[str, Any]]]:
        """What everybody sees, by channel, oldest first."""
        found: dict[str, list[dict[str, Any]]] = {}
        for kept in self.kept.values():
            if not kept.for_user and not kept.is_deleted:
                found.setdefault(kept.message["channel_id"], []).append(kept.message)
        return found

    def private(self) -> list[dict[str, Any]]:
        """What one person sees, with that person's id."""
        shown = [one for one in self.kept.values() if one.for_user and not one.is_deleted]
        return [{"user_id": kept.for_user, "message": kept.message} for kept in shown]

    def histories(self) -> dict[str, list[dict[str, Any]]]:
        """What edited messages said before, oldest first, by message."""
        return {name: kept.versions for name, kept in self.kept.items() if kept.versions}

    def news_for(self, user_id: str, after: int) -> list[dict[str, Any]]:
        """Changes that this person sees, with the messages as they are now."""
        seen = [one for one in self.news[after:] if one["user_id"] in (None, user_id)]
        return [one | {"message": self.kept[one["message_id"]].message} for one in seen]

    def _tell(self, what: str, kept: Kept) -> None:
        message = kept.message
        about = {"message_id": message["id"], "channel_id": message["channel_id"], "user_id": kept.for_user}
        self.news.append({"number": len(self.news) + 1, "what": what} | about)
        self.changed.notify_all()

    def _fill(self, kept: Kept, body: Mapping[str, Any], files: Uploads) -> None:
        message = kept.message
        if "content" in body:
            message["content"] = body["content"] or ""
        if "attachments" in body or files:
            message["attachments"] = self._attachments(kept, body, files)
        if "embeds" in body:
            message["embeds"] = [_resolved(embed, message["attachments"]) for embed in body["embeds"] or []]
        if "components" in body:
            message["components"] = _numbered(body["components"] or [])

    def _attachments(self, kept: Kept, body: Mapping[str, Any], files: Uploads) -> list[dict[str, Any]]:
        """Those that were there and are named, or all where none is; then the new ones."""
        named = {str(one["id"]): one for one in body.get("attachments") or []}
        before = [one for one in kept.message["attachments"] if "attachments" not in body or one["id"] in named]
        missing = set(named) - {one["id"] for one in before} - set(map(str, files))
        if missing:
            raise RefusedError(f"attachments: there is no file {', '.join(sorted(missing))}", code=50035)
        return before + [self._attach(kept, named.get(str(number), {}), file) for number, file in files.items()]

    def _attach(self, kept: Kept, named: Mapping[str, Any], file: Upload) -> dict[str, Any]:
        number, name = snowflake(), named.get("filename") or file.name
        self.files[number] = file
        url = f"{kept.base}/attachments/{kept.message['channel_id']}/{number}/{name}"
        size = {"size": len(file.content), "content_type": file.content_type}
        return {"id": number, "filename": name, "url": url, "proxy_url": url} | size


def _new(channel_id: str, written: Written) -> dict[str, Any]:
    body = written.body
    usual = {"type": 0, "tts": False, "pinned": False, "mention_everyone": False, "edited_timestamp": None}
    lists: dict[str, Any] = {name: [] for name in ("mentions", "mention_roles", "attachments", "embeds", "components")}
    now = system_clock().isoformat()
    own = {"id": snowflake(), "channel_id": channel_id, "author": dict(written.author), "timestamp": now, "content": ""}
    nonce = {} if body.get("nonce") is None else {"nonce": body["nonce"]}
    return {**usual, **lists, **own, **nonce, "flags": (body.get("flags") or 0) & _SETTABLE, **written.more}


def _resolved(embed: Mapping[str, Any], attachments: list[dict[str, Any]]) -> dict[str, Any]:
    """With the address of the file that an image names."""
    known = {f"attachment://{one['filename']}": one["url"] for one in attachments}
    image = dict(embed.get("image") or {})
    image["url"] = known.get(image.get("url", ""), image.get("url", ""))
    return {**embed, "type": "rich"} | ({"image": image} if image["url"] else {})


def _numbered(rows: list[Any]) -> list[Any]:
    """Components as Discord gives them back: each with a number."""
    numbers = iter(range(1, 1_000))
    return [
        {"id": next(numbers)} | row | {"components": [{"id": next(numbers)} | one for one in row["components"]]}
        for row in rows
    ]
