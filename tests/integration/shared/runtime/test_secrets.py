"""Secrets that people put in by hand: what cannot be used is said so, and what is put right is used soon."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from shared.runtime import wiring, wiring_listings, wiring_sinks
from shared.runtime.errors import DependencyError
from shared.runtime.http import Call
from shared.runtime.secret import ASKED_AGAIN_AFTER
from tests.support.aws_calls import watched
from tests.support.fresh_process import forget
from tests.support.in_process import aws_in_process, client, set_secret
from tests.support.outside import reaching
from tests.support.raw_server import answer, raw_server, saying
from tests.support.told import told
from tests.support.travel import travelling

CALL = Call(method="GET", path="/", repeatable=True)


@pytest.fixture(autouse=True)
def _aws() -> Iterator[None]:
    forget()
    with aws_in_process():
        yield


def a_sink() -> Any:
    with told(sink="telegram", sink_mode="apply", sink_secret="telegram", sink_target="-1001"):
        return wiring_sinks.sink()


USES: dict[str, tuple[str, Callable[[], Any]]] = {
    "the scraper's signatures": ("scraper", lambda: wiring.webhook_secrets("scraper")()),
    "Telegram's tokens": ("telegram", wiring.telegram_webhook_tokens),
    "a sink": ("telegram", a_sink),
    "eBay": ("ebay-credentials", wiring_listings.seller),
}


@pytest.mark.parametrize("kept", ["not JSON", "[]", '"text"', "null"])
@pytest.mark.parametrize("use", USES)
def test_a_secret_that_is_none_is_a_dependency_that_failed(use: str, kept: str) -> None:
    name, read = USES[use]
    client("secretsmanager").put_secret_value(SecretId=name, SecretString=kept)
    with reaching({}, ebay_api_url=""), pytest.raises(DependencyError):
        read()


def test_a_secret_that_is_not_there_is_a_dependency_that_failed() -> None:
    client("secretsmanager").delete_secret(SecretId="telegram", ForceDeleteWithoutRecovery=True)
    with pytest.raises(DependencyError):
        wiring.telegram_webhook_tokens()


@pytest.mark.parametrize("kept", [{}, {"chatterbot": ""}])
def test_a_service_without_a_key_is_called_without_one(kept: dict[str, str]) -> None:
    set_secret("service-keys", **kept)
    assert b"x-api-key" not in head_of_a_request_to_the_chat_bot()


def test_a_service_is_shown_its_own_key() -> None:
    assert b"x-api-key: chatterbot-key" in head_of_a_request_to_the_chat_bot()


def head_of_a_request_to_the_chat_bot() -> bytes:
    with raw_server(saying(answer(b'{"messages": []}'))) as server, reaching({"chatterbot": server.url}):
        ask_the_chat_bot()
    return server.requests[0].lower()


def ask_the_chat_bot() -> None:
    messenger = wiring_listings.chatterbot()
    assert messenger is not None
    messenger._service.ask(CALL)


def test_a_key_that_was_refused_is_looked_up_anew_and_used_at_once_but_not_again_and_again() -> None:
    refusing = saying(answer(status="401 Unauthorized"))
    with travelling() as travel, raw_server(refusing) as server, reaching({"chatterbot": server.url}):
        with watched() as calls:
            for _ in range(3):
                with pytest.raises(DependencyError):
                    ask_the_chat_bot()
        assert [call.operation for call in calls].count("GetSecretValue") == 2  # the first, and once more
        set_secret("service-keys", chatterbot="a-new-key")
        travel.go_on(ASKED_AGAIN_AFTER + timedelta(seconds=1))
        with pytest.raises(DependencyError):
            ask_the_chat_bot()
    assert b"x-api-key: a-new-key" in server.requests[-1].lower()
