"""Shipping, through the functions as they are deployed: GitHub and Discord are stand-ins, AWS is in this process."""

from collections.abc import Iterator
from typing import Any

import pytest

from functions.conduct_deploys import app as conduct_deploys
from functions.receive_webhooks import app as receive_webhooks
from shared.deploys.order import Order
from shared.deploys.states import State
from shared.runtime import wiring_deploys
from shared.runtime.clock import system_clock
from tests.integration.functions.crashes import a_world, deliver_twice_if_killed, kills
from tests.stand_ins.client import StandIns
from tests.support.aws_calls import Call, Kill
from tests.support.builders import a_cause
from tests.support.end_state import end_state
from tests.support.http_events import LambdaContext, json_of
from tests.support.in_process import aws_in_process
from tests.support.outside import renew
from tests.support.queue_events import message_of, queue_batch
from tests.support.shipping import CHANNEL, ask_for, now, shipping, told_by_github, work_off
from tests.support.travel import Travel, travelling


@pytest.fixture
def travel(services: StandIns) -> Iterator[Travel]:
    services.set("github", seconds=0.0)
    with aws_in_process(), travelling() as travel, shipping(services):
        yield travel


def runs(services: StandIns) -> list[dict[str, Any]]:
    return list(services.state("github")["runs"])


def shown(services: StandIns) -> dict[str, Any]:
    """The only message about what is shipped."""
    (message,) = services.discord_messages(CHANNEL)
    return dict(message["embeds"][0])


def test_what_is_shipped_is_out_and_shown(services: StandIns, travel: Travel) -> None:
    ask_for()
    work_off(travel)
    (run,) = runs(services)
    assert (now().state, now().run_id) == (State.DEPLOYED, run["id"])
    assert run["inputs"]["correlation_id"] == now().run_key
    assert "✅ Deployed" in shown(services)["title"]
    assert "🟢 shop:" in shown(services)["description"]
    assert services.violations() == []


def test_a_shop_that_does_not_open_is_unhealthy(services: StandIns, travel: Travel, monkeypatch: Any) -> None:
    monkeypatch.setattr("functions.conduct_deploys.app.time.sleep", lambda _: None)
    services.set("github", page_status=500)
    ask_for()
    work_off(travel)
    assert (now().state, now().reason) == (State.UNHEALTHY, "not as it should be: shop")
    assert "🔴 shop: 500" in shown(services)["description"]


@pytest.mark.parametrize(
    "faults",
    [
        {"fail": {"status": 502, "next": 1, "after_work": True}},
        {"fail": {"status": 503, "next": 1, "after_work": True, "retry_after": 1}},
        {"fail": {"status": 429, "next": 2, "retry_after": 3}},
        {"fail": {"status": 403, "next": 1, "retry_after": 3}},
        {"no_answer": {"next": 1}},
    ],
)
def test_whatever_github_answers_there_is_one_run(services: StandIns, travel: Travel, faults: dict[str, Any]) -> None:
    services.set("github", faults=faults)
    ask_for()
    work_off(travel)
    assert (now().state, len(runs(services))) == (State.DEPLOYED, 1)


def test_what_github_may_have_started_and_never_lists_is_left_to_a_person(services: StandIns, travel: Travel) -> None:
    services.set("github", faults={"fail": {"status": 502, "next": 1}})
    ask_for()
    work_off(travel)
    assert (now().state, runs(services)) == (State.UNKNOWN, [])
    assert "GitHub did not say whether it started" in shown(services)["title"]


def test_where_nothing_is_left_of_the_hour_it_is_waited_for(services: StandIns, travel: Travel) -> None:
    services.set("github", limit_next=2)
    ask_for()
    work_off(travel)
    assert (now().state, len(runs(services))) == (State.DEPLOYED, 1)


def test_a_ref_that_is_not_there_is_said_in_github_s_words(services: StandIns, travel: Travel) -> None:
    services.set("github", refs=["main"])
    ask_for(ref="mian")
    work_off(travel)
    assert (now().state, now().reason) == (State.REFUSED, "422 No ref found for: mian")
    assert runs(services) == []
    assert "No ref found for: mian" in shown(services)["description"]


def test_a_run_that_fails_is_a_failure(services: StandIns, travel: Travel) -> None:
    services.set("github", conclusion="failure")
    ask_for()
    work_off(travel)
    assert (now().state, now().reason) == (State.FAILED, "the run has ended with: failure")


def test_where_the_channel_is_closed_to_the_bot_the_deploy_goes_on(services: StandIns, travel: Travel) -> None:
    services.set("discord", forbidden=[CHANNEL])
    ask_for()
    work_off(travel)
    assert now().state is State.DEPLOYED
    assert services.discord_messages(CHANNEL) == []


