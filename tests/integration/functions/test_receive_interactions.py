"""Interactions over HTTP to AWS, warm and in a process that has just started; AWS slow, failing, and asked twice."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, Final

import pytest

from functions.receive_interactions import app
from scripts.discord.signing import public_key_of
from scripts.discord.suggested import places
from shared.control.runs.run import Status as RunStatus
from shared.deliveries.delivery import Status, first_try
from shared.listings.lifecycle import State
from shared.runtime import wiring, wiring_runs
from shared.runtime.clock import system_clock
from tests.support.aws_over_http import AwsOverHttp, aws_over_http
from tests.support.builders import NOON, a_cause
from tests.support.ends import has_an_end
from tests.support.http_events import LambdaContext, json_of
from tests.support.in_process import aws_in_process, client
from tests.support.interactions import KEY, OPERATOR, VIEWER, autocomplete, component, ping, posted, slash
from tests.support.receiving import QUEUE_URL, receiving
from tests.support.recorded import URL, keep_listing
from tests.unit.shared.control.runs.samples import in_status

TABLE: Final[dict[str, Any]] = {
    "commands": {
        "listing show": {
            "needs": "viewer",
            "acknowledge": "defer_private",
            "autocomplete": {
                "listing": {"source": "listings", **places("listings", [])},
                "found": {"source": "listings", **places("listings", ["FOUND"])},
                "delivery": {"source": "deliveries", **places("deliveries", [])},
                "run": {"source": "runs", **places("runs", [])},
                "workflow": {"source": "workflows", **places("workflows", [])},
            },
        }
    },
    "components": {"listing.skip": {"needs": "operator", "acknowledge": "defer_update"}},
}


@pytest.fixture
def aws() -> Iterator[AwsOverHttp]:
    with aws_in_process(), aws_over_http() as served, receiving(served.url, TABLE):
        yield served


def handled(interaction: dict[str, Any]) -> dict[str, Any]:
    return app.handler(posted(interaction), LambdaContext())


def queued() -> list[dict[str, Any]]:
    found = client("sqs").receive_message(QueueUrl=QUEUE_URL, MaxNumberOfMessages=10).get("Messages", [])
    return [json.loads(message["Body"])["detail"] for message in found]


def test_an_interaction_is_answered_and_lies_on_the_queue(aws: AwsOverHttp) -> None:
    used = slash("listing show", {"listing": "ü \ud83d \uffff \x00 \U0001f4f7"})  # some of which SQS refuses as it is
    answer = handled(used)
    assert (answer["statusCode"], answer["headers"]) == (200, {"Content-Type": "application/json"})
    assert json_of(answer) == {"type": 5, "data": {"flags": 64}}
    (detail,) = queued()
    assert (detail["interaction"], detail["acknowledged"]) == (used, "defer_private")
    assert aws.operations() == ["PutItem", "SendMessage"]


def test_what_was_taken_is_remembered_where_the_state_store_finds_it(aws: AwsOverHttp) -> None:
    used = component("listing.skip:1")
    handled(used)
    assert isinstance(wiring.state().get(f"interaction:{used['id']}"), str)
    item = client("dynamodb").get_item(TableName="state", Key={"pk": {"S": f"interaction:{used['id']}"}})["Item"]
    assert 600 < int(item["expires_at"]["N"]) - time.time() <= 900  # longer than a signature is good for


@pytest.mark.parametrize("again", [2, 8])
def test_of_many_of_the_same_at_once_one_is_taken(again: int, aws: AwsOverHttp) -> None:
    event = posted(component("listing.skip:1"))
    with ThreadPoolExecutor(again) as pool:
        answers = list(pool.map(lambda _: app.handler(event, LambdaContext()), range(again)))
    assert sorted(answer["statusCode"] for answer in answers) == [200] + [401] * (again - 1)
    assert len(queued()) == 1


@pytest.mark.parametrize("fault", ["lost", "closed", "unwell"])
def test_an_answer_of_the_table_that_gets_lost_makes_nobody_a_replay(fault: str, aws: AwsOverHttp) -> None:
    aws.once["dynamodb"] = fault
    assert json_of(handled(component("listing.skip:1"))) == {"type": 6}
    assert len(queued()) == 1


@pytest.mark.parametrize("fault", ["silent", "closed", "unwell", "html"])
def test_a_table_that_fails_keeps_nobody_from_anything(fault: str, aws: AwsOverHttp) -> None:
    aws.faults["dynamodb"] = fault
    with has_an_end():
        assert json_of(handled(component("listing.skip:1"))) == {"type": 6}
    assert len(queued()) == 1


@pytest.mark.parametrize("used", [component("listing.skip:1"), slash("listing show")], ids=["button", "command"])
@pytest.mark.parametrize("fault", ["silent", "closed", "unwell", "html"])
def test_a_queue_that_fails_is_said_while_discord_still_listens(
    fault: str, used: dict[str, Any], aws: AwsOverHttp
) -> None:
    aws.faults["sqs"] = fault
    with has_an_end():
        answer = json_of(handled(used))
    assert (answer["type"], answer["data"]["flags"]) == (4, 64)
    assert "please try again" in answer["data"]["content"]


def test_where_nothing_of_aws_answers_discord_still_hears_in_time(
    aws: AwsOverHttp, capsys: pytest.CaptureFixture[str]
) -> None:
    aws.faults = {"dynamodb": "silent", "sqs": "silent"}
    with has_an_end():
        assert json_of(handled(slash("listing show")))["type"] == 4
    said = json.loads(capsys.readouterr().out)
    assert (said["level"], said["outcome"], said["InteractionsLost"]) == ("WARNING", "lost", 1)


def test_after_a_failure_all_is_as_before(aws: AwsOverHttp) -> None:
    aws.once = {"dynamodb": "silent", "sqs": "silent"}
    handled(slash("listing show"))
    assert json_of(handled(slash("listing show"))) == {"type": 5, "data": {"flags": 64}}


def test_a_refusal_is_a_problem_document(aws: AwsOverHttp) -> None:
    event = posted(ping()) | {"body": "{}"}
    answer = app.handler(event, LambdaContext())
    assert (answer["statusCode"], answer["headers"]) == (401, {"Content-Type": "application/problem+json"})
    problem = json_of(answer)
    assert {name: problem[name] for name in ("type", "title", "status", "instance", "trace_id")} == {
        "type": "about:blank",
        "title": "Unauthorized",
        "status": 401,
        "instance": "/discord/interactions",
        "trace_id": event["requestContext"]["requestId"],
    }
    assert aws.asked == []
    assert app.handler({}, LambdaContext())["statusCode"] == 401


# ---------------------------------------------------------------- what is offered


def offered(option: str, typed: str = "") -> list[dict[str, str]]:
    choices: list[dict[str, str]] = json_of(handled(autocomplete("listing show", option, typed)))["data"]["choices"]
    return choices


@pytest.fixture
def no_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is found does not hang on how busy the machine is."""
    monkeypatch.setattr("functions.receive_interactions.suggestions._SECONDS", 30.0)


