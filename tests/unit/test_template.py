"""The template: what is deployed, what it may do, where failures end, and what outlives the stack."""

import ast
import json
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from shared.ledger.catalogue import CATALOGUE, SOURCES
from shared.ledger.items import aggregate_key, claim_key, event_key
from shared.runtime.settings import Settings
from tests.support.in_process import TEMPLATE, template

ROOT = TEMPLATE.parent
RESOURCES: dict[str, Any] = template()["Resources"]
GLOBALS: dict[str, Any] = template()["Globals"]["Function"]
FOLDERS = sorted(path.parent.name for path in (ROOT / "functions").glob("*/app.py"))
FOURTEEN_DAYS = 14 * 24 * 3_600  # the longest a queue keeps anything
MOST_OF_A_REQUEST = 29  # seconds that API Gateway waits


def of_type(kind: str) -> dict[str, Any]:
    return {name: resource for name, resource in RESOURCES.items() if resource["Type"] == kind}


FUNCTIONS = of_type("AWS::Serverless::Function")
RULES, QUEUES, TABLES = of_type("AWS::Events::Rule"), of_type("AWS::SQS::Queue"), of_type("AWS::DynamoDB::Table")
ROUTES = [
    (name, trigger["Properties"])
    for name, function in FUNCTIONS.items()
    for trigger in function["Properties"].get("Events", {}).values()
    if trigger["Type"] == "Api"
]
STREAMS = [
    trigger["Properties"]
    for function in FUNCTIONS.values()
    for trigger in function["Properties"].get("Events", {}).values()
    if trigger["Type"] in {"DynamoDB", "Kinesis"}
]


def function_named(folder: str) -> dict[str, Any]:
    function: dict[str, Any] = FUNCTIONS[folder.title().replace("_", "") + "Function"]
    return function


def statements() -> Iterator[tuple[str, dict[str, Any]]]:
    """What the template lets somebody do, with the name of who may."""
    for name, resource in RESOURCES.items():
        properties = resource.get("Properties", {})
        documents = [policy.get("PolicyDocument", policy) for policy in properties.get("Policies", [])]
        documents += [properties["PolicyDocument"]] if "PolicyDocument" in properties else []
        for document in documents:
            read = json.loads(document["Sub"]) if "Sub" in document else document
            yield from ((name, statement) for statement in read["Statement"])


def is_matched(value: Any, pattern: Any) -> bool:
    """As EventBridge does it, for the few matchers that are used here."""
    if isinstance(pattern, Mapping):
        return all(name in value and is_matched(value[name], inner) for name, inner in pattern.items())
    return any(_fits(value, matcher) for matcher in pattern)


def _fits(value: str, matcher: Any) -> bool:
    if isinstance(matcher, str):
        return value == matcher
    ((kind, text),) = matcher.items()
    assert kind == "prefix", f"teach this test the matcher {kind}"
    return value.startswith(text)


def test_every_folder_of_functions_is_deployed_under_its_own_name() -> None:
    assert sorted(FUNCTIONS) == sorted(folder.title().replace("_", "") + "Function" for folder in FOLDERS)


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_function_is_built_from_its_folder_and_keeps_the_names_of_its_packages(folder: str) -> None:
    function = function_named(folder)
    assert function["Properties"]["CodeUri"] == f"functions/{folder}/"
    assert function["Properties"]["Handler"] == f"functions.{folder}.app.handler"
    assert function["Metadata"]["BuildProperties"] == {
        "ParentPackageMode": "explicit",
        "ParentPackages": f"functions.{folder}",
    }


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_function_has_a_handler(folder: str) -> None:
    module = ast.parse((ROOT / "functions" / folder / "app.py").read_text())
    assert "handler" in [node.name for node in module.body if isinstance(node, ast.FunctionDef)]


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_function_has_a_sample_event_of_its_name(folder: str) -> None:
    assert json.loads((ROOT / "events" / f"{folder}.json").read_text())


def test_there_is_no_sample_event_without_a_function() -> None:
    assert {path.stem for path in Path(ROOT / "events").glob("*.json")} <= set(FOLDERS)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_may_do_only_what_is_written_here(name: str) -> None:
    policies = FUNCTIONS[name]["Properties"]["Policies"]
    assert all(isinstance(policy, dict) and "Statement" in policy for policy in policies)
    assert "Role" not in FUNCTIONS[name]["Properties"]


@pytest.mark.parametrize("statement", [pytest.param(statement, id=name) for name, statement in statements()])
def test_no_permission_is_given_wholesale(statement: dict[str, Any]) -> None:
    assert "*" not in json.dumps([statement["Action"], statement["Resource"]])
    assert not {"NotAction", "NotResource", "NotPrincipal"} & statement.keys()


def test_every_function_is_told_every_setting_and_nothing_that_nobody_reads() -> None:
    told = set(GLOBALS["Environment"]["Variables"])
    assert told == {field.name.upper() for field in fields(Settings)}


@pytest.mark.parametrize("route", [pytest.param(route, id=route["Path"]) for _, route in ROUTES])
def test_a_route_is_open_to_everybody_only_where_that_is_meant(route: dict[str, Any]) -> None:
    meant = {("GET", "/health"), ("GET", "/docs"), ("GET", "/openapi.json"), ("POST", "/webhooks/{proxy+}")}
    is_open = "Auth" not in route
    assert is_open == ((route["Method"], route["Path"]) in meant)
    assert is_open or route["Auth"] == {"Authorizer": "KeyAuthorizer"}


