"""The workflow at GitHub that ships: start a run of it, find the run that was started, see how far it is.

Source: docs.github.com/rest/actions/workflows and /workflow-runs, API version 2026-03-10. docs/ship-workflow.yml is a
sample of one.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote, urlencode

from shared.deploys.run import Run
from shared.runtime.github import NAME, WEB_URL, ask
from shared.runtime.http import Answer, Call, Service, ServiceError, Verdict

# A clock of theirs that is behind ours is not to hide a run.
SKEW: Final = timedelta(minutes=5)
_PAGE: Final = 100
_MOST_PAGES: Final = 10  # GitHub shows no more than a thousand of a list that is filtered
_LARGEST: Final = 8 * 1024 * 1024  # a page of runs, each with its commit, is about two megabytes


class Workflow:
    """`repository` is `owner/name`, `file` the name of the workflow's file. Every method may raise ServiceError."""

    def __init__(self, service: Service, *, repository: str, file: str) -> None:
        self._service = service
        self._path = f"/repos/{repository}/actions"
        self._file = quote(file, safe="")
        self.page = f"{WEB_URL}/{repository}/actions/workflows/{self._file}"  # where people see its runs

    def dispatch(self, said: Mapping[str, Any]) -> Run:
        """Start a run for what an event of a deploy says. AMBIGUOUS where there may be one."""
        answer = self._dispatched(self.dispatch_call(said))
        started = answer.json()
        if not isinstance(started, dict) or not isinstance(started.get("workflow_run_id"), int):
            raise ServiceError(NAME, Verdict.AMBIGUOUS, f"{answer.status} without the run's number", answer=answer)
        return Run(
            id=started["workflow_run_id"],
            title=said["run_key"],
            status="queued",
            url=_text(started.get("html_url")),
        )

    def find(self, run_key: str, *, since: datetime) -> Run | None:
        """The run that was started under this key; the first where there are several."""
        found = [run for run in self._since(since - SKEW) if run.is_called(run_key)]
        return min(found, key=lambda run: run.id, default=None)

    def run(self, run_id: int) -> Run:
        answer = ask(self._service, self.run_call(run_id))
        return _run(answer.json(), answer)

    def dispatch_call(self, said: Mapping[str, Any]) -> Call:
        inputs = {
            "environment": said["environment"],
            "strategy": said["strategy"],
            "action": said["action"],
            "correlation_id": said["run_key"],
            "requested_by": said["requested_by"],
        }
        path = f"{self._path}/workflows/{self._file}/dispatches"
        return Call(method="POST", path=path, json={"ref": said["ref"], "inputs": inputs}, repeatable=False)

    def runs_call(self, since: datetime, page: int = 1) -> Call:
        query = {
            "event": "workflow_dispatch",
            "created": f">={since:%Y-%m-%dT%H:%M:%SZ}",
            "per_page": _PAGE,
            "page": page,
        }
        path = f"{self._path}/workflows/{self._file}/runs?{urlencode(query)}"
        return Call(method="GET", path=path, repeatable=True, max_answer=_LARGEST)

    def run_call(self, run_id: int) -> Call:
        return Call(method="GET", path=f"{self._path}/runs/{run_id}", repeatable=True)

    def _dispatched(self, call: Call) -> Answer:
        """A fault of GitHub's own may come after the run was made, even where it says when to come again."""
        try:
            return ask(self._service, call)
        except ServiceError as error:
            if error.answer is None or error.answer.status < 500:
                raise
            wait, answer = error.retry_after, error.answer
            raise ServiceError(NAME, Verdict.AMBIGUOUS, error.said, retry_after=wait, answer=answer) from None

    def _since(self, since: datetime) -> Iterator[Run]:
        for page in range(1, _MOST_PAGES + 1):
            answer = ask(self._service, self.runs_call(since, page))
            listed = answer.json()
            if not isinstance(listed, dict) or not isinstance(listed.get("workflow_runs"), list):
                raise _unreadable(answer)
            yield from (_run(one, answer) for one in listed["workflow_runs"])
            if len(listed["workflow_runs"]) < _PAGE:
                return
        raise ServiceError(NAME, Verdict.AMBIGUOUS, "there are more runs than can be looked through")


def _run(told: Any, answer: Answer) -> Run:
    if not isinstance(told, dict) or not isinstance(told.get("id"), int):
        raise _unreadable(answer)
    return Run(
        id=told["id"],
        title=_text(told.get("display_title")) or _text(told.get("name")) or "",
        status=_text(told.get("status")) or "",
        conclusion=_text(told.get("conclusion")),
        url=_text(told.get("html_url")),
    )


def _unreadable(answer: Answer) -> ServiceError:
    return ServiceError(NAME, Verdict.RETRY_BACKOFF, f"{answer.status} that cannot be read", answer=answer)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
