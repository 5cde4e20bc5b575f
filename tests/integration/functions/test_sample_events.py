"""The sample events are real: each function answers its own as it answers the real thing."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import boto3
import pytest

from functions.advance_listings import app as advance_listings
from functions.arbitrate_claims import app as arbitrate_claims
from functions.authorize_requests import app as authorize_requests
from functions.conduct_deploys import app as conduct_deploys
from functions.deliver_events import app as deliver_events
from functions.expire_listings import app as expire_listings
from functions.notify_agents import app as notify_agents
from functions.post_cards import app as post_cards
from functions.receive_interactions import app as receive_interactions
from functions.receive_messages import app as receive_messages
from functions.receive_webhooks import app as receive_webhooks
from functions.record_spans import app as record_spans
from functions.relay_events import app as relay_events
from functions.run_commands import app as run_commands
from functions.run_jobs import app as run_jobs
from functions.run_searches import app as run_searches
from functions.run_workflow_step import app as run_workflow_step
from functions.serve_admin import app as serve_admin
from functions.serve_blackboard import app as serve_blackboard
from functions.serve_control import app as serve_control
from functions.serve_reports import app as serve_reports
from functions.time_listings import app as time_listings
from functions.write_snapshot import app as write_snapshot
from functions.write_snapshot import service as snapshot_service
from scripts.import_time import functions
from scripts.keys import create_key
from scripts.sample_events import FOLDER, sample_event
from shared.blackboard.artefact import claim_id_of
from shared.blackboard.stages import Stage
from shared.control.jobs.store import LedgerJobs
from shared.ledger.catalogue import CATALOGUE
from shared.ledger.envelope import event_id, to_detail
from shared.ledger.items import event_from
from shared.listings.lifecycle import State
from shared.listings.listing import Listing
from shared.runtime import wiring, wiring_blackboard, wiring_listings
from shared.runtime.clock import system_clock
from shared.runtime.span import event_span_id
from tests.stand_ins.client import StandIns
from tests.support.aws_calls import watched
from tests.support.aws_over_http import aws_over_http
from tests.support.board import Board
from tests.support.builders import a_cause, a_listing
from tests.support.cards import showing_cards, shown_cards
from tests.support.commanding import commanding
from tests.support.http_events import LambdaContext, json_of
from tests.support.in_process import aws_in_process, client
from tests.support.interactions import KEY
from tests.support.receiving import receiving
from tests.support.recorded import keep_searches
from tests.support.shipping import ask_for, shipping
from tests.support.sinks import serving
from tests.support.stream import event_items
from tests.support.traced import spans_of

LISTING = "3668b72f-2493-5f9e-afaf-5cf1988a2fe0"  # of which the samples speak
TAKEN: dict[str, Any] = {"batchItemFailures": []}


@pytest.fixture(autouse=True)
def _aws(services: StandIns) -> Iterator[None]:
    with aws_in_process():
        yield


def sample(function: str) -> Any:
    keys = {role: create_key(name=role, role=role) for role in ("admin", "operator", "viewer")}
    return json.loads(sample_event(function, keys, discord_seed=KEY.encode().hex()))


def keep_the_listing(state: State) -> Listing:
    listing = a_listing(state)
    facts = tuple(replace(fact, data={**fact.data, "listing_id": LISTING}) for fact in listing.facts)
    return wiring_listings.listings().save(replace(listing, id=LISTING, facts=facts), a_cause())


def test_every_function_has_a_sample() -> None:
    assert sorted(file.stem for file in FOLDER.glob("*.json")) == functions()


@pytest.mark.parametrize(
    ("function", "kind"),
    [
        ("advance_listings", "LISTING"),
        ("arbitrate_claims", "ARTEFACT"),
        ("conduct_deploys", "DEPLOY"),
        ("deliver_events", "MESSAGE"),
        ("notify_agents", "CLAIM"),
        ("post_cards", "LISTING"),
        ("time_listings", "LISTING"),
    ],
)
def test_the_events_of_the_samples_are_as_the_catalogue_has_them(function: str, kind: str) -> None:
    (record,) = sample(function)["Records"]
    message = json.loads(record["body"])
    detail = message["detail"]
    CATALOGUE[detail["type"]].model_validate(detail["data"])
    assert set(detail["data"]) == set(CATALOGUE[detail["type"]].model_fields)
    assert (message["detail-type"], message["source"]) == (detail["type"], detail["source"])
    assert detail["id"] == event_id(kind, detail["subject"], detail["version"])


def test_the_event_of_the_stream_s_sample_is_as_the_catalogue_has_it() -> None:
    (record,) = sample("relay_events")["Records"]
    event = event_from(record["dynamodb"]["NewImage"])
    CATALOGUE[event.type].model_validate(event.data)
    assert set(event.data) == set(CATALOGUE[event.type].model_fields)


def test_the_sample_of_a_scrape_job_makes_listings() -> None:
    answer = receive_webhooks.handler(sample("receive_webhooks"), LambdaContext())
    told = json_of(answer)
    assert (answer["statusCode"], told["created_listings"], told["skipped"]) == (202, 3, 1)
    assert [refused["index"] for refused in told["refused"]] == [4]


def test_a_sample_with_nobody_s_key_is_refused() -> None:
    event = json.loads(sample_event("receive_webhooks", {}))
    assert receive_webhooks.handler(event, LambdaContext())["statusCode"] == 401


def test_the_sample_of_an_operator_s_request_lists_what_was_found() -> None:
    receive_webhooks.handler(sample("receive_webhooks"), LambdaContext())
    answer = serve_admin.handler(sample("serve_admin"), LambdaContext())
    assert [listing["state"] for listing in json_of(answer)["listings"]] == ["FOUND"] * 3


def test_the_sample_of_an_artefact_is_put_on_the_blackboard_once() -> None:
    answers = [serve_blackboard.handler(sample("serve_blackboard"), LambdaContext()) for _ in range(2)]
    assert [answer["statusCode"] for answer in answers] == [201, 200]
    first, again = map(json_of, answers)
    assert first == again
    assert (first["instance"], first["type"], first["version"]) == ("sample", "GoalDefined", 1)


def test_the_sample_of_an_artefact_s_news_is_what_the_sample_of_the_artefact_records() -> None:
    serve_blackboard.handler(sample("serve_blackboard"), LambdaContext())
    (record,) = sample("arbitrate_claims")["Records"]
    detail = json.loads(record["body"])["detail"]
    recorded = to_detail(wiring.ledger().event(detail["id"]))
    of_one_call = ("time", "trace_id", "correlation_id")
    assert {name for name in recorded if name not in of_one_call and detail[name] != recorded[name]} == set()


def test_the_sample_of_an_artefact_s_news_begins_its_claim_once() -> None:
    serve_blackboard.handler(sample("serve_blackboard"), LambdaContext())
    for _ in range(2):
        assert arbitrate_claims.handler(sample("arbitrate_claims"), LambdaContext()) == TAKEN
    (record,) = sample("arbitrate_claims")["Records"]
    claim = wiring_blackboard.blackboard().claim(claim_id_of(json.loads(record["body"])["detail"]["subject"]))
    assert (claim.stage, claim.version) == (Stage.DORMANT, 2)  # nobody takes part


def test_the_sample_of_a_claim_s_news_is_handed_to_the_agent_that_is_asked() -> None:
    board = Board(ledger=wiring.ledger(), clock=system_clock, instance="sample")
    board.register("Writer", delivery="webhook", url="https://writer.example/")
    with watched() as calls:
        assert notify_agents.handler(sample("notify_agents"), LambdaContext()) == TAKEN
    (message,) = [json.loads(call.parameters["MessageBody"]) for call in calls if call.operation == "SendMessage"]
    assert (message["detail"]["for_agent"], message["detail"]["type"]) == ("Writer", "claim.created")


def test_the_sample_of_a_report_adds_up_what_was_found() -> None:
    receive_webhooks.handler(sample("receive_webhooks"), LambdaContext())
    answer = serve_reports.handler(sample("serve_reports"), LambdaContext())
    assert answer["statusCode"] == 200
    assert json_of(answer)["by_state"]["FOUND"] == 1  # of one brand


def test_the_sample_of_an_authorization_is_allowed_for_a_viewer() -> None:
    answer = authorize_requests.handler(sample("authorize_requests"), LambdaContext())
    assert answer["policyDocument"]["Statement"][0]["Effect"] == "Allow"
    assert answer["context"] == {"role": "viewer", "sources": ""}


def test_the_sample_of_a_stream_reaches_the_bus() -> None:
    queue = watch_the_bus()
    assert relay_events.handler(sample("relay_events"), LambdaContext()) == TAKEN
    (message,) = boto3.client("sqs").receive_message(QueueUrl=queue)["Messages"]
    event = json.loads(message["Body"])
    assert (event["source"], event["detail-type"]) == ("switchyard.listings", "listing.created")
    assert event["detail"]["id"] == f"listing:{event['detail']['subject']}:1"


def test_the_sample_of_spans_is_kept_once() -> None:
    for _ in range(2):
        assert record_spans.handler(sample("record_spans"), LambdaContext()) == TAKEN
    spans = spans_of("0af7651916cd43dd8448eb211c80319c")
    assert [(span.name, span.cut) for span in spans] == [
        ("request", 2),
        ("POST /webhooks/scraper/job-complete", 0),
        ("commit", 0),
    ]
    assert spans[2].events == {event_span_id(f"listing:{LISTING}:1"): "listing.created"}


def test_the_sample_of_a_find_has_its_seller_written_to(services: StandIns) -> None:
    keep_the_listing(State.FOUND)
    assert advance_listings.handler(sample("advance_listings"), LambdaContext()) == TAKEN
    assert len(services.delivered(LISTING)) == 1
    assert wiring_listings.listings().get(LISTING).state is State.MESSAGING


def test_the_sample_of_a_find_is_shown_as_a_card(services: StandIns) -> None:
    keep_the_listing(State.FOUND)
    with showing_cards(services):
        for _ in range(2):
            assert post_cards.handler(sample("post_cards"), LambdaContext()) == TAKEN
    (card,) = shown_cards(services)
    assert card["embeds"][0]["title"] == "Sony A6400, boxed"
    assert services.violations() == []


def test_the_sample_of_an_entry_starts_its_timer() -> None:
    assert time_listings.handler(sample("time_listings"), LambdaContext()) == TAKEN
    (machine,) = client("stepfunctions").list_state_machines()["stateMachines"]
    (timer,) = client("stepfunctions").list_executions(stateMachineArn=machine["stateMachineArn"])["executions"]
    assert (timer["name"], timer["status"]) == (f"{LISTING}-1", "RUNNING")


def test_the_sample_of_a_timer_ends_what_nobody_answered() -> None:
    keep_the_listing(State.MESSAGING)
    answer = expire_listings.handler(sample("expire_listings"), LambdaContext())
    assert answer == sample("expire_listings") | {"over": True}
    assert wiring_listings.listings().get(LISTING).state is State.CANCELLED


def test_the_sample_of_an_operator_who_looks_at_workflows_is_answered() -> None:
    said = serve_control.handler(sample("serve_control"), LambdaContext())
    assert said["statusCode"] == 200
    assert {"ingestion", "replay", "retry-dead-letters"} <= json_of(said)["workflows"].keys()


def test_the_sample_of_a_schedule_drives_on_runs_that_stand_still() -> None:
    assert run_jobs.handler(sample("run_jobs"), LambdaContext()) is None
    last = LedgerJobs(wiring.ledger()).get("resume-runs").last
    assert last is not None
    assert last.result == {"resumed": [], "failed": []}


def test_the_sample_of_a_machine_without_a_run_ends() -> None:
    said = run_workflow_step.handler(sample("run_workflow_step"), LambdaContext())
    assert said == sample("run_workflow_step") | {"round": 1, "next": "failed", "steps": [], "seconds": 0}


def test_the_sample_of_an_interaction_is_signed_new_each_time_and_taken() -> None:
    with aws_over_http() as aws, receiving(aws.url):
        answers = [receive_interactions.handler(sample("receive_interactions"), LambdaContext()) for _ in range(2)]
        unsigned = json.loads(sample_event("receive_interactions", {}))
        answers.append(receive_interactions.handler(unsigned, LambdaContext()))
    assert [answer["statusCode"] for answer in answers] == [200, 200, 401]
    taken = [message["detail"]["interaction"]["data"]["name"] for message in aws.sent()]
    assert taken == ["help", "help"]


def test_the_sample_of_messages_is_sorted_and_the_bad_one_is_refused_by_itself() -> None:
    answer = receive_messages.handler(sample("receive_messages"), LambdaContext())
    told = json_of(answer)
    assert (answer["statusCode"], told["recorded"], told["known"]) == (202, 2, 0)
    kickoff, task = told["messages"]
    assert (kickoff["tags"], [sent["sink"] for sent in kickoff["sinks"]]) == (
        ["scheduled", "urgent"],
        ["google-calendar", "notion"],
    )
    assert (task["tags"], [sent["sink"] for sent in task["sinks"]]) == (["task"], ["notion"])
    (refused,) = told["refused"]
    assert (refused["index"], refused["reason"].partition(":")[0]) == (2, "price")
    assert receive_messages.handler(sample("receive_messages"), LambdaContext())["statusCode"] == 202
    assert len(message_events()) == 2


def test_the_sample_of_a_deploy_starts_its_run(services: StandIns) -> None:
    with shipping(services):
        asked = ask_for()
        assert conduct_deploys.handler(sample("conduct_deploys"), LambdaContext()) == TAKEN
    (run,) = services.state("github")["runs"]
    assert run["inputs"]["correlation_id"] == asked.run_key


def test_the_sample_of_an_event_for_notion_becomes_a_page(services: StandIns) -> None:
    with serving("notion", services):
        assert deliver_events.handler(sample("deliver_events"), LambdaContext()) == TAKEN
        assert deliver_events.handler(sample("deliver_events"), LambdaContext()) == TAKEN
    (page,) = services.pages()
    (title,) = page["properties"]["Name"]["title"]
    assert title["text"]["content"] == "Kickoff with ACME Corp"
    assert services.violations() == []


def test_the_sample_of_an_event_is_what_the_sample_of_messages_records(services: StandIns) -> None:
    """But for the sinks: the sample is of what goes to Notion alone."""
    receive_messages.handler(sample("receive_messages"), LambdaContext())
    (record,) = sample("deliver_events")["Records"]
    detail = json.loads(record["body"])["detail"]
    recorded = to_detail(wiring.ledger().event(detail["id"]))
    assert {name for name in detail["data"] if detail["data"][name] != recorded["data"][name]} == {"rules", "sinks"}
    assert set(detail["data"]["rules"]) < set(recorded["data"]["rules"])
    of_one_call = ("time", "trace_id", "correlation_id", "data")
    assert {name for name in recorded if name not in of_one_call and detail[name] != recorded[name]} == set()


def test_the_sample_of_a_snapshot_puts_every_message_into_the_file() -> None:
    receive_messages.handler(sample("receive_messages"), LambdaContext())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(snapshot_service, "REACHES_BACK", timedelta(days=1))  # three years take moto a while
        told = write_snapshot.handler(sample("write_snapshot"), LambdaContext())
    assert told == {"read": 2, "updated": 0, "count": 2, "written": True}
    file = json.loads(client("s3").get_object(Bucket="files", Key=snapshot_service.KEY)["Body"].read())
    assert [entry["key"] for entry in file["events"]] == [
        "discord:message.created:unique-id",
        "discord:task.created:unique-id-2",
    ]


def test_the_sample_of_a_schedule_runs_the_next_search(services: StandIns) -> None:
    keep_searches("Sony")
    run_searches.handler(sample("run_searches"), LambdaContext())
    (job,) = wiring_listings.scrape_jobs().newest()
    assert job.brands == ("Sony",)
    assert list(services.state("scraper")["jobs"]) == [job.id]


def message_events() -> list[Any]:
    return [item for item in event_items() if item["source"]["S"] == "switchyard.messages"]


def watch_the_bus() -> str:
    """A queue that gets every event; its address."""
    sqs, events = boto3.client("sqs"), boto3.client("events")
    queue: str = sqs.create_queue(QueueName="watch")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    pattern = json.dumps({"source": [{"prefix": "switchyard."}]})
    events.put_rule(Name="watch", EventBusName="switchyard", EventPattern=pattern)
    events.put_targets(Rule="watch", EventBusName="switchyard", Targets=[{"Id": "queue", "Arn": arn}])
    return queue


def test_the_sample_of_a_command_is_taken_and_its_answer_is_told_to_no_channel(services: StandIns) -> None:
    event = sample("run_commands")
    used = json.loads(event["Records"][0]["body"])["detail"]["interaction"]
    with commanding(services):
        assert run_commands.handler(event, LambdaContext()) == TAKEN
        assert services.discord_messages(used["channel_id"]) == []
    key = f"use:{used['id']}"
    assert wiring.state().get(key) is not None
