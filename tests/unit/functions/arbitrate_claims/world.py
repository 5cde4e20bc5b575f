"""A blackboard in memory with all that is around it: agents, people, a bus, a clock, a sweep."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from functions.arbitrate_claims.service import arbitrate
from functions.arbitrate_claims.sweeping import Swept, sweep
from shared.blackboard.agent import Agent, Bid, new_agent
from shared.blackboard.artefact import PERSON, Artefact, StructuralType, claim_id_of
from shared.blackboard.changing import Ports, change_claim, hold_on, place_bid, release, settle
from shared.blackboard.claim import Claim
from shared.blackboard.instance import Settings
from shared.blackboard.people import answer, review
from shared.blackboard.posting import Wanted, post, with_payload
from shared.blackboard.results import Author
from shared.blackboard.sitting import Sitting
from shared.blackboard.store import LedgerBlackboard
from shared.blackboard.working import Work, work_of
from shared.files.store import MemoryFiles
from shared.ledger.envelope import Event, to_detail
from shared.ledger.ledger import Change
from shared.ledger.memory import MemoryLedger
from shared.runtime.queue import cause_of
from shared.state.memory import MemoryState
from tests.support.builders import NOON, a_cause
from tests.support.pauses import no_pause
from tests.unit.in_memory import HeldClock

INSTANCE: Final = "default"
ANNA: Final = Author(role=PERSON, by="key:anna", holder=PERSON)
APPROVED: Final = '{"status": "approved"}'


class TellingLedger(MemoryLedger):
    """Whatever is written is told; a `rival` comes just before the next write."""

    def __init__(self, tell: Callable[[Event], None]) -> None:
        super().__init__()
        self._tell = tell
        self.rival: Callable[[], object] | None = None

    def commit_together(self, changes: Sequence[Change]) -> None:
        rival, self.rival = self.rival, None
        if rival:
            rival()
        super().commit_together(changes)
        for change in changes:
            for event in change.events:
                self._tell(event)


@dataclass(slots=True)
class Message:
    """News on their way; not before a time, where they were put back."""

    detail: dict[str, Any]
    not_before: datetime = NOON - timedelta(days=9)


class World:
    def __init__(self, **settings: Any) -> None:
        self.clock = HeldClock()
        self.queue: list[Message] = []
        self.events: list[Event] = []
        self.lines: list[tuple[str, dict[str, Any]]] = []  # of the log
        self.ledger = TellingLedger(self._tell)
        self.board = LedgerBlackboard(self.ledger)
        self.files = MemoryFiles()
        self.state = MemoryState(clock=self.clock)
        self.ports = Ports(board=self.board, clock=self.clock, pause=no_pause)
        self._ids = 0
        self.set(**settings)

    def _tell(self, event: Event) -> None:
        self.events.append(event)
        self.queue.append(Message(to_detail(event)))

    def log(self, event: str, **said: Any) -> None:
        self.lines.append((event, said))

    # What operators do.

    def set(self, **settings: Any) -> None:
        known = self.board.instance(INSTANCE)
        changed = replace(known, settings=Settings(**settings))
        self.board.save_instance(changed, a_cause("key:anna"), at=self.clock())

    @property
    def settings(self) -> Settings:
        return self.board.instance(INSTANCE).settings

    def register(self, name: str, **what: Any) -> Agent:
        before = self.board.agents(INSTANCE, [name]).get(name) or new_agent(INSTANCE, name, at=self.clock())
        told: dict[str, Any] = {"role": name, "bidding_strategy": None, "target_types": (), "capacity": 1}
        self.board.save(a_cause("key:anna"), agents=[before.registered({**told, **what}, at=self.clock())])
        return self.agent(name)

    def remove(self, name: str) -> None:
        self.board.save(a_cause("key:anna"), agents=[self.agent(name).removed(at=self.clock())])

    def terminate(self, claim: Claim, reason: str = "not wanted") -> Claim:
        def end(sitting: Sitting) -> bool:
            sitting.terminate(reason)
            return True

        return change_claim(INSTANCE, claim.id, end, a_cause("key:anna"), self.ports)

    # What people put on the blackboard, and say.

    def fresh_id(self) -> UUID:
        self._ids += 1
        return UUID(int=self._ids, version=4)

    def wanted(self, **said: Any) -> Wanted:
        told: dict[str, Any] = {
            "instance": INSTANCE,
            "id": str(self.fresh_id()),
            "structural_type": StructuralType.STANDARD,
            "type": "Draft",
            "payload": "a draft",
        }
        return Wanted(**{**told, **said})

    def put(self, wanted: Wanted, author: Author = ANNA) -> tuple[Artefact, bool]:
        return post(wanted, author, a_cause(author.by), files=self.files, ports=self.ports)

    def post(self, author: Author = ANNA, **said: Any) -> Artefact:
        return self.put(self.wanted(**said), author)[0]

    def ask(self, text: str = "Which?", **more: Any) -> Artefact:
        """A Question to people."""
        payload = json.dumps({"question_text": text, "routing": "human"})
        return self.post(structural_type=StructuralType.QUESTION, type="Question", payload=payload, **more)

    def answer(self, claim: Claim, text: str) -> Artefact:
        return answer(claim, text, ANNA, a_cause(ANNA.by), files=self.files, ports=self.ports)

    def review(self, claim: Claim, approved: bool, feedback: str = "") -> Artefact:
        return review(claim, approved, feedback, ANNA, a_cause(ANNA.by), files=self.files, ports=self.ports)

    # What agents do.

    def author(self, name: str) -> Author:
        known = self.board.agents(INSTANCE, [name]).get(name)
        return Author(role=known.role if known else name, by=f"agent:{name}", holder=name)

    def bid(self, name: str, claim: Claim, bid: Bid | str) -> Claim:
        return place_bid(INSTANCE, claim.id, name, Bid(bid), a_cause(f"agent:{name}"), self.ports)

    def heartbeat(self, name: str, claim: Claim) -> Claim:
        hold_on(INSTANCE, claim.id, name, a_cause(f"agent:{name}"), self.ports)
        return self.now(claim)

    def give_back(self, name: str, claim: Claim) -> Claim:
        return release(INSTANCE, claim.id, name, f"{name}: it is broken", a_cause(f"agent:{name}"), self.ports)

    def work(self, name: str) -> list[Work]:
        return work_of(self.agent(name), board=self.board, at=self.clock())

    def do(self, name: str, claim: Claim, **said: Any) -> Artefact:
        """The agent's result."""
        return self.post(self.author(name), claim_id=claim.id, **{"type": "Result", "payload": "done", **said})

    def judge(self, name: str, claim: Claim, payload: str = APPROVED) -> Artefact:
        return self.do(name, claim, structural_type=StructuralType.REVIEW, type="Review", payload=payload)

    def redo(self, name: str, claim: Claim, payload: str = "better") -> Artefact:
        target = claim.target
        return self.do(name, claim, structural_type=target.structural_type, type=target.type, payload=payload)

    # What follows by itself.

    def arbitrate(self, news: Mapping[str, Any]) -> timedelta | None:
        return arbitrate(news, cause_of(news), ports=self.ports, claims=self.board, read=self.read, log=self.log)

    def read(self, artefact: Artefact) -> Artefact:
        return with_payload(artefact, self.files)

    def deliver(self, message: Message, *, is_kept: bool = False) -> None:
        """Where it has to wait it goes back; where it failed it stays, and comes again."""
        wait = self.arbitrate(message.detail)
        if not is_kept and message in self.queue:
            self.queue.remove(message)
        if wait is not None:
            assert wait >= timedelta(seconds=1)
            self.queue.append(replace(message, not_before=self.clock() + wait))

    def run(self) -> None:
        """All news are delivered whose time has come."""
        while due := [message for message in self.queue if message.not_before <= self.clock()]:
            self.deliver(due[0])

    def wait(self, **time: float) -> None:
        """What falls due in that time is done when it is due."""
        until = self.clock() + timedelta(**time)
        self.run()
        while waiting := [one.not_before for one in self.queue if one.not_before <= until]:
            self.clock.now = max(self.clock(), min(waiting))
            self.run()
        self.clock.now = until

    def sweep(self, has_time: Callable[[], bool] = lambda: True) -> Swept:
        return sweep(
            a_cause("arbiter"),
            board=self.board,
            state=self.state,
            ports=self.ports,
            read=self.read,
            log=self.log,
            has_time=has_time,
        )

    def settle(self, claim: Claim) -> Claim:
        return settle(self.now(claim), a_cause("arbiter"), self.ports)

    # What is there.

    def agent(self, name: str) -> Agent:
        return self.board.agent(INSTANCE, name)

    def claim(self, artefact: Artefact) -> Claim:
        return self.board.claim(claim_id_of(artefact.id))

    def claim_of(self, artefact: Artefact) -> Claim:
        """After all news of it."""
        self.run()
        return self.claim(artefact)

    def posted(self, author: Author = ANNA, **said: Any) -> Artefact:
        artefact = self.post(author, **said)
        self.run()
        return artefact

    def now(self, claim: Claim) -> Claim:
        return self.board.claim(claim.id)

    def claims(self) -> list[Claim]:
        """As they were made."""
        made = [event.subject for event in self.events if event.type == "claim.created"]
        found = self.board.claims(made)
        return [found[one] for one in made]

    def artefacts(self) -> list[Artefact]:
        """As they came."""
        made = [event.subject for event in self.events if event.type == "artefact.created"]
        found = self.board.artefacts(made)
        return [found[one] for one in made]

    def told(self, subject: str, *types: str) -> list[Event]:
        """What was told of it, and of these types, where some are given."""
        return [one for one in self.events if one.subject == subject and (not types or one.type in types)]
