"""Claims: people are asked on a card what a claim waits for, and see on it what came of that."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from shared.blackboard.artefact import Artefact
from shared.blackboard.asking import Asked, asked_of
from shared.blackboard.claim import Claim
from shared.deliveries.delivery import DeliveryRecords
from shared.discord.answers import Reply
from shared.discord.posted import ASKED, Card, cards_of
from shared.discord.question_card import asked_again, question_card
from shared.ledger.envelope import Event
from shared.sinks.sink import Detail


class Board(Protocol):
    def claim(self, claim_id: str) -> Claim: ...
    def claim_history(self, claim_id: str) -> Iterator[Event]: ...
    def artefacts(self, artefact_ids: Collection[str]) -> dict[str, Artefact]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimLook:
    asked: Asked | None  # None where people never were asked: then it has no cards
    cards: Sequence[Card] = ()

    def card(self) -> Reply:
        assert self.asked is not None
        return question_card(self.asked)

    def former(self) -> Reply:
        assert self.asked is not None
        return asked_again(self.asked)

    def skips(self, event: Detail) -> str | None:
        if event["type"] != ASKED:
            return "nothing to post"
        return None if self.asked and self.asked.is_waiting else "nobody is waited for by now"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimCards:
    """`channel_id` is empty where people are asked nowhere."""

    board: Board
    channel_id: str

    def history(self, subject: str) -> list[Event]:
        return list(self.board.claim_history(subject))

    def look(self, subject: str, deliveries: DeliveryRecords) -> ClaimLook:
        asked = asked_of(self.board.claim(subject), self.board)
        if asked is None:
            return ClaimLook(asked=None)
        return ClaimLook(asked=asked, cards=cards_of(self.history(subject), deliveries))
