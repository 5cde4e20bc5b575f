"""Telegram takes what the Bot API takes, gives files, and sends updates."""

from typing import Any

import httpx
import pytest

from tests.integration.stand_ins.receiver import Receiver
from tests.integration.stand_ins.requests import BOT, tell_bot
from tests.stand_ins.client import StandInError, StandIns
from tests.stand_ins.photos import SMALL_JPEG

CHAT = -100123


def test_a_message_is_sent_and_kept(stand_ins: StandIns, http: httpx.Client) -> None:
    body = {"chat_id": CHAT, "text": "<b>Sold</b> &lt;3", "parse_mode": "HTML"}
    said = tell_bot(http, stand_ins, "sendMessage", body).json()
    assert (said["ok"], said["result"]["chat"]["id"]) == (True, CHAT)
    assert stand_ins.state("telegram")["messages"] == {str(CHAT): [body]}
    assert stand_ins.violations() == []


def test_the_text_may_have_as_many_code_units_as_telegram_takes(stand_ins: StandIns, http: httpx.Client) -> None:
    camera = "\N{CAMERA WITH FLASH}"  # two units
    longest = {"chat_id": CHAT, "text": camera * 2_048}
    assert tell_bot(http, stand_ins, "sendMessage", longest).status_code == 200
    longer = {"chat_id": CHAT, "text": camera * 2_048 + "."}
    assert tell_bot(http, stand_ins, "sendMessage", longer).json()["description"] == "Bad Request: message is too long"


@pytest.mark.parametrize(
    "changes",
    [
        {"text": ""},
        {"text": None},
        {"txt": "misspelt"},
        {"chat_id": 1.5},
        {"chat_id": "no number"},
        {"text": "a < b", "parse_mode": "HTML"},
        {"text": "<b>open", "parse_mode": "HTML"},
        {"text": "<b><i>crossed</b></i>", "parse_mode": "HTML"},
        {"text": "<img>", "parse_mode": "HTML"},
        {"text": "*bold*", "parse_mode": "MarkdownV2"},
        {"link_preview_options": {"disabled": True}},
    ],
)
def test_what_the_bot_api_does_not_take_is_refused_and_remembered(
    stand_ins: StandIns, http: httpx.Client, changes: dict[str, Any]
) -> None:
    answer = tell_bot(http, stand_ins, "sendMessage", {"chat_id": CHAT, "text": "Sold"} | changes)
    assert answer.json()["error_code"] == 400
    assert len(stand_ins.violations()) == 1
    assert stand_ins.state("telegram")["messages"] == {}


def test_another_token_is_unauthorized(stand_ins: StandIns, http: httpx.Client) -> None:
    answer = tell_bot(http, stand_ins, "sendMessage", {"chat_id": CHAT, "text": "Sold"}, bot="bot1:other")
    assert answer.status_code == 401
    assert answer.json() == {"ok": False, "error_code": 401, "description": "Unauthorized"}


def test_a_chat_may_be_unknown(stand_ins: StandIns, http: httpx.Client) -> None:
    stand_ins.set("telegram", chats=[CHAT])
    assert tell_bot(http, stand_ins, "sendMessage", {"chat_id": str(CHAT), "text": "Sold"}).status_code == 200
    assert tell_bot(http, stand_ins, "sendMessage", {"chat_id": 7, "text": "Sold"}).status_code == 400


def test_a_photo_comes_in_sizes_and_the_last_is_what_was_sent(
    stand_ins: StandIns, http: httpx.Client, receiver: Receiver
) -> None:
    stand_ins.photo(CHAT, SMALL_JPEG, caption="Sony a6400", media_group_id="7")
    update = receiver.received[0]
    assert update.path == "/api/webhooks/telegram"
    assert update.headers["x-telegram-bot-api-secret-token"] == "a-secret-token"
    message = update.body["message"]
    assert (message["chat"]["id"], message["caption"], message["media_group_id"]) == (CHAT, "Sony a6400", "7")
    files = [file(http, stand_ins, size["file_id"]) for size in message["photo"]]
    assert files[-1] == SMALL_JPEG
    assert SMALL_JPEG not in files[:-1]
    assert [size["file_size"] for size in message["photo"]] == [len(content) for content in files]


def file(http: httpx.Client, stand_ins: StandIns, file_id: str) -> bytes:
    path = tell_bot(http, stand_ins, "getFile", {"file_id": file_id}).json()["result"]["file_path"]
    return http.get(f"{stand_ins.addresses['telegram']}/file/{BOT}/{path}").content


def test_a_photo_may_come_as_a_document(stand_ins: StandIns, receiver: Receiver) -> None:
    stand_ins.photo(CHAT, as_document=True)
    message = receiver.received[0].body["message"]
    assert message["document"]["mime_type"] == "image/jpeg"
    assert "photo" not in message


def test_updates_are_numbered_and_one_may_come_again(stand_ins: StandIns, receiver: Receiver) -> None:
    first = stand_ins.photo(CHAT)["body"]["update_id"]
    assert stand_ins.photo(CHAT)["body"]["update_id"] == first + 1
    stand_ins.repeat(first)
    assert receiver.received[2].body == receiver.received[0].body
    with pytest.raises(StandInError, match="no such update"):
        stand_ins.repeat(1)


def test_numbers_go_on_after_a_reset(stand_ins: StandIns) -> None:
    first = stand_ins.photo(CHAT)["body"]["update_id"]
    stand_ins.reset("telegram")
    assert stand_ins.photo(CHAT)["body"]["update_id"] == first + 1


def test_a_file_nobody_sent_is_not_there(stand_ins: StandIns, http: httpx.Client) -> None:
    answer = tell_bot(http, stand_ins, "getFile", {"file_id": "none"})
    assert answer.json()["description"] == "Bad Request: invalid file_id"


def test_too_many_requests_are_told_in_the_body(stand_ins: StandIns, http: httpx.Client) -> None:
    stand_ins.set("telegram", faults={"fail": {"status": 429, "retry_after": 5, "next": 1}})
    answer = tell_bot(http, stand_ins, "sendMessage", {"chat_id": CHAT, "text": "Sold"})
    assert answer.status_code == 429
    assert answer.json() == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 5",
        "parameters": {"retry_after": 5},
    }
