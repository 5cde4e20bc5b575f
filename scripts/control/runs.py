"""`switchyard runs`: how far workflows are, and what came of them."""

import argparse
from typing import Any

from scripts.api.api import Api
from scripts.api.arguments import said
from scripts.api.shown import say
from scripts.control.arguments import add_times, text_of
from scripts.control.command import add_action, add_area
from scripts.control.following import add_following, ending, follow, get_run
from scripts.control.paging import add_paging, listed
from scripts.control.reading import Record, part, parts
from scripts.control.showing import Columns, say_record, say_records, show, span_of, table, time_of
from shared.control.runs.run import Status


def _progress(run: Record) -> str | None:
    total = part(run, "progress.total")
    return f"{part(run, 'progress.done')}/{total}" if total is not None else None


_LISTED: Columns = {
    "run": "run_id",
    "workflow": "workflow",
    "status": "status",
    "steps": _progress,
    "created": time_of("created_at"),
    "took": span_of("seconds"),
    "correlation": "correlation_id",
    "error": "error",
}
_ABOUT: Columns = {
    "run": "run_id",
    "workflow": "workflow",
    "status": "status",
    "scope": "scope",
    "parameters": "parameters",
    "correlation": "correlation_id",
    "trace": "trace_id",
    "created": time_of("created_at"),
    "by": "created_by",
    "started": time_of("started_at"),
    "ended": time_of("ended_at"),
    "took": span_of("seconds"),
    "error": "error",
    "cancelled": time_of("cancelled_at"),
    "cancelled by": "cancelled_by",
    "because": "cancel_reason",
    "tries anew": "redrive_of",
}
_STEPS: Columns = {
    "step": "name",
    "status": "status",
    "attempts": "attempts",
    "started": time_of("started_at"),
    "took": span_of("seconds"),
    "progress": "progress",
    "output": "output",
    "error": "error",
}
_PARKED: Columns = {"run": "run_id", "workflow": "workflow", "step": "step", "error": "error"}


def add_runs(areas: Any) -> None:
    actions = add_area(areas, "runs", "how far workflows are, and what came of them")
    runs = add_action(actions, "list", list_runs, "runs, the last first")
    runs.add_argument("--workflow", metavar="NAME")
    runs.add_argument("--status", choices=[str(status) for status in Status])
    runs.add_argument("--correlation-id", metavar="ID")
    add_times(runs)
    add_paging(runs)
    add_action(actions, "stats", show_stats, "runs in figures, and what waits for a person")
    _add_run(actions, "show", show_run, "a run with its steps")
    cancel = _add_run(actions, "cancel", cancel_run, "have a run stopped, and what it did taken back")
    cancel.add_argument("--reason", required=True, type=said, metavar="TEXT")
    _add_run(actions, "redrive", redrive_run, "have tried again what failed")
    add_following(_add_run(actions, "watch", watch_run, "show how a run goes on until it ends"))


def _add_run(actions: Any, name: str, does: Any, about: str) -> argparse.ArgumentParser:
    parser = add_action(actions, name, does, about)
    parser.add_argument("run_id", metavar="RUN", help="its id")
    return parser


def list_runs(api: Api, options: argparse.Namespace) -> int:
    query = {
        "workflow": options.workflow,
        "status": options.status,
        "correlation_id": options.correlation_id,
        "since": text_of(options.since),
        "until": text_of(options.until),
    }
    reply = listed(api, "workflows", "history", name="items", query=query, options=options)
    return show(reply, options, table(_LISTED, "items", empty="there are no such runs"))


def show_stats(api: Api, options: argparse.Namespace) -> int:
    return show(api.ask("GET", "infrastructure", "saga", "stats", repeatable=True), options, _tell_stats)


def _tell_stats(found: Record) -> None:
    about: Columns = {
        "runs": "total",
        "by status": "by_status",
        "by workflow": "by_workflow",
        "oldest open": span_of("oldest_open_seconds"),
    }
    say_record(about, found)
    say("")
    say_records(_PARKED, parts(found, "parked"), empty="nothing waits for a person")


def show_run(api: Api, options: argparse.Namespace) -> int:
    return show(get_run(api, options.run_id), options, _tell_run)


def _tell_run(run: Record) -> None:
    say_record(_ABOUT, run)
    say("")
    say_records(_STEPS, parts(run, "steps"), empty="it has no steps")


def cancel_run(api: Api, options: argparse.Namespace) -> int:
    """Asked for twice it is cancelled once."""
    path = ("workflows", "runs", options.run_id, "cancel")
    return show(api.ask("POST", *path, body={"reason": options.reason}, repeatable=True), options, _tell_status)


def redrive_run(api: Api, options: argparse.Namespace) -> int:
    path = ("workflows", "runs", options.run_id, "redrive")
    return show(api.ask("POST", *path, body={}, repeatable=False), options, _tell_status)


def _tell_status(run: Record) -> None:
    say(f"run {run.get('run_id')} is {ending(run)}")


def watch_run(api: Api, options: argparse.Namespace) -> int:
    return follow(api, options.run_id, options)
