"""/dead-letters: what was given up, what lies in the queues, and asking for it again, one or many."""

from datetime import timedelta
from threading import Event as Signal
from typing import Any

import pytest

from functions.run_commands.commands.dead_letters import ListDeadLetters, RetryDeadLetters
from functions.run_commands.messages.retrying import AT_ONCE
from shared.deliveries.delivery import Status
from shared.deliveries.events import RETRY_REQUESTED, DeliveryEvents
from shared.discord.answers import Reply
from shared.ledger.envelope import Event
from shared.runtime.errors import ContradictionError, DependencyError, InvalidInputError, NotFoundError
from shared.status import queues
from tests.support.builders import NOON, a_listing
from tests.support.ports import MemoryPorts, use_of
from tests.unit.functions.run_commands.desk import ODD, choices, keep, put, said, text_of

MINUTE = timedelta(minutes=1)
ID = "1290000000000000009"


@pytest.fixture
def ports() -> MemoryPorts:
    return MemoryPorts()


def listed(ports: MemoryPorts, **options: Any) -> Reply:
    return ListDeadLetters().run(use_of("dead-letters list", options, ports=ports))


def retried(ports: MemoryPorts, options: dict[str, Any], **use: Any) -> str:
    return text_of(RetryDeadLetters().run(use_of("dead-letters retry", options, ports=ports, **use)))


def asked_for(ports: MemoryPorts) -> list[str]:
    return [event.data["event_id"] for event in ports.ledger.timeline(NOON.date()) if event.type == RETRY_REQUESTED]


# the list


def test_what_was_given_up_is_listed_with_its_reason_newest_first(ports: MemoryPorts) -> None:
    keep(ports, "a", Status.FAILED, last_error="400 no such page")
    keep(ports, "b", Status.IN_DOUBT, sink="telegram", at=NOON + MINUTE, last_error="did not answer in time")
    keep(ports, "c", Status.DELIVERED)
    keep(ports, "d", Status.IN_DOUBT, retry_at=NOON + MINUTE)  # it is looked for again by itself
    keep(ports, "e", Status.PENDING, retry_at=NOON + MINUTE)
    reply = listed(ports)
    assert choices(reply) == ["message:b:1", "message:a:1"]
    told = text_of(reply)
    assert "400 no such page" in told
    assert "did not answer in time" in told
    assert choices(listed(ports, sink="telegram")) == ["message:b:1"]


def test_where_nothing_was_given_up_that_is_said(ports: MemoryPorts) -> None:
    assert "Nothing." in text_of(listed(ports))


def test_of_many_the_newest_are_shown_and_all_are_counted(ports: MemoryPorts) -> None:
    for number in range(130):
        keep(ports, f"m-{number}", Status.FAILED, at=NOON + number * MINUTE, last_error="x" * 300)
    reply = listed(ports)
    assert choices(reply)[0] == "message:m-129:1"
    told = text_of(reply)
    assert "100 or more" in told
    assert "The newest 10 are shown." in told


def cannot_be_read() -> int:
    raise DependencyError("the queue cannot answer now")


def test_it_is_said_in_which_queues_something_lies(ports: MemoryPorts) -> None:
    ports.dead_letter_queues = {"Notion": lambda: 3, "Shopify": lambda: 0, "Timers": lambda: 0, "x": cannot_be_read}
    told = text_of(listed(ports))
    assert "Notion: about 3" in told
    assert "x: cannot be read now" in told
    assert "2 are empty" in told


def test_a_list_ends_where_the_queues_do_not_answer(ports: MemoryPorts, monkeypatch: pytest.MonkeyPatch) -> None:
    release = Signal()

    def silent() -> int:
        release.wait()
        return 7

    monkeypatch.setattr(queues, "PATIENCE", 0.1)
    keep(ports, "a", Status.FAILED)
    ports.dead_letter_queues = {f"queue-{number}": silent for number in range(12)} | {"Notion": lambda: 3}
    try:
        told = text_of(listed(ports))
    finally:
        release.set()
    assert "queue-11: cannot be read now" in told
    assert "Notion: about 3" in told


def test_where_no_queue_is_known_none_is_said_to_be_empty(ports: MemoryPorts) -> None:
    assert "not known here" in text_of(listed(ports))


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
def test_odd_reasons_are_shown_as_text(ports: MemoryPorts, odd: str) -> None:
    for number in range(10):
        keep(ports, f"m-{number}", Status.FAILED, last_error=odd)
    told = text_of(listed(ports))
    for harmful in ("@everyone", "<@2>", "<@&1>", "[click](", "**bold**", "```"):
        assert harmful not in told


# one of them


def test_one_is_asked_for_as_it_is_offered(ports: MemoryPorts) -> None:
    event = keep(ports, "m-1", Status.FAILED)
    assert "on its way" in retried(ports, {"delivery": f"{event.id}|notion"})
    assert asked_for(ports) == [event.id]
    with pytest.raises(ContradictionError):
        retried(ports, {"delivery": f"{event.id}|notion"})


