"""A blackboard that many use at once, alike in memory and in DynamoDB: each thing happens once."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from functions.arbitrate_claims.service import open_claim
from shared.blackboard.agent import Agent, Bid, new_agent
from shared.blackboard.artefact import PERSON, Artefact, StructuralType, claim_id_of
from shared.blackboard.changing import Ports, change_claim, release, settle
from shared.blackboard.claim import Claim
from shared.blackboard.grant import GrantStatus
from shared.blackboard.instance import MAX_AGENTS, Settings
from shared.blackboard.posting import Wanted, post
from shared.blackboard.results import Author
from shared.blackboard.sitting import Sitting
from shared.blackboard.stages import Stage
from shared.blackboard.store import LedgerBlackboard
from shared.files.store import MemoryFiles
from shared.ledger.envelope import to_detail
from shared.ledger.ledger import Ledger
from shared.runtime.clock import system_clock
from shared.runtime.errors import ConflictError, DomainError
from tests.support.builders import a_cause

MANY = 16
ANNA = Author(role=PERSON, by="key:anna", holder=PERSON)


class Place:
    """What a process has of it; each thread is one."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.board = LedgerBlackboard(ledger)
        self.ports = Ports(board=self.board, clock=system_clock, pause=time.sleep)

    def register(self, name: str, **what: Any) -> Agent:
        at = system_clock()
        self.board.save(a_cause(), agents=[new_agent("default", name, at=at).registered(what, at=at)])
        return self.board.agent("default", name)

    def wanted(self, **said: Any) -> Wanted:
        told = {"type": "Draft", "payload": "a draft", "structural_type": StructuralType.STANDARD}
        return Wanted(**{"instance": "default", "id": str(uuid4()), **told, **said})

    def put(self, wanted: Wanted, author: Author = ANNA) -> tuple[Artefact, bool]:
        return post(wanted, author, a_cause(author.by), files=MemoryFiles(), ports=self.ports)

    def open(self, artefact: Artefact) -> Claim | None:
        (announced,) = self.ledger.history("ARTEFACT", artefact.id)
        return open_claim(
            to_detail(announced), a_cause(), ports=self.ports, read=lambda one: one, log=lambda event, **said: None
        )

    def claim(self, artefact: Artefact) -> Claim:
        return self.board.claim(claim_id_of(artefact.id))

    def told(self, claim: Claim, kind: str) -> list[Any]:
        return [event.data for event in self.board.claim_history(claim.id) if event.type == kind]


@pytest.fixture
def place(racing_ledger: Ledger) -> Place:
    return Place(racing_ledger)


def patiently(do: Callable[[], object]) -> bool:
    """Whether it was taken; as a caller who is told to come again."""
    for _ in range(20):
        try:
            do()
        except ConflictError:
            continue
        except DomainError:
            return False
        return True
    raise AssertionError("others were always faster")


def at_once(do: Callable[[int], object]) -> list[bool]:
    with ThreadPoolExecutor(MANY) as pool:
        return list(pool.map(lambda number: patiently(lambda: do(number)), range(MANY)))


def test_many_who_hear_of_an_artefact_make_one_claim(place: Place) -> None:
    artefact, _ = place.put(place.wanted())
    made: list[Claim] = []

    def hear(_: int) -> None:
        if claim := place.open(artefact):
            made.append(claim)

    at_once(hear)
    assert len(made) == 1
    assert len(place.told(place.claim(artefact), "claim.created")) == 1


def test_many_who_bid_are_all_heard_and_granted_once(place: Place) -> None:
    names = [f"Agent-{number:02}" for number in range(MANY)]
    for name in names:
        place.register(name)
    artefact, _ = place.put(place.wanted())
    place.open(artefact)
    claim = place.claim(artefact)

    def bid(number: int) -> None:
        def change(sitting: Sitting) -> bool:
            before = sitting.claim
            sitting.claim = before.bid(names[number], Bid.CLAIM, at=sitting.at)
            return sitting.claim is not before

        settle(change_claim("default", claim.id, change, a_cause(), place.ports), a_cause(), place.ports)

    assert all(at_once(bid))
    claim = settle(place.claim(artefact), a_cause(), place.ports)
    assert claim.stage is Stage.PARALLEL
    assert sorted(grant.agent for grant in claim.active) == names
    assert len(place.told(claim, "claim.granted")) == MANY
    crew = place.board.crew(place.board.instance("default"))
    assert all(crew[name].working == (claim.id,) for name in names)


