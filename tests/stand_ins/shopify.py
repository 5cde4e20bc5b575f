"""Shopify: a shop whose draft orders and metaobjects are kept; Shopify's own schema makes the answers."""

from collections import defaultdict
from collections.abc import Mapping
from itertools import count
from time import monotonic
from typing import Any, ClassVar

from shared.runtime.clock import system_clock
from tests.contract.shopify.requests import answered, violations
from tests.stand_ins import shopify_api
from tests.stand_ins.checks import check_json
from tests.stand_ins.http import Answer, RefusedError, Request
from tests.stand_ins.routes import Route
from tests.stand_ins.stand_in import Action, StandIn
from tests.stand_ins.tokens import Tokens

_TOKEN = "POST /admin/oauth/access_token"


class Shopify(StandIn):
    """Settings: `lag` (queries that do not find a new draft order), `definitions` (of metaobjects; null: all).

    `maximum` and `restore_rate` are of the cost; with `throttle` who has used it up is throttled. `version` is what
    the answer says; `code` that of a fault with status 200 or 429. For tokens as with Google: `expires_in`,
    `refuse_tokens`, `refuse_grants`.
    """

    name = "shopify"
    key = "shopify-key"  # a token that is always good, unless it is refused on purpose
    client_id = "shopify-client"
    client_secret = "shopify-secret"
    api_version = "2026-10"
    own_settings: ClassVar[Mapping[str, Any]] = {
        "lag": 0,
        "definitions": None,
        "maximum": 2_000.0,
        "restore_rate": 100.0,  # points a second
        "throttle": False,
        "version": api_version,
        "code": "THROTTLED",
        "expires_in": 86_399,
        "refuse_tokens": 0,
        "refuse_grants": None,
    }

    def routes(self) -> Mapping[str, Route]:
        return {_TOKEN: self._give_token, f"POST /admin/api/{self.api_version}/graphql.json": self._graphql}

    def actions(self) -> Mapping[str, Action]:
        return {"expire": lambda _: {"expired": self.tokens.expire()}}

    def state(self) -> dict[str, Any]:
        return {
            "draft_orders": list(self.orders.values()),
            "metaobjects": list(self.metaobjects.values()),
            "tokens_given": len(self.tokens.given),
        }

    def forget(self) -> None:
        self.orders: dict[str, dict[str, Any]] = {}  # by id; with their `input`
        self.by_tag: defaultdict[str, list[str]] = defaultdict(list)  # ids, oldest first
        self.unseen: dict[str, int] = {}  # queries that are still not to find an order
        self.metaobjects: dict[tuple[str, str], dict[str, Any]] = {}  # by type and handle
        self.tokens = Tokens(always=self.key)
        self.numbers = count(1)
        self.bucket = monotonic(), float(self.settings["maximum"])  # when it was looked at, and what was in it

    def is_look_up(self, request: Request) -> bool:
        return request.line == _TOKEN or shopify_api.is_query(request.body)

    def check_access(self, request: Request) -> None:
        if request.line != _TOKEN:
            token = request.headers.get("x-shopify-access-token", "")
            self.tokens.check(token, self.settings, refused=shopify_api.WRONG_TOKEN)
            check_json(request)

    def refusal(self, error: RefusedError) -> Answer:
        if error.code:
            return Answer(status=error.status, body={"error": error.code, "error_description": error.reason})
        return Answer(status=error.status, body={"errors": error.reason}, headers=self._version())

    def failure(self, answer: Answer) -> Answer:
        return shopify_api.failure(answer, self.settings["code"], self._cost(0), self._version())

    def _version(self) -> dict[str, str]:
        return {"X-Shopify-API-Version": self.settings["version"]}

    def _give_token(self, request: Request) -> Answer:
        wanted = {"grant_type": "client_credentials"}
        wanted |= {"client_id": self.client_id, "client_secret": self.client_secret}
        if request.form() != wanted:
            raise RefusedError("the form is not that of this client", code="invalid_request")
        if code := self.settings["refuse_grants"]:
            raise RefusedError("refused because it was asked for", code=code, violation=False)
        seconds = self.settings["expires_in"]
        scope = "write_draft_orders,write_metaobjects"
        return Answer(body={"access_token": self.tokens.give(seconds), "scope": scope, "expires_in": seconds})

    def _graphql(self, request: Request) -> Answer:
        body = request.json()
        mistakes: list[str] = []
        said = self._said(body, mistakes)
        for one in violations(body) or mistakes:
            self.violate(request, one)
        return Answer(body=said, headers=self._version())

    def _said(self, body: dict[str, Any], mistakes: list[str]) -> dict[str, Any]:
        if errors := shopify_api.errors_of(body):
            return {"errors": errors}
        cost = shopify_api.cost_of(body)
        if self.settings["throttle"] and not self._spend(cost):
            return shopify_api.error("THROTTLED", self._cost(cost))
        with self.lock:
            said = answered(body, self._root(mistakes))
        mistakes += [error["message"] for error in said.get("errors", ())]
        return said | {"extensions": {"cost": self._cost(cost)}}

    def _root(self, mistakes: list[str]) -> dict[str, Any]:
        return {
            "draftOrderCreate": lambda _, **given: self._create(given["input"], mistakes),
            "draftOrders": lambda _, **given: self._search(**given),
            "metaobjectUpsert": lambda _, **given: self._upsert(given),
            "metaobjectByHandle": lambda _, handle: self.metaobjects.get((handle["type"], handle["handle"])),
        }

    def _create(self, given: dict[str, Any], mistakes: list[str]) -> dict[str, Any]:
        if wrong := shopify_api.user_errors(given):
            mistakes += [one["message"] for one in wrong]
            return {"draftOrder": None, "userErrors": wrong}
        order = shopify_api.draft_order(given, next(self.numbers), now=_now())
        self.orders[order["id"]] = order | {"input": given}
        self.unseen[order["id"]] = self.settings["lag"]
        for tag in {tag.strip().lower() for tag in order["tags"]}:
            self.by_tag[tag].append(order["id"])
        return {"draftOrder": order, "userErrors": []}

    def _search(self, *, first: int | None = None, query: str | None = None, **others: Any) -> dict[str, Any]:
        """The newest last; what the index does not know yet, it knows a bit later."""
        tag = shopify_api.tag_of(first, query, others)
        found = self._seen(list(self.orders) if tag is None else self.by_tag[tag])
        return {"nodes": [self.orders[one] for one in found[:first]]}

    def _seen(self, ids: list[str]) -> list[str]:
        seen = [one for one in ids if not self.unseen[one]]
        for one in ids:
            self.unseen[one] = max(self.unseen[one] - 1, 0)
        return seen

    def _upsert(self, given: Mapping[str, Any]) -> dict[str, Any]:
        kind, handle = given["handle"]["type"], given["handle"]["handle"]
        known = self.settings["definitions"]
        if known is not None and kind not in known:
            said = f"No metaobject definition exists for type {kind!r}"
            wrong = {"field": ["handle", "type"], "message": said, "code": "UNDEFINED_OBJECT_TYPE"}
            return {"metaobject": None, "userErrors": [wrong]}
        before = self.metaobjects.get((kind, handle))
        number = before["id"] if before else f"gid://shopify/Metaobject/{next(self.numbers)}"
        values = (before["values"] if before else {}) | shopify_api.values_of(given)
        made = {"createdAt": before["createdAt"] if before else _now(), "updatedAt": _now()}
        one = {"id": number, "type": kind, "handle": handle, "displayName": handle, "values": values, **made}
        self.metaobjects[kind, handle] = one
        return {"metaobject": one, "userErrors": []}

    def _spend(self, cost: int) -> bool:
        with self.lock:
            left = self._left()
            enough = left >= cost
            self.bucket = monotonic(), left - cost if enough else left
        return enough

    def _left(self) -> float:
        at, left = self.bucket
        restored = left + (monotonic() - at) * float(self.settings["restore_rate"])
        return min(restored, float(self.settings["maximum"]))

    def _cost(self, cost: int) -> dict[str, Any]:
        limits = {"maximumAvailable": self.settings["maximum"], "restoreRate": self.settings["restore_rate"]}
        status = limits | {"currentlyAvailable": int(self._left())}
        return {"requestedQueryCost": cost, "actualQueryCost": cost, "throttleStatus": status}


def _now() -> str:
    return system_clock().isoformat(timespec="seconds").replace("+00:00", "Z")
