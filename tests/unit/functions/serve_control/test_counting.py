"""What is counted of queues and events: a number, or that there is none, or that there are more."""

from collections.abc import Mapping

import pytest

from functions.serve_control import counting
from shared.control.overview.metrics import as_json, as_text
from shared.ledger.memory import MemoryLedger
from shared.listings.store import LedgerListings
from shared.runtime import wiring
from shared.runtime.queue_map import QueueMap, QueuePair
from tests.support.builders import NOON, a_cause, a_listing

PAIRS = (QueuePair(dead="NotionDeadLetters", source="NotionQueue"), QueuePair(dead="SearchDeadLetters", source=None))


@pytest.fixture(autouse=True)
def _queues(monkeypatch: pytest.MonkeyPatch) -> None:
    depths: Mapping[str, int | None] = {"NotionQueue": 0, "NotionDeadLetters": 2, "SearchDeadLetters": None}
    monkeypatch.setattr(wiring, "queue_map", lambda: QueueMap(at="https://sqs.example/1", pairs=PAIRS))
    monkeypatch.setattr(counting, "depths", lambda names: {name: depths[name] for name in names})


@pytest.mark.parametrize(
    ("part", "told"),
    [
        (
            "dead_letters",
            {
                "dead_letters": [{"queue": "NotionDeadLetters", "value": 2}],
                "dead_letters_unread": [{"queue": "SearchDeadLetters", "value": 1}],
            },
        ),
        ("queues", {"queue_messages": [{"queue": "NotionQueue", "value": 0}], "queue_messages_unread": []}),
    ],
)
def test_a_queue_that_cannot_be_asked_is_not_taken_for_an_empty_one(part: str, told: Mapping[str, object]) -> None:
    assert as_json(counting.parts(NOON)[part](), {})["metrics"] == told


@pytest.mark.parametrize(("happened", "cut"), [(2, 0), (3, 1)])
def test_where_more_happened_on_a_day_than_is_looked_at_that_is_told(
    happened: int, cut: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = MemoryLedger()
    listings = LedgerListings(ledger)
    for number in range(happened):
        listings.save(a_listing(url=f"https://market.example/item/{number}"), a_cause())
    monkeypatch.setattr(wiring, "ledger", lambda: ledger)
    monkeypatch.setattr(counting, "MOST_EVENTS", 2)
    told = as_json(counting.parts(NOON)["events"](), {})["metrics"]
    assert told == {
        "events_24h": [{"type": "listing.created", "value": 2}],
        "errors_24h": 0,
        "write_units_24h": 2 * counting.WRITE_UNITS,
        "events_24h_cut": cut,
    }
    assert f"switchyard_events_24h_cut {cut}\n" in as_text(counting.parts(NOON)["events"](), {})
