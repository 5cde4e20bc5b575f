"""/analytics: what the record of uses adds up to, and nothing it does not."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from functions.run_commands.commands import analytics as module
from functions.run_commands.commands.analytics import Analytics
from functions.run_commands.recording import Account, Outcome, record
from shared.discord.interaction import Kind
from shared.runtime.auth import Role
from tests.support.builders import NOON
from tests.support.ports import MemoryPorts, press_of, use_of
from tests.unit.functions.run_commands.desk import text_of

DAY = timedelta(days=1)


@pytest.fixture
def ports() -> MemoryPorts:
    return MemoryPorts()


def use(
    ports: MemoryPorts,
    name: str = "help",
    *,
    at: datetime = NOON,
    took: int = 100,
    outcome: Outcome = Outcome.DONE,
    **more: Any,
) -> None:
    """Somebody used it, and that is on record."""
    used = press_of(name, ports=ports, **more) if "." in name else use_of(name, ports=ports, **more)
    assert used.interaction.kind is (Kind.COMPONENT if "." in name else Kind.COMMAND)
    began = at - timedelta(milliseconds=took)
    account = Account(interaction=used.interaction, role=Role.ADMIN, outcome=outcome, began_at=began, ended_at=at)
    record(account, used.cause, ledger=ports.ledger)


def told(ports: MemoryPorts, **options: Any) -> str:
    return text_of(Analytics().run(use_of("analytics", options, ports=ports, role=Role.ADMIN)))


def test_where_nothing_was_used_that_is_all_there_is_to_say(ports: MemoryPorts) -> None:
    assert told(ports).strip() == "Use of commands, the last 7 days\nNo command was used."


def test_uses_are_counted_by_command_outcome_person_and_day(ports: MemoryPorts) -> None:
    use(ports, user_id="1")
    use(ports, user_id="1", at=NOON - DAY, outcome=Outcome.FAILED)
    use(ports, "sinks pause", user_id="2", at=NOON - DAY, outcome=Outcome.REFUSED)
    use(ports, "route.look", user_id="2", at=NOON - 2 * DAY)
    use(ports, user_id="1", at=NOON - DAY)
    text = told(ports)
    for words in (
        "**help** 3 uses",
        "1 went wrong",
        "**sinks pause** 1 use ",
        "**route.look** 1 use ",
        "2 in all\n<@1> 3\n<@2> 2",
        "done 3, failed 1, refused 1",
        "2026-02-28: 3",
        "Uses\n5",
    ):
        assert words in text
    assert text.index("**help**") < text.index("**route.look**")


def test_what_nobody_knows_any_more_counts_too(ports: MemoryPorts) -> None:
    use(ports, "old.button", outcome=Outcome.WRONG)
    use(ports, "renamed")
    text = told(ports)
    assert "**old.button** 1 use " in text
    assert "**renamed** 1 use " in text
    assert "done 1, wrong 1" in text


def test_only_the_days_that_were_asked_for_count(ports: MemoryPorts) -> None:
    for days in (0, 3, 8):
        use(ports, at=NOON - days * DAY)
    assert "Uses\n1\n" in told(ports, days=1)
    assert "Uses\n2\n" in told(ports)
    assert "Uses\n3\n" in told(ports, days=31)


def test_p95_is_told_of_enough_uses_only(ports: MemoryPorts) -> None:
    for number in range(19):
        use(ports, took=(number + 1) * 10)
    assert "median 100 ms" in told(ports)
    assert "p95 1" not in told(ports)
    use(ports, took=5_000)
    assert "median 105 ms, p95 190 ms" in told(ports)


def test_only_so_many_are_read_and_that_is_said(ports: MemoryPorts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_READ", 3)
    for _ in range(3):
        use(ports)
    assert "Only the newest" not in told(ports)
    use(ports)
    assert "Only the newest 3 uses were read." in told(ports)
    assert "Uses\n3\n" in told(ports)


def test_many_people_and_commands_are_shown_as_far_as_they_fit(ports: MemoryPorts) -> None:
    for number in range(200):
        use(ports, user_id=str(10**18 + number))
    assert "200 in all" in told(ports)
