"""What all who speak with the Telegram bot share: its name, and how its refusals are read. Source: Bot API 10.3."""

from collections.abc import Mapping
from typing import Any, Final

from shared.runtime.http import LONGEST_WAIT, Answer, Call, Service, ServiceError

NAME: Final = "telegram"


def ask(bot: Service, call: Call) -> Answer:
    """As `Service.ask`; how long to stay away, Telegram says in the body. Raises ServiceError."""
    try:
        return bot.ask(call)
    except ServiceError as error:
        seconds = parameters_of(error.answer).get("retry_after")
        if isinstance(seconds, int) and seconds > 0:
            error.retry_after = min(float(seconds), LONGEST_WAIT)
        raise


def parameters_of(answer: Answer | None) -> Mapping[str, Any]:
    """ResponseParameters: what a refusal says for programs to read; empty where it says nothing."""
    said = answer.json() if answer else None
    parameters = said.get("parameters") if isinstance(said, dict) else None
    return parameters if isinstance(parameters, dict) else {}
