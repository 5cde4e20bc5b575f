"""A Telegram chat: what happened is told there, at most once. Source: Telegram Bot API 10.3, sendMessage."""

import re
from datetime import timedelta
from typing import Any, Final

from shared.runtime.errors import InvalidInputError
from shared.runtime.http import Address, Answer, Call, Locate, Service, ServiceError, Verdict
from shared.runtime.telegram import NAME, ask, parameters_of
from shared.runtime.text import clean, units
from shared.sinks.notices import OLD_NEWS, skips, text_for
from shared.sinks.place import Place
from shared.sinks.sink import Detail, Made

API_URL: Final = "https://api.telegram.org"
CREDENTIALS: Final = (("bot_token",),)
LONGEST_TEXT: Final = 4_096  # UTF-16 code units
_CALLS: Final = re.compile(r"@(?=\w)|\btg:(?=//)", re.IGNORECASE)  # what Telegram makes of plain text by itself
_BREAK: Final = "\u200b"  # has no width
_CUT: Final = "\n[…]"


def locate(place: Place) -> Locate:
    """Telegram wants its token in the address."""

    def located(*, fresh: bool = False) -> Address:
        token = str(place.secret(fresh=fresh).get("bot_token", "")).strip()
        return Address(url=f"{(place.api_url or API_URL).rstrip('/')}/bot{token}")

    return located


def build(service: Service | None, place: Place) -> "TelegramChat":
    return TelegramChat(service, chat_id=place.target, currency=place.currency)


class TelegramChat:
    """Nobody can ask what was told, and nothing keeps it from being told twice: what is in doubt stays so."""

    name: str = NAME
    can_look: bool = False
    gives_up_after: timedelta = OLD_NEWS
    settles_after: timedelta = timedelta(0)

    def __init__(self, service: Service | None, *, chat_id: str, currency: str) -> None:
        self._service = service
        self._chat_id = chat_id
        self._currency = currency

    def skips(self, event: Detail) -> str | None:
        return skips(event, self._currency)

    def request(self, event: Detail) -> Call:
        return notice_call(self._chat_id, text_for(event, self._currency))

    def send(self, event: Detail) -> Made:
        if self._service is None:
            raise InvalidInputError(f"{NAME} is not set up")
        try:
            return _read(ask(self._service, self.request(event)))
        except ServiceError as error:
            raise _moved(error) from None

    def find(self, event: Detail) -> Made | None:
        raise ServiceError(NAME, Verdict.AMBIGUOUS, "a chat cannot be asked what was told in it")


def notice_call(chat_id: str, text: str) -> Call:
    """Plain text: nothing in it can be taken for markup, or mentions anybody."""
    body = {
        "chat_id": chat_id,
        "text": cut(_CALLS.sub(f"\\g<0>{_BREAK}", clean(text))),
        "link_preview_options": {"is_disabled": True},
    }
    return Call(method="POST", path="/sendMessage", json=body, repeatable=False)


def cut(text: str) -> str:
    """The text within Telegram's limit, which counts as UTF-16 does."""
    if units(text) <= LONGEST_TEXT:
        return text
    room = LONGEST_TEXT - units(_CUT)
    kept = text.encode("utf-16-le")[: 2 * room].decode("utf-16-le", errors="ignore")
    return kept + _CUT


def _read(answer: Answer) -> Made:
    """It answered yes: a message without a number is one all the same."""
    said: Any = answer.json()
    result = said.get("result") if isinstance(said, dict) else None
    identity = result.get("message_id") if isinstance(result, dict) else None
    return Made(external_id=None if identity is None else str(identity))


def _moved(error: ServiceError) -> ServiceError:
    """A group that became a supergroup has a new id, which somebody has to put into the settings."""
    new = parameters_of(error.answer).get("migrate_to_chat_id")
    if not isinstance(new, int):
        return error
    said = f"{error.said}; the chat's id is now {new}"
    return ServiceError(NAME, Verdict.TERMINAL, said, answer=error.answer)
