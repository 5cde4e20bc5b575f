"""What a poster of messages is told: every message once, in order, and numbers that add up."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from functions.receive_messages.views import routing
from shared.ledger.memory import MemoryLedger
from shared.messages.recording import record, route
from shared.messages.routing import Rules
from shared.messages.store import LedgerMessages
from tests.support.builders import NOON, a_cause
from tests.support.pauses import no_pause
from tests.support.posted import a_raw

raws = st.lists(
    st.one_of(
        st.builds(a_raw, st.sampled_from("abc")), st.builds(a_raw, st.just("a"), content=st.just("Other")), st.none()
    ),
    max_size=8,
)


@given(raws, raws, st.booleans())
def test_each_message_is_told_of_once_and_the_numbers_add_up(before: list[Any], told: list[Any], dry_run: bool) -> None:
    ledger = MemoryLedger()
    post(ledger, before, dry_run=False)
    number = events_in(ledger)
    view = post(ledger, told, dry_run=dry_run)
    indexes = sorted([message.index for message in view.messages] + [refused.index for refused in view.refused])
    assert indexes == list(range(len(told)))
    assert [message.index for message in view.messages] == sorted(message.index for message in view.messages)
    assert view.recorded == events_in(ledger) - number
    assert view.known == sum(message.known for message in view.messages)
    assert dry_run or view.recorded + view.known == len(view.messages)


def post(ledger: MemoryLedger, told: list[Any], *, dry_run: bool) -> Any:
    outcome = route(told, rules=Rules(), at=NOON, default_currency="GBP")
    if not dry_run:
        record(outcome, a_cause(), messages=LedgerMessages(ledger), at=NOON, pause=no_pause)
    return routing(outcome, dry_run=dry_run)


def events_in(ledger: MemoryLedger) -> int:
    return len(list(ledger.timeline(NOON.date())))
