"""`switchyard route`: messages of a file to sinks, without AWS. A dry run, unless it is told to apply."""

import argparse
import secrets
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from scripts.route_bringing import Ports, Threads, pausing
from scripts.route_files import Files, files_of
from scripts.route_input import DEMO, opened, read_messages
from scripts.route_keeping import Keeping, keeping
from scripts.route_messages import Came, Pass, Routed
from scripts.route_options import known_of
from scripts.route_preview import Brought, preview
from scripts.route_report import Progress, Report, Tally, report_to
from scripts.route_sinks import Known, Place, currency, places, with_duration
from shared.messages.routing import Rules
from shared.messages.rules_file import default_text, read_rules
from shared.messages.snapshot import entry_of
from shared.runtime.clock import Clock, system_clock
from shared.runtime.errors import InvalidInputError
from shared.runtime.http import Send, send
from shared.sinks.contracts import read_options
from shared.sinks.names import NAMES

_NO_RECORD: Final = "without a record (--disable-ssot) nobody could tell whether it was told before"


def route(options: argparse.Namespace) -> int:
    """The exit code. Raises InvalidInputError for rules, a shop or a snapshot that cannot be used; OSError."""
    known = known_of(options)
    rules = rules_of(options.rules)
    sink_options = with_duration(read_options(rules.options), options.default_duration)
    found = places(tuple(options.sinks or NAMES), known, sink_options, live=options.apply, send=send)
    found = _kept_apart(found, options)
    files = None if options.disable_ssot else files_of(known.get("SSOT_REPO_PATH"), known.get("SSOT_DATABASE_FILE"))
    stopped = threading.Event()
    with keeping(files, live=options.apply) as kept:
        passing = Pass(
            rules=rules,
            sinks=frozenset(found),
            channels=frozenset(channel.strip().lstrip("#").casefold() for channel in options.channel),
            default_currency=currency(known),
            told=kept.told,
            earlier=kept.earlier,
            clock=system_clock,
        )
        ports = Ports(
            deliveries=kept.deliveries, clock=system_clock, pause=pausing(stopped), run=secrets.token_hex(8)
        )
        ...
    return 0


def rules_of(file: str | None) -> Rules:
    """Raises InvalidInputError, OSError."""
    if file is None:
        return read_rules(default_text(), sinks=NAMES)
    try:
        return read_rules(Path(file).read_text(encoding="utf-8-sig"), sinks=NAMES)
    except UnicodeDecodeError:
        raise InvalidInputError(f"{file}: this is not UTF-8") from None
    except InvalidInputError as error:
        raise InvalidInputError(f"{file}: {error}") from None
