"""Notion: a message becomes a page of a database. Source, unless another is named: developers.notion.com/reference."""

from datetime import timedelta
from typing import Any, Final
from urllib.parse import quote

from shared.runtime.errors import InvalidInputError
from shared.runtime.http import Answer, Call, Locate, Service, ServiceError, Verdict
from shared.sinks.content import content_of
from shared.sinks.facts import NO_MESSAGE, is_message, web_address
from shared.sinks.notion_page import blocks_of, properties_of
from shared.sinks.options import NotionOptions
from shared.sinks.place import Place, with_token
from shared.sinks.sink import GIVES_UP_AFTER, Detail, Made

NAME: Final = "notion"
API_URL: Final = "https://api.notion.com"
VERSION: Final = "2026-03-11"
CREDENTIALS: Final = (("token",),)

_HEADERS: Final = {"Notion-Version": VERSION}
_LONGEST_SAYING: Final = 300
_NOT_SHARED: Final = "; is it shared with the integration?"


def locate(place: Place) -> Locate:
    return with_token(place, place.api_url or API_URL, part="token", scheme="Bearer")


def build(service: Service | None, place: Place) -> "Notion":
    return Notion(service, data_source_id=place.target, database_id=place.parent, options=place.options.notion)


class Notion:
    """`data_source_id` or `database_id` says where pages go; of a database with one data source it is looked up."""

    name: str = NAME
    can_look: bool = True
    gives_up_after: timedelta = GIVES_UP_AFTER
    settles_after: timedelta = timedelta(seconds=15)  # a query may run behind; by how much, nobody promises

    def __init__(
        self, service: Service | None, *, data_source_id: str, database_id: str, options: NotionOptions
    ) -> None:
        self._service = service
        self._data_source_id = data_source_id
        self._database_id = database_id
        self._options = options

    def skips(self, event: Detail) -> str | None:
        return None if is_message(event) else NO_MESSAGE

    def request(self, event: Detail) -> Call:
        """Until the data source of a database was looked up, the database stands for it."""
        return create_call(event, self._parent(), self._options)

    def send(self, event: Detail) -> Made:
        self._find_data_source()
        call = self.request(event)
        answer = self._ask(call)
        if made := read_page(answer.json()):
            return made
        raise ServiceError(NAME, Verdict.AMBIGUOUS, f"{answer.status} without a page", answer=answer)

    def find(self, event: Detail) -> Made | None:
        name = self._options.properties["event_id"].name
        answer = self._ask(find_call(event["id"], self._find_data_source(), name))
        pages = read_pages(answer)
        if pages is None:
            raise ServiceError(NAME, Verdict.AMBIGUOUS, "its list of pages cannot be read", answer=answer)
        return pages[0] if pages else None

    def _parent(self) -> dict[str, str]:
        if self._data_source_id:
            return {"type": "data_source_id", "data_source_id": self._data_source_id}
        return {"type": "database_id", "database_id": self._database_id}

    def _find_data_source(self) -> str:
        if not self._data_source_id:
            answer = self._ask(database_call(self._database_id))
            self._data_source_id = read_data_source(answer)
        return self._data_source_id

    def _ask(self, call: Call) -> Answer:
        if self._service is None:
            raise InvalidInputError(f"{NAME} is not set up")
        try:
            return self._service.ask(call)
        except ServiceError as error:
            raise in_notions_words(error, call) from None


def create_call(event: Detail, parent: dict[str, str], options: NotionOptions) -> Call:
    content = content_of(event)
    properties, used = properties_of(content, options.properties)
    body = {"parent": parent, "properties": properties, "children": blocks_of(content, used)}
    return Call(method="POST", path="/v1/pages", json=body, headers=_HEADERS, repeatable=False)


def find_call(event_id: str, data_source_id: str, name: str) -> Call:
    """`name` is that of the property with the event's id."""
    body = {"filter": {"property": name, "rich_text": {"equals": event_id}}, "page_size": 1}
    path = f"/v1/data_sources/{quote(data_source_id, safe='')}/query"
    return Call(method="POST", path=path, json=body, headers=_HEADERS, repeatable=True)


def database_call(database_id: str) -> Call:
    path = f"/v1/databases/{quote(database_id, safe='')}"
    return Call(method="GET", path=path, headers=_HEADERS, repeatable=True)


def read_page(page: Any) -> Made | None:
    """None where it is no page."""
    identity = page.get("id") if isinstance(page, dict) else None
    if not isinstance(identity, str) or not identity:
        return None
    url = page.get("url")
    return Made(external_id=identity, url=web_address(url) if isinstance(url, str) else None)


def read_pages(answer: Answer) -> list[Made] | None:
    """None where it is no list of pages."""
    body = answer.json()
    results = body.get("results") if isinstance(body, dict) else None
    if not isinstance(results, list):
        return None
    pages = [read_page(one) for one in results]
    return None if None in pages else [page for page in pages if page]


def read_data_source(answer: Answer) -> str:
    """The id of the one data source of a database. Raises ServiceError."""
    body = answer.json()
    sources = body.get("data_sources") if isinstance(body, dict) else None
    if not isinstance(sources, list):
        raise ServiceError(NAME, Verdict.RETRY_BACKOFF, "its database cannot be read", answer=answer)
    ids = [one.get("id") for one in sources if isinstance(one, dict)]
    if len(ids) != 1 or not isinstance(ids[0], str):
        said = f"the database has {len(sources)} data sources: the id of the one to use must be configured"
        raise ServiceError(NAME, Verdict.TERMINAL, said, answer=answer)
    return ids[0]


def in_notions_words(error: ServiceError, call: Call) -> ServiceError:
    """The same error by Notion's own policy: 409, 429 and 529 were not done; other 5xx may have been."""
    if error.answer is None:
        return error
    status = error.answer.status
    verdict = error.verdict
    if status == 529:
        verdict = Verdict.RETRY_AFTER if error.retry_after else Verdict.RETRY_BACKOFF
    elif status == 409:
        verdict = Verdict.RETRY_BACKOFF
    elif status >= 500 and not call.repeatable:
        verdict = Verdict.AMBIGUOUS
    said = _said(error) + (_NOT_SHARED if status == 404 else "")
    return type(error)(NAME, verdict, said, retry_after=error.retry_after, answer=error.answer)


def _said(error: ServiceError) -> str:
    body = error.answer.json() if error.answer else None
    code = body.get("code") if isinstance(body, dict) else None
    return f"{error.said} ({code})"[:_LONGEST_SAYING] if isinstance(code, str) else error.said
