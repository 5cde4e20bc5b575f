"""Who takes events from the bus has done its work: what is replayed is done no second time, what was missed once.

Every event there is passes through the template's own rules to each consumer, at every step of what happens.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from functions.arbitrate_claims import app as arbitrate_claims
from functions.conduct_deploys import app as conduct_deploys
from functions.notify_agents import app as notify_agents
from functions.post_cards import app as post_cards
from functions.receive_messages import app as receive_messages
from functions.run_jobs import app as run_jobs
from shared.blackboard.agent import Bid
from shared.control.history.consumers import ALL
from shared.control.jobs.doing import request_job
from shared.control.jobs.job import LEASE
from shared.control.runs.shipped import find_workflow
from shared.control.runs.starting import start_run
from shared.deliveries.delivery import HELD_FOR
from shared.deploys.states import State as Deployed
from shared.ledger.envelope import Event, to_detail
from shared.ledger.items import event_from
from shared.listings.lifecycle import State
from shared.messages.settings import ROUTING
from shared.runtime import wiring, wiring_jobs, wiring_listings, wiring_runs
from shared.runtime.clock import system_clock
from shared.runtime.errors import DomainError
from shared.runtime.queue import cause_of
from shared.sinks.names import NAMES
from tests.integration.functions import crashes
from tests.integration.functions.crashes import a_world, work_off
from tests.stand_ins.client import StandIns
from tests.support.blackboard_in_process import Telling, answer_to, work_of
from tests.support.board import Board
from tests.support.builders import DEADLINES, STEP_DETAILS, a_cause
from tests.support.cards import showing_cards, shown_cards
from tests.support.http_events import LambdaContext
from tests.support.in_process import QUEUE, aws_in_process, client
from tests.support.notifying import notifying
from tests.support.outside import renew
from tests.support.queue_events import message_of, queue_batch, replayed_message
from tests.support.raw_server import answer, raw_server, saying
from tests.support.recorded import SOLD_AND_DUE, keep, keep_listing
from tests.support.shipping import CHANNEL, ask_for, now, shipping
from tests.support.shipping import work_off as ship
from tests.support.stream import event_items
from tests.support.system import System
from tests.support.told import told
from tests.support.travel import travelling
from tests.support.whole_life import TO_THREE, Life, world
from tests.unit.template_parts import RULES, is_matched

OF_RULES = {"JobRule": "runs", "CardRule": "cards", "DeployRule": "deploys", "ClaimRule": "claims"}
TO_ALL = TO_THREE.replace("shopify", "shopify, telegram, discord")


def everything() -> dict[str, Any]:
    """All that is kept in AWS, to the last attribute, and how much lies in the queue."""
    tables = {name: client("dynamodb").scan(TableName=name)["Items"] for name in ("ledger", "state")}
    (machine,) = client("stepfunctions").list_state_machines()["stateMachines"]
    runs = client("stepfunctions").list_executions(stateMachineArn=machine["stateMachineArn"])["executions"]
    url = client("sqs").get_queue_url(QueueName=QUEUE)["QueueUrl"]
    return {
        **{f"{item['pk']['S']} {item.get('sk', {}).get('S')}": item for items in tables.values() for item in items},
        "files": [one["Key"] for one in client("s3").list_objects_v2(Bucket="files").get("Contents", [])],
        "timers": sorted((one["name"], one["status"]) for one in runs),
        "queue": client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"],
    }


def events() -> list[Event]:
    return sorted((event_from(item) for item in event_items()), key=lambda event: event.time)


class ReplayedSystem(System):
    """After each step everything is replayed to each of these, and nothing may come of that."""

    def __init__(self, asked: list[str], *consumers: str) -> None:
        super().__init__()
        self.messages = dict.fromkeys(consumers, 0)
        self._asked = asked

    def relay(self) -> None:
        super().relay()
        before, asked = everything(), list(self._asked)
        for to in self.messages:
            self.messages[to] += self.replay(to)
        assert everything() == before
        assert self._asked == asked


def test_a_listing_that_is_replayed_at_every_step_of_its_life_is_sold_once() -> None:
    with world() as asked:
        life = Life()
        life.system = system = ReplayedSystem(asked, "listings", "timers", "notices")
        assert life.live()["state"] == "SOLD"
        assert system.replay(ALL) == 0  # nobody may hear of a listing twice unless that is wanted
        assert len([url for url in asked if "telegram" in url]) == 3  # scraped, bought, sold
        assert len([url for url in asked if "chatterbot" in url]) == 1
    assert min(system.messages.values()) > 5


def test_a_message_that_is_replayed_to_its_sinks_is_there_once() -> None:
    with world() as asked:
        wiring.settings_store().save(ROUTING, {"rules": TO_ALL}, a_cause(), version=0, at=system_clock())
        system = ReplayedSystem(asked, *NAMES, ALL)
        system.ask(receive_messages, "POST", "/messages", {"id": "m-1", "author": "Alice", **SOLD_AND_DUE})
        assert len(asked) == 4  # no channel of Discord is set up: there it is a dry run
    assert system.messages == dict.fromkeys(NAMES, 1) | {ALL: 3}


def test_what_a_sink_has_missed_is_brought_by_a_replay_and_by_the_next_one_no_more() -> None:
    with world() as asked:
        wiring.settings_store().save(ROUTING, {"rules": TO_THREE}, a_cause(), version=0, at=system_clock())
        system = System()
        system.relay = lambda: None  # type: ignore[method-assign]  # the bus is lost
        system.ask(receive_messages, "POST", "/messages", {"id": "m-1", "author": "Alice", **SOLD_AND_DUE})
        assert asked == []
        assert [system.replay("notion"), system.replay("notion"), len(asked)] == [1, 1, 1]
        assert [system.replay(ALL), system.replay(ALL), len(asked)] == [3, 3, 3]


def replay(function: Any, to: str) -> None:
    """Every event that the rules of this consumer let through, in order of time; and nothing may come of that."""
    before = everything()
    rules = [rule["Properties"]["EventPattern"] for name, rule in RULES.items() if OF_RULES.get(name) == to]
    wanted = [event for event in events() if any(is_matched(_on_the_bus(event, to), pattern) for pattern in rules)]
    assert wanted
    for event in wanted:
        message = queue_batch(replayed_message(event, to=to))
        assert function.handler(message, LambdaContext()) == {"batchItemFailures": []}
    assert everything() == before


def _on_the_bus(event: Event, to: str) -> dict[str, Any]:
    entry: dict[str, Any] = json.loads(replayed_message(event, to=to))
    return entry


def test_cards_that_are_replayed_are_there_once_and_say_what_they_said(services: StandIns) -> None:
    renew(services)
    with aws_in_process(), showing_cards(services):
        _, event = keep_listing()
        for state in (None, State.MESSAGING, State.NEGOTIATING, State.PURCHASED):
            event = moved(event, state) if state else event
            post_cards.handler(queue_batch(message_of(event)), LambdaContext())
            before = texts(shown_cards(services))
            replay(post_cards, "cards")
            assert texts(shown_cards(services)) == before
        assert len(before) == 2


def texts(messages: list[dict[str, Any]]) -> list[Any]:
    return [{name: one[name] for name in ("id", "content", "embeds", "components")} for one in messages]


def moved(event: Event, state: State) -> Event:
    listing, at = wiring_listings.listings().get(event.subject), system_clock()
    details = STEP_DETAILS.get(state, {})
    return keep(listing.moved(state, at=at, actor="key:test", reason=None, details=details, deadlines=DEADLINES))[1]


def test_a_deploy_that_is_replayed_is_shipped_and_shown_once(services: StandIns) -> None:
    services.set("github", seconds=0.0)
    with aws_in_process(), travelling() as travel, shipping(services):
        ask_for()
        ship(travel)
        before = texts(services.discord_messages(CHANNEL))
        replay(conduct_deploys, "deploys")
        assert now().state is Deployed.DEPLOYED
        assert len(services.state("github")["runs"]) == 1
        assert texts(services.discord_messages(CHANNEL)) == before


def test_claims_that_are_replayed_while_they_are_bid_for_worked_on_and_over_are_left_as_they_are() -> None:
    with a_world() as travel:
        telling = Telling(travel)
        telling.ask("PUT", "agents/Writer", {"role": "Writer", "target_types": ["Draft"]})
        telling.ask("PUT", "agents/Critic", {"role": "Critic", "target_types": ["Draft"]})
        artefact = telling.ask("POST", "artefacts", {"type": "Draft", "payload": "a draft"})
        telling.hear()
        replay(arbitrate_claims, "claims")  # bid for
        (bid,) = work_of("Writer")
        for agent in ("Writer", "Critic"):
            telling.ask("POST", f"claims/{bid['claim_id']}/bids", {"bid": "exclusive"}, agent=agent)
        telling.hear()
        replay(arbitrate_claims, "claims")  # worked on
        (holder,) = [one for one in ("Writer", "Critic") if work_of(one)]
        result = {"type": "Done", "structural_type": "Terminal", "payload": "it", "claim_id": bid["claim_id"]}
        telling.ask("POST", "artefacts", result, agent=holder)
        telling.hear()
        replay(arbitrate_claims, "claims")  # over
        assert answer_to("GET", f"claims/{bid['claim_id']}")["status"] == "complete"
        assert artefact["id"] == answer_to("GET", f"claims/{bid['claim_id']}")["artefact_id"]


@contextmanager
def driving() -> Iterator[None]:
    """Runs are driven by a machine that does nothing."""
    (machine,) = client("stepfunctions").list_state_machines()["stateMachines"]
    wiring_runs.machines.cache_clear()
    with told(workflow_machine=machine["stateMachineArn"]):
        yield
    wiring_runs.machines.cache_clear()


def test_a_run_that_is_replayed_is_driven_by_one_machine_and_a_job_is_done_once() -> None:
    with a_world(), driving():
        workflow = find_workflow("replay")
        wanted = {"scope": {}, "parameters": {"actor": "timer"}, "correlation_id": None}
        start_run(workflow, **wanted, cause=a_cause(), runs=wiring_runs.runs(), at=system_clock())  # type: ignore[arg-type]
        request_job("resume-runs", {}, a_cause(), run_jobs.ports)
        for event in events():
            run_jobs.handler(queue_batch(message_of(event)), LambdaContext())
        assert [event.type for event in events()][-2:] == ["job.started", "job.completed"]
        replay(run_jobs, "runs")


def test_a_job_that_was_asked_for_and_never_begun_is_done_by_a_replay() -> None:
    with a_world():
        request_job("resume-runs", {}, a_cause(), run_jobs.ports)
        (asked,) = events()
        for _ in range(2):
            run_jobs.handler(queue_batch(replayed_message(asked, to="runs")), LambdaContext())
        assert [event.type for event in events()] == ["job.requested", "job.started", "job.completed"]


def test_a_job_is_done_once_however_often_its_request_is_delivered() -> None:
    with a_world():
        request_job("resume-runs", {}, a_cause(), run_jobs.ports)
        (asked,) = events()
        done = {"task": "resume-runs"}
        for event in (done, queue_batch(message_of(asked)), done, *[queue_batch(message_of(asked))] * 2):
            run_jobs.handler(event, LambdaContext())
        assert [event.type for event in events()].count("job.completed") == 3


def test_a_job_that_failed_is_not_done_again_and_one_that_broke_down_is(monkeypatch: pytest.MonkeyPatch) -> None:
    came: list[Exception] = [RuntimeError("a fault"), DomainError("no")]

    def work(*_: Any) -> Any:
        raise came.pop(0)

    monkeypatch.setattr(wiring_jobs, "work", lambda _: work)
    with a_world():
        request_job("resume-runs", {}, a_cause(), run_jobs.ports)
        (asked,) = events()
        failures = [run_jobs.handler(queue_batch(message_of(asked)), LambdaContext()) for _ in range(3)]
        assert [bool(one and one["batchItemFailures"]) for one in failures] == [True, False, False]
        ends = [event.data["broke_down"] for event in events() if event.type == "job.failed"]
        assert (ends, came) == ([True, False], [])


def test_a_job_whose_function_died_is_done_again_by_the_next_delivery() -> None:
    with a_world() as travel:
        request_job("resume-runs", {}, a_cause(), run_jobs.ports)
        (asked,) = events()
        lost = run_jobs.jobs.get("resume-runs").started("a" * 32, {}, at=system_clock())
        run_jobs.jobs.save(lost, cause_of(to_detail(asked)))
        travel.go_on(LEASE)
        for _ in range(2):
            run_jobs.handler(queue_batch(message_of(asked)), LambdaContext())
        assert [event.type for event in events()][2:] == ["job.failed", "job.started", "job.completed"]


def test_an_agent_that_was_told_is_told_no_second_time_by_a_replay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crashes, "COMES_AGAIN_AFTER", HELD_FOR)  # before the lease is over
    with a_world() as travel, raw_server(saying(answer())) as server, notifying(server.url):
        board = Board(ledger=wiring.ledger(), clock=system_clock)
        board.register("Writer", bidding_strategy=Bid.EXCLUSIVE, delivery="webhook", url=f"{server.url}/hook")
        granted = board.news(board.kept.claim(board.open().id), "claim.granted")
        work_off(notify_agents.handler, message_of(granted), travel)
        assert len(server.requests) == 1
        before = wiring.deliveries().of_event(granted.id)
        for event in (one for one in events() if one.type in ("claim.created", "claim.granted")):
            work_off(notify_agents.handler, replayed_message(event, to="agents"), travel)
        assert len(server.requests) == 1
        assert wiring.deliveries().of_event(granted.id) == before
