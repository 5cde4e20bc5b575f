"""A caller of the deployed API: services that sign, people with keys."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import httpx

from scripts.stack import Stack
from shared.runtime.signatures import secret_bytes
from tests.support.http_events import signed_headers

WEBHOOK = "/webhooks/scraper/job-complete"
TELEGRAM = "/webhooks/telegram"


class Api:
    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        # As many connections as a test has threads; nothing of the machine's proxies.
        self.http = httpx.Client(base_url=stack.api_url, timeout=60, trust_env=False)

    def call(self, method: str, path: str, *, role: str | None = "operator", **request: Any) -> httpx.Response:
        """With the key of a role, or with none."""
        headers = dict(request.pop("headers", None) or {})
        if role:
            headers["Authorization"] = f"Bearer {self.stack.keys[role]}"
        return self.http.request(method, path, headers=headers, **request)

    def report(self, job: Mapping[str, Any]) -> httpx.Response:
        """A scrape job, signed."""
        return self.tell("scraper/job-complete", job)

    def tell(
        self, webhook: str, body: Mapping[str, Any], *, signed_by: str | None = None, **signing: Any
    ) -> httpx.Response:
        """A webhook, `<source>/<name>`, signed with the secret of its source, or of another."""
        text = json.dumps(body)
        secret = secret_bytes(self.stack.webhook_secrets[signed_by or webhook.partition("/")[0]])
        headers = signed_headers(text, secret, **({"at": datetime.now(UTC)} | signing))
        return self.post_webhook(text, headers, path=f"/webhooks/{webhook}")

    def post_webhook(self, body: str | bytes, headers: Mapping[str, str], *, path: str = WEBHOOK) -> httpx.Response:
        content = body.encode() if isinstance(body, str) else body
        return self.http.post(path, content=content, headers={"Content-Type": "application/json", **headers})

    def update(self, update: Mapping[str, Any], *, token: str | None = None) -> httpx.Response:
        """An update of the Telegram bot, with the token that Telegram was given, or another."""
        shown = self.stack.webhook_secrets["telegram"] if token is None else token
        return self.post_webhook(
            json.dumps(update), {"X-Telegram-Bot-Api-Secret-Token": shown} if shown else {}, path=TELEGRAM
        )

    def listing(self, listing_id: str) -> dict[str, Any]:
        answer = self.call("GET", f"/admin/listings/{listing_id}", role="viewer")
        found: dict[str, Any] = answer.raise_for_status().json()
        return found

    def listings(self, **query: Any) -> list[dict[str, Any]]:
        """The first page."""
        answer = self.call("GET", "/admin/listings", role="viewer", params=query)
        found: list[dict[str, Any]] = answer.raise_for_status().json()["listings"]
        return found

    def move(self, listing_id: str, to_state: str, *, if_match: int | None = None, **details: Any) -> httpx.Response:
        headers = {} if if_match is None else {"If-Match": f'"{if_match}"'}
        return self.act(listing_id, "transition", {"to_state": to_state, **details}, headers=headers)

    def act(self, listing_id: str, action: str, body: Mapping[str, Any], **request: Any) -> httpx.Response:
        """What an operator does with a listing: transition, photos, received, retry, deadline."""
        return self.call("POST", f"/admin/listings/{listing_id}/{action}", json=body, **request)

    def upload(self, listing_id: str, *contents: bytes) -> list[str]:
        """The keys of these photos (JPEG), which are uploaded as an operator's browser does it."""
        wanted = [{"content_type": "image/jpeg", "size": len(content)} for content in contents]
        places = self.act(listing_id, "photos", {"photos": wanted}).raise_for_status().json()["uploads"]
        for place, content in zip(places, contents, strict=True):
            self.put(place, content).raise_for_status()
        return [place["key"] for place in places]

    def put(self, place: Mapping[str, Any], content: bytes, **headers: str) -> httpx.Response:
        """Content at the address of an upload, with the headers it was given, or others."""
        return self.http.put(place["url"], content=content, headers={**place["headers"], **headers})

    def receive(self, listing_id: str, photos: Sequence[str], **told: Any) -> httpx.Response:
        return self.act(listing_id, "received", {"photos": list(photos), **told})

    def decide(self, **messaging: Any) -> None:
        """When sellers are written to by themselves; what is left out is as if nobody had decided."""
        self.call("PUT", "/admin/settings/messaging", json={"automatic": True} | messaging).raise_for_status()

    def history(self, listing_id: str) -> list[dict[str, Any]]:
        answer = self.call("GET", f"/admin/listings/{listing_id}/history", role="viewer")
        steps: list[dict[str, Any]] = answer.raise_for_status().json()["history"]
        return steps

    def way(self, listing_id: str) -> list[str]:
        """The states a listing has been in, the present one last."""
        return [step["to_state"] for step in self.history(listing_id)]
