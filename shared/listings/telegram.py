"""The Telegram bot hands over the photos people send it.

Source: Telegram Bot API 10.3, getFile; its download limit is 20 MB.
"""

from typing import Any
from urllib.parse import quote

from shared.files.store import Files
from shared.listings.photos import MAGIC_BYTES, MAX_BYTES, media_type_of, telegram_key
from shared.runtime.http import Answer, Call, Service, ServiceError, Verdict
from shared.runtime.telegram import NAME, ask


def file_call(file_id: str) -> Call:
    return Call(method="POST", path="/getFile", json={"file_id": file_id}, repeatable=True)


def download_call(file_path: str) -> Call:
    return Call(method="GET", path=f"/{quote(file_path)}", repeatable=True, max_answer=MAX_BYTES)


class Photos:
    """`bot` answers methods, `downloads` the files: Telegram has them at two addresses."""

    def __init__(self, bot: Service, downloads: Service, *, files: Files) -> None:
        self._bot = bot
        self._downloads = downloads
        self._files = files

    def fetch(self, listing_id: str, file_id: str, file_unique_id: str) -> str:
        """Put a photo of the bot's where the other photos are; return its key. Raises ServiceError."""
        found = ask(self._bot, file_call(file_id))
        answer = self._downloads.ask(download_call(_path(found)))
        media_type = media_type_of(answer.body[:MAGIC_BYTES])
        if media_type is None:
            raise ServiceError(NAME, Verdict.TERMINAL, "the file is no JPEG, PNG or WebP image")
        key = telegram_key(listing_id, file_unique_id, media_type)
        self._files.put(key, answer.body, media_type)
        return key


def _path(answer: Answer) -> str:
    said: Any = answer.json()
    result = said.get("result") if isinstance(said, dict) else None
    path = result.get("file_path") if isinstance(result, dict) else None
    if not isinstance(path, str) or not path:
        raise ServiceError(NAME, Verdict.TERMINAL, "the file is no longer there", answer=answer)
    return path
