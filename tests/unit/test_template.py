"""The template: what is deployed, what it may do, what it is told, and what outlives the stack."""

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import pytest

from shared.ledger.catalogue import CATALOGUE, SOURCES
from shared.runtime.configuration import Configuration
from shared.runtime.settings import Settings
from tests.support.in_process import TEMPLATE
from tests.unit.template_parts import (
    FUNCTIONS,
    GLOBALS,
    RESOURCES,
    RULES,
    TABLES,
    functions_of,
    happens,
    is_matched,
    of_type,
    variables_of,
)

ROOT = TEMPLATE.parent
FOLDERS = sorted(path.parent.name for path in (ROOT / "functions").glob("*/app.py"))
MOST_OF_A_REQUEST = 29  # seconds that API Gateway waits
# What a star may stand for: everything below one prefix of a bucket, the runs of one machine, agents' queues.
MEANT_WITH_A_STAR = re.compile(
    r"\$\{FilesBucket\.Arn\}/(blackboard|documents(/findings)?|listings|openapi|reports|ssot)/\*"
    r"|arn:\$\{AWS::Partition\}:states:\$\{AWS::Region\}:\$\{AWS::AccountId\}:execution:\$\{ListingTimer\.Name\}:\*"
    r"|arn:\$\{AWS::Partition\}:sqs:\$\{AWS::Region\}:\$\{AWS::AccountId\}:\$\{AWS::StackName\}-agent-\*"
)
ROUTES = [
    (name, trigger["Properties"])
    for name, function in FUNCTIONS.items()
    for trigger in function["Properties"].get("Events", {}).values()
    if trigger["Type"] == "Api"
]
# What is told only to who needs it; see Settings.
OPTIONAL = {field.name.upper() for field in fields(Settings) if field.default is not MISSING}
# What in the source of a function shows that it needs to be told.
ASKS_FOR = {
    "QUEUE_URL": r"wiring\.queue\(",
    "DEAD_LETTERS_URL": r"wiring\.dead_letters\(",
    "TIMER_MACHINE": r"wiring_listings\.timers\(",
    # And the seller: who is asked, calls back.
    "PUBLIC_URL": r"wiring_listings\.chatterbot\b|wiring_registry\.registry\b|wiring_jobs\.",
    "SINK": r"wiring_sinks\.sink\(",
    "SINK_MODE": r"wiring_sinks\.sink\(|settings\(\)\.sink_mode\b",
    "SINK_SECRET": r"wiring_sinks\.sink\(",
    "SINK_API_URL": r"wiring_sinks\.sink\(",
    "SINK_TARGET": r"wiring_sinks\.sink\(",
    "DISCORD_API_URL": r"wiring\.discord(_webhooks)?\(",
    "DISCORD_SECRET": r"wiring\.discord\(",
    "DISCORD_APPLICATION_ID": r"\.discord_application_id\b",
    "DISCORD_VIEWERS": r"\.discord_viewers\b",
    "DISCORD_OPERATORS": r"\.discord_operators\b",
    "DISCORD_ADMINS": r"\.discord_admins\b",
    "DISCORD_STATUS_CHANNEL_ID": r"\.discord_status_channel_id\b",
    "STATUS_URLS": r"\.status_urls\b",
    "TRACE_TABLE": r"wiring_tracing\.traces\(",
    "QUEUE_MAP": r"wiring\.queue_map\(|wiring_letters\.",
    "WORKFLOW_MACHINE": r"wiring_runs\.machines\(|wiring_jobs\.",
    "STACK_ID": r"wiring_registry\.(registry\(|peer_messages\b)|wiring_jobs\.",
    "PEER_SECRET": r"wiring_registry\.peer_messages\b|wiring_jobs\.",
    "SOURCES_SECRET": r"wiring_ingestion\.ingesting\b",
    "SINK_PLACES": r"\.sink_places\b",
    "DISCORD_CARDS_CHANNEL_ID": r"\.discord_cards_channel_id\b",
    "DISCORD_QUESTIONS_CHANNEL_ID": r"\.discord_questions_channel_id\b",
    "CARD_MINIMUM_PROFIT": r"\.card_minimum_profit\b",
    "CARD_MINIMUM_CONFIDENCE": r"\.card_minimum_confidence\b",
    "REDIS_URL": r"wiring\.state\(|wiring_blackboard\.(channels|backends)\b|wiring_jobs\.",
    "AGENT_WEBHOOK_SECRET": r"wiring_blackboard\.agent_webhook_masters\b",
    "AGENT_QUEUE_PREFIX": r"\.agent_queue_prefix\b",
    "ALLOWED_PRIVATE_ORIGINS": r"wiring_blackboard\.agent_webhooks\(|wiring\.url_guard\(|wiring_(ingestion|jobs)\.",
    "DATABASE_URL": r"wiring\.state\(|wiring_jobs\.",
    "STATE_STORE_BACKEND": r"wiring\.state\(|wiring_jobs\.",
    "GITHUB_API_URL": r"wiring_deploys\.github\(|wiring_ingestion\.ingesting\b",
    "GITHUB_REPOSITORY": r"wiring_ingestion\.(check_scope|ingesting)\b|wiring_deploys\.github\(|\.github_repository\b",
    "GITHUB_WORKFLOW": r"settings\(\)\.github_workflow\b",
    "GITHUB_SECRET": r"wiring_ingestion\.ingesting\b|wiring_deploys\.github(\(|_webhook_secrets\b)",
    "DEPLOY_CHECKS": r"settings\(\)\.deploy_checks\b",
    "SETT_INSTANCE_NAME": r"settings\(\)\.sett_instance_name\b",
}
# What shared/config/app.yaml says too: the functions of the control plane are told it, each as far as it asks.
CONFIGURED = {field.name.upper() for field in fields(Configuration)}
# What concerns one sink only.
OF_ONE_SINK = {"NOTION_DATABASE_ID": "notion", "GOOGLE_TOKEN_URL": "google-calendar"}


