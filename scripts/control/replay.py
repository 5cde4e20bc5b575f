"""`switchyard replay`: events put on the bus once more."""

import argparse
from typing import Any, Final

from scripts.api.api import Api
from scripts.api.arguments import number
from scripts.api.place import CalledWronglyError
from scripts.api.shown import note, say
from scripts.control.arguments import text_of, without_none
from scripts.control.command import add_action
from scripts.control.following import add_waiting, ending
from scripts.control.reading import Record, part, record
from scripts.control.showing import show
from scripts.control.starting import started
from scripts.control.wanted import add_wanted_and_times, wanted_of
from shared.control.history.consumers import ALL, CONSUMERS

FASTEST: Final = 500  # events a second
MOST: Final = 10_000_000
PATIENCE: Final = 35.0  # seconds: a dry run counts meanwhile, and the API has 29
_REASON: Final = "by switchyard replay --cancel"


def add_replay(areas: Any) -> None:
    replay = add_action(areas, "replay", replay_events, "have events put on the bus once more")
    replay.add_argument(
        "--type", action="append", default=[], metavar="TYPE", help="a type, or the beginning of some; repeatable"
    )
    add_wanted_and_times(replay)
    to = "whom it is for; all, which is the default: whom it does not disturb"
    replay.add_argument("--to", default=ALL, choices=[ALL, *CONSUMERS], metavar="CONSUMER", help=to)
    replay.add_argument("--name", metavar="TEXT", help="what it is called in the events it sends")
    replay.add_argument("--rate", type=number(1, FASTEST), metavar="N", help="so many a second; 50")
    replay.add_argument("--limit", type=number(1, MOST), metavar="N", help="at most so many")
    replay.add_argument("--dry-run", action="store_true", help="only count what would be sent")
    replay.add_argument("--cancel", metavar="RUN", help="stop this one; what it has sent stays sent")
    add_waiting(replay)


def replay_events(api: Api, options: argparse.Namespace) -> int:
    """Counted where it is a dry run, else by a run. Raises CalledWronglyError."""
    body = _body(options)
    if options.cancel:
        return _cancel(api, options, body)
    path = ("infrastructure", "events", "replay")
    reply = api.ask("POST", *path, body=body, repeatable=options.dry_run, seconds=PATIENCE)
    if options.dry_run:
        return show(reply, options, _tell_counted)
    return started(api, reply, options)


def _body(options: argparse.Namespace) -> dict[str, Any]:
    return without_none(
        event_types=options.type or None,
        **wanted_of(options),
        start_time=text_of(options.since),
        end_time=text_of(options.until),
        to=options.to,
        name=options.name,
        rate=options.rate,
        limit=options.limit,
        dry_run=options.dry_run or None,
    )


def _cancel(api: Api, options: argparse.Namespace, body: dict[str, Any]) -> int:
    """Raises CalledWronglyError where a replay is asked for, too."""
    if body != {"to": ALL}:
        raise CalledWronglyError("--cancel RUN stands alone")
    reply = api.ask("POST", "workflows", "runs", options.cancel, "cancel", body={"reason": _REASON}, repeatable=True)
    return show(reply, options, lambda run: say(f"run {run.get('run_id')} is {ending(run)}"))


def _tell_counted(found: Record) -> None:
    say(f"{found.get('would_replay')} events would be sent")
    for kind, number_of_them in record(part(found, "by_type") or {}).items():
        say(f"  {number_of_them:>7}  {kind}")
    if found.get("is_all") is False:
        note("there may be more")
