"""/events: what happened on a day, newest first, within bounds that are said."""

from datetime import date, timedelta
from typing import Any

import pytest

from functions.run_commands.commands import events as module
from functions.run_commands.commands.events import Events, read_day
from functions.run_commands.recording import Account, Outcome, record
from shared.control.history.cleared import Mark
from shared.discord.answers import Reply
from shared.runtime.auth import Role
from shared.runtime.errors import InvalidInputError
from tests.support.builders import NOON, a_cause
from tests.support.ports import ANNA, MemoryPorts, use_of
from tests.unit.functions.run_commands.desk import ODD, choices, keep, text_of

SECOND = timedelta(seconds=1)


@pytest.fixture
def ports() -> MemoryPorts:
    """Two messages today, one yesterday, and a decision of Anna's."""
    ports = MemoryPorts()
    keep(ports, "first")
    keep(ports, "second", at=NOON + SECOND, message={"event_type": "task.created", "content": "Call Bert"})
    keep(ports, "old", at=NOON - timedelta(days=1))
    cause = use_of("sinks pause", ports=ports, id="1290000000000000009").cause
    ports.sinks.decide(ports.sinks.get("notion"), paused=True, reason=None, cause=cause, at=NOON + 2 * SECOND)
    return ports


def listed(ports: MemoryPorts, **options: Any) -> Reply:
    return Events().run(use_of("events", options, ports=ports))


def types(ports: MemoryPorts, **options: Any) -> list[str]:
    known = ("message.created", "task.created", "sink.paused")
    return [name for line in text_of(listed(ports, **options)).splitlines() for name in known if f"**{name}**" in line]


def test_todays_events_are_listed_newest_first(ports: MemoryPorts) -> None:
    assert types(ports) == ["sink.paused", "task.created", "message.created"]
    told = text_of(listed(ports))
    assert f"<@{ANNA}>" in told
    assert "Call Bert" in told


def test_what_was_cleared_is_out_of_view_unless_it_is_asked_for(ports: MemoryPorts) -> None:
    old = Mark(before=NOON + SECOND, event_type="message")
    ports.marks.clear(old, reason="tests", cause=a_cause(), at=NOON + 3 * SECOND, pause=ports.pause)
    assert types(ports) == ["sink.paused", "task.created"]
    assert "**events.cleared**" in text_of(listed(ports))
    assert types(ports, cleared=True) == ["sink.paused", "task.created", "message.created"]


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({"type": "task.created"}, ["task.created"]),
        ({"type": " Task "}, ["task.created"]),
        ({"type": "task.*"}, ["task.created"]),
        ({"type": "tas"}, []),
        ({"subject": "second"}, ["task.created"]),
        ({"subject": "sec"}, ["task.created"]),
        ({"subject": "notion"}, ["sink.paused"]),
        ({"day": "yesterday"}, ["message.created"]),
        ({"day": "2020-01-01"}, []),
        ({"type": "message", "subject": "second"}, []),
        ({"limit": 1}, ["sink.paused"]),
    ],
    ids=str,
)
def test_the_list_may_be_of_a_type_a_subject_or_a_day(
    ports: MemoryPorts, options: dict[str, Any], found: list[str]
) -> None:
    assert types(ports, **options) == found


@pytest.mark.parametrize(("role", "is_shown"), [(Role.VIEWER, False), (Role.OPERATOR, False), (Role.ADMIN, True)])
def test_who_used_what_is_shown_to_admins_alone(ports: MemoryPorts, role: Role, is_shown: bool) -> None:
    use = use_of("help", ports=ports)
    account = Account(interaction=use.interaction, role=Role.VIEWER, outcome=Outcome.DONE, began_at=NOON, ended_at=NOON)
    record(account, use.cause, ledger=ports.ledger)
    reply = Events().run(use_of("events", ports=ports, role=role))
    assert ("command.invoked" in text_of(reply)) is is_shown
    assert (use.cause.trace_id in choices(reply)) is is_shown
    assert "sink.paused" in text_of(reply)


@pytest.mark.parametrize("day", ["tomorrow", "2026-13-01", "1", "20", "\ud800"])
def test_a_day_that_is_none_is_refused(ports: MemoryPorts, day: str) -> None:
    with pytest.raises(InvalidInputError):
        listed(ports, day=day)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_first_and_the_last_day_there_are_have_no_events(ports: MemoryPorts, day: str) -> None:
    assert types(ports, day=day) == []


def test_a_day_is_that_of_utc() -> None:
    assert read_day(None, at=NOON) == read_day(" Today", at=NOON) == NOON.date()
    assert read_day("yesterday", at=NOON) == NOON.date() - timedelta(days=1)
    assert read_day("2026-12-31", at=NOON) == date(2026, 12, 31)


