"""Clients that others maintain work against the stand-ins: so these behave as the providers do, and not as we think."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httplib2  # type: ignore[import-untyped]
import httpx
import notion_client
import pytest
from google.oauth2.service_account import Credentials
from google_auth_httplib2 import AuthorizedHttp  # type: ignore[import-untyped]
from googleapiclient.discovery import build  # type: ignore[import-untyped]
from googleapiclient.errors import HttpError  # type: ignore[import-untyped]
from notion_client.errors import APIErrorCode, APIResponseError
from telegram import Bot
from telegram.error import BadRequest, InvalidToken, RetryAfter
from telegram.request import BaseRequest, RequestData

from tests.integration.stand_ins.providers import (
    ACCOUNT,
    a_page,
    a_query,
    an_event,
    private_pem,
    service_account,
)
from tests.stand_ins import google_tokens
from tests.stand_ins.client import StandIns
from tests.stand_ins.google import Google
from tests.stand_ins.notion import Notion
from tests.stand_ins.telegram import Telegram

CHAT = -100123
EVENT = an_event()["id"]


@pytest.fixture
def notion(stand_ins: StandIns, http: httpx.Client) -> notion_client.Client:
    address = stand_ins.addresses["notion"]
    return notion_client.Client(auth=Notion.key, base_url=address, notion_version="2026-03-11", client=http)


@pytest.fixture
def calendar(stand_ins: StandIns) -> Iterator[Any]:
    """Google's own client, with Google's own way to a token."""
    stand_ins.set("google", service_account=service_account())
    address = stand_ins.addresses["google"]
    known = {"client_email": ACCOUNT, "private_key": private_pem(), "token_uri": f"{address}/token"}
    credentials = Credentials.from_service_account_info(known, scopes=[google_tokens.SCOPE])  # type: ignore[no-untyped-call]
    http = AuthorizedHttp(credentials, http=httplib2.Http(proxy_info=None, timeout=10))
    options = {"api_endpoint": f"{address}/calendar/v3/"}
    with build("calendar", "v3", http=http, client_options=options, static_discovery=True) as service:
        yield service.events()


def test_notions_client_makes_a_page_and_finds_it(stand_ins: StandIns, notion: notion_client.Client) -> None:
    page: Any = notion.pages.create(**a_page())
    found: Any = notion.data_sources.query(Notion.data_source_id, **a_query())
    assert [one["id"] for one in found["results"]] == [page["id"]]
    known: Any = notion.databases.retrieve(Notion.database_id)
    assert [one["id"] for one in known["data_sources"]] == [Notion.data_source_id]
    assert [one["id"] for one in stand_ins.pages()] == [page["id"]]
    assert stand_ins.violations() == []


def test_notions_client_understands_a_refusal(notion: notion_client.Client) -> None:
    with pytest.raises(APIResponseError, match="Colour is not a property that exists") as refused:
        notion.pages.create(**a_page(Colour={"select": {"name": "red"}}))
    assert (refused.value.status, refused.value.code) == (400, APIErrorCode.ValidationError)
    with pytest.raises(APIResponseError, match="Could not find database") as missing:
        notion.databases.retrieve(Notion.data_source_id)
    assert missing.value.code == APIErrorCode.ObjectNotFound


def test_notions_client_comes_again_when_it_is_told_to(stand_ins: StandIns, notion: notion_client.Client) -> None:
    stand_ins.set("notion", faults={"fail": {"status": 429, "retry_after": 0, "next": 1}})
    notion.pages.create(**a_page())
    assert stand_ins.control("notion")["requests"] == {"POST /v1/pages": 2}
    assert len(stand_ins.pages()) == 1


def test_googles_client_gets_a_token_and_makes_an_event(stand_ins: StandIns, calendar: Any) -> None:
    made = calendar.insert(calendarId=Google.calendar_id, body=an_event(), sendUpdates="none").execute()
    assert calendar.get(calendarId=Google.calendar_id, eventId=EVENT).execute() == made
    assert (made["id"], made["status"]) == (EVENT, "confirmed")
    assert stand_ins.calendar_events() == [made]
    assert (stand_ins.state("google")["tokens_given"], stand_ins.violations()) == (1, [])


def test_googles_client_understands_that_an_id_is_taken(calendar: Any) -> None:
    calendar.insert(calendarId=Google.calendar_id, body=an_event()).execute()
    calendar.delete(calendarId=Google.calendar_id, eventId=EVENT).execute()
    with pytest.raises(HttpError) as taken:
        calendar.insert(calendarId=Google.calendar_id, body=an_event()).execute()
    assert (taken.value.status_code, taken.value.reason) == (409, "The requested identifier already exists.")
    assert taken.value.error_details[0]["reason"] == "duplicate"
    again = calendar.patch(calendarId=Google.calendar_id, eventId=EVENT, body={"status": "confirmed"}).execute()
    assert again["status"] == "confirmed"


def test_googles_client_gets_another_token_when_one_has_expired(stand_ins: StandIns, calendar: Any) -> None:
    calendar.insert(calendarId=Google.calendar_id, body=an_event()).execute()
    stand_ins.act("google", "expire")
    assert calendar.get(calendarId=Google.calendar_id, eventId=EVENT).execute()["id"] == EVENT
    assert stand_ins.state("google")["tokens_given"] == 2


def test_googles_client_comes_again_at_a_limit(stand_ins: StandIns, calendar: Any) -> None:
    request = calendar.insert(calendarId=Google.calendar_id, body=an_event())
    request._sleep = lambda _: None  # as its own tests do
    stand_ins.set("google", faults={"fail": {"status": 403, "next": 1}})
    assert request.execute(num_retries=1)["id"] == EVENT


class Plain(BaseRequest):
    """Sends what python-telegram-bot has to say as JSON, where its own sends forms; Telegram takes either."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client

    @property
    def read_timeout(self) -> float | None:
        return 10.0

    async def initialize(self) -> None:
        """There is nothing to open."""

    async def shutdown(self) -> None:
        """There is nothing to close."""

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *_: Any, **__: Any
    ) -> tuple[int, bytes]:
        answer = self.client.request(method, url, json=request_data.parameters if request_data else {})
        return answer.status_code, answer.content


