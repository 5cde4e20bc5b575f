"""Requests to providers as Switchyard makes them, and what a service account signs."""

import json
import time
from base64 import urlsafe_b64encode
from functools import cache
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from tests.stand_ins import google_tokens
from tests.stand_ins.client import StandIns
from tests.stand_ins.discord import Discord
from tests.stand_ins.google import Google
from tests.stand_ins.notion import Notion
from tests.stand_ins.shopify import Shopify

EVENT_ID = "discord:1300000000000000042"
ACCOUNT = "bot@project.iam.gserviceaccount.com"
CHANNEL = "1300000000000000007"
NOTION = {"Authorization": f"Bearer {Notion.key}", "Notion-Version": "2026-03-11"}
DISCORD = {"Authorization": f"Bot {Discord.key}", "User-Agent": "DiscordBot (https://switchyard.example, 0.1.0)"}
CREATE_DRAFT = """mutation($input: DraftOrderInput!) {
  draftOrderCreate(input: $input) { draftOrder { id name status tags createdAt } userErrors { field message } }
}"""
FIND_DRAFT = "query($q: String!) { draftOrders(first: 1, query: $q) { nodes { id name tags } } }"
UPSERT = """mutation($h: MetaobjectHandleInput!, $v: JSON) {
  metaobjectUpsert(handle: $h, values: $v) { metaobject { id handle values } userErrors { field message code } }
}"""
FIND_METAOBJECT = "query($h: MetaobjectHandleInput!) { metaobjectByHandle(handle: $h) { id handle } }"


def a_page(event_id: str = EVENT_ID, **properties: Any) -> dict[str, Any]:
    usual = {
        "Name": {"title": [{"text": {"content": "Kickoff"}}]},
        "Event ID": {"rich_text": [{"text": {"content": event_id}}]},
        "Source": {"select": {"name": "discord"}},
        "Tags": {"multi_select": [{"name": "meeting"}]},
        "When": {"date": {"start": "2026-11-20T10:00:00Z"}},
        "URL": {"url": "https://discord.example/channels/1/2/3"},
    }
    parent = {"type": "data_source_id", "data_source_id": Notion.data_source_id}
    return {"parent": parent, "properties": usual | properties}


def a_query(event_id: str = EVENT_ID) -> dict[str, Any]:
    return {"filter": {"property": "Event ID", "rich_text": {"equals": event_id}}, "page_size": 1}


def an_event(**changes: Any) -> dict[str, Any]:
    return {
        "id": "0123456789abcdefghijklmnopqrstuv",
        "summary": "Kickoff",
        "start": {"dateTime": "2026-11-20T10:00:00Z"},
        "end": {"dateTime": "2026-11-20T11:00:00Z"},
        "extendedProperties": {"private": {"event_id": EVENT_ID}},
    } | changes


def a_draft(**changes: Any) -> dict[str, Any]:
    price = {"amount": "0.00", "currencyCode": "USD"}
    return {
        "note": "Kickoff",
        "tags": ["orc-0123456789"],
        "customAttributes": [{"key": "event_id", "value": EVENT_ID}],
        "lineItems": [{"title": "Kickoff", "quantity": 1, "originalUnitPriceWithCurrency": price}],
    } | changes


def a_text(content: str = "Kickoff", **changes: Any) -> dict[str, Any]:
    return {"content": content, "allowed_mentions": {"parse": []}} | changes


def to_notion(http: httpx.Client, to: StandIns, path: str, body: Any, **headers: str) -> httpx.Response:
    return http.post(f"{to.addresses['notion']}/v1/{path}", json=body, headers=NOTION | headers)


def find_pages(http: httpx.Client, to: StandIns, body: Any) -> httpx.Response:
    return to_notion(http, to, f"data_sources/{Notion.data_source_id}/query", body)


def to_calendar(
    http: httpx.Client, to: StandIns, method: str = "POST", rest: str = "?sendUpdates=none", **request: Any
) -> httpx.Response:
    """With the token that is always good, unless `token` is another; `calendar` may be another one, too."""
    calendar = request.pop("calendar", Google.calendar_id).replace("@", "%40")
    headers = {"Authorization": f"Bearer {request.pop('token', Google.key)}"}
    url = f"{to.addresses['google']}/calendar/v3/calendars/{calendar}/events{rest}"
    return http.request(method, url, headers=headers, **request)


def ask_for_token(http: httpx.Client, to: StandIns, assertion: str, **form: str) -> httpx.Response:
    whole = {"grant_type": google_tokens.GRANT, "assertion": assertion} | form
    return http.post(f"{to.addresses['google']}/token", data=whole)


def to_shopify(
    http: httpx.Client, to: StandIns, query: str, token: str = Shopify.key, **variables: Any
) -> httpx.Response:
    url = f"{to.addresses['shopify']}/admin/api/2026-10/graphql.json"
    body = {"query": query, "variables": variables}
    return http.post(url, json=body, headers={"X-Shopify-Access-Token": token})


def to_discord(
    http: httpx.Client, to: StandIns, body: Any, *, channel: str = CHANNEL, **headers: str
) -> httpx.Response:
    url = f"{to.addresses['discord']}/api/v10/channels/{channel}/messages"
    return http.post(url, json=body, headers=DISCORD | headers)


@cache
def private_key() -> RSAPrivateKey:
    return generate_private_key(public_exponent=65_537, key_size=2_048)


def private_pem() -> str:
    return private_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def service_account() -> dict[str, str]:
    """As the stand-in is told of it."""
    pem = private_key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return {"client_email": ACCOUNT, "public_key": pem.decode()}


def an_assertion(*, header: dict[str, Any] | None = None, **changes: Any) -> str:
    """Signed by hand, after RFC 7515: nothing of what is tested has a part in it."""
    now = int(time.time())
    usual = {
        "iss": ACCOUNT,
        "scope": google_tokens.SCOPE,
        "aud": google_tokens.AUDIENCE,
        "iat": now,
        "exp": now + 3_600,
    }
    parts = [{"alg": "RS256", "typ": "JWT"} | (header or {}), usual | changes]
    signed = ".".join(_encoded(json.dumps(part).encode()) for part in parts)
    return f"{signed}.{_encoded(private_key().sign(signed.encode(), PKCS1v15(), SHA256()))}"


def _encoded(part: bytes) -> str:
    return urlsafe_b64encode(part).decode().rstrip("=")
