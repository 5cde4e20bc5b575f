"""What was lost on the way is found."""

from datetime import timedelta
from typing import Any

import pytest

from functions.arbitrate_claims import sweeping
from functions.arbitrate_claims.sweeping import GRACE, OVERLAP
from shared.blackboard.arbiter import take_step
from shared.blackboard.artefact import INLINE_BYTES, StructuralType
from shared.blackboard.sitting import Sitting
from shared.blackboard.stages import Stage
from shared.blackboard.store import LedgerBlackboard
from shared.files.store import MemoryFiles
from shared.ledger.envelope import to_text
from shared.ledger.ledger import Ledger
from shared.runtime.errors import NotFoundError
from tests.unit.functions.arbitrate_claims.world import World


class Watched(LedgerBlackboard):
    """Says from where on its lists were read."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(ledger)
        self.looked_at: list[str | None] = []

    def artefact_list(self, instance: str, *, after: str | None = None, **between: Any) -> Any:
        self.looked_at.append(after)
        return super().artefact_list(instance, after=after, **between)


@pytest.fixture
def world() -> World:
    world = World()
    world.register("Ann", bidding_strategy="claim", target_types=("Draft",))
    return world


def nothing_is_heard(world: World, **time: float) -> None:
    world.queue.clear()
    world.clock.now += timedelta(**time)


def swept(world: World) -> tuple[int, int]:
    found = world.sweep()
    return found.opened, found.resumed


def test_an_artefact_that_was_never_announced_gets_its_claim(world: World) -> None:
    artefact = world.post()
    nothing_is_heard(world, seconds=61)
    assert swept(world) == (1, 0)
    claim = world.claim(artefact)
    assert [grant.agent for grant in claim.active] == ["Ann"]
    assert swept(world) == (0, 0)
    assert [name for name, _ in world.lines] == ["claim_created"]


def test_a_question_to_people_that_was_never_announced_is_theirs(world: World) -> None:
    question = world.ask("Which one?")
    nothing_is_heard(world, seconds=61)
    assert swept(world) == (1, 0)
    assert (world.claim(question).waits_for, world.claim(question).question) == ("person", "Which one?")


def test_what_is_young_is_left_to_its_news(world: World) -> None:
    artefact = world.post()
    world.clock.now += GRACE
    assert swept(world) == (0, 0)
    with pytest.raises(NotFoundError):
        world.claim(artefact)


def test_what_has_its_claim_and_what_starts_no_work_is_passed_over(world: World) -> None:
    world.posted()
    world.post(structural_type=StructuralType.TERMINAL)
    world.post(structural_type=StructuralType.REVIEW)
    nothing_is_heard(world, seconds=61)
    assert swept(world) == (0, 0)
    assert len(world.claims()) == 1


def test_it_goes_on_from_where_it_had_come_with_some_overlap(world: World) -> None:
    """Who is slow to write is found, too; what is older than that was looked at."""
    for _ in range(3):
        world.post()
        nothing_is_heard(world, minutes=8)
        assert world.sweep().opened == 1
    world.board = watched = Watched(world.ledger)
    world.sweep()
    assert watched.looked_at == [to_text(world.artefacts()[-1].created_at - OVERLAP)]


def test_many_are_found_in_one_sweep_in_each_instance(world: World) -> None:
    for number in range(120):
        world.post(instance="default" if number % 2 else "other")
    nothing_is_heard(world, seconds=61)
    assert swept(world) == (120, 0)
    assert world.board.instances() == ["default", "other"]


def test_where_it_forgot_how_far_it_was_it_looks_at_all_once_more(world: World) -> None:
    world.post()
    nothing_is_heard(world, seconds=61)
    swept(world)
    world.post()
    nothing_is_heard(world, days=40)
    assert swept(world) == (1, 1)


@pytest.mark.parametrize("seconds", [-700, -90_000])
def test_a_clock_that_was_put_back_stops_it_not(world: World, seconds: int) -> None:
    world.post()
    nothing_is_heard(world, seconds=61)
    swept(world)
    world.clock.put_on(seconds=seconds)
    assert swept(world) == (0, 0)


def test_bidding_that_nobody_has_ended_is_ended(world: World) -> None:
    world.register("Ann")
    claim = world.claim_of(world.post())
    nothing_is_heard(world, seconds=31)
    assert swept(world) == (0, 0)  # its message may be on its way
    nothing_is_heard(world, seconds=60)
    assert swept(world) == (0, 1)
    assert world.now(claim).stage is Stage.DORMANT


def test_a_lease_that_nobody_has_taken_back_is_taken_back(world: World) -> None:
    claim = world.claim_of(world.post())
    nothing_is_heard(world, seconds=661)
    assert swept(world) == (0, 1)
    assert [(grant.status, grant.times) for grant in world.now(claim).grants] == [("lost", 1), ("live", 2)]


def test_who_is_at_it_still_does_not_hide_who_is_not(world: World) -> None:
    world.set(lease_seconds=60)
    world.register("Bob", bidding_strategy="claim", target_types=("Draft",))
    claim = world.claim_of(world.post())
    for _ in range(3):
        nothing_is_heard(world, seconds=50)
        world.heartbeat("Bob", claim)
    assert swept(world) == (0, 1)
    lost = [grant.agent for grant in world.now(claim).grants if grant.status == "lost"]
    assert lost == ["Ann"]


def test_an_answer_that_nobody_has_heard_of_goes_on(world: World) -> None:
    claim = world.claim_of(world.post())
    world.do("Ann", claim)
    nothing_is_heard(world, seconds=61)
    assert swept(world) == (1, 1)  # the answer starts work of its own
    assert world.now(claim).stage is Stage.COMPLETE


def test_what_waits_for_a_free_hand_is_taken_though_nobody_said_that_there_is_one(world: World) -> None:
    first, second = world.claim_of(world.post()), world.claim_of(world.post())
    world.terminate(first)
    nothing_is_heard(world, seconds=61)
    assert swept(world) == (0, 1)
    assert world.agent("Ann").working == (second.id,)


def test_an_agent_that_registered_unheard_is_asked(world: World) -> None:
    world.remove("Ann")
    claim = world.claim_of(world.post())
    world.clock.put_on(seconds=1)
    world.register("Ann", bidding_strategy="claim", target_types=("Draft",))
    nothing_is_heard(world, seconds=61)
    assert swept(world) == (0, 1)
    assert [grant.agent for grant in world.now(claim).active] == ["Ann"]


def test_an_agent_that_is_gone_unheard_has_lost_its_work(world: World) -> None:
    claim = world.claim_of(world.post())
    world.remove("Ann")
    nothing_is_heard(world, seconds=61)
    assert swept(world) == (0, 1)
    assert world.now(claim).stage is Stage.TERMINATED


def test_who_meets_somebody_at_a_claim_leaves_it_to_them_and_goes_on(world: World) -> None:
    one = world.claim_of(world.post())
    other = world.claim_of(world.post())
    nothing_is_heard(world, days=2)

    def rival() -> None:
        world.register("Ann", target_types=("Draft",), capacity=2 + len(world.events) % 90)
        world.ledger.rival = rival

    world.ledger.rival = rival
    assert swept(world) == (0, 0)
    world.ledger.rival = None
    assert swept(world) == (0, 2)
    assert all(world.now(claim).version > claim.version for claim in (one, other))


def test_all_ends_by_the_sweep_alone(world: World) -> None:
    for type in ("Draft", "Plan"):
        world.post(type=type)
    world.ask()
    for _ in range(40):
        nothing_is_heard(world, days=1)
        world.sweep()
    assert world.claims()
    assert not any(claim.is_open for claim in world.claims())


def test_of_many_claims_one_sweep_looks_at_some_and_the_next_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "MOST_CLAIMS", 4)
    claims = [world.claim_of(world.post(type="Plan")) for _ in range(10)]
    world.register("Bob", bidding_strategy="claim", target_types=("Plan",), capacity=10)
    nothing_is_heard(world, seconds=61)
    assert [swept(world) for _ in range(3)] == [(0, 4), (0, 4), (0, 2)]
    assert {world.now(claim).stage for claim in claims} == {Stage.PARALLEL}
    nothing_is_heard(world, seconds=661)
    assert swept(world)[1] == 4  # a new round


def test_what_has_no_turn_in_one_instance_has_the_first_in_the_next_sweep(world: World) -> None:
    world.post(instance="other")
    claim = world.claim_of(world.post(type="Plan"))
    world.register("Bob", bidding_strategy="claim", target_types=("Plan",))
    late = world.post(instance="other")
    nothing_is_heard(world, seconds=61)
    left = [True] * 4 + [False] * 9  # artefacts of both, and nothing more

    assert world.sweep(lambda: left.pop(0)).resumed == 0
    assert world.claim(late)  # what has no claim comes before all claims
    assert world.state.get("sweep::first") == "default"
    assert swept(world) == (0, 1)
    assert world.now(claim).stage is Stage.PARALLEL
    assert world.state.get("sweep::first") == ""


def test_a_sweep_that_runs_out_of_time_goes_on_where_it_stopped(world: World) -> None:
    for _ in range(5):
        world.claim_of(world.post(type="Plan"))
    world.register("Bob", bidding_strategy="claim", target_types=("Plan",), capacity=5)
    nothing_is_heard(world, seconds=661)
    resumed: list[int] = []
    while sum(resumed) < 5:
        left = [True] * 5 + [False]
        resumed.append(world.sweep(lambda left=left: left.pop(0) if left else False).resumed)  # type: ignore[misc]
        assert len(resumed) < 9
    assert max(resumed) < 5


def test_what_cannot_be_looked_at_holds_up_nothing_else(world: World) -> None:
    """A large question whose file is away, and a claim that nothing can be made of."""
    world.register("Ann", bidding_strategy="claim", target_types=("Draft",), capacity=2)
    payload = "x" * (INLINE_BYTES + 1)
    stuck, other = world.claim_of(world.post()), world.claim_of(world.post())
    broken = world.post(structural_type=StructuralType.QUESTION, type="Question", payload=payload)
    files, world.files = world.files, MemoryFiles()
    nothing_is_heard(world, seconds=661)

    def breaks(sitting: Sitting) -> bool:
        if sitting.claim.id == stuck.id:
            raise KeyError("Ann")
        return take_step(sitting)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sweeping, "take_step", breaks)
        found = world.sweep()
    assert set(found.failed) == {broken.id, stuck.id}
    assert world.now(other).version > other.version
    for _ in range(3):  # however much is posted since
        world.post()
        nothing_is_heard(world, days=20)
        assert world.sweep().failed == (broken.id,)
    world.files = files
    assert world.sweep().failed == ()
    assert world.claim(broken)
    assert world.state.get("sweep:default:failed") == []


def test_what_cannot_be_looked_at_is_looked_at_apart_and_the_sweep_goes_on_behind_it(world: World) -> None:
    files, broken = broken_questions(world, 2)
    nothing_is_heard(world, hours=1)
    assert set(world.sweep().failed) == broken
    world.post()
    nothing_is_heard(world, hours=1)
    world.sweep()
    world.board = watched = Watched(world.ledger)
    assert set(world.sweep().failed) == broken
    assert watched.looked_at == [to_text(world.artefacts()[-1].created_at - OVERLAP)]
    world.files = files
    assert (world.sweep().opened, world.sweep().opened) == (2, 0)


def test_where_very_many_cannot_be_looked_at_the_sweep_waits_for_them(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "MOST_FAILED", 2)
    files, broken = broken_questions(world, 3)
    for _ in range(3):
        world.post()
        nothing_is_heard(world, hours=1)
        assert set(world.sweep().failed) == broken
    assert world.state.get("sweep:default") is None
    world.files = files
    assert world.sweep().opened == 3
    assert world.state.get("sweep:default") is not None


def broken_questions(world: World, number: int) -> tuple[MemoryFiles, set[str]]:
    """Large ones whose files are away; and where the files are."""
    payload = "x" * (INLINE_BYTES + 1)
    how: dict[str, Any] = {"structural_type": StructuralType.QUESTION, "type": "Question", "payload": payload}
    broken = {world.post(**how).id for _ in range(number)}
    files, world.files = world.files, MemoryFiles()
    return files, broken
