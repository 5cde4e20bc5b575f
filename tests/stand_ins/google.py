"""Google: gives tokens for signed assertions, and keeps the events of calendars; an id is good once, deleted or not."""

from collections.abc import Mapping
from itertools import count
from time import time
from typing import Any, ClassVar
from urllib.parse import quote
from uuid import uuid4

from shared.runtime.clock import system_clock
from tests.contract.google_calendar.requests import GET, INSERT
from tests.stand_ins import google_api, google_tokens
from tests.stand_ins.checks import check_json
from tests.stand_ins.http import Answer, RefusedError, Request
from tests.stand_ins.routes import Route
from tests.stand_ins.stand_in import Action, StandIn
from tests.stand_ins.tokens import Tokens

_EVENTS = "/calendar/v3/calendars/{}/events"
_TOKEN = "POST /token"


class Google(StandIn):
    """Settings: `calendars` (ids that exist; null: all), `service_account` (`client_email`, `public_key`; null: any).

    `expires_in` is what a token lives, in seconds. `refuse_tokens` of the next requests are answered 401, and the
    token they came with is dead. `refuse_grants` is the error that the token endpoint answers; `reason` that of a
    fault 403 or 429.
    """

    name = "google"
    key = "google-key"  # a token that is always good, unless it is refused on purpose
    calendar_id = "switchyard@group.calendar.google.com"
    own_settings: ClassVar[Mapping[str, Any]] = {
        "calendars": [calendar_id],
        "service_account": None,
        "expires_in": 3_599,
        "refuse_tokens": 0,
        "refuse_grants": None,
        "reason": "rateLimitExceeded",
    }

    def routes(self) -> Mapping[str, Route]:
        return {
            _TOKEN: self._give_token,
            f"POST {_EVENTS}": self._insert,
            f"GET {_EVENTS}/{{}}": self._get,
            f"PATCH {_EVENTS}/{{}}": self._patch,
            f"PUT {_EVENTS}/{{}}": self._update,
            f"DELETE {_EVENTS}/{{}}": self._delete,
        }

    def actions(self) -> Mapping[str, Action]:
        return {"cancel": self._cancel, "expire": self._expire}

    def state(self) -> dict[str, Any]:
        return {"events": self.events, "tokens_given": len(self.tokens.given)}

    def forget(self) -> None:
        self.events: dict[str, dict[str, dict[str, Any]]] = {}  # by calendar and id, deleted ones too
        self.tokens = Tokens(always=self.key)
        self.numbers = count(1)

    def is_look_up(self, request: Request) -> bool:
        return request.method == "GET" or request.line == _TOKEN

    def check_access(self, request: Request) -> None:
        if request.line == _TOKEN:
            return
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        self.tokens.check(token if kind == "Bearer" else "", self.settings, refused="Invalid Credentials")
        if request.method != "DELETE":
            check_json(request)

    def refusal(self, error: RefusedError) -> Answer:
        if error.code in _OAUTH:
            return Answer(status=error.status, body={"error": error.code, "error_description": error.reason})
        headers = {"WWW-Authenticate": 'Bearer realm="https://accounts.google.com/"'} if error.status == 401 else {}
        body = google_api.error(error.status, error.code, error.reason)
        return Answer(status=error.status, body=body, headers=headers)

    def failure(self, answer: Answer) -> Answer:
        return google_api.failure(answer, self.settings["reason"])

    def _give_token(self, request: Request) -> Answer:
        assertion = google_tokens.check_form(request.form())
        if code := self.settings["refuse_grants"]:
            raise RefusedError("refused because it was asked for", code=code, violation=False)
        audiences = {google_tokens.AUDIENCE, f"http://{request.headers.get('host')}/token"}
        account = self.settings["service_account"]
        google_tokens.check_assertion(assertion, account=account, audiences=audiences, now=time())
        seconds = self.settings["expires_in"]
        return Answer(body={"access_token": self.tokens.give(seconds), "expires_in": seconds, "token_type": "Bearer"})

    def _insert(self, request: Request) -> Answer:
        calendar = self._calendar(request)
        body = request.json()
        google_api.check_event(body)
        google_api.check(INSERT, request, body)
        event_id = body.get("id") or uuid4().hex
        with self.lock:
            if event_id in calendar:
                raise RefusedError("The requested identifier already exists.", status=409, violation=False)
            calendar[event_id] = self._new(body, request.parts()[3], event_id)
            return Answer(body=dict(calendar[event_id]))

    def _get(self, request: Request) -> Answer:
        google_api.check(GET, request)
        return Answer(body=self._known(request))

    def _patch(self, request: Request) -> Answer:
        """What is null goes away; what is an object is changed in part."""
        return self._changed(request, _merged(self._known(request), request.json()))

    def _update(self, request: Request) -> Answer:
        """All of it is new, but what Google sets itself."""
        before = self._known(request)
        own = {name: before[name] for name in _OWN}
        return self._changed(request, {"status": "confirmed"} | request.json() | own)

    def _delete(self, request: Request) -> Answer:
        event = self._known(request)
        if event["status"] == "cancelled":
            raise RefusedError("Resource has been deleted", status=410, violation=False)
        self._keep(request.parts()[3], event | {"status": "cancelled"})
        return Answer(status=204)

    def _changed(self, request: Request, event: dict[str, Any]) -> Answer:
        google_api.check_event(event)
        google_api.check(INSERT, request, {name: event[name] for name in event if name not in _OWN})
        return Answer(body=self._keep(request.parts()[3], event | {"sequence": event["sequence"] + 1}))

    def _keep(self, calendar_id: str, event: dict[str, Any]) -> dict[str, Any]:
        with self.lock:
            kept = event | {"etag": self._etag(), "updated": _now()}
            self.events[calendar_id][event["id"]] = kept
        return kept

    def _calendar(self, request: Request) -> dict[str, dict[str, Any]]:
        calendar_id = request.parts()[3]
        known = self.settings["calendars"]
        if known is not None and calendar_id not in known:
            raise RefusedError("Not Found", status=404, violation=False)
        with self.lock:
            return self.events.setdefault(calendar_id, {})

    def _known(self, request: Request) -> dict[str, Any]:
        event = self._calendar(request).get(request.parts()[5])
        if event is None:
            raise RefusedError("Not Found", status=404, violation=False)
        return dict(event)

    def _new(self, body: Mapping[str, Any], calendar_id: str, event_id: str) -> dict[str, Any]:
        own = {"kind": "calendar#event", "id": event_id, "etag": self._etag(), "created": _now(), "updated": _now()}
        link = f"https://www.google.com/calendar/event?eid={quote(event_id)}"
        who = {"creator": {"email": "bot@project.iam.gserviceaccount.com"}, "organizer": {"email": calendar_id}}
        rest = {"iCalUID": f"{event_id}@google.com", "sequence": 0, "htmlLink": link, "eventType": "default"}
        return {"status": "confirmed", **body, **own, **who, **rest}

    def _etag(self) -> str:
        return f'"{next(self.numbers):016}"'

    def _cancel(self, body: dict[str, Any]) -> Any:
        """`{"id", "calendar"?}`: somebody deletes the event."""
        calendar_id = body.get("calendar", self.calendar_id)
        event = self.events.get(calendar_id, {}).get(body["id"])
        if event is None:
            raise RefusedError("no such event", status=404)
        return self._keep(calendar_id, event | {"status": "cancelled"})

    def _expire(self, _: dict[str, Any]) -> Any:
        """All tokens that were given are no longer good."""
        return {"expired": self.tokens.expire()}


_OAUTH = frozenset({"invalid_grant", "invalid_scope", "invalid_request", "invalid_client", "unsupported_grant_type"})
_OWN = (
    "kind",
    "id",
    "etag",
    "created",
    "updated",
    "creator",
    "organizer",
    "iCalUID",
    "sequence",
    "htmlLink",
    "eventType",
)


def _merged(before: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    whole = dict(before)
    for name, value in changes.items():
        old = whole.get(name)
        whole[name] = _merged(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return {name: value for name, value in whole.items() if value is not None}


def _now() -> str:
    return system_clock().isoformat(timespec="milliseconds").replace("+00:00", "Z")
