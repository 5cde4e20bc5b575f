"""A caller of the deployed API: a scraper that signs, people with keys."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import httpx

from scripts.stack import Stack
from shared.runtime.signatures import secret_bytes
from tests.support.http_events import signed_headers

WEBHOOK = "/webhooks/scraper/job-complete"


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
        return self.post_signed(json.dumps(job))

    def post_signed(self, body: str, **signing: Any) -> httpx.Response:
        secret = secret_bytes(self.stack.webhook_secrets["scraper"])
        signed = signed_headers(body, secret, **({"at": datetime.now(UTC)} | signing))
        return self.post_webhook(body, signed)

    def post_webhook(self, body: str | bytes, headers: Mapping[str, str]) -> httpx.Response:
        content = body.encode() if isinstance(body, str) else body
        return self.http.post(WEBHOOK, content=content, headers={"Content-Type": "application/json", **headers})

    def move(self, listing_id: str, to_state: str, *, if_match: int | None = None, **details: Any) -> httpx.Response:
        headers = {} if if_match is None else {"If-Match": f'"{if_match}"'}
        path = f"/admin/listings/{listing_id}/transition"
        return self.call("POST", path, json={"to_state": to_state, **details}, headers=headers)

    def history(self, listing_id: str) -> list[dict[str, Any]]:
        answer = self.call("GET", f"/admin/listings/{listing_id}/history", role="viewer")
        steps: list[dict[str, Any]] = answer.raise_for_status().json()["history"]
        return steps