def decide(*, promotes: bool) -> None:
    """Somebody presses a button."""
    order = Order(by="discord:91384788765712385", key="1290000000000000002", at=system_clock())
    canary = now()
    asked = canary.promotion_requested(order) if promotes else canary.rollback_requested(order)
    wiring_deploys.deploys().save(asked, a_cause())


@pytest.mark.parametrize(("promotes", "state"), [(True, State.PROMOTED), (False, State.ROLLED_BACK)])
def test_a_canary_waits_and_is_promoted_or_rolled_back(
    services: StandIns, travel: Travel, promotes: bool, state: State
) -> None:
    ask_for(strategy="canary")
    work_off(travel)
    assert now().state is State.CANARY
    decide(promotes=promotes)
    work_off(travel)
    assert now().state is state
    assert len(runs(services)) == 2
    assert services.violations() == []


# webhooks


def under_way(services: StandIns) -> dict[str, Any]:
    """The run of what was just asked for, which is not followed yet."""
    services.set("github", seconds=-1.0)
    ask_for()
    first = message_of(next(iter(wiring_deploys.deploys().history("staging"))))
    assert conduct_deploys.handler(queue_batch(first), LambdaContext()) == {"batchItemFailures": []}
    (run,) = runs(services)
    return run


def test_a_webhook_ends_what_is_under_way(services: StandIns, travel: Travel) -> None:
    over = under_way(services) | {"status": "completed", "conclusion": "success"}
    answer = receive_webhooks.handler(told_by_github(over), LambdaContext())
    assert (answer["statusCode"], json_of(answer)) == (200, {"deploy_id": "ship-staging-1"})
    assert now().state is State.VERIFYING
    again = receive_webhooks.handler(told_by_github(over), LambdaContext())
    assert (again["statusCode"], json_of(again)) == (200, {"deploy_id": None})
    work_off(travel)
    assert now().state is State.DEPLOYED


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"X-Hub-Signature-256": "sha256=" + "0" * 64}, 401),
        ({"X-Hub-Signature-256": ""}, 401),
        ({"X-GitHub-Event": "ping"}, 200),
        ({"X-GitHub-Event": "push"}, 200),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
    ],
)
def test_what_is_not_signed_or_of_no_use_changes_nothing(
    services: StandIns, travel: Travel, headers: dict[str, str], status: int
) -> None:
    over = under_way(services) | {"status": "completed", "conclusion": "success"}
    answer = receive_webhooks.handler(told_by_github(over, **headers), LambdaContext())
    assert (answer["statusCode"], now().state) == (status, State.RUNNING)


def test_a_run_that_cannot_be_read_is_refused(services: StandIns, travel: Travel) -> None:
    answer = receive_webhooks.handler(told_by_github({"id": "seven"}), LambdaContext())
    assert answer["statusCode"] == 422


# deaths


def test_who_dies_anywhere_on_the_way_ships_once_and_ends_where_nobody_died(services: StandIns) -> None:
    """But for who dies between the record and the dispatch: whether it was sent, nobody can say then."""

    def attempt(where: tuple[int, Kill] | None) -> list[list[Call]]:
        renew(services)
        services.set("github", seconds=0.0)
        with a_world() as travel, shipping(services):
            ask_for(strategy="canary")
            deliveries = work_off(travel, where)
            ends.append(end_state())
        assert len(services.discord_messages(CHANNEL)) == 1, where
        if not runs(services):
            assert "GitHub did not say whether it started" in shown(services)["title"], where
            unsettled.append(where)
            return deliveries
        assert len(runs(services)) == 1, where
        assert "🐤 The canary is out" in shown(services)["title"], where
        return deliveries

    ends: list[dict[str, Any]] = []
    unsettled: list[Any] = []
    deliveries = attempt(None)
    places = [(number, kill) for number, calls in enumerate(deliveries) for kill in kills(calls)]
    assert len(places) > 30
    for where in places:
        attempt(where)
        assert where in unsettled or ends[-1] == ends[0], where
    assert len(unsettled) <= 2


def test_a_webhook_that_is_cut_off_anywhere_and_comes_again_ends_the_run_once(services: StandIns) -> None:
    def attempt(kill: Kill | None) -> list[Call]:
        renew(services)
        with a_world(), shipping(services):
            over = under_way(services) | {"status": "completed", "conclusion": "success"}
            calls, answer = deliver_twice_if_killed(
                lambda: receive_webhooks.handler(told_by_github(over), LambdaContext()), kill
            )
            assert answer["statusCode"] == 200
            ends.append(end_state())
        return calls

    ends: list[dict[str, Any]] = []
    for kill in kills(attempt(None)):
        attempt(kill)
        assert ends[-1] == ends[0], kill
