"""What the blackboard answers."""

import json
from uuid import UUID

import pytest

from shared.blackboard.agent_views import AgentView, InstanceView
from shared.blackboard.artefact import PERSON, StructuralType
from shared.blackboard.claim import Claim
from shared.blackboard.views import ArtefactView, ClaimView
from shared.blackboard.work_views import WorkList
from shared.ledger.event_view import EventView
from tests.unit.functions.arbitrate_claims.world import World


@pytest.fixture
def world() -> World:
    world = World()
    world.register("Ann", bidding_strategy="claim", target_types=("Draft",))
    world.register("Bob", bidding_strategy="exclusive", target_types=("Draft",))
    return world


def view(world: World, claim: Claim) -> ClaimView:
    return ClaimView.of(world.now(claim))


def test_an_artefact_is_shown_with_its_payload_or_without(world: World) -> None:
    artefact = world.post(payload="ü", summary="a draft")
    shown = ArtefactView.of(artefact)
    assert (shown.payload, shown.payload_size, shown.summary) == ("ü", 2, "a draft")
    assert shown.created_at_ms == int(artefact.created_at.timestamp() * 1_000)
    assert ArtefactView.of(artefact, with_payload=False).payload is None
    assert "body_hash" not in shown.model_dump()
    assert "payload_key" not in shown.model_dump()


def test_a_claim_shows_who_was_granted_what_in_which_phase(world: World) -> None:
    claim = world.claim_of(world.post())
    shown = view(world, claim)
    assert (shown.status, shown.waits_for, shown.asks_for) == ("pending_parallel", "work", None)
    assert (shown.granted_parallel_agents, shown.granted_exclusive_agent) == (["Ann"], None)
    assert shown.phase_state.model_dump(exclude={"started_at"}) == {
        "current": "parallel",
        "granted_agents": ["Ann"],
        "received": {},
        "all_bids": {"Ann": "claim", "Bob": "exclusive"},
    }
    made = world.do("Ann", claim)
    assert view(world, claim).phase_state.received == {"Ann": UUID(made.id)}
    world.run()
    shown = view(world, claim)
    assert (shown.status, shown.granted_parallel_agents, shown.granted_exclusive_agent) == (
        "pending_exclusive",
        ["Ann"],
        "Bob",
    )
    assert (shown.phase_state.current, shown.phase_state.granted_agents) == ("exclusive", ["Bob"])


def test_a_claim_that_is_over_says_so_and_why(world: World) -> None:
    claim = world.terminate(world.claim_of(world.post()), "not wanted")
    shown = view(world, claim)
    assert (shown.status, shown.waits_for, shown.deadline_at) == ("terminated", None, None)
    assert (shown.termination_reason, shown.phase_state.current) == ("not wanted", None)
    assert [grant.status for grant in shown.grants] == ["withdrawn"]


def test_a_claim_that_was_given_out_again_names_its_agent_once(world: World) -> None:
    claim = world.claim_of(world.post())
    world.give_back("Ann", claim)
    shown = view(world, claim)
    assert shown.granted_parallel_agents == ["Ann"]
    assert [(grant.status, grant.times) for grant in shown.grants] == [("lost", 1), ("live", 2)]


def test_a_claim_says_what_a_person_is_asked_for(world: World) -> None:
    shown = view(world, world.claim_of(world.ask("Which one?")))
    assert (shown.waits_for, shown.asks_for, shown.question) == ("person", "answer", "Which one?")
    assert shown.granted_exclusive_agent == PERSON


def test_an_agent_shows_what_it_has_in_hand(world: World) -> None:
    one, _ = world.claim_of(world.post()), world.claim_of(world.post())
    shown = AgentView.of(world.agent("Ann"))
    assert (shown.working_on, shown.queue_length, shown.bidding_strategy) == ([UUID(one.id)], 1, "claim")
    assert shown.webhook_secret is None


def test_an_instance_shows_all_its_settings(world: World) -> None:
    world.set(bidding_seconds=5, review_by_people=("Plan*",))
    shown = InstanceView.of(world.board.instance("default")).model_dump(mode="json")
    assert shown["settings"]["bidding_seconds"] == 5
    assert shown["settings"]["review_by_people"] == ["Plan*"]
    assert shown["settings"]["starts_work"] == ["Standard", "Question", "Answer"]


def test_work_is_shown_with_all_that_it_takes(world: World) -> None:
    goal = world.post(type="Goal")
    claim = world.claim_of(world.post(source_artefacts=(goal.id,)))
    (item,) = WorkList.of(world.work("Ann"), "Ann").work
    assert (item.kind, item.claim_type, item.rework, item.times) == ("grant", "claim", False, 1)
    assert (item.claim_id, item.lease_until) == (UUID(claim.id), claim.deadline_at)
    assert [one.payload for one in (item.target_artefact, *item.context_chain)] == ["a draft", "a draft"]


def test_work_to_bid_for_has_a_time_and_no_lease(world: World) -> None:
    world.register("Cleo")
    world.posted()
    (item,) = WorkList.of(world.work("Cleo"), "Cleo").work
    assert (item.kind, item.claim_type, item.lease_until, item.times) == ("bid", None, None, None)
    assert item.context_chain == []


def test_all_that_happens_can_be_shown_as_json(world: World) -> None:
    claim = world.claim_of(world.ask())
    world.answer(claim, "well")
    world.do("Ann", world.claim_of(world.post()), structural_type=StructuralType.FAILURE)
    world.remove("Bob")
    world.run()
    for event in world.events:
        json.loads(EventView.of(event).model_dump_json())
        assert event.data["instance"] == "default"
        assert event.source == "switchyard.blackboard"
    for shown in map(ClaimView.of, world.claims()):
        json.loads(shown.model_dump_json())
