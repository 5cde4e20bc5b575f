"""Whatever happens, in whatever order: one run for each thing asked for, and no claim that is not true."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from shared.deploys.order import REQUESTED
from shared.deploys.refusals import BusyError, NotNowError
from shared.deploys.states import MOVING, TRANSITIONS, State
from shared.discord.answers import body_of
from shared.discord.deploy_card import progress
from shared.runtime.errors import ConflictError
from tests.unit.functions.conduct_deploys.test_service import let_runs_end
from tests.unit.functions.conduct_deploys.world import NOT_YET, PERHAPS, SURELY_NOT, World
from tests.unit.shared.deploys.samples import ANNA, BAD, BEN, WELL

# What has to be so where a state says it: how the run has ended, and what was found after it.
OUT = [(["success"], (WELL,))]
CLAIMS: dict[State, list[Any]] = {
    State.CANARY: OUT,
    State.DEPLOYED: OUT,
    State.PROMOTED: OUT,
    State.ROLLED_BACK: OUT,
    State.UNHEALTHY: [(["success"], (BAD,))],
    State.FAILED: [(["failure"], ()), (["cancelled"], ())],
}
FATES = [*SURELY_NOT, *NOT_YET, *PERHAPS, *(f"lost {fate}" for fate in PERHAPS)]
PEOPLE = st.sampled_from((ANNA, BEN))


class Shipping(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.told: list[dict[str, Any]] = []  # runs as they were at some time: webhooks that may still come

    @rule(by=PEOPLE, strategy=st.sampled_from(("canary", "full")))
    def ship(self, by: str, strategy: str) -> None:
        with suppress(BusyError):
            self.world.ship(by=by, strategy=strategy)

    @precondition(lambda self: self.is_there)
    @rule(by=PEOPLE, promotes=st.booleans())
    def press(self, by: str, promotes: bool) -> None:
        with suppress(NotNowError):
            (self.world.promote if promotes else self.world.roll_back)(by=by)

    @precondition(lambda self: self.is_there and self.world.now().state is State.CANARY)
    @rule()
    def press_both_at_once(self) -> None:
        """Two people have seen the same; of their presses one counts."""
        seen = self.world.now()
        orders = [self.world.order(by) for by in (ANNA, BEN)]
        asked = [seen.promotion_requested(orders[0]), seen.rollback_requested(orders[1])]
        won = 0
        for one in asked:
            with suppress(ConflictError):
                self.world.deploys.save(one, self.world.cause(one.acted_by))
                won += 1
        assert won == 1

    @rule(fates=st.lists(st.sampled_from(FATES), max_size=3), looks=st.lists(st.sampled_from(PERHAPS), max_size=3))
    def github_is_unwell(self, fates: list[str], looks: list[str]) -> None:
        self.world.github.fates, self.world.github.look_fates = fates, looks

    @rule(minutes=st.sampled_from((0, 1, 2, 5, 30, None)), names_runs=st.booleans())
    def github_lists_runs_late_or_by_another_name(self, minutes: int | None, names_runs: bool) -> None:
        self.world.github.listed_after = None if minutes is None else timedelta(minutes=minutes)
        self.world.github.names_runs = names_runs

    @rule(fates=st.lists(st.sampled_from((429, 500, 403)), max_size=2))
    def discord_is_unwell(self, fates: list[int]) -> None:
        self.world.channel.fates = fates

    @rule(is_well=st.booleans())
    def what_is_shipped_changes(self, is_well: bool) -> None:
        self.world.looks = [WELL if is_well else BAD]

    @precondition(lambda self: self.world.github.runs)
    @rule(data=st.data(), conclusion=st.sampled_from(("success", "failure", "cancelled")))
    def a_run_ends(self, data: st.DataObject, conclusion: str) -> None:
        run = self.world.github.runs[data.draw(st.sampled_from(sorted(self.world.github.runs)))]
        if run["status"] != "completed":
            self.told.append(dict(run))
            self.told.append(dict(self.world.github.end(conclusion, run["id"])))

    @precondition(lambda self: self.told)
    @rule(data=st.data(), is_the_last=st.booleans())
    def github_tells(self, data: st.DataObject, is_the_last: bool) -> None:
        number = data.draw(st.integers(0, len(self.told) - 1))
        told = self.told.pop(number) if is_the_last else self.told[number]
        self.world.tell(told, delivery=f"{number}-{len(self.told)}" if is_the_last else "")

    @rule(data=st.data(), comes_again=st.booleans())
    def a_message_is_dealt_with(self, data: st.DataObject, comes_again: bool) -> None:
        self.world.relay()
        if self.world.queue:
            number = data.draw(st.integers(0, len(self.world.queue) - 1))
            waiting = self.world.queue[number]
            if not comes_again:
                self.world.queue.remove(waiting)
            self.world.deal_with(waiting.detail)

    @rule(minutes=st.sampled_from((1, 3, 30, 200)))
    def time_passes(self, minutes: int) -> None:
        self.world.clock.now += timedelta(minutes=minutes)

    @invariant()
    def there_is_one_run_for_each_thing_that_was_asked_for(self) -> None:
        keys = self.world.github.keys()
        assert len(keys) == len(set(keys))

    @invariant()
    def nothing_is_claimed_that_is_not_so(self) -> None:
        if not self.is_there:
            return
        deploy = self.world.now()
        mine = self.world.github.runs_of(deploy.run_key)
        conclusions = [run["conclusion"] for run in mine]
        if deploy.state is State.REFUSED:
            assert mine == []
        claim = CLAIMS.get(deploy.state)
        if claim is not None:
            assert (conclusions, deploy.looks) in claim
        if deploy.run_id is not None:
            assert [run["id"] for run in mine] == [deploy.run_id]

    @invariant()
    def every_step_is_one_of_the_table_and_none_is_missing(self) -> None:
        state = None
        for number, event in enumerate(self.world.events(), start=1):
            assert event.version == number
            if event.type == "deploy.announced":
                continue
            before, after = event.data["from_state"], State(event.data["to_state"])
            assert before == (None if event.type == REQUESTED else state)
            assert before is None or after == before or after in TRANSITIONS[State(before)]
            state = after

    def teardown(self) -> None:
        """All is well again: everything ends, and what is shown is what is."""
        world = self.world
        world.github.fates, world.github.look_fates, world.channel.fates = [], [], []
        let_runs_end(world)
        self.there_is_one_run_for_each_thing_that_was_asked_for()
        self.nothing_is_claimed_that_is_not_so()
        self.every_step_is_one_of_the_table_and_none_is_missing()
        if not self.is_there:
            return
        deploy = world.now()
        assert deploy.state not in MOVING
        if deploy.message_id:
            assert world.channel.messages[deploy.message_id] == body_of(progress(deploy)) | _nonce(world, deploy)

    @property
    def is_there(self) -> bool:
        return self.world.deploys.get("staging") is not None


def _nonce(world: World, deploy: Any) -> dict[str, Any]:
    """A message that was never edited still has what it was posted with."""
    message = world.channel.messages[deploy.message_id]
    return {name: message[name] for name in ("nonce", "enforce_nonce") if name in message}


Shipping.TestCase.settings = settings(derandomize=True, deadline=None, max_examples=60, stateful_step_count=40)
TestWhateverHappens = Shipping.TestCase
