"""What `switchyard route` says: lines for people, or a JSON document a line for programs; a summary at the end."""

import json
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from typing import IO, Any, Final, Protocol

from scripts.route.messages import Came, Known, PassedOver, Refused, Routed
from scripts.route.preview import ALREADY_THERE, Brought
from shared.deliveries.delivery import Status
from shared.runtime.http import Call

COLUMNS: Final = (Status.DELIVERED.value, ALREADY_THERE, Status.DRY_RUN.value, Status.SKIPPED.value, "failed")
_LONGEST_LINE: Final = 110  # characters of a request on its line
_FIRST_PROGRESS: Final = 2.0  # seconds
_EACH_PROGRESS: Final = 0.2


class Tally:
    """How many of what. `problems` are things a person has to see to, that no message is at fault for."""

    def __init__(self, sinks: Collection[str], *, live: bool) -> None:
        self.sinks = {sink: Counter[str]() for sink in sinks}
        self.in_doubt = Counter[str]()  # by sink; among those that failed
        self.messages = Counter[str](routed=0, known=0, passed_over=0, refused=0)
        self.problems: list[str] = []
        self._live = live

    def came(self, came: Came) -> None:
        self.messages[_KINDS[type(came)]] += 1

    def brought(self, brought: Brought) -> None:
        self.sinks[brought.sink][brought.word if brought.word in COLUMNS else "failed"] += 1
        self.in_doubt[brought.sink] += brought.word == Status.IN_DOUBT

    @property
    def is_good(self) -> bool:
        """Every message was read, and all that was wanted was delivered, or in a dry run built."""
        bad = sum(counts["failed"] + (counts["dry_run"] if self._live else 0) for counts in self.sinks.values())
        return not (bad or self.problems or self.messages["refused"])


_KINDS: Final[Mapping[type, str]] = {
    Routed: "routed",
    Refused: "refused",
    Known: "known",
    PassedOver: "passed_over",
}


class Report(Protocol):
    def came(self, came: Came, brought: Collection[Brought]) -> None:
        """A message, and what is known of it already."""

    def brought(self, brought: Brought) -> None:
        """What became of an event later."""

    def end(self, tally: Tally, snapshot: str | None) -> None: ...


class Lines:
    """For people. `verbose`: whole requests, and why rules held."""

    def __init__(self, out: IO[str], *, verbose: bool) -> None:
        self._out = out
        self._verbose = verbose

    def came(self, came: Came, brought: Collection[Brought]) -> None:
        match came:
            case Refused():
                self._say(f"#{came.index} is refused: {came.reason}")
            case Known():
                self._say(f"#{came.index} {came.message.id} is known: it came before in this run")
            case Routed():
                self._routed(came)
                for each in brought:
                    self._brought(each)

    def brought(self, brought: Brought) -> None:
        self._say(f"#{brought.index} {brought.event_id}")
        self._brought(brought)

    def end(self, tally: Tally, snapshot: str | None) -> None:
        self._say("\n" + " ".join(["sink           ", *(f"{_words(name):>13}" for name in COLUMNS)]))
        for sink, counts in tally.sinks.items():
            self._say(" ".join([f"{sink:15}", *(f"{counts[name]:13,}" for name in COLUMNS)]))
        told = ", ".join(f"{number:,} {_words(name)}" for name, number in tally.messages.items())
        self._say(f"\nmessages: {told}")
        self._say(f"snapshot: {snapshot}" if snapshot else "no snapshot is kept")
        for problem in tally.problems:
            self._say(f"! {problem}")

    def _routed(self, routed: Routed) -> None:
        message, decision = routed.message, routed.decision
        where = f" in {message.channel}" if message.channel else ""
        tags = ", ".join(decision.tags) or "none"
        self._say(f"#{routed.index} {message.id}  {message.type}{where}  tags: {tags}")
        for fired in decision.fired:
            self._say(f"     {fired.rule}: {fired.why} -> {', '.join(fired.tags)}")
        for sent in routed.sent:
            self._say(f"     {sent.route}: {sent.why} -> {sent.sink}")

    def _brought(self, brought: Brought) -> None:
        said = _request(brought.call) if brought.call else brought.reason or brought.delivery["url"] or ""
        short = said if len(said) <= _LONGEST_LINE else f"{said[:_LONGEST_LINE]}…"
        self._say(f"     {brought.sink:15} {_words(brought.word):13} {short}".rstrip())
        if brought.call and self._verbose:
            self._say(json.dumps(brought.call.json, indent=2, ensure_ascii=False))

    def _say(self, text: str) -> None:
        """What a message says must not steer the terminal."""
        shown = text if text.isprintable() else "".join(c if c.isprintable() or c == "\n" else "·" for c in text)
        self._out.write(f"{shown}\n")


