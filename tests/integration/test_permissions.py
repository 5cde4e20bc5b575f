"""Each function's role grants just what the function asks of AWS: nothing is missing, nothing is spare."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from tests.integration import control_tours, tours
from tests.stand_ins.client import StandIns
from tests.support.aws_calls import Call, watched
from tests.support.fresh_process import forget
from tests.support.in_process import DEAD_LETTERS, MACHINE, QUEUE, SPAN_QUEUE, aws_in_process, template
from tests.support.notifying import AGENT_QUEUES
from tests.support.traced import traced_over_http

# The names of the tests' resources, and what the template calls them.
RESOURCES = {
    "ledger": "LedgerTable",
    "state": "StateTable",
    "traces": "TraceTable",
    "switchyard": "EventBus",
    "files": "FilesBucket",
    "cursor": "CursorSecret",
    "scraper": "ScraperWebhookSecret",
    "chatterbot": "ChatterbotWebhookSecret",
    "ebay": "EbayWebhookSecret",
    "telegram": "TelegramSecret",
    "service-keys": "ServiceKeys",
    "ebay-credentials": "EbayCredentials",
    "notion": "NotionSecret",
    "google": "GoogleSecret",
    "shopify": "ShopifySecret",
    "discord": "DiscordSecret",
    "github": "GithubSecret",
    "agent-webhooks": "AgentWebhookSecret",
    "peers": "PeerSecret",
    "sources": "SourcesSecret",
    "queue-map": "parameter/AWS::StackName/queues",
}
# Where what is asked and what has to be allowed have different names.
ACTIONS = {
    "stepfunctions:StartExecution": "states:StartExecution",
    "stepfunctions:StopExecution": "states:StopExecution",
    "sqs:SendMessageBatch": "sqs:SendMessage",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
    "s3:HeadObject": "s3:GetObject",
    "s3:CreateMultipartUpload": "s3:PutObject",
    "s3:UploadPart": "s3:PutObject",
    "s3:CompleteMultipartUpload": "s3:PutObject",
}
ABSENT = {"404", "NoSuchKey"}

Grant = tuple[str, str]  # action, resource


@pytest.fixture(autouse=True)
def _aws(services: StandIns) -> Iterator[None]:
    with aws_in_process(), traced_over_http():
        forget()
        yield


TOURS: Mapping[str, Callable[[StandIns], Iterator[None]]] = {
    "AdvanceListingsFunction": tours.advance_listings,
    "ArbitrateClaimsFunction": tours.arbitrate_claims,
    "AuthorizeRequestsFunction": tours.authorize_requests,
    "ConductDeploysFunction": tours.conduct_deploys,
    "DeliverEventsToCalendarFunction": tours.deliver_events_to("google-calendar"),
    "DeliverEventsToDiscordFunction": tours.deliver_events_to("discord"),
    "DeliverEventsToNotionFunction": tours.deliver_events_to("notion"),
    "DeliverEventsToShopifyFunction": tours.deliver_events_to("shopify"),
    "DeliverEventsToTelegramFunction": tours.deliver_events_to("telegram"),
    "ExpireListingsFunction": tours.expire_listings,
    "ReceiveInteractionsFunction": tours.receive_interactions,
    "NotifyAgentsFunction": tours.notify_agents,
    "PostCardsFunction": tours.post_cards,
    "ReceiveMessagesFunction": tours.receive_messages,
    "ReceiveWebhooksFunction": tours.receive_webhooks,
    "RecordSpansFunction": tours.record_spans,
    "RelayEventsFunction": tours.relay_events,
    "RunCommandsFunction": tours.run_commands,
    "RunJobsFunction": control_tours.run_jobs,
    "RunSearchesFunction": tours.run_searches,
    "ServeAdminFunction": tours.serve_admin,
    "RunWorkflowStepFunction": control_tours.run_workflow_step,
    "ServeBlackboardFunction": tours.serve_blackboard,
    "ServeControlFunction": control_tours.serve_control,
    "ServeReportsFunction": tours.serve_reports,
    "TimeListingsFunction": tours.time_listings,
    "WriteSnapshotFunction": tours.write_snapshot,
}


def test_every_function_of_the_template_has_a_tour_of_all_it_does() -> None:
    resources = template()["Resources"].items()
    assert set(TOURS) == {name for name, body in resources if body["Type"] == "AWS::Serverless::Function"}


@pytest.mark.parametrize("function", TOURS)
def test_a_role_grants_exactly_the_actions_its_function_uses(function: str, services: StandIns) -> None:
    calls = [call for call in calls_on(TOURS[function](services)) if call.service != "http"]
    used = {grant for call in calls for grant in grants_for(call, function)}
    assert used == granted_to(function)


def calls_on(tour: Iterator[None]) -> list[Call]:
    """What is asked from where the tour has made its preparations."""
    next(tour)
    with watched() as calls:
        assert next(tour, "the end") == "the end"
    return calls


def granted_to(function: str) -> set[Grant]:
    policies = template()["Resources"][function]["Properties"].get("Policies", [])
    statements = [statement for policy in policies for statement in policy["Statement"]]
    return {
        (action, resource_name(resource))
        for statement in statements
        for action in many(statement["Action"])
        for resource in many(statement["Resource"])
    }


def many(one_or_more: Any) -> list[Any]:
    return one_or_more if isinstance(one_or_more, list) else [one_or_more]


def resource_name(reference: Mapping[str, str]) -> str:
    """`!GetAtt LedgerTable.Arn`, `!Ref CursorSecret`, `!Sub ${LedgerTable.Arn}/index/board`, without the decoration."""
    (text,) = reference.values()
    plain = text.replace("${", "").replace("}", "").replace(".Arn", "")
    return re.sub("^arn:AWS::Partition:(ssm|states|sqs):AWS::Region:AWS::AccountId:", "", plain)


def grants_for(call: Call, function: str) -> Iterator[Grant]:
    parameters = call.parameters
    match call.operation:
        case "TransactWriteItems":
            for item in parameters["TransactItems"]:
                ((verb, request),) = item.items()
                yield f"dynamodb:{verb}Item", RESOURCES[request["TableName"]]
        case "BatchGetItem" | "BatchWriteItem" as operation:
            yield from ((f"dynamodb:{operation}", RESOURCES[table]) for table in parameters["RequestItems"])
        case "PutEvents":
            yield from (("events:PutEvents", RESOURCES[entry["EventBusName"]]) for entry in parameters["Entries"])
        case operation:
            action = f"{call.service}:{operation}"
            yield ACTIONS.get(action, action), target_of(parameters, function)
    if call.service == "s3" and call.refused in ABSENT:  # else S3 would not say so, but 403
        yield "s3:ListBucket", RESOURCES[parameters["Bucket"]]


def target_of(parameters: Mapping[str, Any], function: str) -> str:
    for name, target in _TARGETS.items():
        if name in parameters:
            return target(parameters, function)
    return RESOURCES[parameters.get("SecretId") or parameters["Name"]]


def table_of(parameters: Mapping[str, Any], _: str) -> str:
    index = f"/index/{parameters['IndexName']}" if "IndexName" in parameters else ""
    return RESOURCES[parameters["TableName"]] + index


def folder_of(parameters: Mapping[str, Any], function: str) -> str:
    """The innermost that the function's role names; else the outermost there is."""
    key = f"{RESOURCES[parameters['Bucket']]}/{parameters['Key']}"
    named = {resource for _, resource in granted_to(function) if resource.endswith("/*")}
    around = [resource for resource in named if key.startswith(resource.removesuffix("*"))]
    return max(around, key=len, default=f"{'/'.join(key.split('/')[:2])}/*")


