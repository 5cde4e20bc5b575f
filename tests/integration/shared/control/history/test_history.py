"""The history over the real indexes: pages and what is cleared, alike in memory and in DynamoDB."""

from datetime import timedelta
from typing import Any

import pytest

from shared.control.history.cleared import Mark
from shared.control.history.showing import Asked, page_of_history
from shared.control.history.store import LedgerMarks
from shared.control.history.wanted import Wanted
from shared.ledger.envelope import Event
from shared.ledger.ledger import Ledger
from tests.support.builders import NOON, a_cause
from tests.support.pauses import no_pause
from tests.unit.shared.control.history.ledgers import SECOND, an_event, ids, keep

AT = NOON + timedelta(days=1)


def read(ledger: Ledger, wanted: Wanted, **asked: Any) -> list[str]:
    found: list[Event] = []
    cursor = None
    while True:
        question = Asked(wanted=wanted, cursor=cursor, **asked)
        events, cursor = page_of_history(
            question, ledger=ledger, marks=LedgerMarks(ledger), secret=lambda: b"secret", at=AT
        )
        found += events
        if cursor is None:
            return ids(found)


@pytest.mark.parametrize("newest_first", [True, False])
def test_the_history_is_read_page_by_page_through_every_index(any_ledger: Ledger, newest_first: bool) -> None:
    times = [NOON + timedelta(hours=5 * n // 3) for n in range(12)]  # some at one moment, over a day's end
    kept = keep(
        any_ledger,
        *(
            an_event(
                time=time,
                subject=f"s{number:02}",
                type=("listing.created", "listing.state.sold", "listing.seen")[number % 3],
                actor=("key:anna", "timer")[number % 2],
                trace_id=f"t{number % 4}",
                correlation_id=(f"t{number % 4}", "order 66")[number % 2],
            )
            for number, time in enumerate(times)
        ),
    )
    questions = [
        Wanted(since=NOON - timedelta(days=1)),
        Wanted(event_types=("listing.created", "listing.seen")),
        Wanted(event_types=("listing.seen",), actor="timer"),
        Wanted(actor="key:anna"),
        Wanted(trace_id="t1"),
        Wanted(correlation_id="order 66"),
        Wanted(correlation_id="t2"),
        Wanted(subject="s03"),
        Wanted(subject="listing:s04", since=NOON),
    ]
    for wanted in questions:
        expected = [event.id for event in kept if wanted.takes(event)]
        assert expected
        found = read(any_ledger, wanted, limit=2, newest_first=newest_first)
        assert found == (expected[::-1] if newest_first else expected)


def test_what_is_cleared_is_known_at_once(any_ledger: Ledger) -> None:
    marks = LedgerMarks(any_ledger)
    old, new = keep(any_ledger, an_event(), an_event(time=NOON + SECOND))
    mark = Mark(before=new.time, event_type="listing.created", correlation_id=old.correlation_id)
    said = marks.clear(mark, reason="noise", cause=a_cause("key:anna"), at=AT - SECOND, pause=no_pause)
    assert read(any_ledger, Wanted(event_types=("listing.created",))) == [new.id]
    assert read(any_ledger, Wanted(event_types=("events.cleared",))) == [said.id]
    again = marks.clear(mark, reason="noise", cause=a_cause("key:anna"), at=AT - SECOND, pause=no_pause)
    assert again.version == 2
