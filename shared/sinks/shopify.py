"""Shopify: a sale becomes a draft order, which moves neither stock nor money; any other message a metaobject."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from shared.runtime.errors import InvalidInputError
from shared.runtime.http import Answer, Call, Locate, Service, ServiceError, Verdict
from shared.runtime.oauth import Grant, carrying, client_grant
from shared.sinks.content import content_of
from shared.sinks.facts import NO_MESSAGE, is_message
from shared.sinks.options import ShopifyOptions
from shared.sinks.place import Place, with_token
from shared.sinks.shopify_answers import NAME, data_of, fell_forward, in_shopifys_words, payload_of
from shared.sinks.shopify_calls import (
    find_metaobject_call,
    find_order_call,
    is_sale,
    metaobject_call,
    order_call,
    tag_of,
)
from shared.sinks.sink import GIVES_UP_AFTER, Detail, Made

__all__ = ["CREDENTIALS", "NAME", "Shopify", "build", "locate", "shop_of"]

CREDENTIALS: Final = (("access_token",), ("client_id", "client_secret"))
TOKEN_PATH: Final = "/admin/oauth/access_token"
TOKEN_HEADER: Final = "X-Shopify-Access-Token"
_SHOP: Final = re.compile(r"(?:https://)?([a-z0-9][a-z0-9-]{0,60})(?:\.myshopify\.com/?)?", re.IGNORECASE | re.ASCII)
_ORDER: Final = "gid://shopify/DraftOrder/"


def locate(place: Place) -> Locate:
    """As an app of the shop, or with the lasting token of an older one. It is shown to the shop and to nobody else."""
    url = (place.api_url or f"https://{shop_of(place.target)}").rstrip("/")
    if place.secret().get("access_token"):
        return with_token(place, url, part="access_token", header=TOKEN_HEADER)

    def grants(*, fresh: bool = False) -> Grant:
        return client_grant(NAME, place.secret(fresh=fresh))

    return carrying(url, place.credential(NAME, url + TOKEN_PATH, grants), header=TOKEN_HEADER)


def build(service: Service | None, place: Place) -> "Shopify":
    shop = shop_of(place.target) if place.target else ""

    def tell(version: str) -> None:
        place.warn(f"Shopify answers as version {version}, and not as the one that is asked for")

    return Shopify(service, options=place.options.shopify, shop=shop, on_other_version=tell)


def shop_of(text: str) -> str:
    """`foo`, `foo.myshopify.com`, `https://foo.myshopify.com/` -> `foo.myshopify.com`. Raises InvalidInputError."""
    match = _SHOP.fullmatch(text)
    if not match or (text.lower().startswith("https:") and "." not in text):
        raise InvalidInputError("the shop has to be <name>.myshopify.com")
    return f"{match[1].lower()}.myshopify.com"


def _say_nothing(_: str) -> None: ...


class Shopify:
    """`shop` is its domain, for addresses people can open. `on_other_version` is told which one answered, once."""

    name: str = NAME
    can_look: bool = True
    gives_up_after: timedelta = GIVES_UP_AFTER
    settles_after: timedelta = timedelta(seconds=30)  # orders are searched in an index; nobody promises how fresh it is

    def __init__(
        self,
        service: Service | None,
        *,
        options: ShopifyOptions,
        shop: str = "",
        on_other_version: Callable[[str], None] = _say_nothing,
    ) -> None:
        self._service = service
        self._options = options
        self._shop = shop
        self._on_other_version = on_other_version
        self._has_told = False

    def skips(self, event: Detail) -> str | None:
        return None if is_message(event) else NO_MESSAGE

    def request(self, event: Detail) -> Call:
        content = content_of(event)
        return order_call(content) if is_sale(content) else metaobject_call(content, self._options.metaobject_type)

    def send(self, event: Detail) -> Made:
        mutation, made = (
            ("draftOrderCreate", "draftOrder") if is_sale(content_of(event)) else ("metaobjectUpsert", "metaobject")
        )
        call = self.request(event)
        answer = self._ask(call)
        payload = payload_of(data_of(answer, call), mutation, answer)
        if identity := _id(payload.get(made)):
            return self._made(identity)
        verdict = Verdict.RETRY_BACKOFF if call.repeatable else Verdict.AMBIGUOUS
        raise ServiceError(NAME, verdict, f"{answer.status} without a {made}", answer=answer)

    def find(self, event: Detail) -> Made | None:
        is_order = is_sale(content_of(event))
        kind = self._options.metaobject_type
        call = find_order_call(event["id"]) if is_order else find_metaobject_call(event["id"], kind)
        data = data_of(self._ask(call), call)
        identity = _order_in(data, tag_of(event["id"])) if is_order else _metaobject_in(data)
        return self._made(identity) if identity else None

    def _ask(self, call: Call) -> Answer:
        if self._service is None:
            raise InvalidInputError(f"{NAME} is not set up")
        try:
            answer = self._service.ask(call)
        except ServiceError as error:
            raise in_shopifys_words(error, call) from None
        version = fell_forward(answer)
        if version and not self._has_told:
            self._has_told = True
            self._on_other_version(version)
        return answer

    def _made(self, identity: str) -> Made:
        number = identity.removeprefix(_ORDER)
        is_shown = self._shop and identity.startswith(_ORDER) and number.isdigit()
        return Made(external_id=identity, url=f"https://{self._shop}/admin/draft_orders/{number}" if is_shown else None)


def _order_in(data: Any, tag: str) -> str | None:
    """The search may find what is only like the tag. Raises ServiceError where there is no list."""
    orders = data.get("draftOrders")
    nodes = orders.get("nodes") if isinstance(orders, dict) else None
    if not isinstance(nodes, list):
        raise ServiceError(NAME, Verdict.AMBIGUOUS, "its list of draft orders cannot be read")
    mine = (node for node in nodes if isinstance(node, dict) and tag in (node.get("tags") or []))
    return next((identity for node in mine if (identity := _id(node))), None)


def _metaobject_in(data: Any) -> str | None:
    if "metaobjectByHandle" not in data:
        raise ServiceError(NAME, Verdict.AMBIGUOUS, "what it has cannot be read")
    return _id(data["metaobjectByHandle"])


def _id(node: Any) -> str | None:
    identity = node.get("id") if isinstance(node, dict) else None
    return identity if isinstance(identity, str) and identity else None
