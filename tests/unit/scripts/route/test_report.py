"""What a run says of itself."""

import json
from dataclasses import replace
from io import StringIO

import pytest

from scripts.route.messages import Known, PassedOver, Refused, Routed
from scripts.route.preview import ALREADY_THERE, Brought, preview
from scripts.route.report import JsonLines, Lines, Progress, Tally, report_to
from shared.messages.contracts import read_message
from shared.messages.routing import Decision, Fired, Sent
from tests.unit.scripts.route.a_sink import NOON, MemorySink, event

MESSAGE = read_message({"id": "a", "content": "Buy tape", "channel": "shop"}, now=NOON, default_currency="GBP")
SENT = Sent(sink="notion", route="all", why="always")
ROUTED = Routed(
    index=4,
    message=MESSAGE,
    decision=Decision(tags=("task",), fired=(Fired(rule="tasks", tags=("task",), why="says tape"),), sent=(SENT,)),
    sent=(SENT,),
    detail=event(),
    raw={},
)
SHOWN = preview(4, event(), MemorySink(), at=NOON, known=None)


def done(word: str, reason: str | None = None) -> Brought:
    delivery = {**SHOWN.delivery, "status": word, "url": "https://notion.example/1"}
    return replace(SHOWN, word=word, reason=reason, call=None, delivery=delivery)


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("word", ["delivered", ALREADY_THERE, "skipped"])
def test_all_is_well_where_everything_arrived(word: str) -> None:
    tally = Tally(["notion"], live=True)
    tally.came(ROUTED)
    tally.came(Known(index=5, message=MESSAGE))
    tally.came(PassedOver(index=6))
    tally.brought(done(word))
    assert tally.is_good
    assert tally.sinks["notion"][word] == 1


@pytest.mark.parametrize("word", ["failed", "in_doubt", "pending", "dry_run"])
def test_all_is_not_well_where_something_did_not(word: str) -> None:
    tally = Tally(["notion"], live=True)
    tally.brought(done(word))
    assert not tally.is_good


def test_a_dry_run_is_well_when_requests_were_built() -> None:
    tally = Tally(["notion"], live=False)
    tally.brought(SHOWN)
    assert tally.is_good
    tally.came(Refused(index=1, reason="content: a message needs text"))
    assert not tally.is_good


def test_a_problem_that_is_no_messages_fault_is_a_problem() -> None:
    tally = Tally(["notion"], live=False)
    tally.problems.append("the input cannot be read on")
    assert not tally.is_good


def test_people_are_told_each_message_its_rules_and_what_became_of_it() -> None:
    out = StringIO()
    lines = Lines(out, verbose=False)
    tally = Tally(["notion"], live=True)
    lines.came(ROUTED, [SHOWN])
    lines.came(Refused(index=5, reason="price: no"), ())
    lines.came(Known(index=6, message=MESSAGE), ())
    lines.came(PassedOver(index=7), ())
    lines.brought(done("delivered"))
    tally.brought(done("delivered"))
    lines.end(tally, "events.json")
    assert out.getvalue().splitlines() == [
        "#4 a  message.created in shop  tags: task",
        "     tasks: says tape -> task",
        "     all: always -> notion",
        '     notion          dry run       POST /things {"id": "message:a:1"}',
        "#5 is refused: price: no",
        "#6 a is known: it came before in this run",
        "#4 message:a:1",
        "     notion          delivered     https://notion.example/1",
        "",
        "sink                delivered already there       dry run       skipped        failed",
        "notion                      1             0             0             0             0",
        "",
        "messages: 0 routed, 0 known, 0 passed over, 0 refused",
        "snapshot: events.json",
    ]


def test_a_long_request_is_cut_unless_all_of_it_is_wanted() -> None:
    sink = MemorySink()
    long = preview(4, {**event(), "id": "x" * 500}, sink, at=NOON, known=None)
    for verbose in (False, True):
        out = StringIO()
        Lines(out, verbose=verbose).came(ROUTED, [long])
        assert ("x" * 500 in out.getvalue()) is verbose


def test_what_a_message_says_does_not_steer_a_terminal() -> None:
    out = StringIO()
    Lines(out, verbose=True).came(Refused(index=1, reason="\x1b[2J\u202e\x07 gone\r"), ())
    assert out.getvalue() == "#1 is refused: ·[2J·· gone·\n"


def test_programs_are_told_one_document_a_line() -> None:
    out = StringIO()
    report = report_to(out, as_json=True, verbose=False)
    assert isinstance(report, JsonLines)
    report.came(ROUTED, [SHOWN])
    report.came(PassedOver(index=5), ())
    report.brought(done("failed", "400 no"))
    report.end(Tally(["notion"], live=True), None)
    message, delivery, summary = map(json.loads, out.getvalue().splitlines())
    assert message["sinks"] == [
        {
            "sink": "notion",
            "route": "all",
            "why": "always",
            "status": "dry_run",
            "reason": None,
            "request": {"method": "POST", "path": "/things", "body": {"id": "message:a:1"}},
        }
    ]
    assert (delivery["kind"], delivery["status"], delivery["reason"]) == ("delivery", "failed", "400 no")
    assert (summary["kind"], summary["is_good"], summary["snapshot"]) == ("summary", True, None)


def test_progress_is_shown_where_somebody_looks_and_it_takes_long() -> None:
    now = 100.0
    terminal, file = Terminal(), StringIO()
    bars = [Progress(out, monotonic=lambda: now) for out in (terminal, file)]
    for bar in bars:
        bar.show(10, 0)
    assert terminal.getvalue() == ""
    now += 4
    for bar in bars:
        bar.show(8_000, 12)
        bar.show(8_001, 12)
        bar.end()
    assert terminal.getvalue() == "\r\x1b[K8,000 messages, 2,000 a second, 12 under way\r\x1b[K"
    assert file.getvalue() == ""
