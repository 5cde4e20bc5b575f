"""The receiver with a table of a few commands, and everything around it in memory."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from functions.receive_interactions.service import Done, Receiver
from scripts.discord.signing import public_key_of
from shared.discord.access import Access
from shared.discord.signature import key_bytes
from shared.runtime.errors import DependencyError
from tests.support import interactions
from tests.support.interactions import ADMIN, KEY, OPERATOR, VIEWER

NOW: Final = 1_772_366_400.25
MODAL: Final = {
    "prefix": "listing.priced",
    "title": "What does it cost?",
    "components": [
        {"type": 18, "label": "Price", "component": {"type": 4, "custom_id": "price", "style": 1, "max_length": 10}},
        {"type": 18, "label": "Note", "component": {"type": 4, "custom_id": "note", "style": 2, "max_length": 4}},
    ],
    "prefill": {"1": 1},
}
SOURCE: Final = {"source": "listings", "columns": ["LISTING#FOUND#0"]}
TABLE: Final = {
    "commands": {
        "help": {"needs": "viewer", "acknowledge": "reply", "text": "Ask away."},
        "listing show": {"needs": "viewer", "acknowledge": "defer_private", "autocomplete": {"listing": SOURCE}},
        "listing move": {"needs": "operator", "acknowledge": "defer", "autocomplete": {"listing": SOURCE}},
        "ship": {"needs": "admin", "acknowledge": "defer"},
        "price": {"needs": "operator", "acknowledge": "modal", "modal": MODAL},
        "Post this": {"needs": "operator", "acknowledge": "defer_private"},
    },
    "components": {
        "listing.skip": {"needs": "operator", "acknowledge": "defer_update"},
        "listing.more": {"needs": "viewer", "acknowledge": "defer_private"},
        "listing.price": {"needs": "operator", "acknowledge": "modal", "modal": MODAL},
        "listing.priced": {"needs": "operator", "acknowledge": "defer_private"},
    },
}


class MemoryAws:
    """`down` names what does not answer: seen, queue, board."""

    def __init__(self) -> None:
        self.down: set[str] = set()
        self.taken: set[str] = set()
        self.sent: list[Any] = []
        self.typed: list[tuple[Mapping[str, Any], str]] = []

    def take(self, interaction_id: str, *, seconds: float) -> bool:
        self._answer("seen", seconds)
        is_new = interaction_id not in self.taken
        self.taken.add(interaction_id)
        return is_new

    def send(self, message: Mapping[str, Any], *, seconds: float) -> None:
        self._answer("queue", seconds)
        self.sent.append(message)

    def suggest(self, source: Mapping[str, Any], typed: str) -> Sequence[Mapping[str, str]]:
        self._answer("board", 1)
        self.typed.append((source, typed))
        return [{"name": "Sony A6400 · FOUND", "value": "1"}]

    def _answer(self, what: str, seconds: float) -> None:
        assert 0 < seconds < 2
        if what in self.down:
            raise DependencyError(f"{what} does not answer")


class World:
    def __init__(self) -> None:
        self.aws = MemoryAws()
        access = Access(viewer=VIEWER, operator=OPERATOR, admin=f"{ADMIN},{interactions.MESSAGE}")
        self.receiver = Receiver(
            TABLE,
            access,
            key_bytes(public_key_of(KEY)),
            seen=self.aws,
            queue=self.aws,
            suggest=self.aws.suggest,
            now=lambda: NOW,
        )

    def receive(self, interaction: Any) -> Done:
        return self.receiver.receive(interactions.posted(interaction, at=NOW))

    def details(self) -> list[dict[str, Any]]:
        """What the worker is handed."""
        return [message["detail"] for message in self.aws.sent]
