"""Messages posted by many at once are recorded once each."""

from typing import Any

from shared.ledger.ledger import Ledger
from shared.messages.recording import record, route
from shared.messages.routing import Rules
from shared.messages.store import LedgerMessages
from tests.support.builders import NOON, a_cause
from tests.support.pauses import no_pause
from tests.support.places import MANY, at_once
from tests.support.posted import a_raw


def post(ledger: Ledger, raws: list[Any]) -> tuple[int, int]:
    """How many were new, and how many were refused."""
    outcome = route(raws, rules=Rules(), at=NOON, default_currency="GBP")
    record(outcome, a_cause(), messages=LedgerMessages(ledger), at=NOON, pause=no_pause)
    return len(outcome.routed) - len(outcome.known), len(outcome.refused)


def test_what_many_post_at_once_is_recorded_once(racing_ledger: Ledger) -> None:
    raws = [a_raw(str(number)) for number in range(60)]
    came = at_once(lambda number: post(racing_ledger, raws[number:] + raws[:number]))
    assert sum(new for new, _ in came) == 60
    assert sum(refused for _, refused in came) == 0
    assert len(list(racing_ledger.timeline(NOON.date()))) == 60


def test_of_many_who_post_something_else_under_one_id_one_is_heard(racing_ledger: Ledger) -> None:
    came = at_once(lambda number: post(racing_ledger, [a_raw("1", content=f"by {number}")]))
    assert sorted(came) == [(0, 1)] * (MANY - 1) + [(1, 0)]
    assert len(list(racing_ledger.history("MESSAGE", "1"))) == 1
