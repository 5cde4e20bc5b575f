"""What is cleared: hidden from who does not ask for it, never removed, and never without a word."""

from datetime import timedelta
from typing import Any

import pytest

from shared.control.history.cleared import CLEARED, Cleared, Mark, mark
from shared.control.history.store import ID, KIND, LedgerMarks
from shared.ledger.ledger import Change
from shared.ledger.memory import MemoryLedger
from shared.runtime.errors import ConflictError, InvalidInputError
from tests.support.builders import NOON, a_cause
from tests.support.pauses import no_pause
from tests.unit.shared.control.history.ledgers import SECOND, an_event

LATER = NOON + timedelta(minutes=1)
EVENT = an_event(type="listing.state.sold", correlation_id="order 66")


@pytest.mark.parametrize(
    ("hidden", "is_hidden"),
    [
        ({}, True),
        ({"before": NOON}, False),
        ({"before": NOON + timedelta(microseconds=1)}, True),
        ({"event_type": "listing"}, True),
        ({"event_type": "listing.state"}, True),
        ({"event_type": "listing.state.sold"}, True),
        ({"event_type": "listing.sta"}, False),
        ({"event_type": "listing.state.sold.twice"}, False),
        ({"event_type": "claim"}, False),
        ({"correlation_id": "order 66"}, True),
        ({"correlation_id": "order 67"}, False),
        ({"event_type": "listing", "correlation_id": "order 66"}, True),
        ({"event_type": "listing", "correlation_id": "order 67"}, False),
        ({"event_type": "claim", "correlation_id": "order 66"}, False),
    ],
    ids=str,
)
def test_a_mark_hides_what_it_says_and_nothing_else(hidden: dict[str, Any], is_hidden: bool) -> None:
    assert Cleared([Mark(**{"before": LATER} | hidden)]).hides(EVENT) is is_hidden


def test_of_marks_for_the_same_the_latest_counts_in_whichever_order_they_came() -> None:
    marks = [Mark(before=NOON + n * SECOND) for n in (1, 5, 2)]
    assert Cleared(marks).hides(an_event(time=NOON + 4 * SECOND))
    assert not Cleared(marks).hides(an_event(time=NOON + 5 * SECOND))


def test_without_a_mark_nothing_is_hidden() -> None:
    assert not Cleared().hides(EVENT)


@pytest.mark.parametrize("hidden", [{}, {"event_type": "events"}, {"event_type": CLEARED}], ids=str)
def test_that_something_was_cleared_is_never_hidden(hidden: dict[str, Any]) -> None:
    said = an_event("EVENTS", "history", type=CLEARED)
    assert not Cleared([Mark(before=LATER, **hidden)]).hides(said)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"confirm": "yes"}, "confirm"),
        ({"confirm": "CLEAR"}, "confirm"),
        ({"confirm": ""}, "confirm"),
        ({"reason": "  "}, "reason"),
        ({"before": NOON + timedelta(microseconds=1)}, "before"),
    ],
    ids=str,
)
def test_nobody_clears_by_mistake_without_a_reason_or_what_has_yet_to_happen(
    change: dict[str, Any], complaint: str
) -> None:
    said: dict[str, Any] = {"before": NOON, "event_type": None, "correlation_id": None, "confirm": "clear"}
    assert mark(**said, reason="a test", at=NOON) == Mark(before=NOON)
    with pytest.raises(InvalidInputError, match=complaint):
        mark(**said | {"reason": "a test", "at": NOON} | change)


def clear(marks: LedgerMarks, **said: Any) -> None:
    wanted = Mark(**{"before": NOON} | said)
    marks.clear(wanted, reason="a test", cause=a_cause("key:anna"), at=NOON, pause=no_pause)


def test_what_was_cleared_is_kept_with_an_event_that_says_by_whom_and_why() -> None:
    ledger = MemoryLedger()
    marks = LedgerMarks(ledger)
    clear(marks, event_type="listing.seen")
    clear(marks, correlation_id="order 66", before=NOON + 2 * SECOND)
    assert marks.cleared().hides(an_event(time=NOON + SECOND, correlation_id="order 66"))
    assert marks.cleared().hides(an_event(time=NOON - SECOND, type="listing.seen"))
    assert not marks.cleared().hides(an_event(time=NOON - SECOND))
    first, second = ledger.history(KIND, ID)
    assert (first.type, first.source, first.actor) == (CLEARED, "switchyard.control", "key:anna")
    assert first.data["filter"] == {"event_type": "listing.seen", "correlation_id": None}
    assert (second.data["reason"], second.version) == ("a test", 2)


class ContestedLedger(MemoryLedger):
    def __init__(self, times: int) -> None:
        super().__init__()
        self._left = times

    def commit(self, change: Change) -> None:
        if self._left:
            self._left -= 1
            raise ConflictError("somebody was faster")
        super().commit(change)


def test_who_clears_at_the_same_moment_as_others_comes_after_them() -> None:
    ledger = ContestedLedger(3)
    clear(LedgerMarks(ledger))
    assert len(list(ledger.history(KIND, ID))) == 1
    with pytest.raises(ConflictError):
        clear(LedgerMarks(ContestedLedger(99)))