@pytest.mark.parametrize("delivery", ["hello", "|notion", "message:m-9:1|notion", "message:m-1:1|fax", "|"])
def test_what_is_not_there_is_not_found(ports: MemoryPorts, delivery: str) -> None:
    keep(ports, "m-1", Status.FAILED)
    with pytest.raises(NotFoundError):
        retried(ports, {"delivery": delivery})
    assert asked_for(ports) == []


@pytest.mark.parametrize("options", [{}, {"delivery": "message:m-1:1|notion", "all": "notion"}], ids=str)
def test_it_has_to_be_said_which(ports: MemoryPorts, options: dict[str, str]) -> None:
    with pytest.raises(InvalidInputError):
        retried(ports, options)


def test_a_card_of_a_listing_is_listed_and_asked_for() -> None:
    ports = MemoryPorts(a_listing())
    event = ports.listings.history(a_listing().id)[0]
    put(ports, event.id, "cards", Status.FAILED)
    assert choices(listed(ports)) == choices(listed(ports, sink="cards")) == [event.id]
    assert "Discord cards" in retried(ports, {"delivery": f"{event.id}|cards"})
    assert asked_for(ports) == [event.id]


# many of them


def failed(ports: MemoryPorts, number: int) -> list[str]:
    """Newest first."""
    events = [keep(ports, f"m-{index}", Status.FAILED, at=NOON + index * MINUTE).id for index in range(number)]
    return events[::-1]


def test_all_that_failed_at_a_sink_are_asked_for(ports: MemoryPorts) -> None:
    events = failed(ports, 3)
    keep(ports, "other", Status.FAILED, sink="shopify")
    assert "Notion: 3 asked for once more" in retried(ports, {"all": "notion"})
    assert sorted(asked_for(ports)) == sorted(events)


def test_so_many_at_once_and_the_others_next_time(ports: MemoryPorts) -> None:
    events = failed(ports, AT_ONCE + 5)
    told = retried(ports, {"all": "notion"})
    assert f"{AT_ONCE} asked for once more" in told
    assert "5 left for the next time" in told
    assert set(asked_for(ports)) == set(events[:AT_ONCE])
    told = retried(ports, {"all": "notion"})
    assert "5 asked for once more" in told
    assert f"{AT_ONCE} refused: somebody has asked for it already" in told


def test_what_is_in_doubt_is_left_to_somebody_who_looks(ports: MemoryPorts) -> None:
    keep(ports, "m-1", Status.IN_DOUBT)
    told = retried(ports, {"all": "notion"})
    assert "0 asked for" in told
    assert "1 in doubt" in told
    assert asked_for(ports) == []


def test_where_nothing_was_given_up_nothing_is_asked_for(ports: MemoryPorts) -> None:
    assert "Nothing was given up." in retried(ports, {"all": "notion"})


def test_where_somebody_else_was_faster_it_is_refused_and_the_others_go_on(ports: MemoryPorts) -> None:
    events = failed(ports, 2)

    class Rivals(DeliveryEvents):
        def say(self, *told: Any, **more: Any) -> Event:
            if told[1].event_id == events[0]:
                super().say(*told, **more)  # somebody else says the same first
            return super().say(*told, **more)

    ports.delivery_events = Rivals(ports.ledger)
    told = retried(ports, {"all": "notion"})
    assert "1 asked for once more" in told
    assert "1 refused: somebody else was at it" in told


def test_cut_off_and_carried_out_again_it_goes_on_and_counts_all(ports: MemoryPorts) -> None:
    events = failed(ports, 4)
    retried(ports, {"all": "notion"}, id=ID)
    put(ports, events[0], "notion", Status.DELIVERED)
    told = retried(ports, {"all": "notion"}, id=ID, is_repeated=True)
    assert "4 asked for once more" in told
    assert "refused" not in told
    assert [said(ports, event) for event in events] == [[RETRY_REQUESTED]] * 4


def test_carried_out_again_none_is_asked_for_twice_though_the_index_knows_nothing(ports: MemoryPorts) -> None:
    events = failed(ports, 2)
    retried(ports, {"all": "notion"}, id=ID)
    for event in events:  # they failed once more
        put(ports, event, "notion", Status.FAILED, trigger=f"delivery:{event}:notion:1")
    ports.ledger.trace = lambda trace_id: iter(())  # type: ignore[method-assign]
    assert "2 asked for once more" in retried(ports, {"all": "notion"}, id=ID, is_repeated=True)
    assert [said(ports, event) for event in events] == [[RETRY_REQUESTED]] * 2


def test_a_sink_there_is_not_is_not_found(ports: MemoryPorts) -> None:
    with pytest.raises(NotFoundError):
        retried(ports, {"all": "fax"})
