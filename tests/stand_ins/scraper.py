"""The scraper: takes jobs on, and reports what it found."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import uuid4

from tests.stand_ins.checks import check_fields, check_query, idempotency_key, many, text, uuid
from tests.stand_ins.http import Answer, RefusedError, Request
from tests.stand_ins.routes import Route
from tests.stand_ins.stand_in import Action, StandIn

_JOB = {"brands": many(text, least=1), "search": text}
_REPORT = "/webhooks/scraper/job-complete"


class Scraper(StandIn):
    """Settings: `delay` (seconds until the report), `matches` (null: `generated` many), `outcome`."""

    name = "scraper"
    key = "scraper-key"
    own_settings: ClassVar[Mapping[str, Any]] = {"delay": 0.0, "matches": None, "generated": 3, "outcome": "completed"}

    def routes(self) -> Mapping[str, Route]:
        return {"POST /scrape": self._take_on, "GET /scrape/": self._look_up}

    def actions(self) -> Mapping[str, Action]:
        return {"report": self._report}

    def state(self) -> dict[str, Any]:
        return {"jobs": self.jobs}

    def forget(self) -> None:
        self.jobs: dict[str, dict[str, Any]] = {}

    def _take_on(self, request: Request) -> Answer:
        body = request.json()
        check_fields(body, _JOB)
        key = idempotency_key(request, uuid)
        return self.once.do(key, body, lambda: self._begun(key, body))

    def _begun(self, key: str, body: dict[str, Any]) -> Answer:
        job_id = str(uuid4())
        with self.lock:
            self.jobs[job_id] = {"job_id": job_id, "status": "pending", "key": key, **body}
        said = {"job_id": job_id, "status": "pending", "message": f"scraping for {', '.join(body['brands'])}"}
        return Answer(status=202, body=said, afterwards=(lambda: self._scrape(job_id),))

    def _scrape(self, job_id: str) -> None:
        job = self.jobs[job_id]
        job["status"] = "running"
        if self.cancelled.wait(self.settings["delay"]):
            return
        job["status"] = self.settings["outcome"]
        if job["status"] == "completed":
            self._call_back(job)

    def _call_back(self, job: Mapping[str, Any]) -> Any:
        matches = self.settings["matches"]
        if matches is None:
            matches = [_match(job, number) for number in range(self.settings["generated"])]
        body = {"job_id": job["job_id"], "brands": job["brands"], "matches": matches}
        return self.call(f"{self.caller.stack.api_url()}{_REPORT}", body)

    def _look_up(self, request: Request) -> Answer:
        check_query(request, {})
        job = self.jobs.get(request.path.rpartition("/")[2])
        if job is None:
            raise RefusedError("no such job", status=404, violation=False)
        return Answer(body={"job_id": job["job_id"], "status": job["status"]})

    def _report(self, body: dict[str, Any]) -> Any:
        """Report now, without having been asked: `matches`, and what else the body of the webhook takes."""
        whole = {"job_id": str(uuid4()), "brands": ["Sony"], "matches": []} | body
        return self.call(f"{self.caller.stack.api_url()}{_REPORT}", whole).shown()


def _match(job: Mapping[str, Any], number: int) -> dict[str, Any]:
    brand = job["brands"][number % len(job["brands"])]
    return {
        "listing": {
            "url": f"https://market.example/item/{job['job_id'][:8]}-{number}",
            "title": f"{brand} {job['search']}, lot {number}",
            "price": f"{380 + 10 * number}.00",
            "currency": "GBP",
        },
        "product": {"id": 230 + number, "brand": brand, "model": f"model {number}"},
        "confidence": 95 - number % 40,
        "potential_profit": "120.00",
    }
