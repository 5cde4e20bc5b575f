"""Every function tells what it does: where something comes in, an entry of a trace begins."""

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[3] / "functions"
# What begins an entry: for requests, for messages, and by hand for timers, schedules and whatever else there is.
BEGINS = re.compile(r"\banswer\(app|\bConsumer\(|\bentry\(")
# Who is told of by the next one; and who would tell for ever.
SAY_NOTHING = {"receive_interactions", "record_spans"}
FUNCTIONS = sorted(app.parent.name for app in FOLDER.glob("*/app.py"))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_begins_entries_unless_it_has_a_reason_not_to(function: str) -> None:
    source = "".join(path.read_text() for path in (FOLDER / function).glob("*.py"))
    begins = BEGINS.search(source) or "show_relayed(" in source
    assert bool(begins) == (function not in SAY_NOTHING)


@pytest.mark.parametrize("function", sorted(set(FUNCTIONS) - {"receive_interactions"}))
def test_what_a_function_tells_leaves_at_the_end_of_each_call(function: str) -> None:
    assert "@observed\ndef handler(" in (FOLDER / function / "app.py").read_text()


def test_nobody_tells_what_who_records_it_does() -> None:
    source = "".join(path.read_text() for path in (FOLDER / "record_spans").glob("*.py"))
    assert "tracing import" not in source.replace("wiring_tracing", "").replace(
        "shared.control.tracing.traces import", ""
    )
