"""Pages of claims."""

import pytest

from functions.serve_blackboard import pages
from functions.serve_blackboard.pages import WAITING, WantedClaims, page_of_claims
from shared.blackboard.claim import Claim
from tests.unit.functions.arbitrate_claims.world import INSTANCE, World


def listed(world: World, waits_for: str) -> list[Claim]:
    """The first page."""
    wanted = WantedClaims(instance=INSTANCE, waits_for=waits_for)
    return page_of_claims(wanted, board=world.board, secret=lambda: b"secret")[0]


def a_bit_of_everything() -> World:
    world = World(review_by_people=("Plan",))
    world.register("Ann", bidding_strategy="claim", target_types=("Draft",))
    world.register("Bob", target_types=("Result",))
    world.register("Cleo", bidding_strategy="review", target_types=("Sketch",))
    world.register("Dave", bidding_strategy="exclusive", target_types=("Book",))
    world.ask()
    for type_ in ("Draft", "Plan", "Result", "Nobody's", "Sketch", "Book"):
        world.post(type=type_)
    world.run()
    return world


def test_each_claim_is_found_by_what_it_waits_for() -> None:
    world = a_bit_of_everything()
    for waits_for in WAITING:
        found = {claim.id for claim in listed(world, waits_for)}
        assert found
        assert found == {claim.id for claim in world.claims() if claim.waits_for == waits_for}


def test_what_waits_for_a_person_is_on_the_first_page_however_much_sleeps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MOST_LOOKED_AT", 10)
    world = World()
    question = world.ask()
    for _ in range(30):
        world.post(type="Goal")
    world.run()
    assert [claim.target.id for claim in listed(world, "person")] == [question.id]
