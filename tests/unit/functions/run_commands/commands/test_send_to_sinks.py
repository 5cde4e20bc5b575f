""" "Send to sinks": the message it was used on is an event, once, whoever sends it how often."""

from dataclasses import replace
from typing import Any

import pytest

from functions.run_commands.commands.send_to_sinks import SendToSinks, as_posted
from shared.deliveries.delivery import Status
from shared.discord.answers import Reply
from shared.discord.interaction import Message
from shared.runtime.errors import InvalidInputError
from tests.support.ports import ANNA, MemoryPorts, use_of
from tests.unit.functions.run_commands.desk import ODD, put, text_of

SAID = Message(
    id="1285000000000000001",
    channel_id="772908445358620702",
    content="Kickoff with the carrier",
    author_id="42",
    author_name="Bert",
    created_at="2026-11-20T10:00:00.123000+00:00",
)
EVENT_ID = f"message:{SAID.id}:1"
FILE = "https://cdn.discordapp.com/attachments/1/2/bill.pdf"


@pytest.fixture
def ports() -> MemoryPorts:
    return MemoryPorts()


def send(ports: MemoryPorts, said: Message | None = SAID, **use: Any) -> Reply:
    return SendToSinks().run(use_of("Send to sinks", ports=ports, target=said, **use))


def times(ports: MemoryPorts) -> int:
    return len(list(ports.ledger.history("MESSAGE", SAID.id)))


def test_the_message_is_an_event_under_its_own_id(ports: MemoryPorts) -> None:
    assert "For Notion" in text_of(send(ports))
    event = ports.ledger.event(EVENT_ID)
    assert event.actor == f"discord:{ANNA}"
    assert {name: event.data[name] for name in ("content", "author", "created_at", "url")} == {
        "content": "Kickoff with the carrier",
        "author": "Bert",
        "created_at": "2026-11-20T10:00:00.123000Z",
        "url": f"https://discord.com/channels/290926798626357260/772908445358620702/{SAID.id}",
    }


def test_a_message_that_is_not_of_a_server_has_an_address_too(ports: MemoryPorts) -> None:
    send(ports, guild_id=None)
    assert ports.ledger.event(EVENT_ID).data["url"] == f"https://discord.com/channels/@me/{SAID.channel_id}/{SAID.id}"


def test_who_sends_it_again_is_told_who_has_and_nothing_happens(ports: MemoryPorts) -> None:
    send(ports)
    put(ports, EVENT_ID, "notion", Status.DELIVERED)
    told = text_of(send(ports, user_id="99"))
    assert f"sent before, by <@{ANNA}>" in told
    assert "it is there" in told
    assert times(ports) == 1


@pytest.mark.parametrize(
    "edited",
    [replace(SAID, content="Kickoff, moved"), replace(SAID, author_name="Berta"), replace(SAID, content="")],
    ids=["content", "name", "emptied"],
)
def test_what_was_edited_since_is_known_all_the_same(ports: MemoryPorts, edited: Message) -> None:
    send(ports)
    assert "sent before" in text_of(send(ports, replace(edited, attachments=(FILE,))))
    assert times(ports) == 1
    assert ports.ledger.event(EVENT_ID).data["content"] == "Kickoff with the carrier"


def test_carried_out_twice_it_was_not_sent_before(ports: MemoryPorts) -> None:
    send(ports, id="1290000000000000009")
    assert "sent before" not in text_of(send(ports, id="1290000000000000009", is_repeated=True))
    assert times(ports) == 1


def test_files_are_kept_with_their_lasting_addresses(ports: MemoryPorts) -> None:
    """Discord signs them anew each time, so that the rest of the address is never the same."""
    send(ports, replace(SAID, attachments=(f"{FILE}?ex=1&is=2&hm=3",)))
    assert ports.ledger.event(EVENT_ID).data["metadata"]["attachments"] == [FILE]


def test_a_message_of_files_alone_has_their_names_as_its_title(ports: MemoryPorts) -> None:
    told = text_of(send(ports, replace(SAID, content=" ", attachments=(FILE, f"{FILE}?ex=1"))))
    assert ports.ledger.event(EVENT_ID).data["metadata"]["title"] == "2 files: bill.pdf, bill.pdf"
    assert "2 files: bill.pdf" in told


@pytest.mark.parametrize("content", ["", "  \n"])
def test_a_message_there_is_nothing_to_read_in_is_refused(ports: MemoryPorts, content: str) -> None:
    with pytest.raises(InvalidInputError, match="neither text nor files"):
        send(ports, replace(SAID, content=content))
    assert times(ports) == 0


def test_it_is_used_on_a_message(ports: MemoryPorts) -> None:
    with pytest.raises(InvalidInputError):
        send(ports, None)


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
def test_odd_text_is_shown_as_text(ports: MemoryPorts, odd: str) -> None:
    told = text_of(send(ports, replace(SAID, content=odd, attachments=(f"https://cdn.example/{odd[:40]}",))))
    for harmful in ("@everyone", "<@2>", "<@&1>", "[click](", "**bold**", "```"):
        assert harmful not in told


def test_many_files_are_named_as_far_as_a_title_goes() -> None:
    raw = as_posted(replace(SAID, content="", attachments=tuple(f"{FILE}/{n}{'x' * 100}.png" for n in range(10))), None)
    assert len(raw["metadata"]["title"]) <= 200
    assert len(raw["metadata"]["attachments"]) == 10
