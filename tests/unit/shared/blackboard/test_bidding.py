"""Bidding: who is asked, how long, what silence means, and which bids are refused."""

from typing import Any

import pytest

from shared.blackboard.agent import Bid
from shared.blackboard.artefact import StructuralType
from shared.blackboard.claim import Claim
from shared.blackboard.stages import Stage
from shared.runtime.errors import ContradictionError, NotFoundError
from tests.unit.functions.arbitrate_claims.world import World


@pytest.fixture
def world() -> World:
    world = World()
    for name in ("Ann", "Bob", "Cleo"):
        world.register(name)
    return world


def opened(world: World, **said: Any) -> Claim:
    artefact = world.post(**said)
    world.run()
    return world.claim(artefact)


def bids_told(world: World, claim: Claim) -> dict[str, tuple[str, bool, bool]]:
    told = [event.data for event in world.told(claim.id, "claim.bid_submitted")]
    return {said["agent_name"]: (said["bid_type"], said["silent"], said["by_strategy"]) for said in told}


def test_all_that_fit_are_asked_and_have_their_time(world: World) -> None:
    claim = opened(world)
    assert (claim.stage, claim.status, claim.waits_for) == (Stage.BIDDING, "pending_review", "bids")
    assert claim.invited == claim.missing == ("Ann", "Bob", "Cleo")
    assert claim.deadline_at == world.clock() + world.settings.bidding


def test_when_all_have_bid_it_goes_on_at_once(world: World) -> None:
    claim = opened(world)
    for name in claim.invited:
        assert world.now(claim).stage is Stage.BIDDING
        world.bid(name, claim, Bid.CLAIM)
        world.run()
    assert world.now(claim).stage is Stage.PARALLEL


def test_until_its_time_is_over_one_that_is_missing_is_waited_for(world: World) -> None:
    claim = opened(world)
    world.bid("Ann", claim, Bid.CLAIM)
    world.wait(seconds=29)
    assert world.now(claim).stage is Stage.BIDDING
    world.wait(seconds=1)
    assert world.now(claim).stage is Stage.PARALLEL


def test_silence_is_recorded_as_such(world: World) -> None:
    claim = opened(world)
    world.bid("Ann", claim, Bid.EXCLUSIVE)
    world.wait(seconds=30)
    assert bids_told(world, claim) == {
        "Ann": ("exclusive", False, False),
        "Bob": ("ignore", True, False),
        "Cleo": ("ignore", True, False),
    }


def test_an_agent_that_is_gone_is_not_waited_for(world: World) -> None:
    claim = opened(world)
    world.bid("Ann", claim, Bid.CLAIM)
    world.bid("Bob", claim, Bid.CLAIM)
    world.remove("Cleo")
    world.settle(claim)
    assert world.now(claim).stage is Stage.PARALLEL
    assert bids_told(world, claim)["Cleo"] == ("ignore", True, False)


def test_the_bid_of_one_that_is_gone_does_not_count(world: World) -> None:
    claim = opened(world)
    for name in claim.invited:
        world.bid(name, claim, Bid.CLAIM)
    world.remove("Bob")
    world.run()
    assert [grant.agent for grant in world.now(claim).grants] == ["Ann", "Cleo"]


@pytest.mark.parametrize("bid", [Bid.CLAIM, Bid.EXCLUSIVE])
def test_where_all_that_bid_are_gone_it_waits_for_another(world: World, bid: Bid) -> None:
    claim = opened(world)
    world.bid("Ann", claim, bid)
    world.remove("Ann")
    world.wait(seconds=30)
    assert world.now(claim).waits_for == "agents"
    world.bid("Bob", claim, bid)
    world.run()
    assert [grant.agent for grant in world.now(claim).active] == ["Bob"]


