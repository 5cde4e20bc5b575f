"""The Telegram bot: asked for photos, with what it answers read with care."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from shared.files.store import MemoryFiles
from shared.listings.photos import MAX_BYTES, folder
from shared.listings.telegram import Photos, file_call
from shared.runtime.http import Address, Answer, Call, Service, ServiceError, Verdict

JPEG = b"\xff\xd8\xff\xe0" + bytes(100)
FOUND = {"ok": True, "result": {"file_id": "f", "file_unique_id": "u", "file_path": "photos/file 1.jpg"}}


def an_answer(body: Any, status: int = 200) -> Answer:
    return Answer(status=status, headers={}, body=body if isinstance(body, bytes) else json.dumps(body).encode())


class Far:
    """One of Telegram's two addresses; answers the same to everything."""

    def __init__(self, said: Answer) -> None:
        self._said = said
        self.asked: list[tuple[str, Call]] = []
        self.service = Service("telegram", self._locate, send=self._send)

    def _locate(self, *, fresh: bool = False) -> Address:
        return Address(url="https://telegram.example/bot1:token")

    def _send(self, url: str, call: Call, headers: Mapping[str, str]) -> Answer:
        self.asked.append((url, call))
        return self._said


def fetch(found: Answer, content: Answer, files: MemoryFiles | None = None, unique: str = "u") -> tuple[str, Far, Far]:
    bot, downloads = Far(found), Far(content)
    photos = Photos(bot.service, downloads.service, files=files or MemoryFiles())
    return photos.fetch("7", "f", unique), bot, downloads


def test_a_photo_is_asked_for_fetched_and_put_where_the_others_are() -> None:
    files = MemoryFiles()
    key, bot, downloads = fetch(an_answer(FOUND), an_answer(JPEG), files)
    assert key == "listings/7/telegram-u.jpg"
    assert files.head(key) == (len(JPEG), "image/jpeg")
    assert [(url, call.json) for url, call in bot.asked] == [
        ("https://telegram.example/bot1:token/getFile", {"file_id": "f"})
    ]
    ((url, call),) = downloads.asked
    assert url == "https://telegram.example/bot1:token/photos/file%201.jpg"
    assert call.max_answer == MAX_BYTES


def test_the_same_photo_again_lies_in_the_same_place() -> None:
    files = MemoryFiles()
    assert fetch(an_answer(FOUND), an_answer(JPEG), files)[0] == fetch(an_answer(FOUND), an_answer(JPEG), files)[0]


@pytest.mark.parametrize("unique", ["../../secret", "a/b", "x" * 500, "ä", "$(rm)"])
def test_no_name_leads_out_of_the_listing_s_folder(unique: str) -> None:
    key, *_ = fetch(an_answer(FOUND), an_answer(JPEG), unique=unique)
    assert key.startswith(folder("7") + "telegram-")
    assert "/" not in key.removeprefix(folder("7"))
    assert ".." not in key
    assert len(key) < 100


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"<svg>", b"\xff\xd8", b"RIFF1234WAVE", b"%PDF-1.7"])
def test_what_is_no_image_is_not_kept(content: bytes) -> None:
    files = MemoryFiles()
    with pytest.raises(ServiceError) as caught:
        fetch(an_answer(FOUND), an_answer(content), files)
    assert caught.value.verdict is Verdict.TERMINAL
    assert files.head("listings/7/telegram-u.jpg") is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"ok",
        None,
        [],
        {},
        {"ok": True},
        {"ok": True, "result": None},
        {"ok": True, "result": {}},
        {"ok": True, "result": {"file_path": ""}},
        {"ok": True, "result": {"file_path": 5}},
        {"ok": True, "result": "photos/1.jpg"},
        {"ok": True, "result": [1]},
    ],
    ids=str,
)
def test_a_file_that_is_no_longer_there_is_for_a_person(body: Any) -> None:
    with pytest.raises(ServiceError) as caught:
        fetch(an_answer(body), an_answer(JPEG))
    assert caught.value.verdict is Verdict.TERMINAL


def test_how_long_to_stay_away_is_read_from_the_body() -> None:
    body = {"ok": False, "error_code": 429, "description": "Too Many Requests", "parameters": {"retry_after": 17}}
    with pytest.raises(ServiceError) as caught:
        fetch(an_answer(body, 429), an_answer(JPEG))
    assert (caught.value.verdict, caught.value.retry_after) == (Verdict.RETRY_AFTER, 17.0)


def test_asking_for_a_file_twice_does_no_harm() -> None:
    assert file_call("f").repeatable
