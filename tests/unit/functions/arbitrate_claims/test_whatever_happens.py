"""Whatever happens, in whatever order: each artefact has its one claim, nobody works without a grant, and all ends."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from functions.arbitrate_claims.sweeping import GRACE
from shared.blackboard import artefact
from shared.blackboard.agent import Bid
from shared.blackboard.arbiter import take_step
from shared.blackboard.artefact import ARBITER, PERSON, Artefact, StructuralType, claim_id_of
from shared.blackboard.claim import Claim
from shared.blackboard.grant import GrantStatus
from shared.blackboard.opening import starts_work
from shared.blackboard.posting import Wanted
from shared.blackboard.results import Author
from shared.blackboard.sitting import Sitting
from shared.blackboard.stages import FINAL, Stage
from shared.ledger.envelope import Event, from_text, to_detail
from shared.runtime.errors import ConflictError, DomainError
from tests.unit.functions.arbitrate_claims.world import ANNA, APPROVED, INSTANCE, World

T = TypeVar("T")

ROLES: Final = {"Ann": "Writer", "Bob": "Writer", "Cleo": "Critic", "Dave": "Coder"}
NAMES: Final = st.sampled_from(sorted(ROLES))
TYPES: Final = st.sampled_from(("Draft", "Plan"))
BIDS: Final = st.sampled_from(Bid)
KINDS: Final = st.sampled_from(
    (
        StructuralType.STANDARD,
        StructuralType.STANDARD,
        StructuralType.QUESTION,
        StructuralType.FAILURE,
        StructuralType.TERMINAL,
    )
)
VERDICTS: Final = st.sampled_from((APPROVED, "{}", "no good", '{"feedback": "shorter"}'))
HUMAN: Final = '{"question_text": "Which?", "routing": "human"}'
ALONE: Final = (Stage.EXCLUSIVE, Stage.ASSIGNMENT)
MOST: Final = 5  # posted from outside, in one run
BRIDGE: Final = Author(role="Writer", by="key:bridge", holder="")


class Blackboard(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(artefact, "uuid4", self.world.fresh_id)  # else no run is like the one before
        self.posted: list[tuple[Wanted, Author]] = []
        self.ended: dict[str, Claim] = {}
        self.something_is_lost = False

    @initialize(
        most=st.sampled_from((0, 1, 2)),
        grants=st.sampled_from((1, 2, 3)),
        people=st.booleans(),
        more=st.booleans(),
        crew=st.lists(st.tuples(NAMES, st.none() | BIDS), min_size=2, max_size=4),
    )
    def begin(self, most: int, grants: int, people: bool, more: bool, crew: list[tuple[str, Bid | None]]) -> None:
        starts = ("Standard", "Question", "Answer") + (("Review", "Failure") if more else ())
        self.world.set(
            max_review_iterations=most,
            max_grants=grants,
            queued_seconds=3_600,
            dormant_seconds=7_200,
            person_seconds=86_400,
            starts_work=starts,
            review_by_people=("Plan",) if people else (),
        )
        for name, bid in crew:
            self.world.register(name, role=ROLES[name], bidding_strategy=bid)
        self.post(StructuralType.STANDARD, "Draft", BRIDGE, "a")

    # Who takes part.

    @rule(
        name=NAMES,
        strategy=st.none() | BIDS,
        capacity=st.sampled_from((1, 1, 2, 3)),
        types=st.sampled_from(((), (), ("Dr*",), ("Result",))),
        comes=st.booleans(),
    )
    def register(self, name: str, strategy: Bid | None, capacity: int, types: tuple[str, ...], comes: bool) -> None:
        if comes:
            self.world.register(
                name, role=ROLES[name], bidding_strategy=strategy, capacity=capacity, target_types=types
            )

    @rule(name=NAMES)
    def remove(self, name: str) -> None:
        if name in self.world.board.crew(self.world.board.instance(INSTANCE)):
            self.world.remove(name)

    # What is put on the blackboard.

    @precondition(lambda self: len(self.posted) < MOST)
    @rule(kind=KINDS, type=TYPES, author=st.sampled_from((ANNA, BRIDGE)), payload=st.sampled_from(("a", HUMAN)))
    def post(self, kind: StructuralType, type: str, author: Author, payload: str) -> None:
        self._put(self.world.wanted(structural_type=kind, type=type, payload=payload), author)

    @precondition(lambda self: 0 < len(self.posted) < MOST)
    @rule(data=st.data())
    def post_the_next_version(self, data: st.DataObject) -> None:
        of = _one(data, self.world.artefacts())
        said = {"type": of.type, "structural_type": of.structural_type, "logical_id": of.logical_id}
        self._put(self.world.wanted(**said, source_artefacts=(of.id,)), ANNA)

    def _put(self, wanted: Wanted, author: Author) -> None:
        assert self.world.put(wanted, author)[1]
        self.posted.append((wanted, author))

    # What is heard of it.

    @precondition(lambda self: self.world.queue)
    @rule(data=st.data(), fate=st.sampled_from(("heard", "heard", "heard", "heard twice", "lost")))
    def a_message_comes(self, data: st.DataObject, fate: str) -> None:
        """In any order; one that was put back may come too early."""
        message = _one(data, self.world.queue)
        if fate == "lost":
            self.something_is_lost = True
            self.world.queue.remove(message)
            return
        self.world.deliver(message, is_kept=fate == "heard twice")

    @rule()
    def all_is_heard(self) -> None:
        self.world.run()

    @precondition(lambda self: self.posted)
    @rule(data=st.data())
    def something_is_said_again(self, data: st.DataObject) -> None:
        """Also what was heard long ago; and one is announced ten times."""
        self.world.arbitrate(to_detail(_one(data, self.world.events)))
        wanted, author = _one(data, self.posted)
        assert self.world.put(wanted, author) == (self.world.board.artefact(wanted.id), False)
        for _ in range(10):
            (announced,) = self.world.told(wanted.id)
            assert self.world.arbitrate(to_detail(announced)) is None

    @rule(seconds=st.sampled_from((1, 29, 31, 61, 599, 601, 3_601, 7_201, 86_401, -2, -45)))
    def time_passes(self, seconds: int) -> None:
        self.world.clock.put_on(seconds=seconds)

    @rule()
    def what_was_lost_is_swept_up(self) -> None:
        """What one look sets free may go on at the next."""
        while self.world.sweep().resumed:
            pass
        then = self.world.clock() - GRACE
        for one in self.world.artefacts():
            if one.created_at < then and starts_work(one.structural_type, self.world.settings):
                self.world.claim(one)
        for claim in self._open():
            assert claim.changed_at > then or not self._is_due(claim, back=GRACE)

    # What agents do.

    @precondition(lambda self: self._open())
    @rule(data=st.data(), bid=BIDS)
    def bid(self, data: st.DataObject, bid: Bid) -> None:
        claim = _one(data, [one for one in self._open() if one.missing] or self._open())
        name = _one(data, claim.missing or sorted(ROLES))
        with suppress(DomainError):
            self.world.bid(name, claim, bid)

    @precondition(lambda self: self._open())
    @rule(data=st.data(), kind=KINDS, verdict=VERDICTS)
    def somebody_answers_who_may(self, data: st.DataObject, kind: StructuralType, verdict: str) -> None:
        live = [(claim, one.agent) for claim in self._open() for one in claim.active if self._is_live(claim, one.agent)]
        if not live:
            return
        claim, name = _one(data, live)
        self._say(claim, name, **self._fitting(claim, kind, verdict))

    @precondition(lambda self: self.world.claims())
    @rule(
        data=st.data(), name=NAMES | st.just(PERSON), kind=st.sampled_from(StructuralType), type=TYPES, verdict=VERDICTS
    )
    def somebody_answers_who_may_not(
        self, data: st.DataObject, name: str, kind: StructuralType, type: str, verdict: str
    ) -> None:
        claim = _one(data, self.world.claims())
        may = self._is_live(claim, name) or (name == PERSON and self._may_be_taken(claim))
        assert not self._says(claim, name, structural_type=kind, type=type, payload=verdict) or may

    @precondition(lambda self: self._open())
    @rule(data=st.data(), gives_back=st.booleans())
    def somebody_holds_on_or_gives_back(self, data: st.DataObject, gives_back: bool) -> None:
        claim = _one(data, self._open())
        name = _one(data, [one.agent for one in claim.grants] or sorted(ROLES))
        may, is_taken = self._is_live(claim, name), True
        try:
            (self.world.give_back if gives_back else self.world.heartbeat)(name, claim)
        except DomainError:
            is_taken = False
        assert is_taken == may

    @precondition(lambda self: self._open())
    @rule(data=st.data(), means_it=st.sampled_from((False, False, True)))
    def a_person_ends_it(self, data: st.DataObject, means_it: bool) -> None:
        if means_it:
            self.world.terminate(_one(data, self._open()))

    @precondition(lambda self: self._open())
    @rule(times=st.integers(1, 3), verdict=VERDICTS, bid=BIDS)
    def everybody_does_their_part(self, times: int, verdict: str, bid: Bid) -> None:
        """As it should be: what is heard is bid for, and what is granted is done."""
        for _ in range(times):
            self.world.run()
            for claim in self._open():
                self._all_bid(claim, bid)
            self.world.run()
            for claim in self._open():
                for name in [one.agent for one in claim.active if self._is_live(claim, one.agent)]:
                    self._say(claim, name, **self._fitting(claim, StructuralType.STANDARD, verdict))
        self.world.run()

    def _all_bid(self, claim: Claim, bid: Bid) -> None:
        for name in claim.missing:
            with suppress(DomainError):
                self.world.bid(name, claim, Bid.REVIEW if ROLES[name] == "Critic" else bid)

    @precondition(lambda self: self._open() and self.world.queue)
    @rule(data=st.data(), verdict=VERDICTS)
    def two_come_at_once(self, data: st.DataObject, verdict: str) -> None:
        """Whoever writes first, the other looks again."""
        claim = _one(data, self._open())
        name = _one(data, [one.agent for one in claim.active] or sorted(ROLES))
        rivals: list[Callable[[], object]] = [
            lambda: self._says(claim, name, **self._fitting(claim, StructuralType.STANDARD, verdict)),
            lambda: self.world.run(),
            lambda: self.world.give_back(name, claim),
            lambda: self.world.terminate(claim),
            lambda: self.remove(name),
            lambda: self.world.bid(name, claim, Bid.EXCLUSIVE),
        ]
        first, second = (_one(data, rivals) for _ in range(2))

        def rival() -> None:
            with suppress(DomainError, ConflictError):
                first()

        self.world.ledger.rival = rival
        with suppress(DomainError, ConflictError):
            second()
        self.world.ledger.rival = None

    def _say(self, claim: Claim, name: str, **said: Any) -> None:
        author = ANNA if name == PERSON else self.world.author(name)
        self.world.post(author, claim_id=claim.id, **said)

    def _says(self, claim: Claim, name: str, **said: Any) -> bool:
        try:
            self._say(claim, name, **said)
        except DomainError:
            return False
        return True

    def _fitting(self, claim: Claim, kind: StructuralType, verdict: str) -> dict[str, Any]:
        """An answer that the claim can take."""
        if claim.stage is Stage.REVIEW:
            return {"structural_type": StructuralType.REVIEW, "type": "Review", "payload": verdict}
        if claim.is_rework and kind is StructuralType.STANDARD:
            return {"structural_type": claim.target.structural_type, "type": claim.target.type}
        return {"structural_type": kind, "type": "Result", "payload": HUMAN}

    def _open(self) -> list[Claim]:
        return [claim for claim in self.world.claims() if claim.is_open]

    def _is_live(self, claim: Claim, name: str) -> bool:
        """Of an agent that is gone nothing is taken, also where nobody has noticed yet."""
        at, is_there = (
            self.world.clock(),
            name == PERSON or name in self.world.board.crew(self.world.board.instance(INSTANCE)),
        )
        held = (one for one in claim.active if one.agent == name and one.status is GrantStatus.LIVE)
        return is_there and any(at < one.until for one in held)

    def _may_be_taken(self, claim: Claim) -> bool:
        is_question = claim.target.structural_type is StructuralType.QUESTION
        return is_question and claim.stage in (Stage.BIDDING, Stage.DORMANT)

    def _is_due(self, claim: Claim, *, back: timedelta = timedelta()) -> bool:
        at = self.world.clock() - back
        crew = self.world.board.crew(self.world.board.instance(INSTANCE))
        return take_step(Sitting(claim=claim, crew=crew, settings=self.world.settings, at=at))

    # What holds at any time.

    @invariant()
    def each_artefact_has_at_most_one_claim_and_a_rework_follows_one(self) -> None:
        claims = self.world.claims()
        first = [claim for claim in claims if not claim.is_rework]
        assert [claim.id for claim in first] == [claim_id_of(claim.target.id) for claim in first]
        assert len({claim.target.id for claim in claims if claim.is_open}) == len(self._open())
        created = [one.subject for one in self.world.events if one.type == "claim.created"]
        assert sorted(created) == sorted(claim.id for claim in claims)

    @invariant()
    def an_open_claim_has_a_deadline_or_something_is_due(self) -> None:
        for claim in self._open():
            is_over = claim.deadline_at is None or claim.deadline_at <= self.world.clock()
            assert not is_over or self._is_due(claim)
            assert claim.deadline_at == min((one.until for one in claim.active), default=claim.deadline_at)

    @invariant()
    def one_works_alone_where_alone_was_asked_for(self) -> None:
        for claim in self.world.claims():
            assert len([one for one in claim.active if one.stage in ALONE]) <= 1
            assert len({one.agent for one in claim.active}) == len(claim.active)
            assert all(one.stage is claim.stage for one in claim.active)

    @invariant()
    def what_agents_have_in_hand_is_what_claims_say(self) -> None:
        claims = self._open()
        for name, agent in self.world.board.agents(INSTANCE, ROLES).items():
            mine = [(claim.id, one.status) for claim in claims for one in claim.active if one.agent == name]
            assert sorted(agent.working) == sorted(known for known, status in mine if status is GrantStatus.LIVE)
            assert sorted(agent.waiting) == sorted(known for known, status in mine if status is GrantStatus.QUEUED)

    @invariant()
    def the_end_is_the_end(self) -> None:
        for claim in self.world.claims():
            assert self.ended.get(claim.id, claim) == claim
            if claim.stage in FINAL:
                assert not claim.active
                assert claim.deadline_at is None
                self.ended[claim.id] = claim

    @invariant()
    def threads_have_no_gap_and_are_not_sent_back_too_often(self) -> None:
        most = self.world.settings.max_review_iterations or 1_000
        threads: dict[str, list[Artefact]] = {}
        for one in self.world.artefacts():
            threads.setdefault(one.logical_id, []).append(one)
            assert self._sent_back(one) <= most
            assert one.iteration == self._sent_back(one) or one.produced_by_role == ARBITER
        for logical_id, versions in threads.items():
            assert sorted(one.version for one in versions) == list(range(1, len(versions) + 1))
            by_version = sorted(versions, key=lambda one: one.version)
            assert self.world.board.thread(INSTANCE, logical_id) == [one.id for one in by_version]
        assert all(claim.iteration <= most for claim in self.world.claims())

    def _sent_back(self, made: Artefact) -> int:
        """How often, as its claims tell."""
        if made.version == 1 or made.claim_id is None:
            return 0
        return 1 + self._sent_back(self.world.board.artefact(self.world.board.claim(made.claim_id).target.id))

    def teardown(self) -> None:
        """Nobody does anything any more: all ends by its news, or where some of them were lost, by the sweep alone."""
        try:
            self._let_time_pass()
        finally:
            self.patch.undo()

    def _let_time_pass(self) -> None:
        if not self.something_is_lost:
            self.world.wait(days=30)
            assert not self._open()
            assert not self._without_claim()
        for _ in range(80):
            if not self._open() and not self._without_claim():
                break
            self.world.clock.put_on(seconds=90_000)
            self.world.sweep()
        assert not self._open()
        assert not self._without_claim()
        for agent in self.world.board.agents(INSTANCE, ROLES).values():
            assert (agent.working, agent.waiting) == ((), ())
            _audit_hands([one for one in self.world.events if one.subject == agent.id])
        self.the_end_is_the_end()
        for claim in self.world.claims():
            Audit(claim, self.world)

    def _without_claim(self) -> list[str]:
        starting = [one.id for one in self.world.artefacts() if starts_work(one.structural_type, self.world.settings)]
        known = self.world.board.claims([claim_id_of(one) for one in starting])
        return [one for one in starting if claim_id_of(one) not in known]


def _one(data: st.DataObject, of: Sequence[T]) -> T:
    return of[data.draw(st.integers(0, len(of) - 1))]


class Audit:
    """From what was told of a claim alone: whoever answered held a live grant, and all that answered is known."""

    def __init__(self, claim: Claim, world: World) -> None:
        self.claim, self.world = claim, world
        self.live: dict[str, datetime] = {}  # by agent: until when
        self.answers: list[str] = []
        told: dict[str, Callable[[Event], None]] = {
            "claim.granted": self._granted,
            "claim.lease_extended": self._extended,
            "claim.grant_lost": self._lost,
            "claim.review_approved": self._answered,
            "claim.review_rejected": self._answered,
            "claim.result_received": self._answered,
            "claim.completed": lambda event: self.live.clear(),
            "claim.terminated": lambda event: self.live.clear(),
        }
        for event in world.told(claim.id, *told):
            told[event.type](event)
        theirs = [one for one in world.artefacts() if one.produced_by_role != ARBITER]
        assert [one.id for one in theirs if one.claim_id == claim.id] == self.answers

    def _granted(self, event: Event) -> None:
        name = event.data["agent_name"]
        assert name not in self.live
        if not event.data["queued"]:
            assert event.data["phase"] not in ALONE or not self.live
            self.live[name] = from_text(event.data["lease_until"])

    def _extended(self, event: Event) -> None:
        name = event.data["agent_name"]
        assert event.time < self.live[name] <= from_text(event.data["lease_until"])
        self.live[name] = from_text(event.data["lease_until"])

    def _lost(self, event: Event) -> None:
        self.live.pop(event.data["agent_name"], None)  # it may have waited for a free hand only

    def _answered(self, event: Event) -> None:
        answer = self.world.board.artefact(event.data.get("artefact_id") or event.data["review_artefact_id"])
        assert answer.claim_id == self.claim.id
        assert answer.created_at < self.live.pop(answer.author or PERSON)
        self.answers.append(answer.id)


def _audit_hands(told: list[Event]) -> None:
    """No agent was ever given more than it takes at once."""
    capacity, hands = 0, set[str]()
    for event in told:
        said = event.data
        if event.type == "agent.registered":
            capacity = said["capacity"]
        elif event.type == "agent.released":
            hands.discard(said["claim_id"])
        elif event.type == "agent.engaged" and not said["queued"]:
            assert said["claim_id"] not in hands
            hands.add(said["claim_id"])
            assert len(hands) <= capacity


Blackboard.TestCase.settings = settings(derandomize=True, deadline=None, max_examples=40, stateful_step_count=40)
TestWhateverHappens = Blackboard.TestCase