@pytest.mark.parametrize("name", sorted({name for name, _ in ROUTES}))
def test_a_function_behind_the_api_ends_before_the_caller_stops_waiting(name: str) -> None:
    assert FUNCTIONS[name]["Properties"].get("Timeout", GLOBALS["Timeout"]) <= MOST_OF_A_REQUEST


@pytest.mark.parametrize("stream", STREAMS)
def test_a_stream_is_read_with_an_end_to_every_retry_and_a_place_for_every_failure(stream: dict[str, Any]) -> None:
    assert 0 <= stream["MaximumRetryAttempts"] <= 1_000
    assert 60 <= stream["MaximumRecordAgeInSeconds"] < 24 * 3_600  # then the stream itself forgets
    assert stream["BisectBatchOnFunctionError"] is True
    assert stream["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert stream["DestinationConfig"]["OnFailure"]["Destination"]["GetAtt"].removesuffix(".Arn") in QUEUES


def test_the_relay_is_woken_by_new_events_and_by_nothing_else() -> None:
    (stream,) = STREAMS
    (pattern,) = [json.loads(each["Pattern"]) for each in stream["FilterCriteria"]["Filters"]]

    def wakes(key: Mapping[str, Any], change: str) -> bool:
        return is_matched({"eventName": change, "dynamodb": {"Keys": key}}, pattern)

    others = [aggregate_key("LISTING", "7"), claim_key("SIGHTING#7")]
    assert wakes(event_key("LISTING", "7", 1), "INSERT")
    assert not any(wakes(event_key("LISTING", "7", 1), change) for change in ("MODIFY", "REMOVE"))
    assert not any(wakes(key, change) for key in others for change in ("INSERT", "MODIFY", "REMOVE"))


@pytest.mark.parametrize("name", QUEUES)
def test_a_queue_hands_on_its_failures_or_is_where_they_end(name: str) -> None:
    queue = QUEUES[name]["Properties"]
    ends_here = f"'GetAtt': '{name}.Arn'" in str([*STREAMS, *(each["Properties"] for each in QUEUES.values())])
    assert ends_here != ("RedrivePolicy" in queue)
    assert not ends_here or queue["MessageRetentionPeriod"] == FOURTEEN_DAYS


@pytest.mark.parametrize("name", [name for name, queue in QUEUES.items() if "RedrivePolicy" not in queue["Properties"]])
def test_somebody_is_told_as_soon_as_a_failure_ends_in_a_queue(name: str) -> None:
    watched = [{"Name": "QueueName", "Value": {"GetAtt": f"{name}.QueueName"}}]
    alarms = [alarm["Properties"] for alarm in of_type("AWS::CloudWatch::Alarm").values()]
    (alarm,) = [alarm for alarm in alarms if alarm["Dimensions"] == watched]
    assert alarm["MetricName"] == "ApproximateNumberOfMessagesVisible"
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("GreaterThanThreshold", 0)


@pytest.mark.parametrize("name", of_type("AWS::CloudWatch::Alarm"))
def test_every_alarm_reaches_somebody(name: str) -> None:
    assert RESOURCES[name]["Properties"]["AlarmActions"] == [{"Ref": "AlarmTopic"}]


@pytest.mark.parametrize("name", of_type("AWS::Logs::LogGroup"))
def test_no_log_is_kept_for_ever(name: str) -> None:
    assert 1 <= RESOURCES[name]["Properties"]["RetentionInDays"] <= 400


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_writes_to_a_log_of_its_own_that_is_not_kept_for_ever(name: str) -> None:
    group = FUNCTIONS[name]["Properties"]["LoggingConfig"]["LogGroup"]["Ref"]
    assert group == name.replace("Function", "LogGroup")
    assert group in of_type("AWS::Logs::LogGroup")


@pytest.mark.parametrize("name", RULES)
def test_a_rule_listens_on_our_bus_for_something_that_can_happen(name: str) -> None:
    rule = RULES[name]["Properties"]
    happens = [{"detail-type": kind, "source": SOURCES[kind.partition(".")[0].upper()]} for kind in CATALOGUE]
    assert rule["EventBusName"] == {"Ref": "EventBus"}
    assert any(is_matched(event, rule["EventPattern"]) for event in happens)


def test_the_log_of_the_bus_shows_every_event_there_is() -> None:
    pattern = RULES["EventLogRule"]["Properties"]["EventPattern"]
    assert all(is_matched({"source": source, "detail-type": "x"}, pattern) for source in SOURCES.values())


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_kept_for_good_unless_everything_in_it_may_be_forgotten(name: str) -> None:
    table, properties = TABLES[name], TABLES[name]["Properties"]
    is_kept = [
        table["DeletionPolicy"] == table["UpdateReplacePolicy"] == "Retain",
        properties.get("DeletionProtectionEnabled", False),
        properties.get("PointInTimeRecoverySpecification", {}).get("PointInTimeRecoveryEnabled", False),
    ]
    forgets = properties.get("TimeToLiveSpecification", {}).get("Enabled", False)
    assert is_kept == [not forgets] * len(is_kept)


def test_two_stacks_may_stand_side_by_side() -> None:
    no_names = {"StageName", "EventBusName", "MetricName", "PolicyName"}
    named = {
        (name, key): value
        for name, resource in RESOURCES.items()
        for key, value in resource.get("Properties", {}).items()
        if key.endswith("Name") and key not in no_names
    }
    assert set(named) == {("EventBus", "Name"), ("EventLogGroup", "LogGroupName")}
    assert all("AWS::StackName" in str(value) for value in named.values())
