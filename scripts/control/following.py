"""A run of a workflow, followed until it ends."""

import argparse
import time
from collections.abc import Iterator
from time import monotonic
from typing import Any, Final

from scripts.api.api import Api, Reply
from scripts.api.patience import persistently
from scripts.api.shown import note, say, say_json_text
from scripts.control.arguments import seconds
from scripts.control.codes import DONE, FAILED, STOPPED
from scripts.control.reading import Record, part, parts, record, span

EACH: Final = 2.0  # seconds between two looks
_LONGEST: Final = 7 * 86_400.0
_COMPLETED: Final = "completed"
_ENDS: Final = (_COMPLETED, "compensated", "failed")


def add_following(parser: argparse.ArgumentParser) -> None:
    each, longest = seconds(0.1, 3_600), seconds(1, _LONGEST)
    parser.add_argument("--interval", type=each, default=EACH, metavar="SECONDS", help=f"between two looks; {EACH:g}")
    parser.add_argument("--timeout", type=longest, metavar="SECONDS", help="look no longer; the run goes on")


def add_waiting(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--wait", action="store_true", help="show how it goes on until it ends")
    add_following(parser)


def follow(api: Api, run_id: str, options: argparse.Namespace) -> int:
    """Done where it is completed. As JSON only the end is shown."""
    try:
        return _followed(api, run_id, options)
    except KeyboardInterrupt:
        note(f"\nnobody looks any more, and the run goes on: switchyard runs watch {run_id}")
        return STOPPED


def get_run(api: Api, run_id: str) -> Reply:
    return api.ask("GET", "workflows", "runs", run_id, repeatable=True)


def is_over(run: Record) -> bool:
    return run.get("status") in _ENDS


def code_of_run(run: Record) -> int:
    return DONE if run.get("status") == _COMPLETED else FAILED


def _followed(api: Api, run_id: str, options: argparse.Namespace) -> int:
    until = monotonic() + (options.timeout or _LONGEST)
    shown: dict[str, str] = {}
    while True:
        reply = persistently(lambda: get_run(api, run_id), time.sleep)
        run = record(reply.body)
        if not options.json:
            for line in news(run, shown):
                say(line)
        if is_over(run):
            return _ended(reply, run, options)
        if monotonic() > until:
            note(f"it is not over: the run is {run.get('status')}, and goes on: switchyard runs watch {run_id}")
            return FAILED
        time.sleep(options.interval)


def _ended(reply: Reply, run: Record, options: argparse.Namespace) -> int:
    if options.json:
        say_json_text(reply.text)
    else:
        say(f"the run is {ending(run)}")
    return code_of_run(run)


def ending(run: Record) -> str:
    took = f" after {span(run.get('seconds'))}" if run.get("seconds") is not None else ""
    why = run.get("cancel_reason") or run.get("error")
    return f"{run.get('status')}{took}{f': {why}' if why else ''}"


def news(run: Record, shown: dict[str, str]) -> Iterator[str]:
    """What is said of each step where it is not what was said before; `shown` remembers that."""
    for step in parts(run, "steps"):
        name, line = str(step.get("name")), _line(step)
        if shown.get(name, "pending") != line:
            shown[name] = line
            yield f"{name}: {line}"


def _line(step: Record) -> str:
    said: list[Any] = [step.get("status")]
    if isinstance(attempts := step.get("attempts"), int) and attempts > 1:
        said.append(f"attempt {attempts}")
    if step.get("seconds") is not None:
        said.append(span(step["seconds"]))
    if isinstance(progress := part(step, "progress"), dict):
        said += [f"{name} {value}" for name, value in progress.items()]
    if step.get("error"):
        said.append(step["error"])
    return ", ".join(map(str, said))
