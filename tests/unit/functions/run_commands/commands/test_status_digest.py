"""`/status-digest`: whoever may look asks for an hour, a day or a week."""

from dataclasses import replace

import pytest

from functions.run_commands.commands.status_digest import StatusDigest
from shared.discord.answers import Reply
from shared.discord.options import Acknowledge
from shared.runtime.auth import Role
from shared.runtime.errors import InvalidInputError
from tests.support.ports import MemoryPorts, use_of


@pytest.mark.parametrize(
    ("period", "title"),
    [
        (None, "⚪ Status: unknown"),
        ("now", "⚪ Status: unknown"),
        ("daily", "⚪ Daily digest: unknown"),
        ("weekly", "⚪ Weekly digest: unknown"),
    ],
)
def test_it_shows_the_period_that_was_asked_for(period: str | None, title: str) -> None:
    options = {"period": period} if period else {}
    reply = StatusDigest().run(use_of("status-digest", options, ports=MemoryPorts()))
    assert reply.embeds[0].title == title
    assert not reply.private


def test_it_says_that_it_is_at_work_before_it_answers() -> None:
    progress: list[Reply] = []
    use = replace(use_of("status-digest", ports=MemoryPorts()), show=progress.append)
    StatusDigest().run(use)
    assert [reply.content[:1] for reply in progress] == ["⏳"]


def test_the_same_use_again_is_one_digest() -> None:
    ports = MemoryPorts()
    for _ in range(2):
        StatusDigest().run(use_of("status-digest", ports=ports, id="1290"))
    (event,) = ports.ledger.history("DIGEST", "now")
    assert event.actor.startswith("discord:")


def test_a_period_there_is_not_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="period: there are now, daily, weekly"):
        StatusDigest().run(use_of("status-digest", {"period": "yearly"}, ports=MemoryPorts()))


def test_whoever_may_look_may_use_it_and_all_see_the_answer() -> None:
    assert (StatusDigest.needs, StatusDigest.acknowledge) == (Role.VIEWER, Acknowledge.DEFER)
