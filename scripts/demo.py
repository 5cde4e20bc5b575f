"""`make demo`: start everything, let a scraper report what it found, and follow it until an operator is refused."""

import json
import secrets
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import httpx

from scripts import progress
from scripts.bus_log import events_seen
from scripts.progress import StepError
from scripts.stack import FILE, Stack
from scripts.up import up
from shared.runtime.signatures import secret_bytes, signature

SAMPLE: Final = Path(__file__).with_name("samples") / "scrape_job.json"
WEBHOOK: Final = "/webhooks/scraper/job-complete"
EVENTS_LIMIT: Final = 30.0  # seconds until what was recorded must have passed over the bus


class Story:
    """One telling: a run has addresses of its own, so that the next run finds something new again."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.run = f"{secrets.randbelow(10**12):012}"
        self.began = datetime.now(UTC)
        self.http = httpx.Client(base_url=stack.api_url, timeout=30, trust_env=False)

    def tell(self) -> None:
        body = SAMPLE.read_text().replace("{run}", self.run).replace("{job}", str(uuid4()))
        self._report(body)
        self._report_again(body)
        events = self._events()
        listing = self._move(events[0]["subject"])
        self._history(listing)
        self._refuse(listing)
        self._try_by_hand(listing)

    def _report(self, body: str) -> None:
        matches = json.loads(body)["matches"]
        title(f"A scraper reports {len(matches)} matches, signed with its secret")
        for index, match in enumerate(matches):
            offer = match["listing"]
            print(f"   {index}  {offer['title'][:34]:34}  {offer['price']!s:>16}  {offer['url'][:58]}")
        outcome = self._post_signed(body)
        print(
            f"\n   202: {outcome['created_listings']} created, {outcome['skipped']} skipped (the same address", end=""
        )
        print(f" in another spelling), {len(outcome['refused'])} refused:")
        for refused in outcome["refused"]:
            print(f"        match {refused['index']}: {refused['reason']}")

    def _report_again(self, body: str) -> None:
        title("Later the scraper meets the first one again, cheaper; and the network repeats the report")
        job = json.loads(body) | {"job_id": str(uuid4())}
        job["matches"] = job["matches"][:1]
        job["matches"][0]["listing"]["price"] = 350
        for telling in ("reported", "repeated"):
            outcome = self._post_signed(json.dumps(job))
            print(f"   {telling}: {outcome['created_listings']} created, {outcome['skipped']} skipped")

    def _events(self) -> list[Any]:
        title("What passed over the bus")
        group = self.stack.outputs["EventLogGroupName"]
        expected = {"listing.created": 3, "listing.price_changed": 1}
        events = events_seen(
            group,
            since=self.began,
            enough=lambda seen: all(count_of(seen, kind) >= number for kind, number in expected.items()),
            limit=EVENTS_LIMIT,
        )
        listings = [event for event in events if event["type"] in expected]
        for event in listings:
            what = event["data"].get("title") or f"{event['data'].get('from_price')} -> {event['data'].get('to_price')}"
            print(f"   {event['time'][11:23]}  {event['type']:22}  v{event['version']}  {what}")
        for kind, number in expected.items():
            if count_of(events, kind) < number:
                raise StepError(f"{number} {kind} were recorded, {count_of(events, kind)} passed over the bus")
        return [event for event in events if event["type"] == "listing.price_changed"]

    def _move(self, listing_id: str) -> dict[str, Any]:
        title("An operator reads it and moves it")
        seen = self._call("GET", f"/admin/listings/{listing_id}", role="viewer", expect=200)
        print(f"   {seen['title']}: {seen['state']}, {seen['asking_price']} {seen['currency']}, ", end="")
        print(f"seen {seen['times_seen']} times, version {seen['version']}")
        moved = self._step(seen, {"to_state": "MESSAGING", "reason": "worth a message at this price"}, expect=200)
        print(f"   moved to {moved['state']}, version {moved['version']}")
        return moved

    def _history(self, listing: Mapping[str, Any]) -> None:
        title("Its history")
        told = self._call("GET", f"/admin/listings/{listing['id']}/history", role="viewer", expect=200)
        for step in told["history"]:
            origin = step["from_state"] or "-"
            print(f"   {step['transitioned_at'][11:23]}  {origin:>9} -> {step['to_state']:9}", end="")
            print(f"  by {step['triggered_by']}  {step['reason'] or ''}")

    def _refuse(self, listing: Mapping[str, Any]) -> None:
        title("What is not allowed is refused, and changes nothing")
        for step, expected in (
            ({"to_state": "SOLD", "ebay_sold_price": "500"}, 409),
            ({"to_state": "NEGOTIATING", "purchase_price": "300"}, 422),
        ):
            problem = self._step(listing, step, expect=expected)
            print(f"   {listing['state']} -> {step['to_state']}: {problem['status']} {problem['detail']}")
        stale = {**listing, "version": listing["version"] - 1}
        problem = self._step(stale, {"to_state": "CANCELLED"}, expect=409)
        print(f"   with an old If-Match: {problem['status']} {problem['detail']}")
        self._step(listing, {"to_state": "CANCELLED"}, expect=403, role="viewer")
        print("   with a viewer's key: 403")

    def _try_by_hand(self, listing: Mapping[str, Any]) -> None:
        title(f"Try it by hand (all addresses and keys are in {FILE.relative_to(Path.cwd())})")
        api, keys = self.stack.api_url, self.stack.keys
        print(f"   # in a browser: {api}/docs\n")
        print(f"   curl -s {api}/health\n")
        print(f"   curl -s -H 'x-api-key: {keys['viewer']}' '{api}/admin/listings?state=FOUND&limit=2'\n")
        print(f"   curl -s -H 'x-api-key: {keys['viewer']}' {api}/admin/listings/{listing['id']}/history\n")
        print(f"   curl -s -H 'Authorization: Bearer {keys['operator']}' -H 'Content-Type: application/json' \\")
        print('        -d \'{"to_state": "CANCELLED", "reason": "seller is not responding"}\' \\')
        print(f"        {api}/admin/listings/{listing['id']}/transition\n")
        print("   make down    stops it; make up brings it back as it was")

    def _post_signed(self, body: str) -> Any:
        secret = secret_bytes(self.stack.webhook_secrets["scraper"])
        message_id, now = f"msg_{uuid4().hex}", int(time.time())
        headers = {
            "Content-Type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": str(now),
            "webhook-signature": signature(secret, message_id, now, body.encode()),
        }
        return expected_answer(self.http.post(WEBHOOK, content=body.encode(), headers=headers), 202)

    def _step(
        self, listing: Mapping[str, Any], step: dict[str, str], *, expect: int, role: str = "operator"
    ) -> dict[str, Any]:
        path, version = f"/admin/listings/{listing['id']}/transition", str(listing["version"])
        return self._call("POST", path, role=role, expect=expect, json=step, headers={"If-Match": version})

    def _call(self, method: str, path: str, *, role: str, expect: int, **request: Any) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.stack.keys[role]}"} | request.pop("headers", {})
        answer: dict[str, Any] = expected_answer(self.http.request(method, path, headers=headers, **request), expect)
        return answer


def expected_answer(answer: httpx.Response, status: int) -> Any:
    """The answer's JSON. Raises StepError where the status is another: then the story is not true."""
    if answer.status_code != status:
        path = answer.request.url.path
        raise StepError(f"{answer.request.method} {path}: {answer.status_code} {answer.text[:300]}")
    return answer.json()


def count_of(events: list[Any], kind: str) -> int:
    return sum(event["type"] == kind for event in events)


def title(text: str) -> None:
    print(f"\n── {text}\n")


def main() -> None:
    Story(up()).tell()


if __name__ == "__main__":
    progress.main(main)
