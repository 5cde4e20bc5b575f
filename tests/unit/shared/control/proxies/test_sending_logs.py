"""Lines of a log: each goes to the collector at least once, from where it was left off."""

from typing import Any

import pytest

from shared.control.proxies import sending_logs
from shared.control.proxies.sending_logs import Ports, send_logs
from shared.ledger.envelope import Event
from shared.runtime.errors import DependencyError
from shared.state.memory import MemoryState
from tests.support.builders import NOON
from tests.support.proxied import CAUSE, Far, MemoryEvents, an_answer, happened


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending_logs, "MOST", 4)
    monkeypatch.setattr(sending_logs, "AT_ONCE", 2)


def some(number: int, *, ago: float = 0.5) -> list[Event]:
    """Recorded at one moment."""
    return [happened("saga.started", subject=f"at-{ago}", version=n, ago=ago) for n in range(1, number + 1)]


def ports_of(far: Far, *events: Event) -> Ports:
    state = MemoryState(clock=lambda: NOON)
    return Ports(collector=far.service, ledger=MemoryEvents(*events), state=state, clock=lambda: NOON)


def lines_of(far: Far) -> list[str]:
    return [line["metadata"]["event_id"] for _, call in far.calls for line in call.json["logs"]]


def test_each_line_is_sent_and_a_second_time_only_what_is_new() -> None:
    far, events = Far("log-collector", {}), [*some(1, ago=0.5), *some(1, ago=0.4)]
    ports = ports_of(far, *events)
    assert send_logs({}, CAUSE, ports=ports) == {"sent": 2, "is_more": False}
    assert send_logs({}, CAUSE, ports=ports) == {"sent": 0, "is_more": False}
    assert lines_of(far) == [event.id for event in events]


@pytest.mark.parametrize("sizes", [(5,), (3, 2), (1, 2, 3, 1), (4, 1), (2, 2, 2, 2)])
def test_what_was_recorded_at_one_moment_is_not_lost_where_there_is_too_much_for_one_time(
    sizes: tuple[int, ...],
) -> None:
    far = Far("log-collector", {})
    events = [event for place, size in enumerate(sizes) for event in some(size, ago=0.5 - place / 100)]
    ports = ports_of(far, *events)
    while send_logs({}, CAUSE, ports=ports)["is_more"]:
        pass
    assert lines_of(far) == [event.id for event in events]


def test_nor_where_the_collector_fails_in_between() -> None:
    busy: Any = an_answer(500, {})
    far, events = Far("log-collector", {}, busy, {}), [*some(3, ago=0.5), *some(1, ago=0.4)]
    ports = ports_of(far, *events)
    with pytest.raises(DependencyError):
        send_logs({}, CAUSE, ports=ports)
    send_logs({}, CAUSE, ports=ports)
    assert set(lines_of(far)) == {event.id for event in events}
    assert far.calls[0][1].json["logs"][-1]["metadata"]["event_id"] == events[2].id
