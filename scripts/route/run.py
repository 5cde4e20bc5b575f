"""`switchyard route`: messages of a file to sinks, without AWS. A dry run, unless it is told to apply."""

import argparse
import secrets
import signal
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from scripts.route.bringing import Doubtful, Ports, Threads, pausing
from scripts.route.files import Files, files_of
from scripts.route.input import DEMO, opened, read_messages
from scripts.route.keeping import Keeping, keeping
from scripts.route.messages import Came, Pass, Routed
from scripts.route.options import known_of
from scripts.route.preview import Brought, preview
from scripts.route.report import Progress, Report, Tally, report_to
from scripts.route.sinks import Known, Served, currency, dry_sink, live_sink, with_duration
from scripts.rules.command import rules_of
from shared.messages.routing import Rules
from shared.messages.snapshot import entry_of
from shared.runtime.clock import system_clock
from shared.runtime.errors import InvalidInputError
from shared.runtime.http import send
from shared.sinks.contracts import read_options
from shared.sinks.names import NAMES

_DRY: Final = "a dry run"
_UNKNOWN: Final = "the record of deliveries is new: what an earlier run elsewhere has sent there cannot be known"
_IN_DOUBT: Final = (
    "in doubt, perhaps sent; have a look there, then run it again with --doubtful sent or --doubtful again"
)
_NO_RECORD: Final = "with --disable-ssot no record is kept, and nobody could tell what was sent there before"


def route(options: argparse.Namespace) -> int:
    """The exit code. Raises InvalidInputError for rules, settings or a snapshot that cannot be used; OSError."""
    _check(options)
    known, rules = known_of(options), rules_of(options.rules)
    found = _places(options, known, rules)
    tally = Tally(found, live=options.apply)
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr] # not every terminal has all letters
    report = report_to(sys.stdout, as_json=options.json, verbose=options.verbose)
    files = _files(options, known)
    with _stopped_when_asked(), keeping(files, live=options.apply) as kept:
        comes = _read(options, _pass(options, known, rules, kept), tally)
        Run(found, kept, report=report, tally=tally).go(comes, Doubtful(options.doubtful))
    _tell_obstacles(found, tally, live=options.apply)
    report.end(tally, str(files.snapshot) if files else None)
    sys.stdout.flush()
    return 0 if tally.is_good else 1


class Run:
    """One run over messages as they come. `found` are the sinks, by name."""

    def __init__(self, found: Mapping[str, Served], kept: Keeping, *, report: Report, tally: Tally) -> None:
        self._found = found
        self._kept = kept
        self._report = report
        self._tally = tally
        self._progress = Progress(sys.stderr)
        self._unknown = {name for name, one in found.items() if kept.is_new and not one.sink.can_look}  # and not told

    def go(self, comes: Iterable[Came], doubtful: Doubtful) -> None:
        stopped = threading.Event()
        ports = Ports(
            deliveries=self._kept.deliveries,
            clock=system_clock,
            pause=pausing(stopped),
            run=secrets.token_hex(8),
            doubtful=doubtful,
        )
        live = {name: one.sink for name, one in self._found.items() if one.is_live}
        with Threads(live, ports, stopped=stopped) as threads:
            for number, came in enumerate(comes, start=1):
                self._take(came, threads)
                self._note(threads.done(wait=False))
                self._progress.show(number, threads.open)
            self._note(threads.done(wait=True))
        self._progress.end()

    def _take(self, came: Came, threads: Threads) -> None:
        self._tally.came(came)
        if not isinstance(came, Routed):
            return self._report.came(came, ())
        self._remember(came)
        shown = [self._preview(came, sent.sink) for sent in came.sent if not self._found[sent.sink].is_live]
        self._report.came(came, shown)
        for each in shown:
            self._count(each)
        for sent in came.sent:
            if self._found[sent.sink].is_live:
                self._tell_unknown(sent.sink)
                threads.submit(sent.sink, came.index, came.detail)
        return None

    def _tell_unknown(self, name: str) -> None:
        """Once, before the first event goes where nobody can look."""
        if name in self._unknown:
            self._unknown.remove(name)
            self._progress.end()
            print(f"{name}: {_UNKNOWN}", file=sys.stderr, flush=True)

    def _remember(self, routed: Routed) -> None:
        """Before anybody is asked: what was told once under an id stays what was told."""
        if self._kept.snapshot is not None:
            self._kept.snapshot.put([entry_of(routed.detail, routed.raw)])
        if self._kept.earlier and any(self._found[sent.sink].is_live for sent in routed.sent):
            self._kept.earlier.tell(routed.message.key, routed.message.digest)

    def _preview(self, routed: Routed, name: str) -> Brought:
        records = self._kept.records
        known = records.get(routed.detail["id"], name) if records else None
        return preview(routed.index, routed.detail, self._found[name].sink, at=system_clock(), known=known)

    def _note(self, ended: Iterator[Brought]) -> None:
        for each in ended:
            self._report.brought(each)
            self._count(each)

    def _count(self, brought: Brought) -> None:
        self._tally.brought(brought)
        if self._kept.snapshot is not None:
            self._kept.snapshot.set_deliveries(brought.event_id, {brought.sink: brought.delivery})