def source_of(folder: str) -> str:
    return "".join(path.read_text() for path in (ROOT / "functions" / folder).glob("*.py"))


def statements() -> Iterator[tuple[str, dict[str, Any]]]:
    """What the template lets somebody do, with the name of who may."""
    for name, resource in RESOURCES.items():
        properties = resource.get("Properties", {})
        documents = [policy.get("PolicyDocument", policy) for policy in properties.get("Policies", [])]
        documents += [properties["PolicyDocument"]] if "PolicyDocument" in properties else []
        for document in documents:
            read = json.loads(document["Sub"]) if "Sub" in document else document
            yield from ((name, statement) for statement in read["Statement"])


def test_every_folder_of_functions_is_deployed_under_its_own_name() -> None:
    assert sorted(FUNCTIONS) == sorted(name for folder in FOLDERS for name in functions_of(folder))


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_is_deployed_once_under_its_name_alone_or_for_each_sink(folder: str) -> None:
    names, plain = sorted(functions_of(folder)), folder.title().replace("_", "") + "Function"
    serving = [variables_of(name)["SINK"] for name in names if "SINK" in variables_of(name)]
    assert names == [plain] or len(set(serving)) == len(names) > 1


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_function_is_built_from_its_folder_and_keeps_the_names_of_its_packages(folder: str) -> None:
    built = [
        (function["Properties"]["CodeUri"], function["Properties"]["Handler"], function["Metadata"]["BuildProperties"])
        for function in functions_of(folder).values()
    ]
    packages = {"ParentPackageMode": "explicit", "ParentPackages": f"functions.{folder}"}
    assert built
    assert all(one == (f"functions/{folder}/", f"functions.{folder}.app.handler", packages) for one in built)


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
    resources = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
    stars = [resource for resource in resources if "*" in json.dumps(resource)]
    assert "*" not in json.dumps(statement["Action"])
    assert all(MEANT_WITH_A_STAR.fullmatch(resource["Sub"]) for resource in stars)
    assert not {"NotAction", "NotResource", "NotPrincipal"} & statement.keys()


def test_every_function_is_told_what_nobody_can_do_without_and_nothing_that_nobody_reads() -> None:
    told = set(GLOBALS["Environment"]["Variables"])
    assert told == {field.name.upper() for field in fields(Settings)} - OPTIONAL


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_is_told_beside_that_just_what_it_asks_for(name: str) -> None:
    folder = next(folder for folder in FOLDERS if name in functions_of(folder))
    source = source_of(folder)
    told = variables_of(name)
    asked = {setting for setting, how in ASKS_FOR.items() if re.search(how, source)}
    asked |= {setting for setting, sink in OF_ONE_SINK.items() if told.get("SINK") == sink}
    # What has no time for Settings reads the environment by name.
    asked |= set(re.findall(r'\bvariable\("([A-Z_]+)"', source)) - set(GLOBALS["Environment"]["Variables"])
    assert ASKS_FOR.keys() | OF_ONE_SINK.keys() == OPTIONAL
    assert set(told) - CONFIGURED == asked
    assert not set(told) & CONFIGURED or folder in ("run_commands", "run_jobs", "run_workflow_step", "serve_control")


@pytest.mark.parametrize("route", [pytest.param(route, id=route["Path"]) for _, route in ROUTES])
def test_a_route_is_open_to_everybody_only_where_that_is_meant(route: dict[str, Any]) -> None:
    meant = {
        ("GET", "/health"),
        ("GET", "/healthz"),
        ("GET", "/docs"),
        ("GET", "/openapi.json"),
        ("POST", "/webhooks/{proxy+}"),
    }
    meant |= {("GET", "/ready"), ("GET", "/info")}
    meant |= {("POST", "/discord/interactions"), ("POST", "/registry/replicate")}  # signed
    is_open = "Auth" not in route
    assert is_open == ((route["Method"], route["Path"]) in meant)
    assert is_open or route["Auth"] == {"Authorizer": "KeyAuthorizer"}


@pytest.mark.parametrize("name", sorted({name for name, _ in ROUTES}))
def test_a_function_behind_the_api_ends_before_the_caller_stops_waiting(name: str) -> None:
    assert FUNCTIONS[name]["Properties"].get("Timeout", GLOBALS["Timeout"]) <= MOST_OF_A_REQUEST


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
    assert rule["EventBusName"] == {"Ref": "EventBus"}
    assert any(is_matched(event, rule["EventPattern"]) for event in happens())


@pytest.mark.parametrize("name", RULES)
def test_every_type_that_a_rule_names_is_in_the_catalogue_and_comes_from_a_source_it_names(name: str) -> None:
    pattern = RULES[name]["Properties"]["EventPattern"]
    named = pattern.get("detail-type", [])
    from_there = {event["detail-type"] for event in happens() if is_matched(event, {"source": pattern["source"]})}
    assert set(named) <= set(CATALOGUE)
    assert set(named) <= from_there
    assert len(set(named)) == len(named)


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
    assert set(named) == {
        ("EventBus", "Name"),
        ("QueueMap", "Name"),
        ("EventLogGroup", "LogGroupName"),
        ("StateCache", "ServerlessCacheName"),
    }
    assert all("AWS::StackName" in str(value) for value in named.values())
