"""A deploy is conducted: GitHub is asked once, whatever it answers, and nothing is claimed that is not known."""

from datetime import timedelta

import pytest

from functions.conduct_deploys.service import LOST_AFTER
from shared.deliveries.delivery import HELD_FOR, Status, first_try
from shared.deploys.checks import MOST_CHECKS
from shared.deploys.order import ANNOUNCED, Action
from shared.deploys.refusals import BusyError, NotNowError
from shared.deploys.states import State
from shared.ledger.envelope import to_detail
from shared.runtime.github import NAME
from tests.unit.functions.conduct_deploys.world import NOT_YET, PERHAPS, SURELY_NOT, World
from tests.unit.shared.deploys.samples import BAD, BEN, WELL


@pytest.fixture
def world() -> World:
    return World()


def begin(world: World, *fates: str, **told: str) -> None:
    """Somebody ships; the run that comes of it is over at once, and well."""
    world.github.fates = list(fates)
    world.ship(**told)
    world.relay()


def let_runs_end(world: World, conclusion: str = "success") -> None:
    """Messages are dealt with; each run is over when it is looked at."""
    for _ in range(2_000):
        for run in world.github.runs.values():
            if run["status"] != "completed":
                run |= {"status": "completed", "conclusion": conclusion}
        world.relay()
        if not world.queue:
            return
        due = min(world.queue, key=lambda waiting: waiting.at)
        world.clock.now = max(world.clock.now, due.at)
        world.queue.remove(due)
        world.deal_with(due.detail)
    raise AssertionError("it goes on and on")


def test_what_is_shipped_is_started_followed_looked_at_and_out(world: World) -> None:
    begin(world)
    let_runs_end(world)
    deploy = world.now()
    assert deploy.state is State.DEPLOYED
    assert world.types() == ["requested", "announced", "started", "run_succeeded", "completed"]
    (body,) = world.github.dispatches
    assert body == {
        "ref": "main",
        "inputs": {
            "environment": "staging",
            "strategy": "full",
            "action": "deploy",
            "correlation_id": deploy.run_key,
            "requested_by": deploy.requested_by,
        },
    }
    assert [event.actor for event in world.events()] == [
        deploy.requested_by,
        deploy.requested_by,
        "service:github",
        "service:github",
        "service:deploys",
    ]


def test_a_canary_is_promoted_with_a_run_of_its_own(world: World) -> None:
    begin(world, strategy="canary")
    let_runs_end(world)
    assert world.now().state is State.CANARY
    world.promote(by=BEN)
    let_runs_end(world)
    assert world.now().state is State.PROMOTED
    assert [body["inputs"]["action"] for body in world.github.dispatches] == ["deploy", "promote"]
    assert world.github.dispatches[1]["inputs"]["requested_by"] == BEN
    assert len(set(world.github.keys())) == 2


def test_what_is_out_is_rolled_back(world: World) -> None:
    begin(world)
    let_runs_end(world)
    world.roll_back()
    let_runs_end(world)
    assert world.now().state is State.ROLLED_BACK
    assert world.github.dispatches[-1]["inputs"]["action"] == "rollback"


@pytest.mark.parametrize("conclusion", ["failure", "cancelled", "timed_out", "action_required", "skipped", "neutral"])
def test_a_run_that_has_not_succeeded_is_a_failure_with_its_word(world: World, conclusion: str) -> None:
    begin(world)
    let_runs_end(world, conclusion)
    deploy = world.now()
    assert (deploy.state, deploy.reason) == (State.FAILED, f"the run has ended with: {conclusion}")


def test_what_does_not_answer_well_is_unhealthy_and_says_what(world: World) -> None:
    world.looks = [BAD]
    begin(world)
    let_runs_end(world)
    deploy = world.now()
    assert (deploy.state, deploy.reason, deploy.looks) == (State.UNHEALTHY, "not as it should be: api", (BAD,))
    assert "🔴 api: 503" in world.shown()[0]


def test_where_it_cannot_be_read_what_is_to_be_looked_at_that_is_said_and_the_environment_is_free(world: World) -> None:
    world.checks = ",".join(f"staging:api-{number}=https://api.example/{number}" for number in range(MOST_CHECKS + 1))
    begin(world)
    let_runs_end(world)
    assert (world.now().state, world.now().reason) == (State.UNHEALTHY, "not as it should be: DeployChecks")
    assert f"🔴 DeployChecks: an environment has {MOST_CHECKS} checks at most" in world.shown()[0]
    assert not world.now().is_busy(at=world.clock())


