"""Whatever a message says, what we tell a chat of it is what Telegram takes."""

from typing import Any

from hypothesis import given, settings

from shared.sinks.telegram import TelegramChat
from tests.contract.strategies import messages
from tests.stand_ins.bot_api import check_message

SINK = TelegramChat(None, chat_id="-1001234567890", currency="GBP")


@settings(derandomize=True, deadline=None, max_examples=80)
@given(messages())
def test_whatever_a_message_says_telegram_takes_it(event: dict[str, Any]) -> None:
    call = SINK.request(event)
    assert call.path == "/sendMessage"
    check_message(call.json)
    assert "parse_mode" not in call.json
    assert not call.repeatable
    assert (call.body() or b"").decode()
    assert call == SINK.request(event)