def test_where_those_of_one_phase_are_gone_those_of_the_next_begin(world: World) -> None:
    claim = opened(world)
    for name, bid in {"Ann": Bid.CLAIM, "Bob": Bid.EXCLUSIVE, "Cleo": Bid.IGNORE}.items():
        world.bid(name, claim, bid)
    world.remove("Ann")
    world.run()
    assert (world.now(claim).stage, [one.agent for one in world.now(claim).active]) == (Stage.EXCLUSIVE, ["Bob"])


def test_where_all_that_wanted_to_review_it_are_gone_it_has_failed(world: World) -> None:
    claim = opened(world)
    for name, bid in {"Ann": Bid.REVIEW, "Bob": Bid.EXCLUSIVE}.items():
        world.bid(name, claim, bid)
    world.remove("Ann")
    world.wait(seconds=30)
    over = world.now(claim)
    assert (over.stage, over.termination_reason) == (Stage.TERMINATED, "AgentVanished: all that bid review are gone")
    assert world.artefacts()[-1].type == "AgentVanished"


def test_where_all_that_bid_are_gone_when_their_phase_comes_it_has_failed(world: World) -> None:
    claim = opened(world)
    for name, bid in {"Ann": Bid.REVIEW, "Bob": Bid.EXCLUSIVE, "Cleo": Bid.IGNORE}.items():
        world.bid(name, claim, bid)
    world.run()
    world.remove("Bob")
    world.judge("Ann", claim)
    world.run()
    assert world.now(claim).termination_reason == "AgentVanished: all that bid exclusive are gone"


def test_one_that_is_gone_bids_no_more_and_ends_nothing_by_it(world: World) -> None:
    """Its key is good for longer than it takes part."""
    claim = opened(world)
    world.wait(seconds=30)
    world.remove("Ann")
    with pytest.raises(NotFoundError):
        world.bid("Ann", claim, Bid.EXCLUSIVE)
    world.run()
    assert world.now(claim).stage is Stage.DORMANT


@pytest.mark.parametrize("strategy", Bid)
def test_one_that_always_bids_the_same_is_not_asked(strategy: Bid) -> None:
    world = World()
    world.register("Ann", bidding_strategy=strategy)
    claim = opened(world)
    assert bids_told(world, claim) == {"Ann": (str(strategy), False, True)}
    assert claim.stage is not Stage.BIDDING


def test_strategies_do_not_keep_the_others_from_bidding(world: World) -> None:
    world.register("Cleo", bidding_strategy=Bid.REVIEW)
    claim = opened(world)
    assert (claim.stage, claim.missing) == (Stage.BIDDING, ("Ann", "Bob"))


def test_the_same_bid_again_changes_nothing_and_another_is_refused(world: World) -> None:
    claim = opened(world)
    bid = world.bid("Ann", claim, Bid.CLAIM)
    assert world.bid("Ann", claim, Bid.CLAIM).version == bid.version
    with pytest.raises(ContradictionError, match="has bid claim already"):
        world.bid("Ann", claim, Bid.REVIEW)


@pytest.mark.parametrize("name", ["Dave", "user", ""])
def test_who_is_not_asked_may_not_bid(world: World, name: str) -> None:
    with pytest.raises(NotFoundError, match="there is no claim"):
        world.bid(name, opened(world), Bid.CLAIM)


def test_when_its_time_is_over_no_bid_is_taken_also_where_nobody_has_noticed(world: World) -> None:
    claim = opened(world)
    world.clock.put_on(seconds=30)
    with pytest.raises(ContradictionError, match="is over"):
        world.bid("Ann", claim, Bid.CLAIM)


def test_who_was_away_is_refused_once_others_are_at_it(world: World) -> None:
    claim = opened(world)
    world.bid("Ann", claim, Bid.CLAIM)
    world.wait(seconds=30)
    assert world.work("Bob") == []
    with pytest.raises(ContradictionError):
        world.bid("Bob", claim, Bid.CLAIM)


