"""Dead letters from end to end, in AWS in this process: a message fails, is seen with its cause, and goes back."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.run_workflow_step.handlers import HANDLERS
from functions.serve_control import dead_letter_routes
from functions.time_listings import app as time_listings
from shared.control.letters.step import WORKFLOW
from shared.control.runs.step import Done, StepCall
from shared.ledger.envelope import Event
from shared.runtime import wiring, wiring_letters
from shared.runtime.api import answer, resolver
from shared.runtime.request import principal
from tests.support.builders import a_cause
from tests.support.http_events import LambdaContext, as_operator, json_of
from tests.support.in_process import QUEUE_MAP, aws_in_process, client, template
from tests.support.letters import a_given_up, a_relay_failure, an_event
from tests.support.posted import keep_message
from tests.support.queue_events import queue_batch
from tests.support.told import told

DEAD, SOURCE = "TimerDeadLetters", "TimerQueue"

app = resolver()
app.include_router(dead_letter_routes.router)


@pytest.fixture(autouse=True)
def _aws() -> Iterator[None]:
    with aws_in_process(), told(queue_map=QUEUE_MAP):
        for name, one in template()["Resources"].items():
            if one["Type"] == "AWS::SQS::Queue":
                client("sqs").create_queue(QueueName=name)
        wiring_letters.letter_ports.cache_clear()
        yield
        wiring_letters.letter_ports.cache_clear()


def ask(method: str, target: str, body: Any = None) -> Any:
    event = as_operator(method, f"/infrastructure/dlq/{target}", body=body)
    return json_of(answer(app, event, LambdaContext(), admit=principal))


def url(queue: str) -> str:
    return str(client("sqs").get_queue_url(QueueName=queue)["QueueUrl"])


def lay(body: Any, queue: str = DEAD) -> str:
    sent = client("sqs").send_message(QueueUrl=url(queue), MessageBody=json.dumps(body))
    return str(sent["MessageId"])


def bodies(queue: str) -> list[Any]:
    found = client("sqs").receive_message(QueueUrl=url(queue), MaxNumberOfMessages=10).get("Messages", [])
    return [json.loads(one["Body"]) for one in found]


def fails(message_id: str, body: str) -> None:
    """The function is handed the message, and fails over it."""
    batch = queue_batch(body)
    batch["Records"][0]["messageId"] = message_id
    failed = time_listings.handler(batch, LambdaContext())["batchItemFailures"]
    assert failed == [{"itemIdentifier": message_id}]


def test_every_queue_of_the_template_is_in_the_statistics() -> None:
    known = template()["Resources"]
    dead = {name for name, one in known.items() if one["Type"] == "AWS::SQS::Queue" and "RedrivePolicy" not in str(one)}
    assert {one["queue"] for one in ask("GET", "stats")["queues"]} == dead


def test_a_message_that_failed_in_a_function_is_dead_for_what_went_wrong_there() -> None:
    body = {"detail": {"id": "x", "type": "y"}}
    letter = lay(body)
    fails(letter, json.dumps(body))
    (known,) = ask("GET", f"letters?queue={DEAD}")["letters"]
    assert (known["letter_id"], known["cause"], known["source"]) == (letter, "KeyError: 'trace_id'", SOURCE)
    (queue,) = [one for one in ask("GET", "stats")["queues"] if one["queue"] == DEAD]
    assert queue["causes"] == [{"cause": "KeyError: 'trace_id'", "count": 1}]


def test_letters_go_back_to_the_queue_they_came_from_and_it_is_said() -> None:
    lay(an_event(1))
    lay(a_given_up(2), "NotionDeadLetters")
    said = ask("POST", "retry?limit=10")
    assert (said["retried_events"], said["total_events"]) == (2, 2)
    assert (bodies(SOURCE), bodies("NotionQueue")) == ([an_event(1)], [a_given_up(2)])
    (event,) = wiring.ledger().history("DEAD_LETTERS", DEAD)
    assert (event.type, event.source, event.data["count"]) == ("dead_letters.retried", "switchyard.control", 1)


def test_letters_are_thrown_away_and_it_is_said() -> None:
    letter = lay(an_event(1))
    said = ask("POST", "discard", {"queue": DEAD, "letter_id": letter, "reason": "no use"})
    assert said == {"discarded": 1, "is_all": True}
    (event,) = wiring.ledger().history("DEAD_LETTERS", DEAD)
    assert (event.type, event.data["letters"][0]["letter_id"]) == ("dead_letters.discarded", letter)


def test_a_run_tries_all_of_them_again_and_publishes_what_the_relay_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = datetime(2026, 3, 1, 11, 0, 5, tzinfo=UTC)
    lost = keep_message(wiring.ledger(), "m-1", at=moment)
    lay(a_relay_failure(), "RelayFailureQueue")
    for one in range(12):
        lay(an_event(one))
    published: list[str] = []

    def publish(events: Sequence[Event]) -> int:
        published.extend(event.id for event in events)
        return len(events)

    monkeypatch.setattr(wiring.bus(), "publish", publish)
    done = HANDLERS[WORKFLOW]()(a_call())
    assert isinstance(done, Done)
    assert (done.output["retried"], done.output["left"], published) == (13, 0, [lost.id])


def a_call() -> StepCall:
    return StepCall(
        run_id="a-run",
        workflow=WORKFLOW,
        step="retry",
        scope={},
        parameters={"rate": 500},
        outputs={},
        checkpoint={},
        attempt=1,
        cause=a_cause("key:anna"),
        until=datetime.now(UTC) + timedelta(seconds=100),
    )
