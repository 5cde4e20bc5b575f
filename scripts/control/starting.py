"""What takes long is a run: it is said which, and followed where somebody waits."""

import argparse

from scripts.api.api import Api, Reply
from scripts.api.shown import say
from scripts.control.following import follow
from scripts.control.reading import Record, UnexpectedAnswerError, record
from scripts.control.showing import show


def run_id_of(found: Record) -> str:
    """Raises UnexpectedAnswerError."""
    run_id = found.get("run_id")
    if not isinstance(run_id, str):
        raise UnexpectedAnswerError("the answer names no run; is this address Switchyard's API?")
    return run_id


def started(api: Api, reply: Reply, options: argparse.Namespace) -> int:
    run_id = run_id_of(record(reply.body))
    if not options.wait:
        return show(reply, options, _tell)
    if not options.json:
        _tell(record(reply.body))
    return follow(api, run_id, options)


def _tell(run: Record) -> None:
    known = "was started before" if run.get("status") == "known" else "is started"
    say(f"{run.get('workflow')} {known}: run {run_id_of(run)}")
