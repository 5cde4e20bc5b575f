"""Where documents are: Jira and Confluence of one site, and the description of an API at an address."""

import base64
import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, ClassVar

from shared.runtime.clock import system_clock
from tests.contract.atlassian.requests import violations
from tests.stand_ins.checks import check_json
from tests.stand_ins.http import Answer, RefusedError, Request
from tests.stand_ins.routes import Route
from tests.stand_ins.stand_in import Action, StandIn

EMAIL, TOKEN = "bot@acme.example", "sources-token"
_API = "GET /openapi.json"
_BACK = re.compile(r'updated >= "-(\d+)m"')
_PROJECT = re.compile(r'project = "(\w+)"')


class Sources(StandIn):
    """Settings: `at_once` is how many a page has; the next requests, `limit_next`, are too many for `limit_seconds`."""

    name = "sources"
    key = base64.b64encode(f"{EMAIL}:{TOKEN}".encode()).decode()
    own_settings: ClassVar[Mapping[str, Any]] = {"at_once": 25, "limit_next": 0, "limit_seconds": 1.0}

    def routes(self) -> Mapping[str, Route]:
        return {"POST /rest/api/3/search/jql": self._search, "GET /wiki/api/v2/pages": self._pages, _API: self._api}

    def actions(self) -> Mapping[str, Action]:
        return {"put": self._put}

    def state(self) -> dict[str, Any]:
        return {"issues": list(self.issues.values()), "pages": list(self.pages.values()), "api": self.api}

    def forget(self) -> None:
        self.issues: dict[str, dict[str, Any]] = {}
        self.pages: dict[str, dict[str, Any]] = {}
        self.api: dict[str, Any] | None = None

    def is_look_up(self, request: Request) -> bool:
        return True

    def check_access(self, request: Request) -> None:
        if request.line == _API:
            return
        check_json(request)
        if request.headers.get("authorization") != f"Basic {self.key}":
            raise RefusedError("Client must be authenticated to access this resource.", status=401)
        if self.settings["limit_next"] > 0:
            with self.lock:
                self.settings["limit_next"] -= 1
            raise RefusedError("Rate limit exceeded.", status=429, violation=False)

    def refusal(self, error: RefusedError) -> Answer:
        headers = {"Retry-After": f"{self.settings['limit_seconds']:.0f}"} if error.status == 429 else {}
        return Answer(status=error.status, body={"errorMessages": [error.reason], "errors": {}}, headers=headers)

    def failure(self, answer: Answer) -> Answer:
        return answer

    def _search(self, request: Request) -> Answer:
        body = request.json()
        if wrong := violations("Search", body):
            raise RefusedError("; ".join(wrong))
        if not body["jql"].startswith("("):
            raise RefusedError("Unbounded JQL queries are not allowed here.")
        found = sorted(self._found(body["jql"]), key=lambda issue: issue["fields"]["updated"])
        first = int(body.get("nextPageToken", 0))
        behind = first + min(body["maxResults"], self.settings["at_once"])
        shown = [issue | {"fields": _only(issue["fields"], body["fields"])} for issue in found[first:behind]]
        token = {"nextPageToken": str(behind)} if behind < len(found) else {}
        return Answer(body={"issues": shown, "isLast": not token, **token})

    def _found(self, jql: str) -> list[dict[str, Any]]:
        back, project = _BACK.search(jql), _PROJECT.search(jql)
        since = system_clock() - timedelta(minutes=int(back[1])) if back else None
        return [
            issue
            for issue in self.issues.values()
            if (since is None or datetime.fromisoformat(issue["fields"]["updated"]) >= since)
            and (project is None or issue["fields"]["project"]["key"] == project[1])
        ]

    def _pages(self, request: Request) -> Answer:
        query = {name: values[0] for name, values in request.query.items()}
        if wrong := violations("PagesQuery", query):
            raise RefusedError("; ".join(wrong))
        space = query.get("space-id")
        listed = [page for page in self.pages.values() if space in (None, page["spaceId"])]
        found = sorted(listed, key=lambda page: page["version"]["createdAt"], reverse=True)
        first = int(query.get("cursor", 0))
        behind = first + min(int(query["limit"]), self.settings["at_once"])
        following = {"next": f"/wiki/api/v2/pages?cursor={behind}"} if behind < len(found) else {}
        return Answer(
            body={"results": found[first:behind], "_links": {"base": "https://acme.example/wiki", **following}}
        )

    def _api(self, request: Request) -> Answer:
        if self.api is None:
            raise RefusedError("there is nothing here", status=404, violation=False)
        tag = f'"{sha256(json.dumps(self.api).encode()).hexdigest()[:16]}"'
        if request.headers.get("if-none-match") == tag:
            return Answer(status=304, body=b"", headers={"ETag": tag})
        return Answer(body=self.api, headers={"ETag": tag})

    def _put(self, body: dict[str, Any]) -> Any:
        """`{"issues"?: [{"key", "summary", "text"?}], "pages"?: [{"id", "title", "content"}], "api"?: {...}}`."""
        with self.lock:
            for issue in body.get("issues", ()):
                self.issues[issue["key"]] = _issue(issue)
            for page in body.get("pages", ()):
                self.pages[page["id"]] = _page(page, before=self.pages.get(page["id"]))
            self.api = body.get("api", self.api)
        return {"issues": len(self.issues), "pages": len(self.pages)}


def _issue(told: Mapping[str, Any]) -> dict[str, Any]:
    project, _, number = told["key"].partition("-")
    text = {"type": "text", "text": told.get("text", "-")}
    fields = {
        "summary": told["summary"],
        "description": {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": [text]}]},
        "status": {"id": "3", "name": "In Progress"},
        "issuetype": {"id": "10004", "name": "Bug"},
        "project": {"id": "10000", "key": project},
        "labels": [],
        "updated": f"{system_clock():%Y-%m-%dT%H:%M:%S.000+0000}",
    }
    return {"id": str(10_000 + int(number)), "key": told["key"], "fields": fields}


def _page(told: Mapping[str, Any], *, before: Mapping[str, Any] | None) -> dict[str, Any]:
    number = before["version"]["number"] + 1 if before else 1
    changed = f"{system_clock():%Y-%m-%dT%H:%M:%S}.000Z"
    return {
        "id": told["id"],
        "status": "current",
        "title": told["title"],
        "spaceId": "65537",
        "version": {"number": number, "createdAt": changed, "message": "", "minorEdit": False},
        "body": {"storage": {"representation": "storage", "value": told["content"]}},
        "_links": {"webui": f"/spaces/ENG/pages/{told['id']}"},
    }


def _only(fields: Mapping[str, Any], names: list[str]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name in names}
