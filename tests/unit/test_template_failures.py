"""The template: every wait has an end, and every failure has a place where somebody hears of it."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from shared.ledger.items import aggregate_key, claim_key, event_key
from tests.unit.template_parts import (
    ALARMS,
    QUEUES,
    RESOURCES,
    RULES,
    is_matched,
    many,
    queue_at,
    rules_to,
    timeout_of,
    triggers,
)

FOURTEEN_DAYS = 14 * 24 * 3_600  # the longest a queue keeps anything
STREAMS = [stream for _, stream in triggers("DynamoDB", "Kinesis")]
FROM_QUEUES = [pytest.param(name, source, id=name) for name, source in triggers("SQS")]
SCHEDULES = [pytest.param(schedule, id=schedule["Description"]) for _, schedule in triggers("ScheduleV2", "Schedule")]
WORKED_ON = {queue_at(source["Queue"]) for _, source in triggers("SQS")}
TARGETS = [
    pytest.param(name, target, id=name) for name, rule in RULES.items() for target in rule["Properties"]["Targets"]
]


@pytest.mark.parametrize("stream", STREAMS)
def test_a_stream_is_read_with_an_end_to_every_retry_and_a_place_for_every_failure(stream: dict[str, Any]) -> None:
    assert 0 <= stream["MaximumRetryAttempts"] <= 1_000
    assert 60 <= stream["MaximumRecordAgeInSeconds"] < 24 * 3_600  # then the stream itself forgets
    assert stream["BisectBatchOnFunctionError"] is True
    assert stream["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert queue_at(stream["DestinationConfig"]["OnFailure"]["Destination"]) not in WORKED_ON


def test_the_relay_is_woken_by_new_events_and_by_nothing_else() -> None:
    (stream,) = STREAMS
    (pattern,) = [json.loads(each["Pattern"]) for each in stream["FilterCriteria"]["Filters"]]

    def wakes(key: Mapping[str, Any], change: str) -> bool:
        return is_matched({"eventName": change, "dynamodb": {"Keys": key}}, pattern)

    delivery = {"pk": {"S": "DELIVERY#listing:7:1"}, "sk": {"S": "SINK#chatterbot"}}
    others = [aggregate_key("LISTING", "7"), claim_key("SIGHTING#7"), delivery]
    assert wakes(event_key("LISTING", "7", 1), "INSERT")
    assert not any(wakes(event_key("LISTING", "7", 1), change) for change in ("MODIFY", "REMOVE"))
    assert not any(wakes(key, change) for key in others for change in ("INSERT", "MODIFY", "REMOVE"))


@pytest.mark.parametrize(("function", "source"), FROM_QUEUES)
def test_a_message_that_fails_fails_alone_and_is_not_read_twice_at_once(function: str, source: dict[str, Any]) -> None:
    queue = QUEUES[queue_at(source["Queue"])]["Properties"]
    assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    window = source.get("MaximumBatchingWindowInSeconds", 0)
    assert queue["VisibilityTimeout"] >= 6 * timeout_of(function) + window
    assert 1 <= source["BatchSize"] <= (100 if window else 10)


@pytest.mark.parametrize("name", QUEUES)
def test_a_queue_is_worked_on_and_hands_on_its_failures_or_is_where_they_end(name: str) -> None:
    queue = QUEUES[name]["Properties"]
    assert (name in WORKED_ON) == ("RedrivePolicy" in queue)
    assert queue["MessageRetentionPeriod"] == FOURTEEN_DAYS
    assert queue["SqsManagedSseEnabled"] is True


@pytest.mark.parametrize("name", sorted(WORKED_ON))
def test_what_fails_time_after_time_ends_in_the_dead_letters_of_its_own_queue(name: str) -> None:
    policy = QUEUES[name]["Properties"]["RedrivePolicy"]
    assert queue_at(policy["deadLetterTargetArn"]) == name.replace("Queue", "DeadLetters")
    assert 2 <= policy["maxReceiveCount"] <= 10


@pytest.mark.parametrize(("name", "target"), TARGETS)
def test_what_a_rule_cannot_deliver_ends_where_its_queue_s_failures_do(name: str, target: dict[str, Any]) -> None:
    if "Sub" in target["Arn"]:
        assert "EventLogGroup" in target["Arn"]["Sub"]  # it shows, and nobody waits for it
        return
    redrive = QUEUES[queue_at(target["Arn"])]["Properties"]["RedrivePolicy"]
    assert target["DeadLetterConfig"]["Arn"] == redrive["deadLetterTargetArn"]


@pytest.mark.parametrize("name", sorted(name for name in WORKED_ON if rules_to(name)))
def test_the_rules_of_a_queue_may_write_to_it_and_to_its_dead_letters_and_nobody_else_may(name: str) -> None:
    places = [{"GetAtt": f"{place}.Arn"} for place in (name, name.replace("Queue", "DeadLetters"))]
    policy = RESOURCES[f"{name}Policy"]["Properties"]
    assert policy["Queues"] == [{"Ref": queue_at(place)} for place in places]
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert statement["Resource"] == places
    ((operator, condition),) = statement["Condition"].items()
    ((key, sources),) = condition.items()
    assert (operator, key) == ("ArnEquals", "aws:SourceArn")
    assert sorted(source["GetAtt"] for source in many(sources)) == sorted(f"{rule}.Arn" for rule in rules_to(name))
    assert (statement["Principal"], statement["Action"]) == ({"Service": "events.amazonaws.com"}, "sqs:SendMessage")


@pytest.mark.parametrize("name", [name for name, body in RESOURCES.items() if body["Type"] == "AWS::SQS::QueuePolicy"])
def test_a_policy_lets_rules_write_to_a_queue_that_is_worked_on_and_nobody_else_anywhere(name: str) -> None:
    queue = name.removesuffix("Policy")
    assert queue in WORKED_ON
    assert rules_to(queue)


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_a_schedule_is_tried_again_for_a_while_and_has_a_place_for_its_failures(schedule: dict[str, Any]) -> None:
    retry = schedule["RetryPolicy"]
    assert 1 <= retry["MaximumRetryAttempts"] <= 185
    assert 60 <= retry["MaximumEventAgeInSeconds"] <= 24 * 3_600
    assert queue_at(schedule["DeadLetterConfig"]["Arn"]) not in WORKED_ON
    assert json.loads(schedule["Input"])["task"]


@pytest.mark.parametrize("name", sorted(set(QUEUES) - WORKED_ON))
def test_somebody_is_told_as_soon_as_a_failure_ends_in_a_queue(name: str) -> None:
    watched = [{"Name": "QueueName", "Value": {"GetAtt": f"{name}.QueueName"}}]
    (alarm,) = [alarm["Properties"] for alarm in ALARMS.values() if alarm["Properties"]["Dimensions"] == watched]
    assert alarm["MetricName"] == "ApproximateNumberOfMessagesVisible"
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("GreaterThanThreshold", 0)


@pytest.mark.parametrize("name", ALARMS)
def test_every_alarm_stands_on_the_dashboard(name: str) -> None:
    assert f"${{{name}.Arn}}" in RESOURCES["Dashboard"]["Properties"]["DashboardBody"]["Sub"]