def test_of_many_answers_to_one_grant_one_is_taken(place: Place) -> None:
    place.register("Ann", bidding_strategy=Bid.EXCLUSIVE)
    artefact, _ = place.put(place.wanted())
    place.open(artefact)
    claim = place.claim(artefact)
    ann = Author(role="Ann", by="agent:Ann", holder="Ann")
    taken = at_once(lambda number: place.put(place.wanted(claim_id=claim.id, payload=str(number)), ann))
    assert taken.count(True) == 1
    assert len(place.board.children(artefact.id, 99)) == 1
    assert len(place.told(claim, "claim.result_received")) == 1
    assert place.board.agent("default", "Ann").working == ()


def test_of_two_that_finish_at_once_the_one_that_holds_the_grant_now_has_done_it(place: Place) -> None:
    for name in ("Ann", "Bob"):
        place.register(name, bidding_strategy=Bid.EXCLUSIVE)
    artefact, _ = place.put(place.wanted())
    place.open(artefact)
    claim = place.claim(artefact)
    release("default", claim.id, "Ann", "Ann: not mine", a_cause(), place.ports)
    both = [Author(role=name, by=f"agent:{name}", holder=name) for name in ("Ann", "Bob")]
    taken = at_once(lambda number: place.put(place.wanted(claim_id=claim.id, payload=str(number)), both[number % 2]))
    assert taken.count(True) == 1
    assert both[taken.index(True) % 2].holder == "Bob"
    settled = settle(place.claim(artefact), a_cause(), place.ports)
    assert (settled.stage, [grant.status for grant in settled.grants]) == (
        Stage.COMPLETE,
        [GrantStatus.LOST, GrantStatus.DONE],
    )
    assert not any(agent.working for agent in place.board.crew(place.board.instance("default")).values())


def test_many_claims_that_want_the_same_agent_do_not_fill_its_hands_beyond_what_they_hold(place: Place) -> None:
    place.register("Ann", bidding_strategy=Bid.CLAIM, capacity=3)
    artefacts = [place.put(place.wanted())[0] for _ in range(MANY)]

    def begin(number: int) -> None:
        place.open(artefacts[number])
        settle(place.claim(artefacts[number]), a_cause(), place.ports)

    assert all(at_once(begin))
    agent = place.board.agent("default", "Ann")
    assert (len(agent.working), len(agent.waiting)) == (3, MANY - 3)
    held = [grant.status for one in artefacts for grant in place.claim(one).grants]
    assert (held.count(GrantStatus.LIVE), held.count(GrantStatus.QUEUED)) == (3, MANY - 3)


def test_many_who_write_to_one_thread_leave_no_gap(place: Place) -> None:
    first, _ = place.put(place.wanted())
    assert all(at_once(lambda number: place.put(place.wanted(logical_id=first.id, payload=str(number)))))
    thread = place.board.artefacts(place.board.thread("default", first.id))
    assert sorted(one.version for one in thread.values()) == list(range(1, MANY + 2))


def test_many_who_post_the_same_have_posted_it_once(place: Place) -> None:
    wanted = place.wanted()
    new = []
    assert all(at_once(lambda _: new.append(place.put(wanted)[1])))
    assert new.count(True) == 1
    assert len(list(place.ledger.history("ARTEFACT", wanted.id))) == 1


def test_settings_that_many_change_at_once_are_changed_one_after_the_other(place: Place) -> None:
    def change(number: int) -> None:
        known = place.board.instance("default")
        wanted = replace(known, settings=Settings(bidding_seconds=number + 1))
        place.board.save_instance(wanted, a_cause(), at=system_clock())

    assert all(at_once(change))
    assert place.board.instance("default").version == MANY
    assert place.board.instances() == ["default"]


def test_of_many_that_register_at_once_as_many_take_part_as_fit(place: Place) -> None:
    left = 5
    for number in range(MAX_AGENTS - left):
        place.register(f"Ann-{number}")
    taken = at_once(lambda number: place.register(f"Bob-{number}"))
    assert sum(taken) == left
    assert len(place.board.crew(place.board.instance("default"))) == MAX_AGENTS