def _check(options: argparse.Namespace) -> None:
    """Only what a run on record sends can have been left in doubt."""
    if options.doubtful != Doubtful.LEAVE and (options.disable_ssot or not options.apply):
        options.parser.error("--doubtful: this goes with --apply, and with a record of deliveries")


def _files(options: argparse.Namespace, known: Known) -> Files | None:
    if options.disable_ssot:
        return None
    try:
        return files_of(known.get("SSOT_REPO_PATH"), known.get("SSOT_DATABASE_FILE"))
    except InvalidInputError as error:
        parser: argparse.ArgumentParser = options.parser
        parser.error(f"--ssot-database or SSOT_DATABASE_FILE: {error}")


@contextmanager
def _stopped_when_asked() -> Iterator[None]:
    """Who ends it from outside gets what Ctrl-C does: what it has begun is cleared away."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _places(options: argparse.Namespace, known: Known, rules: Rules) -> dict[str, Served]:
    """By name; each for real or not. Raises InvalidInputError."""
    chosen = with_duration(read_options(rules.options), options.default_duration)
    names = options.sinks or NAMES
    if not options.apply:
        return {name: dry_sink(name, known, chosen, _DRY) for name in names}
    found = {name: live_sink(name, known, chosen, send=send) for name in names}
    unsafe = [name for name in names if options.disable_ssot and not found[name].sink.can_look]
    if unsafe and options.sinks:
        options.parser.error(f"{', '.join(unsafe)}: {_NO_RECORD}")
    return found | {name: dry_sink(name, known, chosen, _NO_RECORD) for name in unsafe}


def _pass(options: argparse.Namespace, known: Known, rules: Rules, kept: Keeping) -> Pass:
    return Pass(
        rules=rules,
        sinks=frozenset(options.sinks or NAMES),
        channels=frozenset(channel.strip().removeprefix("#").casefold() for channel in options.channel),
        default_currency=currency(known),
        told=kept.told,
        earlier=kept.earlier,
        clock=system_clock,
    )


def _read(options: argparse.Namespace, passing: Pass, tally: Tally) -> Iterator[Came]:
    """What comes before a place that cannot be read is routed all the same."""
    with opened(DEMO if options.demo else options.input) as stream:
        try:
            yield from passing.route(read_messages(stream), limit=options.limit)
        except InvalidInputError as error:
            tally.problems.append(f"the input cannot be read on: {error}")


def _tell_obstacles(found: Mapping[str, Served], tally: Tally, *, live: bool) -> None:
    for name, one in found.items():
        if not one.sink.can_look and (number := tally.in_doubt[name]):
            tally.problems.append(f"{name}: {number:,} {_IN_DOUBT}")
        if live and one.obstacle and tally.sinks[name]["dry_run"]:
            tally.problems.append(f"{name}: {one.obstacle}; what is for it was not sent")
