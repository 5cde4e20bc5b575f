"""/trace: what came of what, found by any of its ids, each event once."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.run_commands.command import Use
from functions.run_commands.commands import trace as module
from functions.run_commands.commands.trace import Trace, in_tree, open_trace
from functions.run_commands.recording import Account, Outcome, record
from shared.discord.answers import Colour
from shared.ledger.catalogue import recorded
from shared.ledger.envelope import Cause, Event, Fact
from shared.ledger.ledger import Aggregate, Change
from shared.runtime.auth import Role
from shared.runtime.errors import DependencyError, NotFoundError
from shared.runtime.span import event_span_id
from tests.support.builders import NOON, a_cause
from tests.support.ports import ANNA, MemoryPorts, press_of, use_of
from tests.support.traces import MemoryTraces, a_span, an_entry, failed
from tests.unit.functions.run_commands.desk import ODD, keep, text_of

TRACE_ID = "0af7651916cd43dd8448eb211c80319c"


@pytest.fixture
def ports() -> MemoryPorts:
    return MemoryPorts()


def told(ports: MemoryPorts, known_by: str, *, role: Role = Role.VIEWER) -> str:
    return text_of(Trace().run(use_of("trace", {"id": known_by}, ports=ports, role=role)))


def pause(ports: MemoryPorts, sink: str, *, after: Event | None = None, ms: float = 0, reason: str = "") -> Event:
    """One more event of the trace, because of another."""
    cause = Cause(
        actor=f"discord:{ANNA}", trace_id=TRACE_ID, correlation_id="c", causation_id=after.id if after else None
    )
    fact = Fact(type="sink.paused", time=NOON + timedelta(milliseconds=ms), data={"sink": sink, "reason": reason})
    events = recorded("SINK", sink, [fact], after=0, cause=cause)
    ports.ledger.commit(
        Change(aggregate=Aggregate(kind="SINK", id=sink, version=1, changed_at=fact.time), events=events)
    )
    return events[0]


def test_events_stand_behind_the_one_that_led_to_them_with_the_time_since_the_first(ports: MemoryPorts) -> None:
    root = pause(ports, "a")
    child = pause(ports, "b", after=root, ms=12.4)
    pause(ports, "c", ms=20)
    pause(ports, "d", after=child, ms=1_500)
    pause(ports, "e", after=root, ms=30)
    lines = [line for line in told(ports, TRACE_ID).splitlines() if " ms **" in line]
    assert [line.split(" ms")[0].strip() for line in lines] == ["+0", "└ +12", "└ +1,500", "└ +30", "+20"]
    assert [line.count("\u2003") for line in lines] == [0, 1, 2, 1, 0]
    assert f"<@{ANNA}>" in lines[0]


def test_a_trace_is_found_by_its_own_id_and_that_of_an_event(ports: MemoryPorts) -> None:
    event = pause(ports, "notion")
    for known_by in (TRACE_ID, TRACE_ID.upper(), f" {TRACE_ID} ", event.id):
        assert "1 event" in told(ports, known_by)


def test_a_trace_is_found_by_an_interaction_and_by_a_message_of_discord(ports: MemoryPorts) -> None:
    invoke(ports, "1290000000000000009")
    assert "command.invoked" in told(ports, "1290000000000000009", role=Role.ADMIN)
    keep(ports, "1285000000000000001")
    assert "message.created" in told(ports, "1285000000000000001")


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
def test_who_used_what_is_shown_to_admins_alone(ports: MemoryPorts, role: Role) -> None:
    use = invoke(ports, "1290000000000000009")
    with pytest.raises(NotFoundError):
        told(ports, "1290000000000000009", role=role)
    ports.sinks.decide(ports.sinks.get("notion"), paused=True, reason=None, cause=use.cause, at=NOON)
    text = told(ports, "1290000000000000009", role=role)
    assert "sink.paused" in text
    assert "command.invoked" not in text


def invoke(ports: MemoryPorts, interaction_id: str) -> Use:
    """A use of a command, on record."""
    use = use_of("help", ports=ports, id=interaction_id)
    account = Account(interaction=use.interaction, role=Role.VIEWER, outcome=Outcome.DONE, began_at=NOON, ended_at=NOON)
    record(account, use.cause, ledger=ports.ledger)
    return use


@pytest.mark.parametrize(
    "known_by", ["f" * 32, "1290000000000000009", "message:nobody:1", "hello", "", "@everyone", "x" * 300, "٣" * 18]
)
def test_what_is_not_there_is_not_found(ports: MemoryPorts, known_by: str) -> None:
    pause(ports, "notion")
    with pytest.raises(NotFoundError):
        told(ports, known_by)


def test_a_trace_of_the_list_stands_beside_it(ports: MemoryPorts) -> None:
    pause(ports, "notion")
    reply = open_trace(press_of("trace.open", ports=ports, values=(TRACE_ID,)))
    assert reply.private
    assert "sink.paused" in text_of(reply)
    for values in ((), ("nonsense",), ("",)):
        with pytest.raises(NotFoundError):
            open_trace(press_of("trace.open", ports=ports, values=values))


def test_of_many_events_as_many_are_shown_as_fit(ports: MemoryPorts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_READ", 100)
    for number in range(150):
        pause(ports, f"s-{number}", ms=number, reason="x" * 300)
    text = told(ports, TRACE_ID)
    assert "100 events" in text
    assert "only the first 100 events" in text
    assert "…" in text


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
def test_odd_text_is_shown_as_text(ports: MemoryPorts, odd: str) -> None:
    pause(ports, "notion", reason=odd)
    text = told(ports, TRACE_ID)
    for harmful in ("@everyone", "<@2>", "<@&1>", "[click](", "**bold**", "```"):
        assert harmful not in text


def an_event(number: int, cause: int | None) -> Event:
    (event,) = recorded(
        "SINK",
        str(number),
        [Fact(type="sink.paused", time=NOON, data={"sink": "s", "reason": None})],
        after=0,
        cause=replace(a_cause(), causation_id=None if cause is None else f"sink:{cause}:1"),
    )
    return event


@given(st.lists(st.none() | st.integers(0, 12), max_size=12))
def test_whatever_led_to_whatever_each_event_is_there_once(causes: list[Any]) -> None:
    """Even where events lead to each other in a circle, or to what is in another trace."""
    events = [an_event(number, cause) for number, cause in enumerate(causes)]
    found = list(in_tree(events))
    assert sorted(event.id for _, event in found) == sorted(event.id for event in events)
    depths = {event.id: depth for depth, event in found}
    assert all(depths[event.id] == 0 for event in events if event.causation_id is None)


def test_a_very_deep_trace_can_be_shown() -> None:
    events = [an_event(number, number - 1 if number else None) for number in range(3_000)]
    assert [depth for depth, _ in in_tree(events)] == list(range(3_000))


# the work it was


def work_lines(ports: MemoryPorts, role: Role = Role.VIEWER) -> list[str]:
    reply = Trace().run(use_of("trace", {"id": TRACE_ID}, ports=ports, role=role))
    return str(reply.embeds[0].description).splitlines()


def test_the_work_of_a_trace_stands_before_its_events_as_a_tree_with_times(ports: MemoryPorts) -> None:
    pause(ports, "notion")
    called = a_span("ask", "root", at=20, took=30, service="notion")
    called.answered(503)
    ports.traces = MemoryTraces(an_entry("root", took=100, service="deliver_events"), called)
    reply = Trace().run(use_of("trace", {"id": TRACE_ID}, ports=ports))
    told = text_of(reply)
    assert [embed.title for embed in reply.embeds] == ["2 pieces of work, 100.0 ms", "1 event"]
    assert work_lines(ports) == [
        "+0.0 ms **deliver\\_events** root · 100.0 ms",
        "\u2003└ +20.0 ms ❌ **notion** ask · 30.0 ms · 503",
    ]
    assert "1 went wrong" in told
    assert reply.embeds[0].colour is Colour.BAD
    assert "sink.paused" in told


def test_events_stand_where_the_work_recorded_them(ports: MemoryPorts) -> None:
    event = pause(ports, "notion")
    root = an_entry("root", took=10)
    root.record(event.id, event.type)
    ports.traces = MemoryTraces(root)
    assert work_lines(ports)[1] == "\u2003└ +10.0 ms **ledger** sink.paused"


def test_a_trace_that_recorded_nothing_is_shown_by_its_work(ports: MemoryPorts) -> None:
    ports.traces = MemoryTraces(an_entry("root", took=10))
    assert "1 piece of work" in told(ports, TRACE_ID)


@pytest.mark.parametrize(("role", "is_shown"), [(Role.VIEWER, False), (Role.OPERATOR, False), (Role.ADMIN, True)])
def test_the_use_of_a_command_is_for_admins_in_the_work_too(ports: MemoryPorts, role: Role, is_shown: bool) -> None:
    root = an_entry("root", took=10)
    root.record("command:1290000000000000009:1", "command.invoked")
    ports.traces = MemoryTraces(root)
    assert any("command.invoked" in line for line in work_lines(ports, role)) is is_shown
    assert event_span_id("command:1290000000000000009:1") in root.events


def test_where_the_work_cannot_be_read_the_events_are_shown(
    ports: MemoryPorts, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_: str) -> None:
        raise DependencyError("the traces cannot answer now")

    pause(ports, "notion")
    monkeypatch.setattr(ports.traces, "of_trace", away)
    reply = Trace().run(use_of("trace", {"id": TRACE_ID}, ports=ports))
    assert [embed.title for embed in reply.embeds] == ["1 event"]


def test_of_much_work_as_much_is_shown_as_fits(ports: MemoryPorts) -> None:
    for number in range(100):
        pause(ports, f"s-{number}", ms=number, reason="x" * 300)
    parts = [failed(a_span(f"{number:04}{'y' * 200}", "root", at=number)) for number in range(1_200)]
    ports.traces = MemoryTraces(an_entry("root", took=2_000), *parts)
    text = told(ports, TRACE_ID)
    assert "there is more than is read" in text
    assert "999 went wrong" in text
    assert "100 events" in text


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
def test_odd_names_of_work_are_shown_as_text(ports: MemoryPorts, odd: str) -> None:
    root = replace(an_entry("root", service=odd), name=odd)
    root.attributes["error"] = odd
    ports.traces = MemoryTraces(root)
    text = told(ports, TRACE_ID)
    for harmful in ("@everyone", "<@2>", "<@&1>", "[click](", "**bold**", "```"):
        assert harmful not in text
