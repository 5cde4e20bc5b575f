"""A deploy: each thing that can happen to it, in each state it can be in."""

from collections.abc import Callable
from dataclasses import replace
from itertools import product

import pytest

from shared.deploys.asked import ASKED, Asked
from shared.deploys.deploy import MOST_EARLIER, MOST_GOING_ON, STUCK_AFTER, Deploy
from shared.deploys.order import Action, Order
from shared.deploys.refusals import BusyError, NotNowError
from shared.deploys.run import Run
from shared.deploys.states import BUSY, MOVING, TRANSITIONS, State
from shared.ledger.catalogue import CATALOGUE
from tests.support.builders import NOON
from tests.unit.shared.deploys.samples import (
    ANNA,
    BAD,
    BEN,
    CHANNEL,
    RUN_ID,
    WELL,
    a_deploy,
    a_run,
    an_order,
    in_state,
    later,
    recorded,
    sure,
)

Step = Callable[[Deploy], Deploy | None]
AT = later(minutes=1)
LATER = later(minutes=30)

STEPS: dict[str, Step] = {
    "promote": lambda deploy: deploy.promotion_requested(an_order("9", by=BEN, at=AT)),
    "roll back": lambda deploy: deploy.rollback_requested(an_order("9", by=BEN, at=AT)),
    "delayed": lambda deploy: deploy.delayed("503", in_doubt=True, at=AT),
    "started": lambda deploy: deploy.started(a_run(deploy), at=AT),
    "still running": lambda deploy: deploy.still_running("waiting", at=LATER),
    "refused": lambda deploy: deploy.refused("422 no such ref", at=AT),
    "succeeded": lambda deploy: deploy.ended(a_run(deploy, "success"), at=AT),
    "failed": lambda deploy: deploy.ended(a_run(deploy, "failure"), at=AT),
    "not over": lambda deploy: deploy.ended(a_run(deploy), at=AT),
    "lost": lambda deploy: deploy.lost("nobody knows", at=AT),
    "well": lambda deploy: deploy.verified([WELL], at=AT),
    "bad": lambda deploy: deploy.verified([WELL, BAD], at=AT),
    "not looked at": lambda deploy: deploy.verified([], at=AT),
}
# Where each step leads; from states that are not named it is refused, or is no news.
S = State
LEADS: dict[str, dict[State, State]] = {
    "promote": {S.CANARY: S.PROMOTING},
    "roll back": dict.fromkeys((S.CANARY, S.DEPLOYED, S.PROMOTED, S.UNHEALTHY, S.FAILED, S.UNKNOWN), S.ROLLING_BACK),
    "delayed": {state: state for state in (S.STARTING, S.PROMOTING, S.ROLLING_BACK)},
    "started": {S.STARTING: S.RUNNING, S.PROMOTING: S.PROMOTING, S.ROLLING_BACK: S.ROLLING_BACK, S.UNKNOWN: S.RUNNING},
    "still running": {S.RUNNING: S.RUNNING},
    "refused": {S.STARTING: S.REFUSED, S.PROMOTING: S.CANARY, S.ROLLING_BACK: S.DEPLOYED},
    "succeeded": dict.fromkeys((S.RUNNING, S.PROMOTING, S.ROLLING_BACK, S.UNKNOWN), S.VERIFYING),
    "failed": dict.fromkeys((S.RUNNING, S.PROMOTING, S.ROLLING_BACK, S.UNKNOWN), S.FAILED),
    "not over": {},
    "lost": dict.fromkeys(MOVING, S.UNKNOWN),
    "well": {S.VERIFYING: S.DEPLOYED},
    "bad": {S.VERIFYING: S.UNHEALTHY},
    "not looked at": {S.VERIFYING: S.DEPLOYED},
}


def sure_of(asked: Asked | None) -> Asked:
    assert asked is not None
    return asked


@pytest.mark.parametrize(("state", "name"), list(product(State, STEPS)))
def test_every_step_in_every_state_leads_where_it_is_to_lead_or_nowhere(state: State, name: str) -> None:
    deploy, target = in_state(state), LEADS[name].get(state)
    assert deploy.state is state
    if target is None and name in ("promote", "roll back"):
        with pytest.raises(NotNowError, match=f"{deploy.id} is {state}"):
            STEPS[name](deploy)
        return
    moved = STEPS[name](deploy)
    if target is None:
        assert moved is None
        return
    assert sure(moved).state is target
    assert target is state or target in TRANSITIONS[state]
    assert sure(moved).changed_at == (LATER if name == "still running" else AT)


