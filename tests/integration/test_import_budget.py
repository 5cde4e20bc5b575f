"""What a cold start may load. How long it takes is measured by `make bench`; here it is only kept within bounds."""

import json
import subprocess
import sys

import pytest

from scripts.import_time import FLOOR, environment, functions, import_seconds, importing
from shared.sinks.names import NAMES

FACTOR = 12  # times a bare interpreter with the runtime client
FOR_S3_AND_RESOURCES = {"boto3", "s3transfer"}
NOT_FOR_US = {"aws_xray_sdk", "cryptography", "redis", "httpx", "requests", "moto", "scripts", "tests"}
HTTP_EDGE = {"aws_lambda_powertools.event_handler", "shared.runtime.api"}
QUEUES = {"aws_lambda_powertools.utilities.batch", "shared.runtime.queue"}
# Loaded when the first request to a service is made; what needs none of it then starts faster.
FOR_CALLS = {"aws_lambda_powertools.utilities.circuit_breaker", "shared.runtime.circuit", "shared.runtime.oauth"}
FOR_SECRETS = {"aws_lambda_powertools.utilities.parameters"}
ONE_PAGE = {"aws_lambda_powertools.event_handler.openapi.swagger_ui"}
# A function serves one sink, and which one its environment says: only that one's module is loaded, when it is needed.
SINKS = {f"shared.sinks.{name.replace('-', '_')}" for name in NAMES}
NEVER_AT_ONCE = FOR_CALLS | FOR_SECRETS | ONE_PAGE | SINKS
# Read where messages are sorted, and where the rules for that are put in place.
ROUTING = {"yaml", "shared.messages.rules_file"}
# The file of all messages, and the database it is sorted in.
SNAPSHOT = {"sqlite3", "shared.messages.snapshot"}
NEITHER_MESSAGES_NOR_SINKS = ROUTING | SNAPSHOT | {"shared.messages", "shared.sinks"}
# What no function has a use for, and what this one has not.
FORBIDDEN = {
    "advance_listings": HTTP_EDGE
    | NEITHER_MESSAGES_NOR_SINKS
    | {"shared.listings.contracts", "shared.listings.views", "shared.listings.telegram"},
    "authorize_requests": HTTP_EDGE
    | QUEUES
    | NEITHER_MESSAGES_NOR_SINKS
    | {"pydantic", "shared.listings", "shared.scraping", "shared.runtime.http"},
    # The rules and the options of sinks are read when the first event comes.
    "deliver_events": HTTP_EDGE
    | NEITHER_MESSAGES_NOR_SINKS - {"shared.sinks"}
    | {"shared.listings", "shared.scraping", "shared.files", "shared.sinks.contracts", "shared.sinks.options"},
    "expire_listings": HTTP_EDGE
    | QUEUES
    | NEITHER_MESSAGES_NOR_SINKS
    | {"shared.listings.contracts", "shared.scraping", "shared.runtime.http"},
    "receive_messages": QUEUES
    | SNAPSHOT
    | {"shared.listings", "shared.scraping", "shared.files", "shared.deliveries", "shared.runtime.http"}
    | {"shared.sinks.contracts", "shared.sinks.delivering"},
    "receive_webhooks": QUEUES
    | NEITHER_MESSAGES_NOR_SINKS
    | {"shared.listings.views", "shared.files", "shared.deliveries", "shared.runtime.http"},
    "relay_events": HTTP_EDGE
    | QUEUES
    | NEITHER_MESSAGES_NOR_SINKS
    | {"pydantic", "shared.listings", "shared.scraping", "shared.runtime.http"},
    "run_searches": HTTP_EDGE
    | QUEUES
    | NEITHER_MESSAGES_NOR_SINKS
    | {"shared.listings", "shared.files", "shared.deliveries"},
    "serve_admin": QUEUES | SNAPSHOT | ROUTING | {"shared.listings.report", "shared.messages.contracts"},
    "serve_reports": QUEUES
    | NEITHER_MESSAGES_NOR_SINKS
    | {"shared.deliveries", "shared.scraping", "shared.listings.settings", "shared.runtime.http"},
    "time_listings": HTTP_EDGE
    | NEITHER_MESSAGES_NOR_SINKS
    | {"pydantic", "shared.listings.listing", "shared.scraping", "shared.deliveries"},
    "write_snapshot": HTTP_EDGE
    | QUEUES
    | ROUTING
    | {"shared.listings", "shared.scraping", "shared.sinks", "shared.messages.contracts", "shared.runtime.http"},
}


def test_every_function_has_its_list() -> None:
    assert sorted(FORBIDDEN) == functions()


@pytest.mark.parametrize("function", FORBIDDEN)
def test_a_function_loads_nothing_it_does_not_need(function: str) -> None:
    program = f"{importing(function)}; import json, sys; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment(), check=True, capture_output=True, text=True
    )
    loaded = json.loads(done.stdout)
    forbidden = FORBIDDEN[function] | FOR_S3_AND_RESOURCES | NOT_FOR_US | NEVER_AT_ONCE
    assert [name for name in loaded if any(f"{name}.".startswith(f"{bad}.") for bad in forbidden)] == []


def test_no_function_takes_longer_to_load_than_its_budget() -> None:
    taken = import_seconds(runs=3)
    assert {name: seconds for name, seconds in taken.items() if seconds > FACTOR * taken[FLOOR]} == {}
