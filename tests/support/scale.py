"""Many lives at once among services that fail: who plays which part, what goes wrong, and what came of it all."""

import json
import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from threading import Event, Thread
from typing import Any
from uuid import uuid4

import httpx

from shared.listings.listing import listing_id as id_of
from tests.stand_ins.client import StandIns
from tests.stand_ins.photos import content as a_photo
from tests.support.api import Api
from tests.support.builders import a_job, a_match
from tests.support.life import BUYS, REPLIES, SELLS
from tests.support.waiting import eventually

FAILING = ("chatterbot", "ebay", "telegram")
SHARE = 0.2  # of all calls fail
FINAL = ("SOLD", "CANCELLED")

_AT_ONCE = 4  # people who photograph what has come; a computer has few processors
_PAUSE = 0.5  # seconds between two looks
# How long a failure may lie there until somebody asks for another try. By itself what has failed often waits for up to
# five minutes, which is longer than a test has; of hundreds of listings, one has such bad luck now and then.
_PATIENCE = timedelta(seconds=15)
_JOB = 50  # matches that one job reports

# What sellers do, as the chat bot's stand-in plays it, and the state in which that leaves them; None: they sell.
PARTS: dict[str, tuple[dict[str, Any], str | None]] = {
    "sells": ({"steps": BUYS}, None),
    "sells-later": ({"answer": "later", "steps": ["message-sent", *BUYS]}, None),
    "sells-at-once": ({"steps": [{"webhook": webhook, "at_once": True} for webhook in BUYS]}, None),
    "declines": ({"steps": [*REPLIES, "declined"]}, "CANCELLED"),
    "is-silent": ({"steps": []}, "MESSAGING"),
    "falls-silent": ({"steps": REPLIES}, "NEGOTIATING"),
}
_WEIGHTS = (50, 15, 10, 12, 8, 5)

# How a service fails, one way at a time; with each, one call in five does.
FAULTS: tuple[dict[str, Any], ...] = (
    {"fail": {"status": 500, "retry_after": None, "after_work": False}},
    {"fail": {"status": 500, "retry_after": None, "after_work": True}},
    {"fail": {"status": 429, "retry_after": 1, "after_work": False}},
    {"fail": {"status": 503, "retry_after": None, "after_work": False}},
    {"fail": {"status": 503, "retry_after": 1, "after_work": False}},
    {"no_answer": {"seconds": 0.0}},
)
_WHOLE: dict[str, Any] = {
    "fail": {"probability": 0.0},
    "no_answer": {"probability": 0.0},
    "twice": False,
    "late": 0.0,
}


