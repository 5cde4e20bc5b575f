"""What our sinks send is what clients of other people send when they are told to do the same: method, address, body."""

import asyncio
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import notion_client
from googleapiclient.discovery import build  # type: ignore[import-untyped]
from googleapiclient.http import HttpMock  # type: ignore[import-untyped]
from hypothesis import given, settings
from telegram import Bot, LinkPreviewOptions
from telegram.request import BaseRequest, RequestData

from shared.runtime.http import Call
from shared.sinks import google_calendar, notion
from shared.sinks.google_calendar import GoogleCalendar
from shared.sinks.notion import Notion
from shared.sinks.options import CalendarOptions, NotionOptions
from shared.sinks.telegram import API_URL, TelegramChat
from tests.contract.strategies import appointments, messages

Sent = tuple[str, str, dict[str, list[str]], Any]  # method, address, query, body

DATA_SOURCE = "8d1a6e4c-2b7f-4e09-b3c5-0a9f7d6e5c41"
DATABASE = "1f0c2b7a-5d3e-4c8b-9a61-7e2d4f8b0c35"
CALENDAR = "sales@group.calendar.google.com"
CHAT = -100123
TOKEN = "1:token"


def sent(method: str, url: str, body: str | bytes | None) -> Sent:
    parts = urlsplit(url)
    return method, f"{parts.scheme}://{parts.netloc}{parts.path}", parse_qs(parts.query), json.loads(body or b"{}")


def ours(url: str, call: Call) -> Sent:
    return sent(call.method, url + call.path, call.body())


class Notions:
    """notion-client, and what it sent last."""

    def __init__(self) -> None:
        wire = httpx.Client(transport=httpx.MockTransport(self._answer))
        self.client: Any = notion_client.Client(auth="ntn_1", notion_version=notion.VERSION, client=wire)
        self.last: httpx.Request | None = None

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.last = request
        return httpx.Response(200, json={"object": "page", "results": []})

    @property
    def sent(self) -> Sent:
        assert self.last is not None
        return sent(self.last.method, str(self.last.url), self.last.content)


@settings(derandomize=True, deadline=None, max_examples=40)
@given(messages())
def test_notions_client_makes_the_page_that_we_make(event: dict[str, Any]) -> None:
    sink = Notion(None, data_source_id=DATA_SOURCE, database_id="", options=NotionOptions())
    call, theirs = sink.request(event), Notions()
    theirs.client.pages.create(**call.json)
    assert theirs.sent == ours(notion.API_URL, call)
    assert theirs.last is not None
    assert theirs.last.headers["Notion-Version"] == call.headers["Notion-Version"]


def test_notions_client_looks_where_we_look() -> None:
    theirs = Notions()
    call = notion.find_call("message:1:1", DATA_SOURCE, "Event ID")
    theirs.client.data_sources.query(DATA_SOURCE, **call.json)
    assert theirs.sent == ours(notion.API_URL, call)
    theirs.client.databases.retrieve(DATABASE)
    assert theirs.sent == ours(notion.API_URL, notion.database_call(DATABASE))


def googles() -> Any:
    """Google's client by its own description of the API; nothing is sent."""
    return build("calendar", "v3", http=HttpMock(headers={"status": "200"}), static_discovery=True).events()


EVENTS = googles()


@settings(derandomize=True, deadline=None, max_examples=40)
@given(appointments())
def test_googles_client_makes_the_event_that_we_make(event: dict[str, Any]) -> None:
    call = GoogleCalendar(None, calendar_id=CALENDAR, options=CalendarOptions()).request(event)
    theirs = EVENTS.insert(calendarId=CALENDAR, body=call.json, sendUpdates="none")
    method, address, query, body = sent(theirs.method, theirs.uri, theirs.body)
    query.pop("alt")  # the form of the answer, which is JSON anyway
    assert (method, address, query, body) == ours(google_calendar.API_URL, call)


def test_googles_client_looks_where_we_look() -> None:
    call = google_calendar.get_call("message:1:1", CALENDAR)
    event_id = call.path.rpartition("/")[2]
    theirs = EVENTS.get(calendarId=CALENDAR, eventId=event_id)
    assert sent(theirs.method, theirs.uri, None)[:2] == ours(google_calendar.API_URL, call)[:2]


class Wire(BaseRequest):
    """Where python-telegram-bot sends; its answer is always the same."""

    def __init__(self) -> None:
        self.last: Sent | None = None

    @property
    def read_timeout(self) -> float | None:
        return None

    async def initialize(self) -> None:
        """There is nothing to open."""

    async def shutdown(self) -> None:
        """There is nothing to close."""

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *_: Any, **__: Any
    ) -> tuple[int, bytes]:
        parameters = request_data.parameters if request_data else {}
        self.last = sent(method, url, json.dumps(parameters))
        answer = {"message_id": 1, "date": 0, "chat": {"id": CHAT, "type": "group"}}
        return 200, json.dumps({"ok": True, "result": answer}).encode()


@settings(derandomize=True, deadline=None, max_examples=40)
@given(messages())
def test_a_client_of_telegram_sends_the_message_that_we_send(event: dict[str, Any]) -> None:
    call, wire = TelegramChat(None, chat_id=str(CHAT), currency="GBP").request(event), Wire()
    theirs = Bot(TOKEN, base_url=f"{API_URL}/bot", request=wire)
    preview = LinkPreviewOptions(is_disabled=True)
    asyncio.run(theirs.send_message(str(CHAT), call.json["text"], link_preview_options=preview))
    assert wire.last == ours(f"{API_URL}/bot{TOKEN}", call)
