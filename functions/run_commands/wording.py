"""How events, people and places of delivery are called in Discord."""

from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Final

from shared.discord.answers import LONGEST_CUSTOM_ID, Button, Style, shown
from shared.discord.interaction import SEPARATOR
from shared.discord.posted import SINK as CARDS
from shared.ledger.envelope import Event
from shared.runtime.errors import NotFoundError
from shared.runtime.text import cut, units
from shared.sinks.names import NAMES, TITLES

_ROOM_FOR_THE_REST: Final = 30  # units, for how many were left out
# Where deliveries go: the sinks, and the channel where listings are shown.
PLACES: Final = {**TITLES, CARDS: "Discord cards"}
_TITLES: Final = ("title", "content", "item", "event_title", "name", "command", "search", "question", "reason")


def title_of(event: Event, most: int = 80) -> str:
    """The words an event is best known by; its subject where it has none."""
    metadata = event.data.get("metadata")
    said = [event.data.get(name) for name in _TITLES]
    said += [metadata.get("title")] if isinstance(metadata, dict) else []
    words = next((one for one in said if isinstance(one, str) and one.strip()), event.subject)
    return shown(words, most)


def actor_of(text: str) -> str:
    """Who made it happen: people of Discord as Discord shows them, without calling them."""
    kind, _, user_id = text.partition(":")
    if kind == "discord" and user_id.isascii() and user_id.isdigit():
        return f"<@{user_id}>"
    return shown(text, 60)


def lines_within(lines: Iterable[str], most: int) -> str:
    """As many of the lines as fit into so many units, each whole."""
    return cut((f"{line}\n" for line in lines), most).rstrip("\n")


def list_within(lines: Sequence[str], most: int) -> str:
    """The same, saying how many were left out where not all fit."""
    ends = accumulate(units(line) + 1 for line in lines)
    kept = sum(end <= most - _ROOM_FOR_THE_REST for end in ends)
    rest = [f"… and {len(lines) - kept} more"] if kept < len(lines) else []
    return "\n".join([*lines[:kept], *rest])


def sink_title(name: str) -> str:
    return PLACES.get(name) or shown(name, 40)


def check_sink(name: str) -> str:
    """Raises NotFoundError."""
    if name not in NAMES:
        raise NotFoundError(f"there is no sink {name[:50]}; there are {', '.join(NAMES)}")
    return name


def check_place(name: str) -> str:
    """A sink, or where cards are shown. Raises NotFoundError."""
    return name if name == CARDS else check_sink(name)


def press(label: str, prefix: str, *arguments: str, style: Style = Style.SECONDARY) -> list[Button]:
    """The button; none where what it would have to carry is too long for one."""
    custom_id = SEPARATOR.join((prefix, *arguments))
    return [Button(label=label, custom_id=custom_id, style=style)] if len(custom_id) <= LONGEST_CUSTOM_ID else []
