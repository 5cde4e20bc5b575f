"""`switchyard traces`: where the time of a request went, and what failed on its way."""

import argparse
from typing import Any, Final

from scripts.api.api import Api
from scripts.api.arguments import WHEN, moment
from scripts.api.shown import say
from scripts.control.arguments import text_of
from scripts.control.codes import DONE
from scripts.control.command import add_action, add_area
from scripts.control.paging import add_paging, listed
from scripts.control.reading import Record, record
from scripts.control.showing import Columns, say_record, say_records, show, table, time_of

_TRACING: Final = ("infrastructure", "tracing")
_ABOUT: Columns = {
    "since": time_of("since"),
    "until": time_of("until"),
    "traces": "traces",
    "sampled": "sample_rate",
}
_SERVICES: Columns = {
    "service": "name",
    "spans": lambda found: f"{found.get('spans')}{'' if found.get('is_all') else '+'}",
    "errors": "errors",
    "error rate": "error_rate",
    "p50 ms": "p50_ms",
    "p95 ms": "p95_ms",
}
_SPANS: Columns = {
    "time": time_of("began_at"),
    "trace": "trace_id",
    "span": "name",
    "ms": "duration_ms",
    "status": "status",
}


def add_traces(areas: Any) -> None:
    actions = add_area(areas, "traces", "where the time of a request went, and what failed on its way")
    one = add_action(actions, "show", show_trace, "one as a tree, with its critical path")
    one.add_argument("trace", metavar="TRACE", help="its id, as errors and events say it")
    stats = add_action(actions, "stats", show_stats, "services in figures: spans, errors, how long they take")
    stats.add_argument("--since", type=moment, metavar="WHEN", help=f"from then on: {WHEN}")
    service = add_action(actions, "service", show_service, "what a service did last")
    service.add_argument("name", metavar="NAME")
    service.add_argument("--since", type=moment, metavar="WHEN", help=f"from then on: {WHEN}")
    service.add_argument("--errors", action="store_true", help="only where something went wrong")
    add_paging(service)


def show_trace(api: Api, options: argparse.Namespace) -> int:
    """For people as the API writes it out."""
    path = (*_TRACING, "trace", options.trace)
    if options.json:
        return show(api.ask("GET", *path, query={"format": "json"}, repeatable=True), options, lambda _: None)
    say(api.text(*path, query={"format": "text"}).rstrip("\n"))
    return DONE


def show_stats(api: Api, options: argparse.Namespace) -> int:
    query = {"since": text_of(options.since)}
    return show(api.ask("GET", *_TRACING, "stats", query=query, repeatable=True), options, _tell_stats)


def _tell_stats(found: Record) -> None:
    services = record(found.get("services"))
    say_record(_ABOUT, found)
    say("")
    say_records(_SERVICES, [{"name": name, **one} for name, one in services.items()], empty="nothing was recorded")


def show_service(api: Api, options: argparse.Namespace) -> int:
    query = {"errors": options.errors or None, "since": text_of(options.since)}
    reply = listed(api, *_TRACING, "service", options.name, name="spans", query=query, options=options)
    return show(reply, options, table(_SPANS, "spans", empty="nothing was recorded"))
