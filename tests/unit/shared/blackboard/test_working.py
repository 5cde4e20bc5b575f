"""What an agent is to do, what it has to see for that, and what it may see at all."""

from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.blackboard.agent import MAX_CAPACITY
from shared.blackboard.artefact import Artefact, StructuralType
from shared.blackboard.results import Author
from shared.blackboard.stages import Stage
from shared.blackboard.working import (
    MOST_ARTEFACTS,
    MOST_BYTES,
    MOST_CONTEXT,
    MOST_HELD,
    MOST_ITEMS,
    context_of,
    fits_in,
    in_order,
    lineage,
    may_see,
    targets_read,
    work_of,
)
from tests.unit.functions.arbitrate_claims.world import World

WRITERS = Author(role="Writer", by="key:bridge", holder="")


@pytest.fixture
def world() -> World:
    world = World()
    world.register("Ann", target_types=("Draft",))
    return world


def kinds(world: World, name: str = "Ann") -> list[tuple[str, str]]:
    return [(one.kind, one.target.id) for one in world.work(name)]


def sees(world: World, artefact: Artefact, name: str = "Ann") -> bool:
    return may_see(world.agent(name), artefact, board=world.board, at=world.clock())


def context(world: World, artefact: Artefact) -> list[str]:
    return [one.id for one in context_of(world.claim(artefact), artefact, world.board)]


def test_it_is_asked_to_bid_until_it_has_or_its_time_is_over(world: World) -> None:
    one = world.posted()
    world.clock.put_on(seconds=1)
    other = world.posted()
    assert kinds(world) == [("bid", one.id), ("bid", other.id)]  # the oldest first
    assert world.work("Ann")[1].until == world.clock() + timedelta(seconds=30)
    world.bid("Ann", world.claim(other), "ignore")
    assert kinds(world) == [("bid", one.id)]
    world.clock.put_on(seconds=29)
    assert kinds(world) == []  # its time is over, also where nobody has noticed


def test_it_is_not_asked_about_what_is_none_of_its_business(world: World) -> None:
    world.posted(type="Plan")
    world.posted(instance="other")
    assert kinds(world) == []


def test_what_is_granted_comes_first_in_the_order_in_which_it_was(world: World) -> None:
    world.register("Ann", target_types=("Draft",), capacity=2)
    drafts = [world.posted() for _ in range(4)]
    for draft in (drafts[2], drafts[0], drafts[3]):
        world.bid("Ann", world.claim(draft), "claim")
        world.run()
    assert kinds(world) == [("grant", drafts[2].id), ("grant", drafts[0].id), ("bid", drafts[1].id)]
    granted = world.work("Ann")[0]
    assert (granted.grant_type, granted.until) == ("claim", world.clock() + world.settings.lease)


@pytest.mark.parametrize(("bid", "grant_type"), [("review", "review"), ("claim", "claim"), ("exclusive", "exclusive")])
def test_a_grant_says_what_is_wanted(world: World, bid: str, grant_type: str) -> None:
    world.register("Ann", bidding_strategy=bid)
    world.posted()
    assert [one.grant_type for one in world.work("Ann")] == [grant_type]


def test_a_grant_whose_lease_is_over_is_none(world: World) -> None:
    world.register("Ann", bidding_strategy="claim")
    world.posted()
    world.clock.put_on(seconds=600)
    assert kinds(world) == []


def test_one_that_always_bids_the_same_is_not_asked(world: World) -> None:
    world.register("Bob", bidding_strategy="claim")
    world.posted()
    assert kinds(world, "Bob") == []
    assert len(kinds(world, "Ann")) == 1


def test_of_many_goals_at_once_none_is_lost_to_an_agent_that_bids(world: World) -> None:
    """Also beside one that is dead: until their time is over all of them wait for its bid."""
    world.register("Bob", target_types=("Draft",))
    drafts = [world.post() for _ in range(300)]
    world.run()
    for _ in range(10):
        world.clock.put_on(seconds=1)
        for work in world.work("Ann"):
            world.bid("Ann", work.claim, "exclusive")
        world.run()
    world.wait(seconds=30)
    claims = [world.claim(draft) for draft in drafts]
    assert {claim.silent for claim in claims} == {("Bob",)}
    assert {claim.stage for claim in claims} == {Stage.EXCLUSIVE}