def test_each_trace_can_be_seen(ports: MemoryPorts) -> None:
    traces = [event.trace_id for event in ports.ledger.timeline(NOON.date(), newest_first=True)]
    assert choices(listed(ports)) == list(dict.fromkeys(traces))
    assert choices(listed(ports, day="2020-01-01")) == []


@pytest.mark.parametrize("limit", [1, 25])
def test_of_many_only_so_many_are_shown_and_that_is_said(ports: MemoryPorts, limit: int) -> None:
    for number in range(60):
        keep(ports, f"m-{number}", at=NOON + (number + 5) * SECOND, message={"content": "x" * 500})
    told = text_of(listed(ports, limit=limit))
    assert told.count("**message.created**") == limit
    assert "There are more events" in told


def test_where_all_are_shown_nothing_more_is_promised(ports: MemoryPorts) -> None:
    assert "more events" not in text_of(listed(ports))


def test_only_so_many_are_read_and_that_is_said(ports: MemoryPorts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_READ", 2)
    assert "Only the newest 2 events of the day were looked through." in text_of(listed(ports, type="message"))
    assert types(ports, type="message") == []


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
def test_odd_text_is_shown_as_text(ports: MemoryPorts, odd: str) -> None:
    keep(ports, "odd", at=NOON + 9 * SECOND, message={"content": odd})
    told = text_of(listed(ports))
    for harmful in ("@everyone", "<@2>", "<@&1>", "[click](", "**bold**", "```"):
        assert harmful not in told


# by whom, and of which correlation


@pytest.mark.parametrize("actor", [f"<@{ANNA}>", f"<@!{ANNA}>", ANNA, f" discord:{ANNA} "])
def test_what_somebody_did_is_found_whoever_of_discord_is_meant(ports: MemoryPorts, actor: str) -> None:
    reply = listed(ports, actor=actor)
    told = text_of(reply)
    assert types(ports, actor=actor) == ["sink.paused"]
    assert f"Events by discord:{ANNA}" in told
    assert "<t:" in told
    assert ":f>" in told  # with the day: they are of all days


def test_without_a_day_they_are_of_all_days_and_with_one_of_that(ports: MemoryPorts) -> None:
    actor = next(event.actor for event in ports.ledger.timeline(NOON.date()) if event.type == "message.created")
    assert types(ports, actor=actor) == ["task.created", "message.created", "message.created"]
    assert types(ports, actor=actor, day="yesterday") == ["message.created"]
    assert types(ports, actor=actor, type="task") == ["task.created"]
    assert types(ports, actor=actor, limit=1) == ["task.created"]
    assert "There are more events." in text_of(listed(ports, actor=actor, limit=1))


def test_what_belongs_to_one_correlation_is_found(ports: MemoryPorts) -> None:
    event = next(one for one in ports.ledger.timeline(NOON.date()) if one.type == "sink.paused")
    assert types(ports, correlation=f" {event.correlation_id} ") == ["sink.paused"]
    assert types(ports, correlation=event.correlation_id, actor=f"<@{ANNA}>") == ["sink.paused"]
    assert types(ports, correlation=event.correlation_id, actor="timer") == []
    assert types(ports, correlation="nobody's") == []
    assert "Events of correlation nobody's" in text_of(listed(ports, correlation="nobody's"))


@pytest.mark.parametrize(("role", "is_shown"), [(Role.OPERATOR, False), (Role.ADMIN, True)])
def test_who_used_what_is_for_admins_whoever_is_asked_about(ports: MemoryPorts, role: Role, is_shown: bool) -> None:
    use = use_of("help", ports=ports)
    account = Account(interaction=use.interaction, role=Role.VIEWER, outcome=Outcome.DONE, began_at=NOON, ended_at=NOON)
    record(account, use.cause, ledger=ports.ledger)
    for options in ({"actor": f"<@{ANNA}>"}, {"correlation": use.cause.correlation_id}):
        reply = Events().run(use_of("events", options, ports=ports, role=role))
        assert ("command.invoked" in text_of(reply)) is is_shown


def test_of_many_only_so_many_are_read_whoever_made_them(ports: MemoryPorts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_READ", 2)
    actor = next(event.actor for event in ports.ledger.timeline(NOON.date()) if event.type == "message.created")
    assert "Only the newest 2 events were looked through." in text_of(listed(ports, actor=actor, subject="x"))


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
def test_odd_actors_and_correlations_are_shown_as_text(ports: MemoryPorts, odd: str) -> None:
    told = text_of(listed(ports, actor=odd, correlation=odd))
    for harmful in ("@everyone", "<@2>", "<@&1>", "[click](", "**bold**", "```"):
        assert harmful not in told
