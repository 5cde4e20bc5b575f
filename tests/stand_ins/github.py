"""GitHub: starts runs of one workflow, which go on by themselves, and tells of them in signed webhooks."""

import hmac
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import count
from time import time
from typing import Any, ClassVar
from uuid import uuid4

from shared.runtime.clock import system_clock
from tests.stand_ins import github_api
from tests.stand_ins.checks import check_json
from tests.stand_ins.git_tree import GitTree
from tests.stand_ins.github_api import StandInRun
from tests.stand_ins.http import Answer, RefusedError, Request
from tests.stand_ins.routes import Route
from tests.stand_ins.stand_in import Action, StandIn

# What docs/ship-workflow.yml declares, and which of it there is to choose from.
INPUTS: Mapping[str, list[str] | None] = {
    "environment": ["staging", "prod"],
    "strategy": ["canary", "full"],
    "action": ["deploy", "promote", "rollback"],
    "correlation_id": None,
    "requested_by": None,
}
_ACTIONS = {"queued": "requested", "in_progress": "in_progress", "completed": "completed"}
_SHOP = "GET /shop/"


def hub_signature(secret: str, webhook_id: str, body: bytes) -> dict[str, str]:
    """How GitHub says who it is. Source: docs.github.com, "Validating webhook deliveries"."""
    return {
        "X-Hub-Signature-256": f"sha256={hmac.digest(secret.encode(), body, sha256).hex()}",
        "X-GitHub-Event": "ping" if "zen" in json.loads(body) else "workflow_run",
        "X-GitHub-Delivery": webhook_id,
        "User-Agent": "GitHub-Hookshot/0000000",
    }


