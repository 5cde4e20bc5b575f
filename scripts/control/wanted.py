"""Which events are meant, as it is said on the command line."""

import argparse
from typing import Any

from scripts.control.arguments import add_times, text_of


def add_wanted(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--subject", metavar="ID", help="only about this; an id alone, or as listing:<id>")
    parser.add_argument("--correlation-id", metavar="ID", help="only of this correlation")
    parser.add_argument("--trace-id", metavar="ID", help="only of this trace")
    parser.add_argument("--actor", metavar="WHO", help="only what this one did: key:<id>, webhook:scraper, timer …")
    parser.add_argument("--include-cleared", action="store_true", help="also what was cleared from view")


def add_wanted_and_times(parser: argparse.ArgumentParser) -> None:
    add_wanted(parser)
    add_times(parser)


def wanted_of(options: argparse.Namespace) -> dict[str, Any]:
    """None for what is not said."""
    return {
        "subject": options.subject,
        "correlation_id": options.correlation_id,
        "trace_id": options.trace_id,
        "actor": options.actor,
        "include_cleared": options.include_cleared or None,
    }


def query_of(options: argparse.Namespace) -> dict[str, Any]:
    """As the history is asked."""
    times = {"since": text_of(options.since), "until": text_of(options.until)}
    return {"event_type": options.type, **wanted_of(options), **times}
