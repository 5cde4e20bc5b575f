"""Each function's role grants just what the function asks of AWS: nothing is missing, nothing is spare."""

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from functions.authorize_requests import app as authorize_requests
from functions.receive_webhooks import app as receive_webhooks
from functions.relay_events import app as relay_events
from functions.serve_admin import app as serve_admin
from functions.serve_admin.health import HealthCheck
from scripts.keys import create_key
from shared.listings.listing import listing_id
from shared.runtime import wiring
from shared.runtime.clock import system_clock
from tests.support.aws_calls import Call, watched
from tests.support.builders import a_job, a_match
from tests.support.http_events import LambdaContext, api_event, as_operator, signed_headers
from tests.support.in_process import SCRAPER_SECRET, aws_in_process, template
from tests.support.stream import stream_batch

URL = "https://market.example/item/1"
WEBHOOK = "/webhooks/scraper/job-complete"
# The names of the tests' resources, and what the template calls them.
RESOURCES = {
    "ledger": "LedgerTable",
    "state": "StateTable",
    "switchyard": "EventBus",
    "cursor": "CursorSecret",
    "scraper": "ScraperWebhookSecret",
}

Grant = tuple[str, str]  # action, resource


@pytest.fixture(autouse=True)
def _aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    wiring._secrets.cache_clear()
    wiring._secret.cache_clear()
    health = HealthCheck(wiring.ledger().is_reachable, wiring.bus().is_reachable, clock=system_clock)
    monkeypatch.setattr(serve_admin, "check_health", health)
    with aws_in_process():
        yield


def authorize_requests_tour() -> list[Call]:
    headers = {"x-api-key": create_key(name="tour", role="viewer")}
    event = api_event("GET", "/admin/listings", headers=headers) | {"methodArn": "arn:aws:execute-api:::x"}
    with watched() as calls:
        assert authorize_requests.handler(event, LambdaContext())["principalId"]
    return calls


def receive_webhooks_tour() -> list[Call]:
    key = create_key(name="tour", role="service", sources=["scraper"])
    by_key = api_event("POST", WEBHOOK, body=a_job(a_match(URL)), headers={"x-api-key": key})
    body = json.dumps(a_job(a_match(URL, listing__price=1), a_match(f"{URL}2")))
    signed = signed_headers(body, base64.b64decode(SCRAPER_SECRET), at=datetime.now(UTC))
    by_signature = api_event("POST", WEBHOOK, body=body, headers=signed)
    with watched() as calls:
        answers = [receive_webhooks.handler(event, LambdaContext()) for event in (by_key, by_signature, by_signature)]
    assert [answer["statusCode"] for answer in answers] == [202, 202, 401]
    return calls


def relay_events_tour() -> list[Call]:
    receive_webhooks_tour()
    batch = stream_batch()
    with watched() as calls:
        assert relay_events.handler(batch, LambdaContext()) == {"batchItemFailures": []}
    return calls


def serve_admin_tour() -> list[Call]:
    receive_webhooks_tour()
    listing = f"/admin/listings/{listing_id(URL)}"
    requests = [
        as_operator("GET", "/admin/listings?limit=1"),
        as_operator("GET", listing),
        as_operator("GET", f"{listing}/history"),
        as_operator("POST", f"{listing}/transition", body={"to_state": "MESSAGING"}),
        *(api_event("GET", path) for path in ("/health", "/docs", "/openapi.json")),
    ]
    with watched() as calls:
        answers = [serve_admin.handler(event, LambdaContext()) for event in requests]
    assert [answer["statusCode"] for answer in answers] == [200] * len(requests)
    return calls


TOURS: Mapping[str, Callable[[], list[Call]]] = {
    "AuthorizeRequestsFunction": authorize_requests_tour,
    "ReceiveWebhooksFunction": receive_webhooks_tour,
    "RelayEventsFunction": relay_events_tour,
    "ServeAdminFunction": serve_admin_tour,
}


def test_every_function_of_the_template_has_a_tour_of_all_it_does() -> None:
    resources = template()["Resources"].items()
    assert set(TOURS) == {name for name, body in resources if body["Type"] == "AWS::Serverless::Function"}


@pytest.mark.parametrize("function", TOURS)
def test_a_role_grants_exactly_the_actions_its_function_uses(function: str) -> None:
    used = {grant for call in TOURS[function]() for grant in grants_for(call)}
    assert used == granted_to(function)


def granted_to(function: str) -> set[Grant]:
    policies = template()["Resources"][function]["Properties"]["Policies"]
    statements = [statement for policy in policies for statement in policy["Statement"]]
    return {
        (action, resource_name(statement["Resource"]))
        for statement in statements
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    }


def resource_name(reference: dict[str, str]) -> str:
    """`!GetAtt LedgerTable.Arn`, `!Ref CursorSecret`, `!Sub ${LedgerTable.Arn}/index/board`, without the decoration."""
    (text,) = reference.values()
    return text.replace("${", "").replace("}", "").replace(".Arn", "")


def grants_for(call: Call) -> Iterator[Grant]:
    parameters = call.parameters
    match call.operation:
        case "TransactWriteItems":
            for item in parameters["TransactItems"]:
                ((verb, request),) = item.items()
                yield f"dynamodb:{verb}Item", RESOURCES[request["TableName"]]
        case "BatchGetItem":
            yield from (("dynamodb:BatchGetItem", RESOURCES[table]) for table in parameters["RequestItems"])
        case "PutEvents":
            yield from (("events:PutEvents", RESOURCES[entry["EventBusName"]]) for entry in parameters["Entries"])
        case operation:
            yield f"{call.service}:{operation}", target_of(parameters)


def target_of(parameters: Mapping[str, Any]) -> str:
    if "TableName" in parameters:
        index = f"/index/{parameters['IndexName']}" if "IndexName" in parameters else ""
        return RESOURCES[parameters["TableName"]] + index
    return RESOURCES[parameters.get("SecretId") or parameters["Name"]]