@pytest.mark.parametrize("others", ["Plan", "Draft"])
def test_a_claim_that_an_agent_missed_is_found_behind_many_that_are_newer(world: World, others: str) -> None:
    """Be they nobody's business, or such that it was asked about too and does not want."""
    draft = world.posted()
    world.wait(seconds=31)
    for _ in range(250):
        world.clock.put_on(seconds=0.1)
        world.post(type=others)
    world.wait(seconds=31)
    assert kinds(world)[0] == ("bid", draft.id)
    world.bid("Ann", world.claim(draft), "ignore")
    while work := world.work("Ann"):
        world.clock.put_on(seconds=1)
        for one in work:
            world.bid("Ann", one.claim, "ignore")
    assert all(claim.silent == () for claim in world.claims())


def test_while_it_waits_it_hears_of_what_is_new_only(world: World) -> None:
    world.posted()
    world.wait(seconds=31)
    new = world.posted()
    seen = work_of(world.agent("Ann"), board=world.board, at=world.clock(), asleep=False)
    assert [one.target.id for one in seen] == [new.id]


def test_one_answer_has_its_bounds(world: World) -> None:
    world.register("Ann", target_types=("Draft",), capacity=MAX_CAPACITY)
    drafts = [world.posted() for _ in range(MOST_ITEMS + 5)]
    assert len(world.work("Ann")) == MOST_ITEMS
    for draft in drafts:
        world.bid("Ann", world.claim(draft), "claim")
    world.run()
    assert [one.kind for one in world.work("Ann")] == ["grant"] * MOST_ITEMS


def test_all_that_it_has_in_hand_is_in_one_answer(world: World) -> None:
    world.register("Ann", bidding_strategy="claim", target_types=("Draft",), capacity=MAX_CAPACITY)
    for _ in range(MAX_CAPACITY + 3):
        world.posted()
    agent = world.agent("Ann")
    assert [one.claim.id for one in world.work("Ann")] == list(agent.working)
    assert (len(agent.working), len(agent.waiting)) == (MAX_CAPACITY, 3)


def test_the_context_is_what_led_to_it_the_oldest_first(world: World) -> None:
    goal = world.post(type="Goal")
    world.clock.put_on(seconds=1)
    plan = world.post(type="Plan", source_artefacts=(goal.id,))
    world.clock.put_on(seconds=1)
    answer = world.post(type="Answer", structural_type=StructuralType.ANSWER, source_artefacts=(goal.id,))
    draft = world.posted(source_artefacts=(answer.id, plan.id))
    assert context(world, draft) == [goal.id, plan.id, answer.id]
    assert [one.id for one in world.work("Ann")[0].context] == []  # who only bids sees what is asked about


@pytest.mark.parametrize(
    ("kind", "is_shown"),
    [
        (StructuralType.STANDARD, True),
        (StructuralType.ANSWER, True),
        (StructuralType.REVIEW, True),
        (StructuralType.QUESTION, False),
        (StructuralType.FAILURE, False),
        (StructuralType.TERMINAL, False),
    ],
)
def test_the_context_has_what_is_to_be_built_upon(world: World, kind: StructuralType, is_shown: bool) -> None:
    source = world.post(structural_type=kind, type="Other")
    draft = world.posted(source_artefacts=(source.id,))
    assert (source.id in context(world, draft)) == is_shown


def test_of_each_thread_the_latest_of_those_that_led_to_it(world: World) -> None:
    first = world.post(type="Plan")
    second = world.post(type="Plan", logical_id=first.id, source_artefacts=(first.id,))
    world.post(type="Plan", logical_id=first.id, source_artefacts=(second.id,))  # it did not lead to it
    draft = world.posted(source_artefacts=(second.id, first.id))
    assert context(world, draft) == [second.id]


