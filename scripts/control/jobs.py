"""`switchyard jobs`: what is done by the clock, what came of it, and having it done now."""

import argparse
from typing import Any, Final

from scripts.api.api import Api
from scripts.api.arguments import number
from scripts.api.place import CalledWronglyError
from scripts.api.shown import say, say_fields
from scripts.control.arguments import without_none
from scripts.control.command import add_action, add_area
from scripts.control.reading import Record, part
from scripts.control.showing import Columns, show, span_of, table, time_of

PATIENCE: Final = 35.0  # seconds: it is done meanwhile, and the API has 29
_WITH_OPTIONS: Final = "notify-consolidation"
_MOST: Final = 200

_LISTED: Columns = {
    "job": "name",
    "schedule": "schedule",
    "now": lambda job: "running" if job.get("is_running") else None,
    "last": time_of("last.ended_at"),
    "status": "last.status",
    "took": span_of("last.seconds"),
    "result": lambda job: part(job, "last.error") or part(job, "last.result"),
}
_HISTORY: Columns = {"time": time_of("time"), "type": "type", "actor": "actor", "data": "data"}


def add_jobs(areas: Any) -> None:
    actions = add_area(areas, "jobs", "what is done by the clock, what came of it, and having it done now")
    add_action(actions, "list", list_jobs, "which there are, and what came of each the last time")
    run = add_action(actions, "run", run_job, "have one done now, and see what came of it")
    run.add_argument("name", metavar="NAME")
    of = f"of {_WITH_OPTIONS}:"
    run.add_argument("--min-confidence", type=_confidence, metavar="0..1", help=f"{of} of nothing that is less sure")
    run.add_argument("--webhook-url", metavar="URL", help=f"{of} where people are told")
    run.add_argument("--limit", type=number(1, _MOST), metavar="N", help=f"{of} of so many at most")
    history = add_action(actions, "history", show_history, "what was asked, begun and done of one, the newest first")
    history.add_argument("name", metavar="NAME")
    history.add_argument("--limit", type=number(1, _MOST), default=50, metavar="N", help="at most so many; 50")


def list_jobs(api: Api, options: argparse.Namespace) -> int:
    return show(api.ask("GET", "jobs", repeatable=True), options, table(_LISTED, "jobs", empty="there are no jobs"))


def run_job(api: Api, options: argparse.Namespace) -> int:
    """Raises CalledWronglyError."""
    body = without_none(min_confidence=options.min_confidence, webhook_url=options.webhook_url, limit=options.limit)
    if body and options.name != _WITH_OPTIONS:
        raise CalledWronglyError(f"{options.name} takes no options; {_WITH_OPTIONS} does")
    reply = api.ask("POST", "jobs", options.name, body=body, repeatable=False, seconds=PATIENCE)
    return show(reply, options, _tell_result)


def _tell_result(found: Record) -> None:
    if found:
        say_fields(found)
    else:
        say("it is done")


def show_history(api: Api, options: argparse.Namespace) -> int:
    reply = api.ask("GET", "jobs", options.name, "history", query={"limit": options.limit}, repeatable=True)
    return show(reply, options, table(_HISTORY, "events", empty="nothing was done yet"))


def _confidence(text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        found = -1.0
    if not 0 <= found <= 1:
        raise argparse.ArgumentTypeError("a number from 0 to 1 is needed")
    return found
