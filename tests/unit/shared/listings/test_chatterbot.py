"""The chat bot: what it is asked, and what its answers are taken for."""

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from shared.listings.chatterbot import Chatterbot, Messaged
from shared.runtime.http import Address, Answer, Call, Service, ServiceError, Verdict
from tests.support.builders import a_listing

LISTING = a_listing(price=Decimal("399.50"))
ANOTHER = "00000000-0000-4000-8000-000000000001"


class Bot:
    """Answers the same to everything, and keeps what it was asked."""

    def __init__(self, body: Any, *, status: int = 200) -> None:
        self.asked: list[tuple[str, Call]] = []
        self._answer = Answer(
            status=status, headers={}, body=body if isinstance(body, bytes) else json.dumps(body).encode()
        )
        service = Service("chatterbot", self._locate, send=self._send)
        self.port = Chatterbot(service, callback_url="https://api.example/prod/webhooks/chatterbot")

    def _locate(self, *, fresh: bool = False) -> Address:
        return Address(url="https://bot.example")

    def _send(self, url: str, call: Call, headers: Mapping[str, str]) -> Answer:
        self.asked.append((url, call))
        return self._answer


def known(*statuses: Any, listing_id: str = LISTING.id) -> dict[str, Any]:
    return {"messages": [{"listing_id": listing_id, "status": status} for status in statuses]}


def refused(bot: Bot, *, find: bool) -> ServiceError:
    ask: Callable[[], object] = partial(bot.port.write_to_seller, LISTING, key="k")
    if find:
        ask = partial(bot.port.find, LISTING)
    with pytest.raises(ServiceError) as caught:
        ask()
    return caught.value


def test_it_is_asked_to_write_as_the_contract_says() -> None:
    bot = Bot({"success": True})
    bot.port.write_to_seller(LISTING, key="listing:7:1")
    ((url, call),) = bot.asked
    assert (call.method, url, call.repeatable) == ("POST", "https://bot.example/messages", False)
    assert call.headers == {"Idempotency-Key": "listing:7:1"}
    assert call.json == {
        "listing_id": LISTING.id,
        "listing_url": "https://market.example/item/1",
        "camera_name": "Sony a6400",
        "title": "Sony A6400, boxed",
        "price": "399.5",
        "currency": "GBP",
        "template_type": "interest",
        "callback_url": "https://api.example/prod/webhooks/chatterbot",
    }


def test_it_is_asked_what_became_of_it_by_listing() -> None:
    bot = Bot({"messages": []})
    bot.port.find(LISTING)
    ((url, call),) = bot.asked
    assert (call.method, call.repeatable, urlsplit(url).path) == ("GET", True, "/messages")
    assert parse_qs(urlsplit(url).query) == {"listing_id": [LISTING.id]}


@pytest.mark.parametrize(
    ("said", "details"),
    [
        ({}, {}),
        (
            {"conversation_thread_id": "t", "seller_messenger_id": "s"},
            {"conversation_thread_id": "t", "seller_messenger_id": "s"},
        ),
        ({"conversation_thread_id": None, "seller_messenger_id": ""}, {}),
        ({"conversation_thread_id": 7, "seller_messenger_id": ["s"]}, {}),
        ({"conversation_thread_id": "  "}, {}),
        ({"conversation_thread_id": "x" * 300}, {"conversation_thread_id": "x" * 256}),
    ],
    ids=str,
)
def test_a_message_that_is_with_the_seller_is_kept_with_what_is_said_of_it(
    said: dict[str, Any], details: dict[str, str]
) -> None:
    messaged = Bot({"success": True, "message_sent": "Hi", **said}).port.write_to_seller(LISTING, key="k")
    assert (messaged.sent, messaged.details()) == (True, details)


@pytest.mark.parametrize("body", [b"", {"success": True}, {"messages": []}])
def test_what_is_taken_on_is_not_sent_yet(body: Any) -> None:
    assert Bot(body, status=202).port.write_to_seller(LISTING, key="k") == Messaged(sent=False)


def test_what_is_not_sent_and_will_not_be_is_for_a_person() -> None:
    error = refused(Bot({"success": False, "error": "the seller has left"}), find=False)
    assert (error.verdict, error.said) == (Verdict.TERMINAL, "the seller has left")
    assert len(refused(Bot({"success": False, "error": "x" * 1_000}), find=False).said) <= 300


@pytest.mark.parametrize("body", [b"", b"ok", [], {}, {"success": "true"}, {"success": 1}, {"success": None}])
def test_a_yes_without_a_result_is_in_doubt(body: Any) -> None:
    assert refused(Bot(body), find=False).verdict is Verdict.AMBIGUOUS


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ([], None),
        (["sent"], True),
        (["pending"], False),
        (["failed", "sent"], True),
        (["failed", "pending"], False),
        (["pending", "sent"], True),
    ],
    ids=str,
)
def test_what_became_of_a_message_is_the_best_of_what_it_knows(statuses: list[str], expected: bool | None) -> None:
    found = Bot(known(*statuses)).port.find(LISTING)
    assert (found.sent if found else None) is expected


def test_a_message_that_failed_was_not_sent() -> None:
    assert refused(Bot(known("failed", "failed")), find=True).verdict is Verdict.TERMINAL


@pytest.mark.parametrize("status", ["queued", "SENT", "delivered", "", None, 7])
def test_a_word_that_is_not_in_the_contract_does_not_say_that_nothing_was_sent(status: Any) -> None:
    assert refused(Bot(known(status)), find=True).verdict is Verdict.AMBIGUOUS


@pytest.mark.parametrize("body", [b"", [], {}, {"messages": None}, {"messages": {}}, {"messages": ["sent"]}])
def test_a_list_that_cannot_be_read_is_not_an_empty_one(body: Any) -> None:
    assert refused(Bot(body), find=True).verdict is Verdict.AMBIGUOUS


def test_messages_to_other_sellers_are_not_taken_for_ours() -> None:
    """A service that passes over the question shows them all."""
    assert Bot(known("sent", listing_id=ANOTHER)).port.find(LISTING) is None
    both = {"messages": [*known("sent", listing_id=ANOTHER)["messages"], *known("pending")["messages"]]}
    assert Bot(both).port.find(LISTING) == Messaged(sent=False)
