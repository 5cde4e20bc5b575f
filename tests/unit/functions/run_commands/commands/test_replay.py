"""/replay: first it is shown what would be sent to whom; only who asked may have it done, once, and just that."""

from datetime import timedelta
from typing import Any

import pytest

from shared.control.history.cleared import mark
from shared.control.history.consumers import ALL, CONSUMERS
from shared.control.runs.run import Run
from shared.discord.answers import Colour, Reply
from shared.discord.flows import FlowDoneError, FlowOverError, NotYoursError
from shared.ledger.envelope import to_text
from shared.runtime.auth import Role
from shared.runtime.errors import ForbiddenError, InvalidInputError
from tests.support.builders import NOON, a_cause
from tests.support.ports import ANNA, MemoryPorts, use_of
from tests.unit.functions.run_commands.commands.hands import Hands, button, labels
from tests.unit.functions.run_commands.desk import ODD, keep, text_of

BEN = "91384788765712385"
ID = "1290000000000000077"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def ports() -> MemoryPorts:
    """Three messages of one minute each, and a decision of Anna's; it is an hour later."""
    ports = MemoryPorts()
    for number in range(3):
        keep(ports, f"m-{number}", at=NOON + number * MINUTE)
    cause = use_of("sinks pause", ports=ports).cause
    ports.sinks.decide(ports.sinks.get("notion"), paused=True, reason=None, cause=cause, at=NOON + 3 * MINUTE)
    ports.now = NOON + timedelta(hours=1)
    return ports


@pytest.fixture
def hands(ports: MemoryPorts) -> Hands:
    return Hands(ports)


def asked(hands: Hands, **options: Any) -> Reply:
    return hands.type("replay", options)


def all_runs(ports: MemoryPorts) -> list[Run]:
    return [run for _, run in ports.runs.begun()]


def test_first_it_is_shown_what_would_be_sent_and_nothing_is(hands: Hands, ports: MemoryPorts) -> None:
    reply = asked(hands, event_types="message, sink.paused", to="notion")
    told = text_of(reply)
    assert "4 events would be replayed" in told
    assert "3 of **message.created**" in told
    assert "1 of **sink.paused**" in told
    assert "notion: what goes to Notion" in told
    assert "50 a second" in told
    assert "message:m-0:1" in told
    assert labels(reply) == ["Replay them", "Leave it"]
    assert all_runs(ports) == []


def test_who_presses_has_just_that_replayed(hands: Hands, ports: MemoryPorts) -> None:
    reply = asked(hands, event_types="message.created", to="notion", rate=7)
    shown_at = ports.now
    ports.now += MINUTE
    keep(ports, "later", at=ports.now)
    began = hands.press(button(reply, "Replay them").custom_id, id=ID)
    (run,) = all_runs(ports)
    assert (run.workflow, run.correlation_id) == ("replay", ID)
    assert run.parameters == {
        "event_types": ["message.created"],
        "to": "notion",
        "rate": 7,
        "include_cleared": False,
        "end_time": to_text(shown_at - timedelta(microseconds=1)),
    }
    assert run.id in text_of(began)
    assert labels(began) == ["Refresh", "Cancel"]


def test_a_press_that_comes_twice_begins_one_run_and_a_second_press_none(hands: Hands, ports: MemoryPorts) -> None:
    replay = button(asked(hands, event_types="message"), "Replay them").custom_id
    first = hands.press(replay, id=ID)
    again = hands.press(replay, id=ID, is_repeated=True)
    assert text_of(first) == text_of(again)
    with pytest.raises(FlowDoneError):
        hands.press(replay)
    assert len(all_runs(ports)) == 1


def test_only_who_asked_may_press_and_not_for_ever(hands: Hands, ports: MemoryPorts) -> None:
    replay = button(asked(hands, event_types="message"), "Replay them").custom_id
    with pytest.raises(NotYoursError):
        hands.press(replay, user_id=BEN)
    ports.now += timedelta(minutes=16)
    with pytest.raises(FlowOverError):
        hands.press(replay)
    assert all_runs(ports) == []


