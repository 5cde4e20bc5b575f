"""A press on a card, carried out by the worker: what Discord is told, to whom."""

from collections.abc import Mapping
from typing import Any

from functions.run_commands.service import Done, carry_out
from shared.deliveries.delivery import Status, first_try
from shared.discord.access import Access
from shared.discord.cards import SKIP
from shared.ledger.envelope import to_text
from shared.listings.lifecycle import State
from tests.support.builders import DEADLINES, NOON, a_cause, a_listing
from tests.support.ports import ANNA, MemoryPorts
from tests.unit.functions.run_commands.discord import TOKEN, FakeDiscord

ID, CHANNEL, CARD = a_listing().id, "772908445358620702", "1286740290000000001"
FOLLOW_UP = "POST /webhooks/42/<token>?wait=true"


def pressed(custom_id: str, number: int) -> Mapping[str, Any]:
    """As the receiver hands it over."""
    interaction = {
        "id": str(1_290_000_000_000_000_000 + number),
        "application_id": "42",
        "type": 3,
        "token": TOKEN,
        "channel_id": CHANNEL,
        "guild_id": "290926798626357260",
        "member": {"user": {"id": ANNA, "username": "anna"}, "roles": []},
        "message": {"id": CARD},
        "data": {"custom_id": custom_id, "component_type": 2},
    }
    return {
        "interaction": interaction,
        "trace_id": f"{number:032x}",
        "acknowledged": "defer_update",
        "received_at": to_text(NOON),
    }


def carried_out(detail: Mapping[str, Any], ports: MemoryPorts, discord: FakeDiscord) -> str:
    done = carry_out(detail, ports=ports, answers=discord.answers, access=Access(operator=ANNA))
    assert isinstance(done, Done)
    return str(done.outcome)


def posted(ports: MemoryPorts) -> None:
    record = first_try(f"listing:{ID}:1", "cards", at=NOON)
    ports.deliveries.save(record.ended(Status.DELIVERED, at=NOON, external_id=f"{CHANNEL}/{CARD}"))


def test_who_presses_is_told_alone_and_once() -> None:
    ports, discord = MemoryPorts(a_listing()), FakeDiscord()
    posted(ports)
    press = pressed(f"{SKIP}:{ID}:1", 1)
    assert carried_out(press, ports, discord) == "done"
    assert (discord.lines, discord.said, discord.told[0][2]["flags"]) == ([FOLLOW_UP], "✖️ Skipped.", 64)
    assert carry_out(press, ports=ports, answers=discord.answers, access=Access(operator=ANNA)) is None  # SQS, again
    assert discord.lines == [FOLLOW_UP]


def test_where_a_card_is_behind_who_pressed_is_told_why_and_the_card_is_left_alone() -> None:
    ports, discord = MemoryPorts(a_listing()), FakeDiscord()
    posted(ports)
    moved = ports.listings.get(ID).moved(
        State.MESSAGING, at=NOON, actor="key:ben", reason=None, details={}, deadlines=DEADLINES
    )
    ports.listings.save(moved, a_cause())
    assert carried_out(pressed(f"{SKIP}:{ID}:1", 1), ports, discord) == "wrong"
    assert discord.lines == [FOLLOW_UP]
    assert discord.said == "⚠️ It is MESSAGING by now; look again."


def test_a_viewer_who_presses_is_told_so_and_nothing_happens() -> None:
    ports, discord = MemoryPorts(a_listing()), FakeDiscord()
    done = carry_out(pressed(f"{SKIP}:{ID}:1", 1), ports=ports, answers=discord.answers, access=Access(viewer=ANNA))
    assert isinstance(done, Done)
    assert discord.said.startswith("⛔ This needs the role operator")
    assert ports.listings.get(ID).state is State.FOUND