@pytest.mark.parametrize(("state", "name"), list(product(State, STEPS)))
def test_whatever_happens_is_said_as_the_catalogue_has_it(state: State, name: str) -> None:
    deploy = in_state(state)
    try:
        moved = STEPS[name](deploy)
    except NotNowError:
        return
    for fact in moved.facts if moved else ():
        said = CATALOGUE[fact.type].model_validate(fact.data).model_dump(mode="json")
        assert (said["from_state"], said["to_state"]) == (state, sure(moved).state)
        assert (said["deploy_id"], said["environment"], said["ref"]) == (deploy.id, "staging", "main")


@pytest.mark.parametrize("state", State)
def test_an_environment_takes_the_next_deploy_only_where_the_one_before_is_not_under_way(state: State) -> None:
    before = in_state(state)
    if state in BUSY:
        with pytest.raises(BusyError) as refused:
            a_deploy(before, order=an_order("9", at=AT))
        assert refused.value.deploy is before
        return
    following = a_deploy(before, order=an_order("9", by=BEN, at=AT), ref="v2", channel_id=None)
    assert (following.id, following.state, following.requested_by) == ("ship-staging-2", State.STARTING, BEN)
    assert (following.version, following.message_id) == (before.version, None)
    assert following.earlier[0]["id"] == before.id
    assert following.earlier[0]["state"] == state
    assert [fact.type for fact in following.facts] == ["deploy.requested"]


@pytest.mark.parametrize("state", sorted(BUSY))
def test_what_nobody_goes_on_with_blocks_its_environment_for_three_hours_and_a_canary_for_ever(state: State) -> None:
    before = in_state(state)
    with pytest.raises(BusyError):
        a_deploy(before, order=an_order("9", at=NOON + STUCK_AFTER))
    late = an_order("9", at=NOON + STUCK_AFTER * 1.01)
    if state is State.CANARY:
        with pytest.raises(BusyError):
            a_deploy(before, order=late)
        return
    following = a_deploy(before, order=late)
    assert [fact.type for fact in following.facts] == ["deploy.lost", "deploy.requested"]
    assert following.earlier[0]["state"] == State.UNKNOWN
    assert following.state is State.STARTING


def test_only_so_many_earlier_deploys_are_kept_the_newest_first() -> None:
    deploy = in_state(State.DEPLOYED)
    for number in range(MOST_EARLIER + 2):
        following = a_deploy(deploy, order=an_order(str(number)))
        deploy = recorded(sure(following.refused("no", at=NOON)))
    assert [one["id"] for one in deploy.earlier] == [
        f"ship-staging-{deploy.number - back}" for back in range(1, MOST_EARLIER + 1)
    ]


@pytest.mark.parametrize(
    ("strategy", "asked", "target"),
    [
        ("canary", None, State.CANARY),
        ("full", None, State.DEPLOYED),
        ("canary", Action.PROMOTE, State.PROMOTED),
        ("canary", Action.ROLLBACK, State.ROLLED_BACK),
    ],
)
def test_a_run_that_is_well_brings_it_where_its_action_was_to_bring_it(
    strategy: str, asked: Action | None, target: State
) -> None:
    deploy = a_deploy(strategy=strategy)
    if asked:
        deploy = in_state(State.CANARY)
        promotes = asked is Action.PROMOTE
        deploy = (deploy.promotion_requested if promotes else deploy.rollback_requested)(an_order("7"))
    heard = sure(deploy.heard(a_run(deploy, "success", id=7), at=AT))
    assert sure(heard.verified([WELL], at=AT)).state is target


@pytest.mark.parametrize("state", [S.CANARY, S.DEPLOYED, S.PROMOTED, S.UNHEALTHY, S.FAILED, S.UNKNOWN])
def test_a_rollback_that_github_does_not_take_leaves_the_deploy_where_it_was(state: State) -> None:
    asked = in_state(state).rollback_requested(an_order("9"))
    refused = sure(asked.refused("403 Resource not accessible", at=AT))
    assert (refused.state, refused.reason) == (state, "403 Resource not accessible")
    assert Action.ROLLBACK in refused.open_actions