def test_who_changes_their_mind_replays_nothing(hands: Hands, ports: MemoryPorts) -> None:
    reply = asked(hands, event_types="message")
    assert hands.press(button(reply, "Leave it").custom_id).content == "Nothing was begun."
    with pytest.raises(FlowDoneError):
        hands.press(button(reply, "Replay them").custom_id)
    assert all_runs(ports) == []


def test_who_may_no_more_by_the_time_they_press_replays_nothing(hands: Hands, ports: MemoryPorts) -> None:
    replay = button(asked(hands, event_types="message"), "Replay them").custom_id
    with pytest.raises(ForbiddenError):
        hands.press(replay, role=Role.VIEWER)
    assert all_runs(ports) == []


def test_a_viewer_is_shown_nothing(hands: Hands) -> None:
    with pytest.raises(ForbiddenError):
        hands.type("replay", {"event_types": "message"}, role=Role.VIEWER)


@pytest.mark.parametrize(
    ("options", "number"),
    [
        ({"subject": "m-1"}, 1),
        ({"subject": "message:m-1"}, 1),
        ({"trace_id": "f" * 32}, 0),
        ({"correlation_id": "nobody's"}, 0),
        ({"actor": f"<@{ANNA}>"}, 1),
        ({"actor": ANNA}, 1),
        ({"actor": f"discord:{ANNA}", "event_types": "message"}, 0),
        ({"start_time": "2026-03-01T12:01:00Z"}, 3),
        ({"start_time": "2026-03-01T12:01:00Z", "end_time": "2026-03-01T12:02:00Z"}, 2),
        ({"event_types": "message", "limit": 2}, 2),
    ],
    ids=str,
)
def test_what_is_meant_may_be_said_in_many_ways(hands: Hands, options: dict[str, Any], number: int) -> None:
    reply = asked(hands, **options)
    assert f"{number} event" in text_of(reply)
    assert bool(reply.buttons) is bool(number)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "say what is to be replayed"),
        ({"to": "notion"}, "say what is to be replayed"),
        ({"event_types": " , "}, "say what is to be replayed"),
        ({"event_types": "listing.danced"}, "no type of event like"),
        ({"start_time": "yesterday"}, "start_time: a moment is wanted"),
        ({"start_time": "2026-03-01T12:00:00"}, "start_time: a time is wanted with its offset"),
        ({"start_time": "12"}, "start_time: a moment is wanted"),
        ({"start_time": "2026-03-02T00:00:00Z", "end_time": "2026-03-01T00:00:00Z"}, "ends before it begins"),
        ({"event_types": "message", "to": "fax"}, "to: one of"),
        ({"event_types": "message", "rate": 0}, "rate"),
        ({"event_types": ",".join(["message"] * 51)}, "event_types"),
    ],
    ids=str,
)
def test_what_cannot_be_replayed_is_said(hands: Hands, ports: MemoryPorts, options: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidInputError, match=words):
        asked(hands, **options)
    assert all_runs(ports) == []


@pytest.mark.parametrize("to", [ALL, *CONSUMERS])
def test_it_is_shown_whom_it_is_for_and_whether_people_may_notice(hands: Hands, to: str) -> None:
    reply = asked(hands, event_types="message", to=to)
    disturbs = to != ALL and not CONSUMERS[to].in_all
    assert ("People may notice" in text_of(reply)) is disturbs
    assert (reply.embeds[0].colour is Colour.WARNING) is disturbs


def test_what_was_cleared_is_not_replayed(hands: Hands, ports: MemoryPorts) -> None:
    cleared = mark(
        before=NOON + 2 * MINUTE,
        event_type="message.created",
        correlation_id=None,
        confirm="clear",
        reason="old",
        at=ports.now,
    )
    ports.marks.clear(cleared, reason="old", cause=a_cause(), at=ports.now, pause=ports.pause)
    assert "1 event would be replayed" in text_of(asked(hands, event_types="message"))


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
def test_odd_ids_are_shown_as_text(hands: Hands, ports: MemoryPorts, odd: str) -> None:
    for number in range(8):
        keep(
            ports,
            f"{''.join(filter(str.isprintable, odd))[:100]}{number}",
            at=NOON,
            message={"event_type": "task.created"},
        )
    told = text_of(asked(hands, event_types="task.created"))
    for harmful in ("@everyone", "<@2>", "<@&1>", "[click](", "**bold**", "```"):
        assert harmful not in told
