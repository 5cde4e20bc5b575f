"""Pages of runs: each is there once, the last first, whatever is looked for."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product
from typing import Any

import pytest

from shared.control.runs import pages
from shared.control.runs.pages import WantedRuns, page_of_runs
from shared.control.runs.run import Run, Status
from shared.control.runs.store import LedgerRuns
from shared.ledger.memory import MemoryLedger
from shared.runtime.errors import InvalidInputError
from tests.support.builders import NOON
from tests.unit.shared.control.runs.samples import in_status
from tests.unit.shared.control.runs.test_store import keep

HOURS = 12


def secret() -> bytes:
    return b"the key under the cursors"


def hour(number: float) -> datetime:
    return NOON + timedelta(hours=number)


@pytest.fixture(scope="module")
def runs() -> LedgerRuns:
    """One begins each hour; what ends does so half an hour later."""
    known = LedgerRuns(MemoryLedger())
    for number, (status, workflow) in zip(range(HOURS), product(Status, ("a", "b")), strict=True):
        keep(
            known,
            replace(in_status(status), ended_at=None),
            id=f"{number:032x}",
            workflow=workflow,
            correlation_id=f"c{number % 3}",
            created_at=hour(number),
            changed_at=hour(number + 0.5),
        )
    return known


def all_of(runs: LedgerRuns, **told: Any) -> list[Run]:
    """Page by page."""
    found, cursor = [], None
    for _ in range(3 * HOURS):
        page, cursor = page_of_runs(WantedRuns(cursor=cursor, **told), runs=runs, secret=secret)
        assert len(page) <= told.get("limit", 50)
        found += page
        if cursor is None:
            return found
    raise AssertionError("it goes on and on")


FILTERS: list[dict[str, Any]] = [
    dict(one for one in chosen if one[1] is not None)
    for chosen in product(
        [("workflow", None), ("workflow", "a"), ("workflow", "nobody")],
        [("status", None), ("status", Status.COMPLETED), ("status", Status.FAILED)],
        [("correlation_id", None), ("correlation_id", "c1")],
        [("since", None), ("since", hour(4))],
        [("until", None), ("until", hour(8))],
    )
]


@pytest.mark.parametrize("limit", [1, 2, 50])
@pytest.mark.parametrize("told", FILTERS, ids=str)
def test_what_is_wanted_is_found_once_the_last_first(runs: LedgerRuns, told: dict[str, Any], limit: int) -> None:
    everything = [run for _, run in runs.begun()]
    wanted = [run for run in everything if WantedRuns(**told).takes(run)]
    assert all_of(runs, limit=limit, **told) == wanted


def test_what_is_rare_gives_short_pages(runs: LedgerRuns, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MOST_LOOKED_AT", 2)
    page, cursor = page_of_runs(WantedRuns(workflow="a", correlation_id="c1"), runs=runs, secret=secret)
    assert len(page) < 2
    assert cursor is not None
    assert [run.id for run in all_of(runs, workflow="a", correlation_id="c1")] == [f"{n:032x}" for n in (10, 4)]


@pytest.mark.parametrize(
    "other", [{"workflow": "b"}, {"status": Status.FAILED}, {"since": hour(1)}, {"until": hour(9)}]
)
def test_a_cursor_is_good_for_its_own_list_only(runs: LedgerRuns, other: dict[str, Any]) -> None:
    _, cursor = page_of_runs(WantedRuns(workflow="a", limit=1), runs=runs, secret=secret)
    with pytest.raises(InvalidInputError, match="not one that this list gave out"):
        page_of_runs(WantedRuns(**{"workflow": "a", "cursor": cursor} | other), runs=runs, secret=secret)
