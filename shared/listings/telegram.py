"""The Telegram bot: sends notices, and hands over the photos people send it.

Source: Telegram Bot API 10.3, sendMessage and getFile; the download limit of getFile is 20 MB.
"""

from typing import Any, Final
from urllib.parse import quote

from shared.files.store import Files
from shared.listings.photos import MAGIC_BYTES, MAX_BYTES, media_type_of, telegram_key
from shared.runtime.http import LONGEST_WAIT, Answer, Call, Service, ServiceError, Verdict

NAME: Final = "telegram"
LONGEST_TEXT: Final = 4_096  # UTF-16 code units
_CUT: Final = "\n[…]"


def cut(text: str) -> str:
    """The text within Telegram's limit, which counts as UTF-16 does."""
    if _units(text) <= LONGEST_TEXT:
        return text
    room = LONGEST_TEXT - _units(_CUT)
    kept = text.encode("utf-16-le")[: 2 * room].decode("utf-16-le", errors="ignore")
    return kept + _CUT


def notice_call(chat_id: str, text: str) -> Call:
    """Plain text: nothing in it can be taken for markup."""
    body = {"chat_id": chat_id, "text": cut(text), "link_preview_options": {"is_disabled": True}}
    return Call(method="POST", path="/sendMessage", json=body, repeatable=False)


def file_call(file_id: str) -> Call:
    return Call(method="POST", path="/getFile", json={"file_id": file_id}, repeatable=True)


def download_call(file_path: str) -> Call:
    return Call(method="GET", path=f"/{quote(file_path)}", repeatable=True, max_answer=MAX_BYTES)


def ask(bot: Service, call: Call) -> Answer:
    """As `Service.ask`; how long to stay away, Telegram says in the body. Raises ServiceError."""
    try:
        return bot.ask(call)
    except ServiceError as error:
        said = error.answer.json() if error.answer else None
        parameters = said.get("parameters") if isinstance(said, dict) else None
        seconds = parameters.get("retry_after") if isinstance(parameters, dict) else None
        if isinstance(seconds, int) and seconds > 0:
            error.retry_after = min(float(seconds), LONGEST_WAIT)
        raise


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


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
