"""`make demo`: start everything, and follow listings from the scraper's report to the profit, or to their end."""

import json
import secrets
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import httpx

from scripts import progress
from scripts.bus_log import events_seen
from scripts.discord.story import tell_discord
from scripts.progress import StepError
from scripts.stack import FILE, Stack
from scripts.up import TELEGRAM_CHAT, up
from tests.stand_ins.client import StandIns
from tests.stand_ins.photos import SMALL_JPEG

SAMPLE: Final = Path(__file__).with_name("samples") / "scrape_job.json"
MESSAGES: Final = Path(__file__).with_name("samples") / "messages.json"
LIMIT: Final = 60.0  # seconds for anything to happen by itself
SEVEN_DAYS_IN_SIX_SECONDS: Final = 0.00001

# What the sellers of the sample do when they are written to.
SELLERS: Final = [
    {
        "match": "001",
        "steps": [{"webhook": "reply-received", "price": "350"}, {"webhook": "deal-confirmed", "price": "340"}],
    },
    {"match": "002", "steps": [{"webhook": "declined", "reason": "sold to a friend"}]},
]


class Story:
    """One telling: a run has addresses of its own, so that the next run finds something new again."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.run = f"{secrets.randbelow(10**9):09}"
        self.began = datetime.now(UTC)
        self.http = httpx.Client(base_url=stack.api_url, timeout=30, trust_env=False)
        self.services = StandIns(stack.stand_ins)

    def tell(self) -> None:
        self.services.reset()
        self._call(
            "PUT", "/admin/settings/messaging", json={"automatic": True}
        )  # somebody may have tried what is told below
        self._search()
        sony, canon, nikon = self._found()
        self._haggle(sony, canon, nikon)
        self._receive(sony)
        sold = self._sell(sony)
        self._history(sold)
        self._refuse(nikon)
        self._give_up(nikon)
        self._post()
        self._told()
        title("The same from Discord: a look at the camera, somebody who may not move it, a version that is shipped")
        tell_discord(self.services, sony, self._poll)
        self._add_up()
        self._try_by_hand(sony)

    def _search(self) -> None:
        title("An operator has the scraper look for cameras; it reports what it found, signed with its secret")
        matches = json.loads(SAMPLE.read_text().replace("{run}", self.run).replace("{job}", ""))["matches"]
        self.services.set(
            "chatterbot", scripts=[seller | {"match": f"{self.run}{seller['match']}"} for seller in SELLERS]
        )
        self.services.set("scraper", matches=matches)
        wanted = {"brands": ["Sony", "Canon", "Nikon"], "search": "Camera"}
        job = self._call("POST", "/admin/scrape/trigger", expect=202, json=wanted)
        job = self._until(f"/admin/scrape/jobs/{job['job_id']}", lambda job: job["status"] == "completed")
        outcome = job["outcome"]
        print(f"   job {job['job_id']}: {outcome['matches']} matches; {outcome['created_listings']} new,", end="")
        print(f" {outcome['skipped']} the same address in another spelling, {outcome['refused']} without a price")

    def _found(self) -> list[str]:
        """The three new listings, in the order of the sample."""
        seen = self._call("GET", "/admin/listings?limit=200", role="viewer")["listings"]
        ours = {
            listing["marketplace_url"].split(self.run)[-1][:3]: listing
            for listing in seen
            if self.run in listing["marketplace_url"]
        }
        found = [ours[number] for number in ("001", "002", "003")]
        for listing in found:
            print(f"   {listing['title'][:36]:36}  {listing['asking_price']:>6} {listing['currency']}")
        return [listing["id"] for listing in found]

    def _haggle(self, sony: str, canon: str, nikon: str) -> None:
        title("The chat bot writes to the three sellers: one agrees, one declines, one says nothing")
        for listing_id, state in ((sony, "PURCHASED"), (canon, "CANCELLED"), (nikon, "MESSAGING")):
            listing = self._in_state(listing_id, state)
            paid = f", for {listing['purchase_price']} {listing['currency']}" if listing["purchase_price"] else ""
            end = f", given up on {listing['deadline_at'][:10]} if nothing happens" if listing["deadline_at"] else ""
            print(f"   {listing['title'][:36]:36}  {listing['state']}{paid}{end}")

    def _receive(self, listing_id: str) -> None:
        title("The parcel comes; an operator uploads a photo and says how good the thing is")
        wanted = {"photos": [{"content_type": "image/jpeg", "size": len(SMALL_JPEG)}]}
        upload = self._call("POST", f"/admin/listings/{listing_id}/photos", json=wanted)["uploads"][0]
        httpx.put(upload["url"], content=SMALL_JPEG, headers=upload["headers"], trust_env=False).raise_for_status()
        here = {"photos": [upload["key"]], "condition": "USED_EXCELLENT", "shipping_cost": "4.50"}
        received = self._call("POST", f"/admin/listings/{listing_id}/received", json=here)
        print(f"   {received['state']}, {len(received['photos'])} photo, to be offered for {received['target_price']}")

    def _sell(self, listing_id: str) -> dict[str, Any]:
        title("It is put on eBay by itself, and somebody buys it")
        listed = self._in_state(listing_id, "LISTED")
        print(f"   LISTED as {listed['ebay_listing_id']} for {listed['ebay_asking_price']} {listed['currency']}")
        self.services.sell(listing_id, sold_price="489.00", fees="62.10", shipping="8.40")
        return self._in_state(listing_id, "SOLD")

    def _history(self, listing: Mapping[str, Any]) -> None:
        history = self._call("GET", f"/admin/listings/{listing['id']}/history", role="viewer")["history"]
        for step in history:
            origin = step["from_state"] or "-"
            print(
                f"   {step['transitioned_at'][11:23]}  {origin:>11} -> {step['to_state']:11} by {step['triggered_by']}"
            )
        print(f"\n   sold {listing['ebay_sold_price']} - bought {listing['purchase_price']}", end="")
        print(f" - shipping {listing['shipping_cost']} - fees {listing['ebay_fees']}", end="")
        print(f" = {listing['final_profit']} {listing['currency']} profit")

    def _give_up(self, listing_id: str) -> None:
        title("The third seller never answers; the local AWS lets seven days pass in six seconds")
        self._scale_waits(SEVEN_DAYS_IN_SIX_SECONDS)
        try:
            self._in_state(listing_id, "CANCELLED")
        finally:
            self._scale_waits(1)
        for step in self._call("GET", f"/admin/listings/{listing_id}/history")["history"][1:]:
            print(f"   {step['from_state']} -> {step['to_state']} by {step['triggered_by']}  {step['reason'] or ''}")

    def _refuse(self, listing_id: str) -> None:
        title("What is not allowed is refused, and changes nothing")
        path, listing = f"/admin/listings/{listing_id}/transition", self._call("GET", f"/admin/listings/{listing_id}")
        for step, expected in (
            ({"to_state": "SOLD", "ebay_sold_price": "500"}, 409),
            ({"to_state": "NEGOTIATING", "purchase_price": "300"}, 422),
        ):
            problem = self._call("POST", path, expect=expected, json=step)
            print(f"   {listing['state']} -> {step['to_state']}: {problem['status']} {problem['detail']}")
        stale = {"If-Match": str(listing["version"] - 1)}
        problem = self._call("POST", path, expect=409, json={"to_state": "CANCELLED"}, headers=stale)
        print(f"   with an old If-Match: {problem['status']} {problem['detail']}")
        self._call("POST", path, role="viewer", expect=403, json={"to_state": "CANCELLED"})
        print("   with a viewer's key: 403")

    def _post(self) -> None:
        title("Messages are posted in chat: they get their tags, and reach the sinks that want them, once")
        posted = [
            {**message, "id": f"{message['id']}-{self.run}"} for message in json.loads(MESSAGES.read_text())["messages"]
        ]
        told = self._call("POST", "/messages", expect=202, json=[*posted, {"id": f"bad-{self.run}", "content": ""}])
        for message in told["messages"]:
            sinks = ", ".join(sent["sink"] for sent in message["sinks"]) or "nowhere"
            print(f"   {message['id']:20} {message['type']:16} {' '.join(message['tags']) or '-':18} -> {sinks}")
        print(f"   {told['recorded']} recorded; refused: {told['refused'][0]['reason']}")
        for message in told["messages"]:
            self._delivered(message["event_id"], len(message["sinks"]))
        again = self._call("POST", "/messages", expect=202, json=posted)
        print(f"   posted again: {again['recorded']} recorded, {again['known']} known; nothing is made twice")

    def _delivered(self, event_id: str, number: int) -> None:
        path = f"/admin/deliveries?event_id={event_id}"
        seen = self._until(path, lambda page: [one["status"] for one in page["deliveries"]] == ["delivered"] * number)
        for delivery in seen["deliveries"]:
            print(f"   {delivery['sink']:16} {delivery['url'] or delivery['external_id']}")

    def _told(self) -> None:
        title("What the operators' chat on Telegram was told")
        wanted = ("Results", "Purchased", "Sold", "still in")

        def told() -> list[str]:
            messages = self.services.state("telegram")["messages"].get(str(TELEGRAM_CHAT), [])
            return [message["text"] for message in messages]

        self._poll(lambda: all(any(word in text for text in told()) for word in wanted), "the notices are not complete")
        for text in told():
            first, *rest = text.split("\n")
            print(f"   {first}  {' / '.join(line for line in rest if line)[:96]}")
        events = events_seen(
            self.stack.outputs["EventLogGroupName"], since=self.began, enough=lambda seen: True, limit=LIMIT
        )
        print(
            f"\n   {len(events)} events passed over the bus, {len({event['id'] for event in events})} of them different"
        )

    def _add_up(self) -> None:
        title("What it adds up to (all runs of this stack)")
        summary = self._call("GET", "/admin/reports/summary", role="viewer")
        states = ", ".join(f"{count} {state}" for state, count in summary["by_state"].items() if count)
        print(f"   {summary['listings']} listings: {states}")
        for total in summary["money"]["total"]:
            print(f"   {total['currency']}: spent {total['spent']}, earned {total['earned']}, profit {total['profit']}")
        for stay in summary["time_in_state"]:
            print(f"   {stay['state']:11} {stay['count']:5} times, half of them under {stay['median_seconds']:.1f} s")

    def _try_by_hand(self, listing_id: str) -> None:
        title(f"Try it by hand (all addresses and keys are in {FILE.relative_to(Path.cwd())})")
        api, keys = self.stack.api_url, self.stack.keys
        print(f"   # in a browser: {api}/docs\n")
        print(f"   curl -s -H 'x-api-key: {keys['viewer']}' '{api}/admin/listings?state=MESSAGING&limit=2'\n")
        print(f"   curl -s -H 'x-api-key: {keys['viewer']}' {api}/admin/listings/{listing_id}/history\n")
        print(f"   curl -sL -H 'x-api-key: {keys['viewer']}' {api}/admin/reports/listings.csv\n")
        print(f"   curl -s -X PUT -H 'x-api-key: {keys['operator']}' -H 'Content-Type: application/json' \\")
        print("        -d '{\"automatic\": false}' \\")
        print(f"        {api}/admin/settings/messaging      # people write to sellers now\n")
        print(f"   curl -s -H 'x-api-key: {keys['viewer']}' '{api}/admin/deliveries?limit=5'\n")
        print(f"   curl -s {self.stack.stand_ins['chatterbot']}/_control      # what the chat bot's stand-in saw\n")
        print("   make down    stops it; make up brings it back as it was")

    def _in_state(self, listing_id: str, state: str) -> dict[str, Any]:
        return self._until(f"/admin/listings/{listing_id}", lambda listing: listing["state"] == state)

    def _until(self, path: str, is_so: Any) -> dict[str, Any]:
        """What is read there, as soon as it is so. Raises StepError where it takes too long."""
        seen: dict[str, Any] = {}

        def look() -> bool:
            seen.update(self._call("GET", path))
            return bool(is_so(seen))

        self._poll(look, f"{path} is not what it should be")
        return seen

    def _poll(self, fact: Any, otherwise: str) -> None:
        deadline = time.monotonic() + LIMIT
        while not fact():
            if time.monotonic() > deadline:
                raise StepError(otherwise)
            time.sleep(0.1)

    def _scale_waits(self, scale: float) -> None:
        setting = {"stepfunctions._SFN_WAIT_SCALE": scale}
        httpx.post(f"{self.stack.aws_endpoint_url}/_ministack/config", json=setting, trust_env=False).raise_for_status()

    def _call(self, method: str, path: str, *, role: str = "operator", expect: int = 200, **request: Any) -> Any:
        """The answer's JSON. Raises StepError where the status is another: then the story is not true."""
        headers = {"Authorization": f"Bearer {self.stack.keys[role]}"} | request.pop("headers", {})
        answer = self.http.request(method, path, headers=headers, **request)
        if answer.status_code != expect:
            raise StepError(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
        return answer.json()


def title(text: str) -> None:
    print(f"\n── {text}\n")


def main() -> None:
    Story(up()).tell()


if __name__ == "__main__":
    progress.main(main)