def test_where_nothing_is_looked_at_nothing_is_said_of_its_health(world: World) -> None:
    begin(world, environment="prod")  # which has no checks here
    let_runs_end(world)
    assert world.now("prod").state is State.DEPLOYED
    assert "Nobody has looked whether it is well" in world.shown()[0]


@pytest.mark.parametrize("fate", SURELY_NOT)
def test_what_github_refuses_is_not_tried_again_and_told_in_its_words(world: World, fate: str) -> None:
    begin(world, fate)
    let_runs_end(world)
    deploy = world.now()
    assert deploy.state is State.REFUSED
    assert str(deploy.reason).startswith(fate)
    assert world.github.asked == 1
    assert "❌ Not started" in world.shown()[0]


@pytest.mark.parametrize("fate", NOT_YET)
def test_what_github_does_not_take_yet_waits_and_is_then_started_once(world: World, fate: str) -> None:
    begin(world, fate, fate)
    let_runs_end(world)
    assert world.now().state is State.DEPLOYED
    assert len(world.github.dispatches) == 1
    assert "delayed" in world.types()


def test_a_promotion_that_github_refuses_leaves_the_canary_to_be_decided(world: World) -> None:
    begin(world, strategy="canary")
    let_runs_end(world)
    world.github.fates = ["422"]
    world.promote()
    let_runs_end(world)
    deploy = world.now()
    assert (deploy.state, deploy.reason) == (State.CANARY, "422 No ref found for: main")
    assert (deploy.run_id, deploy.looks) == (101, (WELL,))
    assert "🟢 api: 12 ms" in world.shown()[-1]
    assert world.buttons()[-1] == ["Promote", "Roll back", "Details", "Run on GitHub"]
    world.promote()
    let_runs_end(world)
    assert world.now().state is State.PROMOTED


@pytest.mark.parametrize("fate", PERHAPS)
def test_of_a_dispatch_in_doubt_that_was_done_the_run_is_found(world: World, fate: str) -> None:
    begin(world, f"lost {fate}")
    world.deal_with(world.queue.pop().detail)
    assert (world.now().state, world.now().in_doubt) == (State.STARTING, True)
    let_runs_end(world)
    assert world.now().state is State.DEPLOYED
    assert len(world.github.dispatches) == 1
    assert world.types().count("delayed") == 1


@pytest.mark.parametrize("fate", PERHAPS)
def test_a_dispatch_in_doubt_that_was_not_done_is_not_sent_again_and_a_person_is_told(world: World, fate: str) -> None:
    begin(world, fate)
    let_runs_end(world)
    assert_is_left_to_a_person(world, runs=0)
    world.ship()
    let_runs_end(world)
    assert (world.now().state, len(world.github.dispatches)) == (State.DEPLOYED, 1)


def assert_is_left_to_a_person(world: World, *, runs: int) -> None:
    """It is not known whether there is a run; what is shown says so, and where to look."""
    deploy = world.now()
    assert (deploy.state, deploy.in_doubt, deploy.run_id) == (State.UNKNOWN, True, None)
    assert not deploy.is_busy(at=world.clock())
    assert len(world.github.dispatches) == runs
    assert "GitHub did not say whether it started" in world.shown()[-1]
    assert "ship again" in world.shown()[-1]
    assert world.buttons()[-1] == ["Roll back", "Details", "Runs on GitHub"]
    assert deploy.run_url == "https://github.com/octo-org/shop/actions/workflows/ship.yml"


@pytest.mark.parametrize("minutes", [0, 1, 2, 5])
@pytest.mark.parametrize("action", Action)
def test_a_run_that_is_listed_late_is_found_and_stays_the_only_one(world: World, minutes: int, action: Action) -> None:
    done = ask_in_doubt(world, action, listed_after=timedelta(minutes=minutes))
    let_runs_end(world)
    assert world.now().state is GOALS[action]
    assert len(world.github.dispatches) == done + 1


@pytest.mark.parametrize("listed_after", [timedelta(minutes=30), None])
@pytest.mark.parametrize("action", Action)
def test_a_run_that_is_listed_too_late_is_not_started_again(
    world: World, listed_after: timedelta | None, action: Action
) -> None:
    began = world.clock()
    done = ask_in_doubt(world, action, listed_after=listed_after)
    let_runs_end(world)
    assert_is_left_to_a_person(world, runs=done + 1)
    assert timedelta(minutes=9) < world.clock() - began < timedelta(minutes=13)


