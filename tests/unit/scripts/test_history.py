"""What `make bench` measures of the history is what it says: so many events, and each effect once."""

from collections import Counter
from pathlib import Path

import pytest

from scripts.history.disturbed import disturbed
from scripts.history.events import COMMON, FEW, LIFE, RARE, events
from shared.control.history.consumers import ALL, CONSUMERS
from tests.support.builders import NOON

DOCS = Path(__file__).resolve().parents[3] / "docs/history.md"


@pytest.mark.parametrize("size", [1_000, 10_000])
def test_of_the_rare_there_are_as_many_however_many_events_there_are(size: int) -> None:
    known = list(events(size, until=NOON))
    types = Counter(event.type for event in known)
    assert len({event.id for event in known}) == size
    assert FEW <= types[RARE] <= 2 * FEW
    assert types[COMMON] == size // len(LIFE)
    assert known == sorted(known, key=lambda event: event.time)
    assert known[-1].time < NOON


def test_a_replay_to_a_provider_that_fails_one_call_in_five_brings_each_event_once() -> None:
    came = disturbed(1_000, until=NOON)
    assert (came.replayed, came.were_there, came.lost, came.there_twice) == (1_000, 500, 0, 0)
    assert came.failed > 50
    assert came.failed_though_done > 20


def test_the_page_on_the_history_names_everybody_to_whom_a_replay_may_go() -> None:
    page = DOCS.read_text()
    assert all(f"`{name}`" in page for name in (ALL, *CONSUMERS))
