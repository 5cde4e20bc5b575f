"""Events and what became of them, as somebody in Discord looks at them; and what such an answer looks like."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from functions.run_commands.command import Use
from functions.run_commands.messages.looking import look_at
from shared.deliveries.delivery import Status, first_try
from shared.discord.answers import (
    LONGEST_CUSTOM_ID,
    MAX_BUTTONS,
    MAX_EMBED_TEXT,
    MAX_MENU,
    MAX_ROWS,
    Reply,
    body_of,
)
from shared.ledger.envelope import Event
from shared.runtime.discord import LONGEST_CONTENT
from shared.runtime.text import units
from tests.support.builders import NOON
from tests.support.ports import MemoryPorts
from tests.support.posted import keep_message

# What strangers write to be more than text.
ODD = (
    "@everyone <@&1> <@2> `code` ```block``` [click](https://evil.example) **bold** ||hidden|| # big\n> quote",
    "👨‍👩‍👧‍👦" * 300,
    "\u202eevil\u200b\x00",
    "x" * 5_000,
)


def keep(
    ports: MemoryPorts,
    name: str = "m-1",
    status: Status | None = None,
    *,
    sink: str = "notion",
    sinks: tuple[str, ...] = (),
    at: datetime = NOON,
    message: dict[str, Any] | None = None,
    **said: Any,
) -> Event:
    """A message for these sinks, and what became of it at one of them; nothing yet where there is no status."""
    event = keep_message(ports.ledger, name, sinks=sinks or (sink,), at=at, **message or {})
    if status:
        ports.deliveries.save(replace(first_try(event.id, sink, at=at), status=status, **said))
    return event


def put(ports: MemoryPorts, event_id: str, sink: str, status: Status, **said: Any) -> None:
    """So it stands from now on."""
    known = ports.deliveries.get(event_id, sink)
    ports.deliveries.save(replace(known or first_try(event_id, sink, at=NOON), status=status, **said))


def statuses(ports: MemoryPorts, event_id: str) -> dict[str, Status]:
    look = look_at(event_id, ports=ports, at=ports.now)
    return {place.standing.sink: place.standing.status for place in look.places}


def said(ports: MemoryPorts, event_id: str, sink: str = "notion") -> list[str]:
    return [event.type for event in ports.ledger.history("DELIVERY", f"{event_id}:{sink}")]


def text_of(reply: Reply | None) -> str:
    """All that can be read in an answer, which is one that Discord takes."""
    assert reply is not None
    body = body_of(reply)
    embeds = body["embeds"]
    parts = [part for embed in embeds for part in _texts(embed)]
    assert units(body["content"]) <= LONGEST_CONTENT
    assert sum(map(units, parts)) <= MAX_EMBED_TEXT
    assert embeds or body["content"]
    assert all(parts)
    assert len(body["components"]) <= MAX_ROWS
    for row in body["components"]:
        assert 0 < len(row["components"]) <= MAX_BUTTONS
        for one in row["components"]:
            _check_component(one)
    return "\n".join([body["content"], *parts])


def _texts(embed: dict[str, Any]) -> list[str]:
    texts = [embed[name] for name in ("title", "description") if name in embed]
    texts += [text for field in embed.get("fields", []) for text in (field["name"], field["value"])]
    return texts + ([embed["footer"]["text"]] if "footer" in embed else [])


def _check_component(one: dict[str, Any]) -> None:
    assert 0 < len(one["custom_id"]) <= LONGEST_CUSTOM_ID
    values = [option["value"] for option in one.get("options", [])]
    assert len(values) == len(set(values)) <= MAX_MENU
    assert "options" not in one or values


def pressable(reply: Reply | None) -> dict[str, str]:
    """The buttons of an answer: label and custom_id."""
    assert reply is not None
    return {button.label: button.custom_id for button in reply.buttons}


def choices(reply: Reply | None) -> list[str]:
    assert reply is not None
    return [item.value for item in reply.menu.items] if reply.menu else []


def watching(use: Use) -> tuple[Use, list[str]]:
    """The use, and what it shows on its way."""
    shown: list[str] = []
    return replace(use, show=lambda reply: shown.append(text_of(reply))), shown


def when_paused(ports: MemoryPorts, *steps: Callable[[], object]) -> list[float]:
    """What happens while somebody waits, one thing in each pause; how long each was."""
    pauses: list[float] = []
    left = list(steps)

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if left:
            left.pop(0)()

    ports.pause = pause
    return pauses
