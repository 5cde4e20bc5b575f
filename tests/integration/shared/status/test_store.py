"""The last digest of a period is kept alike by the ledger in memory and by those in DynamoDB."""

from datetime import timedelta
from typing import Any

import pytest

from shared.ledger.envelope import Cause
from shared.ledger.ledger import Change, Ledger
from shared.ledger.memory import MemoryLedger
from shared.runtime.errors import ConflictError
from shared.status.period import Period
from shared.status.store import KIND, LedgerDigests, Taken
from tests.support.builders import NOON, a_cause
from tests.support.pauses import no_pause
from tests.support.places import MANY, at_once


def said(events: int, period: Period = Period.DAILY) -> dict[str, Any]:
    return {
        "period": period.value,
        "since": NOON - period.length,
        "until": NOON,
        "level": "healthy",
        "reasons": [],
        "figures": {"events": events, "p95 my api": 80},
    }


def cause(number: int) -> Cause:
    return a_cause("timer", f"{number:032x}")


def record(ledger: Ledger, number: int, period: Period = Period.DAILY) -> Taken | None:
    digests = LedgerDigests(ledger, pause=no_pause)
    return digests.record(period, said(number, period), cause(number), at=NOON + timedelta(days=number))


def test_a_digest_is_compared_with_the_one_before_of_its_period(any_ledger: Ledger) -> None:
    assert record(any_ledger, 1) is None
    assert record(any_ledger, 2, Period.WEEKLY) is None
    assert record(any_ledger, 3) == Taken(
        at=NOON + timedelta(days=1), level="healthy", figures={"events": 1, "p95 my api": 80}
    )
    earlier = record(any_ledger, 4)
    assert earlier
    assert earlier.figures["events"] == 3


def test_taken_again_it_is_kept_once_and_compared_with_the_same(any_ledger: Ledger) -> None:
    assert record(any_ledger, 1) is record(any_ledger, 1) is None
    first, again = record(any_ledger, 2), record(any_ledger, 2)
    assert first
    assert first == again
    events = list(any_ledger.history(KIND, "daily"))
    assert [(event.type, event.source, event.data["figures"]["events"]) for event in events] == [
        ("digest.taken", "switchyard.status", 1),
        ("digest.taken", "switchyard.status", 2),
    ]


def test_of_many_at_once_each_is_kept(racing_ledger: Ledger) -> None:
    def one(number: int) -> bool:
        try:
            record(racing_ledger, number)
        except ConflictError:
            return False
        return True

    kept = sum(at_once(one))
    events = list(racing_ledger.history(KIND, "daily"))
    assert 0 < kept == len(events) <= MANY
    assert [event.version for event in events] == list(range(1, kept + 1))


def test_who_is_never_fast_enough_is_told_so() -> None:
    class Contested(MemoryLedger):
        def commit(self, change: Change) -> None:
            raise ConflictError("somebody was faster")

    with pytest.raises(ConflictError, match="5 times another digest was faster"):
        record(Contested(), 1)