@pytest.mark.parametrize("action", Action)
def test_a_run_whose_name_has_no_key_is_not_found_and_not_started_again(world: World, action: Action) -> None:
    done = ask_in_doubt(world, action, names_runs=False)
    let_runs_end(world)
    assert_is_left_to_a_person(world, runs=done + 1)


GOALS = {Action.DEPLOY: State.CANARY, Action.PROMOTE: State.PROMOTED, Action.ROLLBACK: State.ROLLED_BACK}


def ask_in_doubt(
    world: World, action: Action, *, listed_after: timedelta | None = timedelta(0), names_runs: bool = True
) -> int:
    """GitHub does what is asked of it, and is not heard. Returns how many runs there were before."""
    if action is not Action.DEPLOY:
        begin(world, strategy="canary")
        let_runs_end(world)
    world.github.listed_after, world.github.names_runs, world.github.fates = listed_after, names_runs, ["lost 502"]
    done = len(world.github.dispatches)
    asks = {Action.PROMOTE: world.promote, Action.ROLLBACK: world.roll_back}
    asks.get(action, lambda: world.ship(strategy="canary"))()
    return done


def test_doubt_is_shown_as_doubt(world: World) -> None:
    begin(world, "lost silence")
    world.deal_with(world.queue.pop().detail)
    world.relay()
    world.deal_with(world.queue[-1].detail)
    assert "GitHub may have started it; it is being looked for" in world.shown()[0]


@pytest.mark.parametrize("look", ["500", "404", "403", "silence", "away", "nonsense"])
def test_where_it_cannot_be_looked_for_nothing_is_sent_again(world: World, look: str) -> None:
    begin(world, "lost 500")
    world.github.look_fates = [look] * 3
    let_runs_end(world)
    assert world.now().state is State.DEPLOYED
    assert len(world.github.dispatches) == 1


def test_doubt_that_is_never_settled_ends_as_not_known_and_not_as_failed(world: World) -> None:
    begin(world, "lost 500")
    world.github.look_fates = ["404"] * 50
    let_runs_end(world)
    assert_is_left_to_a_person(world, runs=1)


def test_news_by_webhook_settle_doubt_and_nothing_is_sent_again(world: World) -> None:
    begin(world, "lost 500")
    world.deal_with(world.queue.pop().detail)
    (run,) = world.github.runs.values()
    assert world.tell(run) == world.now().id
    assert (world.now().state, world.now().in_doubt, world.now().run_id) == (State.RUNNING, False, run["id"])
    let_runs_end(world)
    assert len(world.github.dispatches) == 1


def test_who_died_over_the_dispatch_is_not_taken_for_somebody_who_did_not_send(world: World) -> None:
    begin(world)
    event = world.request()
    world.deliveries.save(first_try(event["id"], NAME, at=world.clock()))  # and then died
    world.deal_with(world.queue.pop().detail)
    assert world.github.dispatches == []
    assert world.queue[0].at - world.clock() >= HELD_FOR
    let_runs_end(world)
    assert_is_left_to_a_person(world, runs=0)


@pytest.mark.parametrize("action", Action)
def test_a_run_that_waits_for_hours_is_followed_and_nothing_else_is_shipped_meanwhile(
    world: World, action: Action
) -> None:
    ask_in_doubt(world, action)
    world.go_on(timedelta(minutes=10))
    (run,) = [run for run in world.github.runs.values() if run["status"] != "completed"]
    run["status"] = "waiting"  # for somebody's approval
    world.go_on(timedelta(hours=30))
    deploy = world.now()
    assert deploy.is_running
    assert "GitHub says: waiting" in world.shown()[0]
    assert f"Asked for <t:{int(deploy.acted_at.timestamp())}:R>" in world.shown()[0]
    with pytest.raises(BusyError):
        world.ship()
    let_runs_end(world)
    assert world.now().state is GOALS[action]


def test_a_run_of_which_github_tells_nothing_is_lost_after_two_hours_and_not_called_failed(world: World) -> None:
    begin(world)
    world.go_on(timedelta(hours=5))
    began = world.clock()
    world.github.look_fates = ["404"] * 500
    world.work_off()
    deploy = world.now()
    assert deploy.state is State.UNKNOWN
    assert deploy.reason == "GitHub has told nothing of the run for 2 hours (404 Not Found); see the run"
    assert LOST_AFTER <= world.clock() - began <= LOST_AFTER + timedelta(minutes=35)
    assert world.tell(world.github.end()) == deploy.id  # at last
    let_runs_end(world)
    assert world.now().state is State.DEPLOYED


