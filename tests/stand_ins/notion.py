"""Notion: one database with its data source, whose pages are kept; a page asked for twice is there twice."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID, uuid4, uuid5

from shared.runtime.clock import system_clock
from tests.stand_ins import notion_api
from tests.stand_ins.checks import check_json
from tests.stand_ins.http import Answer, RefusedError, Request
from tests.stand_ins.routes import Route
from tests.stand_ins.stand_in import StandIn

PROPERTIES = {
    "Name": "title",
    "Event ID": "rich_text",
    "Source": "select",
    "Type": "select",
    "Author": "rich_text",
    "Channel": "select",
    "Created": "date",
    "When": "date",
    "Priority": "select",
    "Tags": "multi_select",
    "URL": "url",
}


class Notion(StandIn):
    """Settings: `properties` (types by name; null: the usual ones), `data_sources` (how many the database has)."""

    name = "notion"
    key = "notion-key"
    database_id = "1f0c2b7a-5d3e-4c8b-9a61-7e2d4f8b0c35"
    data_source_id = "8d1a6e4c-2b7f-4e09-b3c5-0a9f7d6e5c41"  # of the only or the first data source
    own_settings: ClassVar[Mapping[str, Any]] = {"properties": None, "data_sources": 1}

    def routes(self) -> Mapping[str, Route]:
        return {
            "POST /v1/pages": self._create,
            "POST /v1/data_sources/{}/query": self._query,
            "GET /v1/databases/": self._database,
            "GET /v1/data_sources/": self._data_source,
        }

    def change(self, changes: Mapping[str, Any]) -> None:
        if strange := set((changes.get("properties") or {}).values()) - notion_api.TYPES:
            raise RefusedError(f"no types of properties: {strange}", violation=False)
        super().change(changes)

    def state(self) -> dict[str, Any]:
        return {"pages": list(self.pages.values())}

    def forget(self) -> None:
        self.pages: dict[str, dict[str, Any]] = {}  # by id; with the `children` or `markdown` they came with
        self.by_text: defaultdict[tuple[str, str], list[str]] = defaultdict(list)  # ids, by property and its text

    def is_look_up(self, request: Request) -> bool:
        return request.method == "GET" or request.path.endswith("/query")

    def check_access(self, request: Request) -> None:
        if request.headers.get("authorization") != f"Bearer {self.key}":
            raise RefusedError("API token is invalid.", status=401)
        version = request.headers.get("notion-version")
        if version != notion_api.VERSION:
            said = f"Notion-Version header should be `{notion_api.VERSION}`, instead was `{version or 'undefined'}`."
            code = "validation_error" if version else "missing_version"
            raise RefusedError(f"Notion-Version header failed validation: {said}", code=code)
        check_json(request)

    def refusal(self, error: RefusedError) -> Answer:
        return Answer(status=error.status, body=notion_api.error(error.status, error.reason, error.code))

    def failure(self, answer: Answer) -> Answer:
        return notion_api.failure(answer)

    @property
    def properties(self) -> dict[str, str]:
        return dict(self.settings["properties"] or PROPERTIES)

    def _create(self, request: Request) -> Answer:
        body = request.json()
        notion_api.check_page(body, self.properties, PROPERTIES)
        self._check_data_source("body.parent.data_source_id", body["parent"]["data_source_id"])
        page = self._page(body)
        kept = page | {name: body[name] for name in ("children", "markdown") if name in body}
        with self.lock:
            self.pages[page["id"]] = kept
            for name, value in body.get("properties", {}).items():
                if self.properties[name] in ("title", "rich_text"):
                    self.by_text[name, notion_api.plain_text(value)].append(page["id"])
        return Answer(body=page | {"request_id": str(uuid4())})

    def _page(self, body: Mapping[str, Any]) -> dict[str, Any]:
        page_id, now = str(uuid4()), system_clock().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        given = body.get("properties", {})
        return {
            "object": "page",
            "id": page_id,
            "created_time": now,
            "last_edited_time": now,
            "in_trash": False,
            "parent": {"type": "data_source_id"} | _of(self.data_source_id, self.database_id),
            "properties": {name: {"id": name, "type": self.properties[name]} | given[name] for name in given},
            "url": f"https://www.notion.so/{page_id.replace('-', '')}",
            "public_url": None,
        }

    def _query(self, request: Request) -> Answer:
        self._check_data_source("data_source_id", request.parts()[2])
        body = request.json()
        wanted = notion_api.read_query(body, self.properties)
        size = body.get("page_size", 100)
        with self.lock:
            ids = list(self.pages) if wanted is None else self.by_text.get(wanted, [])
            found = [_shown(self.pages[page_id]) for page_id in ids[:size]]
        more = {"has_more": len(ids) > size, "next_cursor": ids[size] if len(ids) > size else None}
        return Answer(body={"object": "list", "type": "page_or_data_source", "results": found} | more)

    def _database(self, request: Request) -> Answer:
        database_id = request.parts()[2]
        notion_api.check_id("path.database_id", database_id)
        if not notion_api.same_id(database_id, self.database_id):
            raise notion_api.not_found("database", database_id)
        others = [str(uuid5(UUID(self.database_id), str(one))) for one in range(1, self.settings["data_sources"])]
        ids = [self.data_source_id, *others][: self.settings["data_sources"]]
        sources = [{"id": one, "name": f"Events {number}"} for number, one in enumerate(ids, 1)]
        return Answer(body={"object": "database", "id": self.database_id, "in_trash": False, "data_sources": sources})

    def _data_source(self, request: Request) -> Answer:
        self._check_data_source("data_source_id", request.parts()[2])
        shown = {name: {"id": name, "name": name, "type": kind, kind: {}} for name, kind in self.properties.items()}
        parent = {"type": "database_id", "database_id": self.database_id}
        body = {"object": "data_source", "id": self.data_source_id, "parent": parent, "properties": shown}
        return Answer(body=body)

    def _check_data_source(self, where: str, data_source_id: Any) -> None:
        """Who takes the database for its data source makes a mistake; another one may just not be shared."""
        notion_api.check_id(where, data_source_id)
        if not notion_api.same_id(data_source_id, self.data_source_id):
            ours = notion_api.same_id(data_source_id, self.database_id)
            raise notion_api.not_found("data_source", data_source_id, violation=ours)


def _of(data_source_id: str, database_id: str) -> dict[str, str]:
    return {"data_source_id": data_source_id, "database_id": database_id}


def _shown(page: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in page.items() if name not in ("children", "markdown")}