@pytest.mark.parametrize("state", [S.CANARY, S.DEPLOYED, S.PROMOTED, S.UNHEALTHY, S.FAILED, S.UNKNOWN])
def test_what_github_does_not_take_changes_nothing_of_what_is_known(state: State) -> None:
    deploy = in_state(state)
    refused = sure(deploy.rollback_requested(an_order("9", by=BEN)).refused("422", at=AT))
    assert {name: getattr(refused, name) for name in ASKED} == {name: getattr(deploy, name) for name in ASKED}
    assert (sure_of(refused.not_taken).action, sure_of(refused.not_taken).acted_by) == (Action.ROLLBACK, BEN)
    said = refused.facts[-1].data  # which is about what was refused
    assert (said["action"], said["requested_by"], said["run_id"]) == ("rollback", BEN, None)


@pytest.mark.parametrize(
    ("strategy", "conclusion", "target"),
    [("full", "success", S.DEPLOYED), ("canary", "success", S.CANARY), ("full", "failure", S.FAILED)],
)
def test_news_of_a_run_that_was_not_known_count_after_a_rollback_that_github_does_not_take(
    strategy: str, conclusion: str, target: State
) -> None:
    started = sure(a_deploy(strategy=strategy).started(a_run(a_deploy()), at=AT))
    lost = sure(started.lost("nobody knows", at=AT))
    refused = sure(lost.rollback_requested(an_order("9", by=BEN)).refused("422", at=AT))
    assert refused.run_url == f"https://github.example/runs/{RUN_ID}"
    heard = sure(refused.heard(a_run(started, conclusion), at=AT))
    out = heard.verified([WELL], at=AT) or heard
    assert (out.state, out.action, out.run_id) == (target, Action.DEPLOY, RUN_ID)
    assert out.is_busy(at=AT) == (target is S.CANARY)  # it is not one that GitHub takes nothing more of


def test_doubt_is_still_there_after_a_rollback_that_github_does_not_take_and_is_settled_by_news() -> None:
    doubtful = sure(a_deploy().lost("GitHub did not say", at=AT, see="https://github.example/ship.yml"))
    refused = sure(doubtful.rollback_requested(an_order("9", by=BEN)).refused("422", at=AT))
    assert (refused.in_doubt, refused.run_url) == (True, "https://github.example/ship.yml")
    assert refused.may_go_on == ()
    heard = sure(refused.heard(a_run(a_deploy()), at=AT))
    assert (heard.state, heard.in_doubt, heard.run_id) == (State.RUNNING, False, RUN_ID)


def test_a_run_that_is_not_known_may_go_on_whatever_becomes_of_the_rollback() -> None:
    first = in_state(State.UNKNOWN)
    rolling = first.rollback_requested(an_order("7"))
    url = f"https://github.example/runs/{RUN_ID}"
    assert rolling.may_go_on == (url,)
    failed = sure(rolling.heard(a_run(rolling, "failure", id=7), at=AT))
    again = failed.rollback_requested(an_order("8"))
    assert again.may_go_on == (url,)
    assert sure(again.refused("422", at=AT)).may_go_on == (url,)
    lost = sure(again.lost("nobody knows", at=AT, see="https://github.example/ship.yml"))
    assert lost.rollback_requested(an_order("9")).may_go_on == (url, "https://github.example/ship.yml")
    assert lost.summary()["may_go_on"] == [url]
    assert "may_go_on" not in first.summary()


def test_however_often_a_deploy_is_rolled_back_only_so_many_of_its_runs_are_told() -> None:
    deploy = in_state(State.UNKNOWN)
    for number in range(MOST_GOING_ON + 2):
        rolling = deploy.rollback_requested(an_order(f"k{number}"))
        deploy = sure(sure(rolling.started(a_run(rolling, id=number), at=AT)).lost("nobody knows", at=AT))
    assert deploy.may_go_on[-1] == f"https://github.example/runs/{MOST_GOING_ON}"
    assert len(deploy.may_go_on) == MOST_GOING_ON


def test_a_run_is_known_by_its_key_until_it_has_a_number_and_then_by_that_alone() -> None:
    deploy = a_deploy()
    other = Run(id=8, title=f"Ship {deploy.run_key}0", status="in_progress")
    assert deploy.is_of(a_run(deploy))
    assert not deploy.is_of(other)
    started = sure(deploy.started(a_run(deploy), at=AT))
    assert not started.is_of(a_run(deploy, id=RUN_ID + 1))  # somebody has started the same again by hand
    assert started.is_of(Run(id=RUN_ID, title="renamed", status="completed"))