def test_who_does_it_over_sees_the_reviews_and_no_other_version(world: World) -> None:
    world.register("Cleo", bidding_strategy="review", target_types=("Draft",))
    world.register("Ann", role="Writer", target_types=("Goal",))
    goal = world.posted(type="Goal")
    world.bid("Ann", world.claim(goal), "ignore")
    draft = world.posted(WRITERS, source_artefacts=(goal.id,))
    for _ in range(2):
        review = world.judge("Cleo", world.claim(draft), "shorter")
        world.run()
        (work,) = world.work("Ann")
        assert (work.kind, work.claim.is_rework, work.target.id) == ("grant", True, draft.id)
        shown = [one.id for one in work.context]
        assert (review.id in shown, goal.id in shown, draft.id in shown) == (True, True, False)
        assert not {one.logical_id for one in work.context} & {draft.logical_id}
        draft = world.redo("Ann", work.claim)
        world.run()


def test_who_does_it_over_sees_the_goal_however_often_that_was(world: World) -> None:
    world.set(max_review_iterations=0)
    world.register("Writer", bidding_strategy="exclusive", target_types=("Goal",))
    for name in ("Cleo", "Dave", "Eve", "Fay", "Gus", "Hal", "Ian", "Joe", "Kim", "Lea", "Max"):
        world.register(name, bidding_strategy="review", target_types=("Draft",))
    world.remove("Ann")
    goal = world.posted(type="Goal")
    draft = world.do("Writer", world.claim(goal), type="Draft")
    world.run()
    for _ in range(13):
        world.clock.put_on(seconds=1)
        for grant in world.claim(draft).active:
            world.judge(grant.agent, world.claim(draft), "shorter")
        world.run()
        (work,) = world.work("Writer")
        assert work.context[0].id == goal.id
        draft = world.redo("Writer", work.claim)
        world.run()
    assert len(work.context) == MOST_CONTEXT


def test_it_may_see_its_own_work_what_it_is_to_do_and_nothing_else(world: World) -> None:
    goal, other = world.post(type="Goal"), world.post(type="Goal")
    draft = world.posted(source_artefacts=(goal.id,))
    assert [sees(world, one) for one in (draft, goal, other)] == [True, False, False]
    world.bid("Ann", world.claim(draft), "claim")
    world.run()
    assert [sees(world, one) for one in (draft, goal, other)] == [True, True, False]
    made = world.do("Ann", world.claim(draft))
    world.run()
    assert [sees(world, one) for one in (made, draft, goal, other)] == [True, False, False, False]


def test_it_sees_nothing_of_another_instance_also_where_that_has_one_of_its_name(world: World) -> None:
    elsewhere = world.post(Author(role="Ann", by="agent:Ann", holder="Ann"), instance="other")
    assert not sees(world, elsewhere)


def test_a_lineage_goes_up_and_down_and_says_where_it_was_cut(world: World) -> None:
    chain = [world.post()]
    for _ in range(4):
        chain.append(world.post(source_artefacts=(chain[-1].id,)))
    ids = [one.id for one in chain]

    def found(first: str, **how: Any) -> tuple[list[str], bool]:
        artefacts, is_cut = lineage([first], world.board, **how)
        return [one.id for one in artefacts], is_cut

    assert found(ids[-1], depth=10, up=True) == (ids[::-1], False)
    assert found(ids[0], depth=10, up=False) == (ids, False)
    assert found(ids[0], depth=5, up=False) == (ids, False)
    assert found(ids[0], depth=2, up=False) == (ids[:2], True)


def test_a_lineage_has_each_once_and_not_too_many(world: World) -> None:
    first = world.post()
    both = [world.post(source_artefacts=(first.id,)) for _ in range(2)]
    last = world.post(source_artefacts=tuple(one.id for one in both))
    found, _ = lineage([last.id], world.board, depth=10, up=True)
    assert len(found) == len({one.id for one in found}) == 4
    for _ in range(MOST_ARTEFACTS):
        world.post(source_artefacts=(first.id,))
    many, is_cut = lineage([first.id], world.board, depth=10, up=False)
    assert (len(many), is_cut) == (MOST_ARTEFACTS, True)


