"""Messages are kept alike by the ledger in memory and by those in DynamoDB: once, and as they came."""

from decimal import Decimal
from typing import Any

from shared.ledger.ledger import Ledger
from shared.messages.message import KIND, Recording
from shared.messages.routing import Decision, Sent
from shared.messages.store import LedgerMessages
from tests.support.builders import NOON, a_cause
from tests.support.places import at_once
from tests.unit.shared.messages.reading import read

DECISION = Decision(tags=("urgent",), sent=(Sent(sink="notion", route="all", why="always"),))


def a_recording(message_id: str = "1", **said: Any) -> Recording:
    raw = {"id": message_id, "content": "Hello"} | said
    return Recording(message=read(raw), decision=DECISION, raw=raw)


def save(messages: LedgerMessages, *recordings: Recording) -> set[str]:
    return messages.save_all(recordings, a_cause(), at=NOON)


def test_a_message_is_recorded_with_its_event(any_ledger: Ledger) -> None:
    messages = LedgerMessages(any_ledger)
    said = a_recording(event_type="task.created", price="12.50", deal={"stage": 2, "gone": None, "share": 0.5})
    assert save(messages, said) == set()
    (event,) = any_ledger.history(KIND, "1")
    assert (event.id, event.type, event.source, event.version) == (
        said.message.event_id,
        "task.created",
        "switchyard.messages",
        1,
    )
    assert (event.tags, event.data["sinks"], event.data["rules"]) == (("urgent",), ["notion"], ["all"])
    assert (event.data["price"], event.data["currency"]) == ("12.5", "GBP")
    assert event.data["metadata"] == {"deal": {"stage": 2, "gone": None, "share": "0.5"}}


def test_what_was_recorded_is_known_by_its_digest(any_ledger: Ledger) -> None:
    messages = LedgerMessages(any_ledger)
    said = [a_recording(str(number)) for number in range(120)]
    assert save(messages, *said) == set()
    keys = [str(number) for number in range(121)]
    assert messages.known([*keys, *keys]) == {each.message.key: each.message.digest for each in said}
    assert messages.known([]) == messages.raw([]) == {}


def test_a_message_is_kept_as_it_came(any_ledger: Ledger) -> None:
    messages = LedgerMessages(any_ledger)
    said = a_recording(author={"id": "5", "username": "Zoë"}, price=12.5, nothing=None, share=Decimal("0.1"))
    save(messages, said)
    assert messages.raw(["1", "2"]) == {"1": dict(said.raw) | {"share": 0.1}}


def test_who_comes_second_is_told_and_changes_nothing(any_ledger: Ledger) -> None:
    messages = LedgerMessages(any_ledger)
    first = a_recording("1")
    assert save(messages, first) == set()
    assert save(messages, a_recording("1", content="Bye"), a_recording("2"), a_recording("3")) == {"1"}
    assert messages.known(["1"]) == {"1": first.message.digest}
    assert set(messages.known(["1", "2", "3"])) == {"1", "2", "3"}
    assert len(list(any_ledger.history(KIND, "1"))) == 1


def test_many_messages_of_the_largest_size_are_recorded_in_one_call(any_ledger: Ledger) -> None:
    messages = LedgerMessages(any_ledger)
    rest = {f"part {number}": "x" * 30_000 for number in range(2)}
    said = [a_recording(str(number), **rest) for number in range(60)]
    assert save(messages, *said) == set()
    assert len(messages.known([str(number) for number in range(60)])) == 60


def test_of_many_who_record_the_same_message_at_once_one_does(racing_ledger: Ledger) -> None:
    messages = LedgerMessages(racing_ledger)
    lost = at_once(lambda number: save(messages, a_recording("1", content=f"Hello {number}")))
    assert sorted(lost, key=len) == [set()] + [{"1"}] * (len(lost) - 1)
    winner = lost.index(set())
    assert messages.raw(["1"])["1"]["content"] == f"Hello {winner}"
