"""Is it what GitHub takes, answers or tells? By `schema.json` and `webhooks.json`, which say where they are from."""

from pathlib import Path
from typing import Any

from tests.contract.json_schemas import checker, load

_HERE = Path(__file__).parent
SCHEMA = load(_HERE / "schema.json")
WEBHOOKS = load(_HERE / "webhooks.json")
EXAMPLES = load(_HERE / "examples.json")
_check = checker(SCHEMA)
_check_webhook = checker(WEBHOOKS)


def violations(name: str, value: Any) -> list[str]:
    """What is wrong with a question of ours, or with an answer.

    Dispatch, RunsQuery, CommitsQuery, TreeQuery; Dispatched, Runs, Run, Commits, Tree, Blob, Error.
    """
    return _check(name, value)


def webhook_violations(event: str, body: Any) -> list[str]:
    """What is wrong with a webhook: `workflow_run` or `ping`."""
    return _check_webhook("ping$event" if event == "ping" else f"workflow_run${body.get('action')}", body)
