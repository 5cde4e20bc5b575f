"""A blackboard on which things happen: agents register, artefacts are posted, claims are bid for and granted."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

from shared.blackboard.agent import Agent, Bid, new_agent
from shared.blackboard.artefact import Artefact, StructuralType, size_of
from shared.blackboard.changing import Ports, change_claim, settle
from shared.blackboard.claim import Claim
from shared.blackboard.opening import opened
from shared.blackboard.sitting import Sitting
from shared.blackboard.store import ARTEFACT, CLAIM, LedgerBlackboard
from shared.ledger.envelope import Event
from shared.ledger.ledger import Ledger
from tests.support.builders import a_cause
from tests.support.pauses import no_pause

INSTANCE: Final = "default"


@dataclass(frozen=True, kw_only=True)
class Board:
    """`clock` as product code has it."""

    ledger: Ledger
    clock: Callable[[], datetime]
    instance: str = INSTANCE

    @property
    def kept(self) -> LedgerBlackboard:
        return LedgerBlackboard(self.ledger)

    @property
    def ports(self) -> Ports:
        return Ports(board=self.kept, clock=self.clock, pause=no_pause)

    def register(self, name: str, **what: Any) -> Agent:
        at = self.clock()
        known = self.kept.agents(self.instance, [name]).get(name) or new_agent(self.instance, name, at=at)
        self.kept.save(a_cause(), agents=[known.registered(what, at=at)])
        return self.kept.agent(self.instance, name)

    def remove(self, name: str) -> None:
        self.kept.save(a_cause(), agents=[self.kept.agent(self.instance, name).removed(at=self.clock())])

    def post(self, payload: str | None = "Write a poem", **what: Any) -> Artefact:
        artefact_id = str(uuid4())
        known: dict[str, Any] = {
            "id": artefact_id,
            "instance": self.instance,
            "logical_id": artefact_id,
            "version": 1,
            "structural_type": StructuralType.STANDARD,
            "type": "GoalDefined",
            "payload": payload,
            "payload_size": size_of(payload or ""),
            "produced_by_role": "user",
            "produced_by": "key:somebody",
            "body_hash": "0" * 64,
            "created_at": self.clock(),
        }
        artefact = Artefact(**(known | what))
        self.kept.save(a_cause(), artefacts=[artefact])
        return artefact

    def open(self, artefact: Artefact | None = None) -> Claim:
        """The claim of an artefact, with all that follows at once."""
        artefact = artefact or self.post()
        known = self.kept.instance(self.instance)
        claim = opened(artefact, self.kept.crew(known), known.settings, at=self.clock())
        self.kept.save(a_cause(), claims=[claim])
        return settle(claim.recorded(), a_cause(), self.ports)

    def bid(self, claim: Claim, name: str, bid: Bid = Bid.EXCLUSIVE) -> Claim:
        def change(sitting: Sitting) -> bool:
            sitting.claim = sitting.claim.bid(name, bid, at=sitting.at)
            return True

        changed = change_claim(self.instance, claim.id, change, a_cause(), self.ports)
        return settle(changed, a_cause(), self.ports)

    def news(self, claim: Claim, kind: str) -> Event:
        """The last of this type about it."""
        return [event for event in self.ledger.history(CLAIM, claim.id) if event.type == kind][-1]

    def grants(self, claim: Claim) -> list[Event]:
        """The news of each grant of it."""
        return [event for event in self.ledger.history(CLAIM, claim.id) if event.type == "claim.granted"]

    def created(self, artefact: Artefact) -> Event:
        """The news of it."""
        return next(iter(self.ledger.history(ARTEFACT, artefact.id)))
