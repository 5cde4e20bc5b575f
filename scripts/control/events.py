"""`switchyard events`: what happened."""

import argparse
from typing import Any, Final

from scripts.api.api import Api
from scripts.api.arguments import WHEN, moment, said
from scripts.api.confirming import is_confirmed
from scripts.api.shown import note, say
from scripts.control.arguments import seconds, text_of, without_none
from scripts.control.codes import FAILED
from scripts.control.command import add_action, add_area
from scripts.control.paging import add_paging, listed
from scripts.control.reading import Record, part, utc
from scripts.control.showing import Columns, show, table, time_of
from scripts.control.tailing import EACH, tail
from scripts.control.wanted import add_wanted, add_wanted_and_times, query_of

HISTORY: Final = ("infrastructure", "events", "history")
_ALONE: Final = "say --confirm where nobody can be asked"
_LISTED: Columns = {
    "time": time_of("time"),
    "type": "type",
    "event": "id",
    "actor": "actor",
    "trace": "trace_id",
    "data": "data",
}
_TYPE: Final = "a type, or the beginning of some: listing.state"


def add_events(areas: Any) -> None:
    actions = add_area(areas, "events", "what happened")
    events = add_action(actions, "list", list_events, "what happened, the newest first")
    events.add_argument("--type", metavar="TYPE", help=f"only such: {_TYPE}")
    add_wanted_and_times(events)
    events.add_argument("--order", choices=["desc", "asc"], default="desc", help="asc: the oldest first")
    add_paging(events)
    _add_tail(actions)
    clear = add_action(actions, "clear", clear_events, "show some no more unless they are asked for", role="admin")
    clear.add_argument("--before", required=True, type=moment, metavar="WHEN", help=f"what happened before: {WHEN}")
    clear.add_argument("--type", metavar="TYPE", help=f"only such: {_TYPE}")
    clear.add_argument("--correlation-id", metavar="ID", help="only of this correlation")
    clear.add_argument("--reason", required=True, type=said, metavar="TEXT")
    clear.add_argument("--confirm", action="store_true", help="do not ask")


def _add_tail(actions: Any) -> None:
    follow = add_action(actions, "tail", tail_events, "what happens, as it happens, until Ctrl-C; as JSON a line each")
    follow.add_argument("--type", metavar="TYPE", help=f"only such: {_TYPE}")
    add_wanted(follow)
    follow.add_argument("--since", type=moment, metavar="WHEN", help=f"not from now on, but: {WHEN}")
    each = seconds(0.1, 3_600)
    follow.add_argument("--interval", type=each, default=EACH, metavar="SECONDS", help=f"between two looks; {EACH:g}")


def list_events(api: Api, options: argparse.Namespace) -> int:
    query = {**query_of(options), "order": options.order}
    reply = listed(api, *HISTORY, name="events", query=query, options=options)
    return show(reply, options, table(_LISTED, "events", empty="there are no such events"))


def tail_events(api: Api, options: argparse.Namespace) -> int:
    return tail(api, HISTORY, options)


def clear_events(api: Api, options: argparse.Namespace) -> int:
    """Nothing is removed. Raises CalledWronglyError where nobody can be asked."""
    before = text_of(options.before)
    if not options.confirm and not is_confirmed(f"Hide what happened before {utc(before)}?", otherwise=_ALONE):
        note("nothing is hidden")
        return FAILED
    body = without_none(
        event_type=options.type,
        correlation_id=options.correlation_id,
        before=before,
        reason=options.reason,
        confirm="clear",
    )
    reply = api.ask("POST", "infrastructure", "events", "clear", body=body, repeatable=True)
    return show(reply, options, _tell_cleared)


def _tell_cleared(found: Record) -> None:
    hidden = [part(found, f"hidden.{name}") for name in ("event_type", "correlation_id")]
    what = " of ".join(str(one) for one in hidden if one) or "all"
    say(f"hidden: {what} before {utc(part(found, 'hidden.before'))}; --include-cleared shows it")