@dataclass(slots=True)
class Weather:
    """Changes the faults of the services as time goes by, and counts what they answer."""

    services: StandIns
    seed: int
    calls: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    ended: Event = field(default_factory=Event)
    _seen: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def blowing(self) -> Iterator[None]:
        thread = Thread(target=self._blow, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self.ended.set()
            thread.join()

    def told(self, service: str) -> str:
        """How often it was called, and failed."""
        made, failed = (_of(service, counted) for counted in (self.calls, self.failed))
        return f"{made}, {failed} of them failed"

    def done_all_the_same(self, service: str, request: str, done: int) -> int:
        """How many requests were fulfilled and answered with a failure, where so many were fulfilled."""
        line = f"{service} {request}"
        return done - (self.calls[line] - self.failed[line])

    def _blow(self) -> None:
        random = Random(self.seed)
        while not self.ended.is_set():
            for service in FAILING:
                self.services.set(service, faults=_faults(random))
            self.ended.wait(1.0)
            self._count()

    def _count(self) -> None:
        """A stand-in shows its last calls only: look often."""
        for service in FAILING:
            recent = self.services.control(service)["recent"]
            fresh = [call for call in recent if call["at"] > self._seen.get(service, "")]
            self.calls.update(_name(service, call) for call in fresh)
            self.failed.update(_name(service, call) for call in fresh if _has_failed(call))
            if recent:
                self._seen[service] = max(call["at"] for call in recent)


def _name(service: str, call: Mapping[str, Any]) -> str:
    return f"{service} {call['request']}"


def _has_failed(call: Mapping[str, Any]) -> bool:
    return call["status"] is None or call["status"] >= 429


def _of(service: str, counted: Counter[str]) -> int:
    return sum(number for name, number in counted.items() if name.startswith(f"{service} "))


def _faults(random: Random) -> dict[str, Any]:
    """One way to fail; webhooks are delivered twice now and then, or come before the answer."""
    chosen = random.choice(FAULTS)
    faults = {name: {**_WHOLE.get(name, {}), **how, "probability": SHARE} for name, how in chosen.items()}
    often = {"twice": random.random() < 0.3, "late": random.choice((0.0, 0.0, 0.05))}
    return {**_WHOLE, **often, **faults, "seed": random.randrange(1_000), "look_ups": "too"}


class Crowd:
    """Listings of a brand of their own, each with a seller who plays a part."""

    def __init__(self, api: Api, services: StandIns, number: int, *, seed: int) -> None:
        self.api = api
        self.services = services
        self.brand = f"Brand {uuid4().hex[:12]}"
        names = Random(seed).choices(list(PARTS), weights=_WEIGHTS, k=number)
        run = uuid4().hex[:12]
        self.urls = [f"https://market.example/{name}/{run}-{index}" for index, name in enumerate(names)]
        self.parts = {id_of(url): name for url, name in zip(self.urls, names, strict=True)}
        self.asked_again: dict[str, datetime] = {}  # for which an operator wanted another try, and when last

    def playing(self, *states: str | None) -> set[str]:
        """Those whose seller leaves them in one of these states."""
        return {listing_id for listing_id, name in self.parts.items() if PARTS[name][1] in states}

    def set_scene(self) -> None:
        scripts = [{"match": f"/{name}/", **script} for name, (script, _) in PARTS.items()]
        self.services.set("chatterbot", scripts=scripts)
        self.services.set("ebay", script=SELLS, backoff=1.0)  # who is told "not now" has to be patient

    def report(self) -> None:
        """A few jobs, each reported twice at once."""
        jobs = [self._job(self.urls[start : start + _JOB]) for start in range(0, len(self.urls), _JOB)]
        with ThreadPoolExecutor(2) as pool:
            for answer in pool.map(self._report, [job for job in jobs for _ in range(2)]):
                answer.raise_for_status()

    def _report(self, job: Mapping[str, Any]) -> httpx.Response:
        """As scrapers do it: who is told 503 sends it again."""
        answers: list[httpx.Response] = []

        def is_heard() -> bool:
            answers.append(self.api.report(job))
            return answers[-1].status_code != 503

        eventually(is_heard)
        return answers[-1]

    def _job(self, urls: Sequence[str]) -> dict[str, Any]:
        return a_job(*(a_match(url, product__brand=self.brand, listing__title=url.split("/", 3)[3]) for url in urls))

    def states(self) -> dict[str, str]:
        """Of all listings, as they are now; one that moves just then may be missing."""
        return self._states(self._shown())

    def are(self, state: str, those: Collection[str]) -> bool:
        """All of those, none of them just on the move."""
        states = self.states()
        return all(states.get(listing_id) == state for listing_id in those)

    def _states(self, shown: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
        return {listing_id: listing["state"] for listing_id, listing in shown.items()}

    def _shown(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        query: dict[str, Any] = {"brand": self.brand, "limit": 200}
        while True:
            page = self.api.call("GET", "/admin/listings", role="viewer", params=query).raise_for_status().json()
            found |= {listing["id"]: listing for listing in page["listings"]}
            if not page["next_cursor"] or len(found) == len(self.parts):
                return found
            query["cursor"] = page["next_cursor"]

    def live(self, *, limit: float) -> None:
        """Do what operators do, until every listing is where its seller leaves it, or sold.

        They photograph what has come, and have tried again what has lain there with a failure for too long.
        """
        ends = {listing_id: PARTS[name][1] or "SOLD" for listing_id, name in self.parts.items()}
        deadline = time.monotonic() + limit
        arrived: dict[str, Future[None]] = {}
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            while (states := self._states(shown := self._shown())) != ends:
                assert time.monotonic() < deadline, self.left(states, ends)
                for listing_id, state in states.items():
                    if state == "PURCHASED" and listing_id not in arrived:
                        arrived[listing_id] = pool.submit(self._receive, listing_id)
                self._try_again(shown)
                self._sell_again(states)
                time.sleep(_PAUSE)
        for work in arrived.values():
            work.result()

    def left(self, states: Mapping[str, str], ends: Mapping[str, str]) -> str:
        """Those that are not where they should be, for whoever has to find out why."""
        others = [listing_id for listing_id, end in ends.items() if states.get(listing_id) != end]
        shown = [self.api.listing(listing_id) for listing_id in others[:5]]
        known = [f"{one['id']} ({self.parts[one['id']]}): {one['state']}, {one['trouble']}" for one in shown]
        return f"{len(others)} of {len(ends)} are not at their end: {'; '.join(known)}"

    def _try_again(self, shown: Mapping[str, Mapping[str, Any]]) -> None:
        now = datetime.now(UTC)
        for listing_id, listing in shown.items():
            since = _waits_since(listing)
            if since is None or now - max(since, self.asked_again.get(listing_id, since)) < _PATIENCE:
                continue
            answer = self.api.act(listing_id, "retry", {}, headers={"If-Match": f'"{listing["version"]}"'})
            if answer.status_code != 409:  # else it has gone on just then
                answer.raise_for_status()
                self.asked_again[listing_id] = now

    def _sell_again(self, states: Mapping[str, str]) -> None:
        """The stand-in is told "not now" a few times and gives up; a lister comes again."""
        told = self.services.control("ebay")["callbacks"]
        for listing_id in {one["body"]["listing_id"] for one in told if one["state"] == "given up"}:
            if states.get(listing_id) == "LISTED":
                self.services.sell(listing_id)

    def _receive(self, listing_id: str) -> None:
        keys = self.api.upload(listing_id, a_photo(None))
        self.api.receive(listing_id, keys).raise_for_status()


def _waits_since(listing: Mapping[str, Any]) -> datetime | None:
    """When it failed last what is tried again by itself; None where nothing is."""
    trouble = listing["trouble"]
    return datetime.fromisoformat(trouble["last_at"]) if trouble and trouble["next"] == "retry" else None


def callbacks(services: StandIns) -> tuple[int, int]:
    """Webhooks that were answered with 2xx, and those of them that changed nothing: duplicates."""
    every = [one for service in ("chatterbot", "ebay") for one in services.control(service)["callbacks"]]
    answers = [json.loads(one["answer"]) for one in every if one["state"] == "accepted"]
    return len(answers), sum(not answer["changed"] for answer in answers)