class JsonLines:
    """For programs; `kind` says what a line is. Whole requests stand in it."""

    def __init__(self, out: IO[str]) -> None:
        self._out = out

    def came(self, came: Came, brought: Collection[Brought]) -> None:
        match came:
            case Refused():
                self._say("refused", index=came.index, reason=came.reason)
            case Known():
                self._say("known", index=came.index, id=came.message.id)
            case Routed():
                self._routed(came, {each.sink: _shown(each) for each in brought})

    def brought(self, brought: Brought) -> None:
        self._say("delivery", index=brought.index, event_id=brought.event_id, sink=brought.sink, **_shown(brought))

    def end(self, tally: Tally, snapshot: str | None) -> None:
        sinks = {sink: {name: counts[name] for name in COLUMNS} for sink, counts in tally.sinks.items()}
        self._say(
            "summary",
            is_good=tally.is_good,
            messages=dict(tally.messages),
            sinks=sinks,
            snapshot=snapshot,
            problems=tally.problems,
        )

    def _routed(self, routed: Routed, brought: Mapping[str, dict[str, Any]]) -> None:
        decision = routed.decision
        self._say(
            "message",
            index=routed.index,
            id=routed.message.id,
            event_id=routed.detail["id"],
            type=routed.message.type,
            channel=routed.message.channel,
            tags=decision.tags,
            rules=[{"rule": fired.rule, "tags": fired.tags, "why": fired.why} for fired in decision.fired],
            sinks=[
                {"sink": sent.sink, "route": sent.route, "why": sent.why} | brought.get(sent.sink, {})
                for sent in routed.sent
            ],
        )

    def _say(self, kind: str, **fields: Any) -> None:
        self._out.write(json.dumps({"kind": kind, **fields}) + "\n")


class Progress:
    """One line that is written over and over, where somebody looks and it takes long."""

    def __init__(self, out: IO[str], monotonic: Callable[[], float] = time.monotonic) -> None:
        self._out = out
        self._monotonic = monotonic
        self._is_seen = out.isatty()
        self._began = monotonic()
        self._next = self._began + _FIRST_PROGRESS
        self._is_written = False

    def show(self, messages: int, open_deliveries: int) -> None:
        now = self._monotonic()
        if not self._is_seen or now < self._next:
            return
        self._next, self._is_written = now + _EACH_PROGRESS, True
        left = f", {open_deliveries:,} under way" if open_deliveries else ""
        self._out.write(f"\r\x1b[K{messages:,} messages, {messages / (now - self._began):,.0f} a second{left}")
        self._out.flush()

    def end(self) -> None:
        if self._is_written:
            self._out.write("\r\x1b[K")
            self._out.flush()


def report_to(out: IO[str], *, as_json: bool, verbose: bool) -> Report:
    return JsonLines(out) if as_json else Lines(out, verbose=verbose)


def _shown(brought: Brought) -> dict[str, Any]:
    said = {"status": brought.word, "reason": brought.reason}
    if brought.call is not None:
        call = brought.call
        return said | {"request": {"method": call.method, "path": call.path, "body": call.json}}
    return said | {name: brought.delivery[name] for name in ("attempts", "external_id", "url")}


def _request(call: Call) -> str:
    return f"{call.method} {call.path} {json.dumps(call.json, ensure_ascii=False)}"


def _words(name: str) -> str:
    return name.replace("_", " ")