class Github(StandIn):
    """Settings: `seconds` a run takes (negative: it is never over), with which `conclusion`; whether GitHub `tells`.

    `refs` that exist (null: all); `names_runs` after their correlation id, as the workflow is to; runs are
    `listed_after` so many seconds; the next requests, `limit_next`, find nothing left of the hour, which has still
    `limit_seconds`; `page_status` is what the shop that is shipped answers, at `/shop/<anything>`.
    """

    name = "github"
    key = "github-token"
    repository = "switchyard/camera-shop"
    workflow = "ship.yml"
    own_settings: ClassVar[Mapping[str, Any]] = {
        "seconds": 2.0,
        "conclusion": "success",
        "tells": True,
        "refs": None,
        "names_runs": True,
        "listed_after": 0.0,
        "limit_next": 0,
        "limit_seconds": 1.0,
        "page_status": 200,
    }

    def routes(self) -> Mapping[str, Route]:
        return {
            "POST /repos/{}/{}/actions/workflows/{}/dispatches": self._dispatch,
            "GET /repos/{}/{}/actions/workflows/{}/runs": self._list,
            "GET /repos/{}/{}/actions/runs": self._list,
            "GET /repos/{}/{}/actions/runs/{}": self._get,
            "GET /repos/{}/{}/commits": self._commits,
            "GET /repos/{}/{}/git/trees/{}": self._tree,
            "GET /repos/{}/{}/git/blobs/{}": self._blob,
            _SHOP: self._page,
        }

    def actions(self) -> Mapping[str, Action]:
        return {"finish": self._finish, "tell": self._tell_now, "ping": self._ping, "commit": self._commit}

    def state(self) -> dict[str, Any]:
        now = system_clock()
        shown = [self._told(run, now) | {"inputs": dict(run.inputs)} for run in self.runs.values()]
        return {"runs": shown, "dispatches": self.dispatches, "files": sorted(self.files.files)}

    def forget(self) -> None:
        self.runs: dict[int, StandInRun] = {}
        self.dispatches: list[dict[str, Any]] = []  # every body that was taken
        self.numbers = count(1)
        self.files = GitTree(self.repository)

    def check_access(self, request: Request) -> None:
        if request.line.startswith(_SHOP):
            return
        if self.settings["limit_next"] > 0:
            raise RefusedError("API rate limit exceeded", status=403, violation=False, code="limit")
        github_api.check_request(request, self.key)
        check_json(request)

    def refusal(self, error: RefusedError) -> Answer:
        if error.code != "limit":
            return github_api.refusal(error)
        with self.lock:
            self.settings["limit_next"] -= 1
        return github_api.limited(error.status, self.settings["limit_seconds"])

    def failure(self, answer: Answer) -> Answer:
        return github_api.failure(answer)

    def _dispatch(self, request: Request) -> Answer:
        self._check_place(request)
        body = request.json()
        github_api.check_dispatch(body, INPUTS, self.settings["refs"])
        run = self._started(body)
        url = self._told(run, system_clock())
        answer = {"workflow_run_id": run.id, "run_url": url["url"], "html_url": url["html_url"]}
        return Answer(body=answer, afterwards=(lambda: self._tell_all(run),))

    def _started(self, body: Mapping[str, Any]) -> StandInRun:
        now, known = system_clock(), self.settings
        with self.lock:
            number = next(self.numbers)
            run = StandInRun(
                id=int(time()) * 1_000 + number,
                number=number,
                title=f"Ship {body['inputs']['correlation_id']}" if known["names_runs"] else "Ship",
                ref=body["ref"],
                inputs=body["inputs"],
                created_at=now,
                seconds=known["seconds"] if known["seconds"] >= 0 else None,
                listed_at=now + timedelta(seconds=known["listed_after"]),
                conclusion=known["conclusion"],
            )
            self.runs[run.id] = run
            self.dispatches.append(dict(body))
        return run

    def _list(self, request: Request) -> Answer:
        if "/workflows/" in request.path:
            self._check_place(request)
        since, now = github_api.created_since(request), system_clock()
        with self.lock:
            newest = sorted(self.runs.values(), key=lambda run: run.id, reverse=True)
        found = [run for run in newest if run.listed_at <= now and (since is None or _second(run.created_at) >= since)]
        size, page = (int(request.query.get(name, [usual])[0]) for name, usual in (("per_page", "30"), ("page", "1")))
        shown = found[size * (page - 1) : size * page]
        return Answer(body={"total_count": len(found), "workflow_runs": [self._told(run, now) for run in shown]})

    def _get(self, request: Request) -> Answer:
        run = self.runs.get(int(request.parts()[5])) if request.parts()[5].isdigit() else None
        if run is None:
            raise RefusedError("Not Found", status=404, violation=False)
        return Answer(body=self._told(run, system_clock()))

    def _commits(self, request: Request) -> Answer:
        query = github_api.checked_query(request, "CommitsQuery")
        most = int(query.get("per_page", "30"))
        with self.lock:
            return Answer(
                body=self.files.shown_commits(sha=query.get("sha", ""), path=query.get("path", ""), most=most)
            )

    def _tree(self, request: Request) -> Answer:
        github_api.checked_query(request, "TreeQuery")
        with self.lock:
            return Answer(body=self.files.shown_tree(request.parts()[5]))

    def _blob(self, request: Request) -> Answer:
        with self.lock:
            return Answer(body=self.files.shown_blob(request.parts()[5]))

    def _commit(self, body: dict[str, Any]) -> Any:
        """Files of the repository are changed: `{"files": {"docs/a.md": "# A", "docs/b.md": null}}`."""
        with self.lock:
            return {"sha": self.files.commit(body["files"], at=system_clock())}

    def _page(self, request: Request) -> Answer:
        return Answer(status=self.settings["page_status"], body={"page": request.path})

    def _check_place(self, request: Request) -> None:
        _, owner, name, _, _, file, *_rest = request.parts()
        if f"{owner}/{name}" != self.repository or file != self.workflow:
            raise RefusedError("Not Found", status=404, violation=False)

    def _told(self, run: StandInRun, now: datetime) -> dict[str, Any]:
        return github_api.told(run, self.repository, self.workflow, now)

    def _tell_all(self, run: StandInRun) -> None:
        """As it goes on: that there is one, that it is under way, that it is over."""
        cancelled, parts = self.cancelled, (0.0, 0.3, 0.8)
        for part in parts:
            if run.seconds is None or cancelled.wait(run.seconds * part):
                return
            self._tell(run, _ACTIONS[run.status(system_clock())])

    def _tell(self, run: StandInRun, action: str) -> Any:
        if not self.settings["tells"] or self.cancelled.is_set():
            return None
        body = github_api.webhook(action, self._told(run, system_clock()), self.repository)
        return self._send(body)

    def _send(self, body: Mapping[str, Any]) -> Any:
        return self.call(f"{self.caller.stack.api_url()}/webhooks/github", body, webhook_id=str(uuid4())).shown()

    def _finish(self, body: dict[str, Any]) -> Any:
        """A run is over now: `{"run_id"?, "conclusion"?}`; the newest, unless one is named."""
        run = self._named(body)
        with self.lock:
            run.ended, run.conclusion = True, body.get("conclusion", run.conclusion)
        return self._tell(run, "completed")

    def _tell_now(self, body: dict[str, Any]) -> Any:
        """A webhook about a run as it is, or was: `{"run_id"?, "webhook"?}`; `in_progress` may come late."""
        run = self._named(body)
        told = self._told(run, system_clock())
        action = body.get("webhook", _ACTIONS[told["status"]])
        if action != "completed":
            told |= {"status": "queued" if action == "requested" else action, "conclusion": None}
        return self._send(github_api.webhook(action, told, self.repository))

    def _ping(self, _: dict[str, Any]) -> Any:
        return self._send(github_api.ping())

    def _named(self, body: Mapping[str, Any]) -> StandInRun:
        run = self.runs.get(body.get("run_id", max(self.runs, default=0)))
        if run is None:
            raise RefusedError("there is no such run", status=404, violation=False)
        return run


def _second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)