def test_a_run_that_was_taken_for_lost_and_is_heard_of_is_followed_again(world: World) -> None:
    ask_in_doubt(world, Action.DEPLOY, listed_after=None)
    let_runs_end(world)
    assert world.now().state is State.UNKNOWN
    (run,) = world.github.runs.values()
    run |= {"status": "in_progress", "conclusion": None}
    assert world.tell(run) == world.now().id
    with pytest.raises(BusyError):
        world.ship()
    let_runs_end(world)  # which GitHub tells when it is asked
    assert world.now().state is State.CANARY
    assert len(world.github.dispatches) == 1


def test_what_follows_a_deploy_of_which_nothing_is_known_says_so(world: World) -> None:
    ask_in_doubt(world, Action.DEPLOY, listed_after=None)
    let_runs_end(world)
    (run,) = world.github.runs.values()
    begin(world)
    let_runs_end(world)
    assert world.tell(run) is None
    assert (world.now().id, world.now().state) == ("ship-staging-2", State.DEPLOYED)
    before, after = world.shown()
    assert "What becomes of it is not told here any more" in before
    assert "It is not known what has become of [ship-staging-1](https://github.com/" in after


@pytest.mark.parametrize("conclusion", ["success", "failure"])
def test_a_rollback_of_what_is_not_known_that_github_refuses_leaves_the_doubt_the_advice_and_the_news(
    world: World, conclusion: str
) -> None:
    ask_in_doubt(world, Action.DEPLOY, listed_after=None)
    let_runs_end(world, conclusion)
    world.github.fates = ["422"]
    world.roll_back(by=BEN)
    let_runs_end(world, conclusion)
    assert_is_left_to_a_person(world, runs=1)
    assert "422 No ref found for: main" in world.shown()[-1]
    (run,) = world.github.runs.values()
    assert world.tell(run) == world.now().id
    let_runs_end(world, conclusion)
    assert world.now().state is (State.CANARY if conclusion == "success" else State.FAILED)
    assert world.buttons()[-1][-1] == "Run on GitHub"


def test_what_was_rolled_back_and_what_follows_it_say_that_a_run_of_which_nothing_is_known_may_go_on(
    world: World,
) -> None:
    ask_in_doubt(world, Action.DEPLOY, listed_after=None)
    let_runs_end(world)
    world.roll_back()
    let_runs_end(world)
    (shown,) = world.shown()
    assert world.now().state is State.ROLLED_BACK
    said = "It is not known what has become of [an earlier run of it](https://github.com/octo-org/shop/actions/"
    assert said in shown
    begin(world)
    let_runs_end(world)
    before, after = world.shown()
    assert said in before
    assert "It is not known what has become of [an earlier run of ship-staging-1](https://github.com/" in after


def test_a_run_is_followed_where_github_is_away_for_a_while(world: World) -> None:
    begin(world)
    world.deal_with(world.queue.pop().detail)
    world.github.look_fates = ["500", "away", "429", "silence", "404"]
    let_runs_end(world)
    assert world.now().state is State.DEPLOYED


def test_it_is_looked_less_often_the_longer_it_takes(world: World) -> None:
    begin(world)
    world.go_on(timedelta(hours=2))
    assert world.github.asked < 100


def test_without_a_repository_nothing_is_started_and_that_is_said(world: World) -> None:
    world.is_set_up = False
    begin(world)
    world.work_off()
    assert (world.now().state, world.github.asked) == (State.REFUSED, 0)
    assert "no repository is set up" in str(world.now().reason)


def test_messages_that_come_twice_or_late_do_nothing(world: World) -> None:
    begin(world, strategy="canary")
    let_runs_end(world)
    world.promote()
    let_runs_end(world)
    before = len(world.events())
    for event in world.events():
        if event.type != ANNOUNCED:
            assert world.conduct(to_detail(event)) is None
    assert len(world.events()) == before
    assert len(world.github.dispatches) == 2


def test_what_a_newer_deploy_has_followed_is_left_alone(world: World) -> None:
    begin(world, "422")
    let_runs_end(world)
    late = world.request()
    begin(world)
    assert world.conduct(late) is None
    let_runs_end(world)
    assert world.now().id == "ship-staging-2"
    assert len(world.github.dispatches) == 1


def test_the_record_of_the_dispatch_tells_the_truth(world: World) -> None:
    begin(world, "lost silence")
    let_runs_end(world)
    record = world.deliveries.get(world.request()["id"], NAME)
    assert record is not None
    assert (record.status, record.external_id, record.attempts) == (Status.DELIVERED, "101", 2)


def test_what_cannot_be_promoted_is_not(world: World) -> None:
    begin(world)
    with pytest.raises(NotNowError):
        world.promote()
