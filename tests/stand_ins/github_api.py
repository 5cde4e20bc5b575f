"""Runs of a workflow as GitHub tells of them, and the words in which it refuses.

Source: docs.github.com/rest, API version 2026-03-10.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from time import time
from typing import Any

from tests.contract.github.requests import EXAMPLES, violations
from tests.stand_ins.http import Answer, RefusedError, Request

API_VERSION = "2026-03-10"
SITE = "https://github.example"
_DOCUMENTATION = "https://docs.github.com/rest/actions/workflows#create-a-workflow-dispatch-event"
_WORDS = {
    401: "Bad credentials",
    403: "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
    404: "Not Found",
    429: "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
    500: "Server Error",
    502: "Server Error",
    503: "No server is currently available to service your request. Sorry about that.",
}


@dataclass(slots=True, kw_only=True)
class StandInRun:
    """A run, whose life is `seconds` long; None: it is never over by itself."""

    id: int
    number: int
    title: str
    ref: str
    inputs: Mapping[str, Any]
    created_at: datetime
    seconds: float | None
    listed_at: datetime
    conclusion: str
    ended: bool = False

    def status(self, now: datetime) -> str:
        age = (now - self.created_at).total_seconds()
        if self.ended or (self.seconds is not None and age >= self.seconds):
            return "completed"
        return "queued" if self.seconds is not None and age < self.seconds / 5 else "in_progress"


def check_request(request: Request, key: str) -> None:
    if not request.headers.get("user-agent"):
        raise RefusedError(
            "Request forbidden by administrative rules. Please make sure it has a User-Agent", status=403
        )
    if request.headers.get("authorization") != f"Bearer {key}":
        raise RefusedError("Bad credentials", status=401)
    if request.headers.get("accept") != "application/vnd.github+json":
        raise RefusedError("Accept is not application/vnd.github+json", status=415)
    if request.headers.get("x-github-api-version") != API_VERSION:
        raise RefusedError(f"X-GitHub-Api-Version is not {API_VERSION}")


def check_dispatch(body: Mapping[str, Any], inputs: Mapping[str, list[str] | None], refs: list[str] | None) -> None:
    """Refuse what GitHub would, and what is not as its own description has it."""
    if wrong := violations("Dispatch", body):
        raise RefusedError("; ".join(wrong), status=422)
    if refs is not None and body["ref"] not in refs:
        raise RefusedError(f"No ref found for: {body['ref']}", status=422, violation=False)
    if wrong := list(_wrong_inputs(body.get("inputs", {}), inputs)):
        raise RefusedError(wrong[0], status=422)


def _wrong_inputs(given: Mapping[str, Any], declared: Mapping[str, list[str] | None]) -> Iterator[str]:
    if strange := sorted(given.keys() - declared.keys()):
        yield f"Unexpected inputs provided: {strange}"
    for name, choices in declared.items():
        if name not in given:
            yield f"Required input '{name}' not provided"
        elif choices is not None and given[name] not in choices:
            yield f"Provided value '{given[name]}' for input '{name}' not in the list of allowed values"


def checked_query(request: Request, name: str) -> dict[str, str]:
    query = {name: values[0] for name, values in request.query.items()}
    if wrong := violations(name, query):
        raise RefusedError("; ".join(wrong), status=422)
    return query


def created_since(request: Request) -> datetime | None:
    """From when on runs are wanted."""
    query = checked_query(request, "RunsQuery")
    found = re.fullmatch(r">=(.+)", query.get("created", ""))
    return datetime.fromisoformat(found[1].replace("Z", "+00:00")) if found else None


def told(run: StandInRun, repository: str, file: str, now: datetime) -> dict[str, Any]:
    """As an answer and as a webhook have it."""
    api, status = f"https://api.{SITE.removeprefix('https://')}/repos/{repository}", run.status(now)
    url = f"{api}/actions/runs/{run.id}"
    over = status == "completed"
    usual = {f"{name}_url": f"{url}/{name}" for name in ("artifacts", "cancel", "jobs", "logs", "rerun")}
    return {
        **_sample()["workflow_run"],
        **usual,
        "id": run.id,
        "name": "Ship",
        "display_title": run.title,
        "run_number": run.number,
        "event": "workflow_dispatch",
        "path": f".github/workflows/{file}",
        "head_branch": run.ref,
        "status": status,
        "conclusion": run.conclusion if over else None,
        "url": url,
        "html_url": f"{SITE}/{repository}/actions/runs/{run.id}",
        "created_at": _text(run.created_at),
        "run_started_at": _text(run.created_at),
        "updated_at": _text(now),
    }


def webhook(action: str, run: dict[str, Any], repository: str) -> dict[str, Any]:
    sample = _sample()
    owner, _, name = repository.partition("/")
    where = {"name": name, "full_name": repository, "html_url": f"{SITE}/{repository}"}
    known = sample["repository"] | where
    return {**sample, "action": action, "workflow_run": run, "repository": known} | {
        "organization": sample["organization"] | {"login": owner}
    }


def ping() -> dict[str, Any]:
    return dict(EXAMPLES["ping"])


def refusal(error: RefusedError) -> Answer:
    return Answer(status=error.status, body=_error(error.status, error.reason), headers=_limits(4_999, 3_600))


def failure(answer: Answer) -> Answer:
    """A fault in GitHub's words. A limit says when to come again, as it was asked for."""
    words = _WORDS.get(answer.status, "Error")
    return replace(answer, body=_error(answer.status, words), headers=dict(answer.headers) | _limits(4_999, 3_600))


def limited(status: int, seconds: float) -> Answer:
    """Nothing is left of this hour."""
    return Answer(status=status, body=_error(status, "API rate limit exceeded"), headers=_limits(0, seconds))


def _limits(remaining: int, seconds: float) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": "5000",
        "X-RateLimit-Remaining": str(remaining),
        "X-RateLimit-Used": str(5_000 - remaining),
        "X-RateLimit-Reset": str(int(time() + seconds)),
        "X-RateLimit-Resource": "core",
    }


def _error(status: int, message: str) -> dict[str, Any]:
    return {"message": message, "documentation_url": _DOCUMENTATION, "status": str(status)}


@cache
def _sample() -> dict[str, Any]:
    return dict(EXAMPLES["workflow_run"]["completed"])


def _text(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