def test_what_is_heard_of_a_run_that_is_over_starts_and_ends_it_in_one() -> None:
    heard = sure(a_deploy().heard(a_run(a_deploy(), "cancelled"), at=AT))
    assert [fact.type for fact in heard.facts] == ["deploy.requested", "deploy.started", "deploy.failed"]
    assert heard.reason == "the run has ended with: cancelled"
    assert heard.heard(a_run(a_deploy(), "success"), at=AT) is None


def test_that_a_run_is_not_over_is_told_now_and_then_so_that_it_is_not_taken_for_stuck() -> None:
    deploy = in_state(State.RUNNING)
    for hours in range(1, 12):
        assert deploy.still_running("waiting", at=later(hours=hours - 0.6)) is None
        deploy = sure(deploy.still_running("waiting", at=later(hours=hours)))
    assert deploy.reason == "the run is not over; GitHub says: waiting"
    with pytest.raises(BusyError):
        a_deploy(deploy, order=an_order("9", at=later(hours=13)))


def test_a_run_of_which_is_heard_when_it_was_taken_for_lost_keeps_the_environment_again() -> None:
    lost = sure(sure(a_deploy().delayed("502", in_doubt=True, at=AT)).lost("nobody knows", at=AT))
    found = sure(lost.heard(a_run(lost), at=AT))
    assert (found.state, found.in_doubt, found.run_id) == (State.RUNNING, False, RUN_ID)
    assert found.is_busy(at=AT)


def test_doubt_is_said_once_and_ends_with_the_run() -> None:
    waiting = sure(a_deploy().delayed("429", in_doubt=False, at=AT))
    assert waiting.delayed("429", in_doubt=False, at=AT) is None
    assert sure(waiting.delayed("403 limit", in_doubt=False, at=AT)).reason == "403 limit"
    doubtful = sure(waiting.delayed("502", in_doubt=True, at=AT))
    assert (doubtful.state, doubtful.in_doubt, doubtful.reason) == (State.STARTING, True, "502")
    started = sure(doubtful.started(a_run(doubtful), at=AT))
    assert (started.in_doubt, started.reason) == (False, None)


def test_doubt_that_nobody_can_settle_is_no_failure_and_news_that_come_late_settle_it() -> None:
    lost = sure(sure(a_deploy().delayed("502", in_doubt=True, at=AT)).lost("nobody knows", at=AT))
    assert (lost.state, lost.in_doubt) == (State.UNKNOWN, True)
    heard = sure(lost.heard(a_run(lost, "success"), at=AT))
    assert (heard.state, heard.in_doubt, heard.run_id) == (State.VERIFYING, False, RUN_ID)


def test_a_new_action_has_a_run_of_its_own() -> None:
    canary = in_state(State.CANARY)
    promoting = canary.promotion_requested(an_order("2", by=BEN))
    assert (promoting.run_id, promoting.run_url, promoting.looks) == (None, None, ())
    assert promoting.run_key != canary.run_key
    assert (promoting.requested_by, promoting.acted_by) == (ANNA, BEN)
    assert not promoting.is_of(a_run(canary, "success"))


def test_the_same_order_makes_the_same_key_and_another_one_another() -> None:
    assert a_deploy().run_key == a_deploy().run_key
    assert a_deploy().run_key != a_deploy(order=an_order("2")).run_key
    assert a_deploy().run_key.startswith("ship-staging-1-deploy-")


def test_a_deploy_is_announced_once() -> None:
    announced = sure(a_deploy().announced(CHANNEL, "5", at=AT))
    assert (announced.message_id, announced.facts[-1].type) == ("5", "deploy.announced")
    assert announced.announced(CHANNEL, "6", at=AT) is None
    CATALOGUE["deploy.announced"].model_validate(announced.facts[-1].data)


def test_a_canary_of_which_github_takes_nothing_more_keeps_nobody_from_shipping_the_next() -> None:
    canary = replace(a_deploy(), state=State.CANARY)
    assert canary.is_busy(at=AT)
    promoting = canary.promotion_requested(Order(by="discord:1", key="2", at=AT))
    assert promoting.is_busy(at=AT)
    refused = sure(promoting.refused("422 No ref found", at=AT))
    assert refused.state is State.CANARY
    assert not refused.is_busy(at=AT)
    of_an_older_entry = replace(canary, action=Action.PROMOTE, came_from=State.CANARY)
    assert not of_an_older_entry.is_busy(at=AT)