def test_who_was_away_finds_the_claim_still_and_its_bid_wakes_it(world: World) -> None:
    claim = opened(world)
    world.wait(seconds=30)
    assert world.now(claim).stage is Stage.DORMANT
    world.wait(seconds=3_600)
    assert [(one.kind, one.claim.id) for one in world.work("Bob")] == [("bid", claim.id)]
    world.bid("Bob", claim, Bid.EXCLUSIVE)
    world.run()
    assert world.now(claim).stage is Stage.EXCLUSIVE
    assert [(one.kind, one.claim.id) for one in world.work("Bob")] == [("grant", claim.id)]
    assert world.work("Ann") == []


def test_who_was_away_and_wants_nothing_is_not_asked_again_and_wakes_nobody(world: World) -> None:
    claim = opened(world)
    world.wait(seconds=30)
    asleep = world.now(claim)
    world.bid("Bob", claim, Bid.IGNORE)
    world.run()
    assert (world.now(claim).stage, world.now(claim).deadline_at) == (Stage.DORMANT, asleep.deadline_at)
    assert world.work("Bob") == []
    assert [one.kind for one in world.work("Ann")] == ["bid"]


def test_who_was_there_and_ignored_it_does_not_change_its_mind(world: World) -> None:
    claim = opened(world)
    world.bid("Ann", claim, Bid.IGNORE)
    world.wait(seconds=30)
    with pytest.raises(ContradictionError):
        world.bid("Ann", claim, Bid.CLAIM)


def test_two_that_were_away_may_both_have_their_bid(world: World) -> None:
    claim = opened(world)
    world.wait(seconds=30)
    for name in ("Ann", "Bob"):
        world.bid(name, claim, Bid.CLAIM)
    world.run()
    assert sorted(grant.agent for grant in world.now(claim).now) == ["Ann", "Bob"]


def test_an_agent_without_target_types_is_asked_about_all_but_what_its_role_made(world: World) -> None:
    world.register("Ann", role="Writer")
    world.register("Bob", role="Writer")
    root = opened(world)
    for name in root.invited:
        world.bid(name, root, Bid.EXCLUSIVE if name == "Ann" else Bid.IGNORE)
    world.run()
    made = world.do("Ann", root)
    world.run()
    assert world.claim(made).invited == ("Cleo",)


def test_target_types_say_what_an_agent_is_asked_about_its_own_work_too(world: World) -> None:
    world.register("Ann", target_types=("Draft*", "?lan"))
    world.register("Bob", target_types=("draft",))
    assert opened(world, type="DraftOfAll").invited == ("Ann", "Cleo")
    assert opened(world, type="Plan").invited == ("Ann", "Cleo")
    assert opened(world, type="Goal").invited == ("Cleo",)
    world.remove("Cleo")
    assert opened(world, type="Goal").invited == ()


@pytest.mark.parametrize(
    ("kind", "starts"),
    [
        (StructuralType.STANDARD, True),
        (StructuralType.QUESTION, True),
        (StructuralType.ANSWER, True),
        (StructuralType.REVIEW, False),
        (StructuralType.FAILURE, False),
        (StructuralType.TERMINAL, False),
    ],
)
def test_some_artefacts_start_work_and_others_do_not(world: World, kind: StructuralType, starts: bool) -> None:
    world.post(structural_type=kind)
    world.run()
    assert len(world.claims()) == starts


def test_an_instance_says_what_starts_work_but_a_terminal_never_does(world: World) -> None:
    world.set(starts_work=("Failure", "Terminal"))
    kinds = (StructuralType.STANDARD, StructuralType.FAILURE, StructuralType.TERMINAL)
    made = {kind: world.post(structural_type=kind) for kind in kinds}
    world.run()
    assert [claim.target.id for claim in world.claims()] == [made[StructuralType.FAILURE].id]
    skipped = [name for name, _ in world.lines if name.endswith("skipped")]
    assert skipped == ["claim_creation_skipped", "terminal_skipped"]