@pytest.mark.usefixtures("no_hurry")
def test_listings_are_found_wherever_the_ledger_puts_them(aws: AwsOverHttp) -> None:
    """A listing for each state, and some that share the columns of FOUND."""
    kept = [keep_listing(state, url=f"{URL}{number}")[0] for number, state in enumerate(State)]
    kept += [keep_listing(url=f"{URL}/{number}")[0] for number in range(8)]
    assert sorted(choice["value"] for choice in offered("listing")) == sorted(listing.id for listing in kept)
    latest = offered("listing")[0]
    assert latest == {"name": f"{kept[-1].title} · FOUND", "value": kept[-1].id}
    assert len(offered("found")) == 9
    assert [choice["value"] for choice in offered("listing", kept[3].id[:13].upper())] == [kept[3].id]


@pytest.mark.usefixtures("no_hurry")
def test_deliveries_that_were_given_up_are_found_at_every_sink(aws: AwsOverHttp) -> None:
    for sink, status in [("notion", Status.FAILED), ("telegram", Status.IN_DOUBT), ("shopify", Status.DELIVERED)]:
        tried = first_try("message:m-1:1", sink, at=system_clock())
        wiring.deliveries().save(tried.ended(status, at=system_clock()))
    assert sorted(choice["value"] for choice in offered("delivery")) == [
        "message:m-1:1|notion",
        "message:m-1:1|telegram",
    ]


@pytest.mark.usefixtures("no_hurry")
def test_runs_are_found_however_they_stand(aws: AwsOverHttp) -> None:
    kept = {}
    for number, status in enumerate(RunStatus):
        run = replace(in_status(status), id=f"{number + 1:032x}", version=0).told("resumed", at=NOON, machine=1)
        kept[wiring_runs.runs().save(run, a_cause()).id] = status
    found = {choice["value"]: choice["name"] for choice in offered("run")}
    assert found == {run_id: f"tidy-up {run_id[:8]} · {status}" for run_id, status in kept.items()}


def test_workflows_are_offered_though_the_board_does_not_answer(aws: AwsOverHttp) -> None:
    aws.faults["dynamodb"] = "silent"
    assert [choice["value"] for choice in offered("workflow", "ing")] == ["ingestion"]


def test_a_board_that_is_slow_offers_nothing_in_time(aws: AwsOverHttp) -> None:
    keep_listing()
    aws.faults["dynamodb"] = "silent"
    with has_an_end():
        assert offered("listing") == []


# ---------------------------------------------------------------- a process that has just started

FRESH: Final = """
import json, sys
from functions.receive_interactions import app
table, event = json.load(sys.stdin)
app.receiver._table = table
print(json.dumps({"answer": app.handler(event, None), "loaded": sorted(sys.modules)}))
"""


def test_a_process_that_has_just_started_finds_all_it_needs_in_its_environment(
    aws: AwsOverHttp, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = {
        "AWS_ENDPOINT_URL": aws.url,
        "AWS_ACCESS_KEY_ID": "test",  # moto has put in another
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_SESSION_TOKEN": "a token",
        "DISCORD_PUBLIC_KEY": public_key_of(KEY),
        "DISCORD_OPERATORS": f"{VIEWER}, {OPERATOR}",
    }
    for name, value in known.items():
        monkeypatch.setenv(name, value)
    used = component("listing.skip:1")
    text = json.dumps([TABLE, posted(used)])
    done = subprocess.run([sys.executable, "-c", FRESH], input=text, check=True, capture_output=True, text=True)
    said, told = map(json.loads, done.stdout.splitlines())
    assert (said["outcome"], json_of(told["answer"])) == ("taken", {"type": 6})
    assert [detail["interaction"] for detail in queued()] == [used]
    heavy = {"boto3", "botocore", "pydantic", "aws_lambda_powertools", "httpx", "redis", "dataclasses", "inspect"}
    assert heavy & set(told["loaded"]) == set()
