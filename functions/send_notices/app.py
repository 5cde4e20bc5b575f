"""NoticeQueue: something people should know of happened -> a message of the Telegram bot, at most once."""

import shared.runtime.cold_start  # noqa: F401 - before all else, see there

# isort: split
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from functions.send_notices.service import is_worth_telling, tell
from functions.send_notices.texts import notice
from shared.ledger.envelope import from_text
from shared.listings.telegram import ask, notice_call
from shared.runtime import wiring
from shared.runtime.clock import system_clock
from shared.runtime.observability import count, observed
from shared.runtime.queue import Consumer
from shared.runtime.settings import settings

deliveries = wiring.deliveries()


def handle(event: Mapping[str, Any]) -> timedelta | None:
    bot = wiring.telegram_bot()
    text = notice(event, currency=event["data"].get("currency") or settings().default_currency)
    if bot is None or text is None or not is_worth_telling(event):
        return None

    def send(text: str) -> str | None:
        said = ask(bot, notice_call(settings().telegram_chat_id, text)).json()
        count("NoticesSent")
        return _message_id(said)

    happened_at = from_text(event["time"])
    return tell(event["id"], text, happened_at=happened_at, deliveries=deliveries, send=send, clock=system_clock)


def _message_id(said: Any) -> str | None:
    result = said.get("result") if isinstance(said, dict) else None
    return str(result.get("message_id")) if isinstance(result, dict) else None


consume = Consumer(handle, queue=wiring.queue(), clock=system_clock)


@observed
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return consume(event, context)