def test_payloads_are_there_as_far_as_there_is_room_the_first_ones_first(world: World) -> None:
    half = "x" * (MOST_BYTES // 2)
    posted = [replace(world.post(), payload=payload) for payload in (half, half, "x", "")]
    assert list(fits_in(posted).values()) == [True, True, False, True]


def test_room_is_what_json_makes_of_a_payload(world: World) -> None:
    assert list(fits_in([replace(world.post(), payload='"' * (MOST_BYTES // 4 + 1))]).values()) == [False]


def test_targets_come_before_what_led_to_them(world: World) -> None:
    goal = world.post(type="Goal")
    drafts = [world.posted(source_artefacts=(goal.id,)).id for _ in range(2)]
    world.register("Ann", target_types=("Draft",), capacity=2)
    for one in world.work("Ann"):
        world.bid("Ann", one.claim, "claim")
    world.run()
    shown = [one.id for one in in_order(world.work("Ann"))]
    assert (sorted(shown[:2]), shown[2:]) == (sorted(drafts), [goal.id, goal.id])


def test_a_payload_takes_its_room_as_often_as_it_stands_there(world: World) -> None:
    goal = world.post(type="Goal", payload="x" * 250_000)
    world.register("Ann", bidding_strategy="claim", target_types=("Draft",), capacity=MOST_ITEMS)
    for _ in range(MOST_ITEMS):
        world.posted(source_artefacts=(goal.id,))
    work = world.work("Ann")
    assert sum(goal.id in [one.id for one in each.context] for each in work) == MOST_ITEMS
    assert fits_in(in_order(work))[goal.id] is False
    assert fits_in(in_order(work[:3]))[goal.id] is True


class Counting:
    """A board that counts what is read of it."""

    def __init__(self, world: World) -> None:
        self._board = world.board
        self.read: Counter[str] = Counter()

    def artefacts(self, artefact_ids: Collection[str]) -> dict[str, Artefact]:
        self.read.update(artefact_ids)
        return self._board.artefacts(artefact_ids)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._board, name)


def with_much_to_see(world: World, each: str) -> None:
    """Ann has all she can take in hand; each was made of other plans, and all of one."""
    world.register("Ann", bidding_strategy="claim", target_types=("Draft",), capacity=MOST_ITEMS)
    goal = world.post(type="Goal", payload=each)
    for _ in range(MOST_ITEMS):
        plans = [world.post(type="Plan", payload=each) for _ in range(3)]
        world.posted(source_artefacts=(goal.id, *(plan.id for plan in plans)))


def test_what_much_work_has_in_common_is_read_once(world: World) -> None:
    with_much_to_see(world, "x")
    board = Counting(world)
    work = work_of(world.agent("Ann"), board=board, at=world.clock())
    assert len(work) == MOST_ITEMS
    assert len(board.read) == MOST_ITEMS * 4 + 1
    assert set(board.read.values()) == {1}


def test_of_payloads_no_more_is_held_than_a_function_has_room_for(world: World) -> None:
    with_much_to_see(world, "x" * 250_000)
    shown = {one.id: one for one in in_order(world.work("Ann"))}
    held = sum(len(one.payload or "") for one in shown.values())
    assert MOST_BYTES < held <= MOST_HELD
    assert len(shown) == MOST_ITEMS * 4 + 1


def test_targets_that_are_kept_as_files_are_read_as_far_as_they_may_be_shown(world: World) -> None:
    world.register("Ann", bidding_strategy="claim", target_types=("Draft",), capacity=MOST_ITEMS)
    for _ in range(4):
        world.posted(payload="x" * 1_000_000)
    work = targets_read(world.work("Ann"), lambda target: replace(target, payload="read"))
    assert [one.target.payload for one in work] == ["read", "read", "read", None]