def own_queue_of(parameters: Mapping[str, Any], function: str) -> str:
    """All functions have the same two here; the template tells each of its own."""
    name = parameters["QueueUrl"].rpartition("/")[2]
    setting = {QUEUE: "QUEUE_URL", DEAD_LETTERS: "DEAD_LETTERS_URL"}.get(name)
    if name.startswith(AGENT_QUEUES):
        return "AWS::StackName-agent-*"
    if name == SPAN_QUEUE:
        return "SpanQueue"
    if setting is None:  # one of another function's, by what the template calls it
        return str(name)
    variables = template()["Resources"][function]["Properties"]["Environment"]["Variables"]
    return str(variables[setting]["Ref"])


def machine_of(parameters: Mapping[str, Any], function: str) -> str:
    """All functions have the same one here, as with queues."""
    assert parameters["stateMachineArn"].endswith(f":{MACHINE}")
    variables = template()["Resources"][function]["Properties"]["Environment"]["Variables"]
    return str(variables.get("WORKFLOW_MACHINE", variables.get("TIMER_MACHINE"))["Ref"])


def execution_of(parameters: Mapping[str, Any], _: str) -> str:
    assert f":execution:{MACHINE}:" in parameters["executionArn"]
    return "execution:ListingTimer.Name:*"


_TARGETS: Mapping[str, Callable[[Mapping[str, Any], str], str]] = {
    "TableName": table_of,
    "Bucket": folder_of,
    "QueueUrl": own_queue_of,
    "stateMachineArn": machine_of,
    "executionArn": execution_of,
}