@pytest.fixture
def bot(stand_ins: StandIns, http: httpx.Client) -> Bot:
    return Bot(Telegram.key, base_url=f"{stand_ins.addresses['telegram']}/bot", request=Plain(http))


def test_a_client_of_telegram_sends_a_message(stand_ins: StandIns, bot: Bot) -> None:
    message = asyncio.run(bot.send_message(CHAT, "<b>Sold</b>", parse_mode="HTML"))
    assert (message.chat_id, message.chat.type, message.text) == (CHAT, "supergroup", "<b>Sold</b>")
    assert [one["text"] for one in stand_ins.state("telegram")["messages"][str(CHAT)]] == ["<b>Sold</b>"]
    assert stand_ins.violations() == []


def test_a_client_of_telegram_understands_a_refusal(
    stand_ins: StandIns, bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")  # the old way warns
    with pytest.raises(BadRequest, match="Message text is empty"):
        asyncio.run(bot.send_message(CHAT, " "))
    stand_ins.set("telegram", faults={"fail": {"status": 429, "retry_after": 5, "next": 1}})
    with pytest.raises(RetryAfter) as limited:
        asyncio.run(bot.send_message(CHAT, "Sold"))
    assert limited.value.retry_after == timedelta(seconds=5)


def test_a_client_of_telegram_understands_that_its_token_is_wrong(stand_ins: StandIns, http: httpx.Client) -> None:
    stranger = Bot("1:other", base_url=f"{stand_ins.addresses['telegram']}/bot", request=Plain(http))
    with pytest.raises(InvalidToken):
        asyncio.run(stranger.send_message(CHAT, "Sold"))
