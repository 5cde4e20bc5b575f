"""What a cold start may load. How long it takes is measured by `make bench`; here it is only kept within bounds."""

import json
import subprocess
import sys

import pytest

from scripts.cold_start import measure as cold_starts
from scripts.import_time import FLOOR, environment, functions, import_seconds, importing
from shared.sinks.names import NAMES

FACTOR = 12  # times a bare interpreter with the runtime client
TRIES = 4
FOR_S3_AND_RESOURCES = {"boto3", "s3transfer"}
NOT_FOR_US = {"aws_xray_sdk", "cryptography", "redis", "httpx", "requests", "moto", "scripts", "tests"}
HTTP_EDGE = {"aws_lambda_powertools.event_handler", "shared.runtime.api"}
QUEUES = {"aws_lambda_powertools.utilities.batch", "shared.runtime.queue"}
# How spans leave: loaded when the first do, which are those of few calls.
SPANS_OUT = {"shared.runtime.span_queue"}
# Loaded when the first request to a service is made; what needs none of it then starts faster.
FOR_CALLS = {"aws_lambda_powertools.utilities.circuit_breaker", "shared.runtime.circuit", "shared.runtime.oauth"}
FOR_SECRETS = {"aws_lambda_powertools.utilities.parameters"}
ONE_PAGE = {"aws_lambda_powertools.event_handler.openapi.swagger_ui"}
# A function serves one sink, and which one its environment says: only that one's module is loaded, when it is needed.
SINKS = {f"shared.sinks.{name.replace('-', '_')}" for name in NAMES}
NEVER_AT_ONCE = SPANS_OUT | FOR_CALLS | FOR_SECRETS | ONE_PAGE | SINKS
# Read where messages are sorted, and where the rules for that are put in place.
ROUTING = {"yaml", "shared.messages.rules_file", "shared.runtime.yaml_file"}
# The file of all messages, and the database it is sorted in.
SNAPSHOT = {"sqlite3", "shared.messages.snapshot"}
NEITHER_MESSAGES_NOR_SINKS = ROUTING | SNAPSHOT | {"shared.messages", "shared.sinks"}
# What no function has a use for, and what this one has not.
FORBIDDEN = {
    "advance_listings": HTTP_EDGE
    | NEITHER_MESSAGES_NOR_SINKS
    | {"shared.listings.contracts", "shared.listings.views", "shared.listings.telegram"},
    "arbitrate_claims": HTTP_EDGE
    | NEITHER_MESSAGES_NOR_SINKS
    | {"shared.listings", "shared.scraping", "shared.deliveries"}
    | {"shared.blackboard.contracts", "shared.blackboard.views"},
    "authorize_requests": HTTP_EDGE
    | QUEUES
    | NEITHER_MESSAGES_NOR_SINKS
    | {"pydantic", "shared.listings", "shared.scraping", "shared.runtime.http"},
    "conduct_deploys": HTTP_EDGE
    | NEITHER_MESSAGES_NOR_SINKS - {"shared.sinks"}
    | {"shared.listings", "shared.scraping", "shared.files", "shared.status"}
    | {"shared.sinks.content", "shared.sinks.contracts", "shared.sinks.options", "shared.sinks.place"},
    # The rules and the options of sinks are read when the first event comes.
    "deliver_events": HTTP_EDGE
    | NEITHER_MESSAGES_NOR_SINKS - {"shared.sinks"}
    | {"shared.listings", "shared.scraping", "shared.files", "shared.sinks.contracts", "shared.sinks.options"},
    "expire_listings": HTTP_EDGE
    | QUEUES
    | NEITHER_MESSAGES_NOR_SINKS
    | {"shared.listings.contracts", "shared.scraping", "shared.runtime.http"},
    # Discord waits for three seconds, and not all of them for this. What it needs loads none of these either.
    "receive_interactions": HTTP_EDGE
    | QUEUES
    | ROUTING
    | SNAPSHOT
    | {"aws_lambda_powertools", "botocore", "pydantic", "dataclasses", "inspect", "unicodedata"}
    | {"shared.deliveries", "shared.files", "shared.ledger", "shared.listings", "shared.messages", "shared.scraping"}
    | {"shared.sinks", "shared.state", "shared.runtime.http", "shared.runtime.settings", "shared.runtime.wiring"}
    | {"shared.runtime.tracing", "shared.runtime.span"}  # what it does is told by who works on its queue
    | {"shared.discord.interaction", "shared.discord.options", "functions.run_commands"},
    "notify_agents": HTTP_EDGE
    | NEITHER_MESSAGES_NOR_SINKS - {"shared.sinks"}
    | {"shared.listings", "shared.scraping", "shared.files", "shared.status", "shared.discord", "shared.deploys"}
    | {"shared.runtime.guard", "shared.runtime.agent_queues", "shared.state.redis_channels"}
    | {"shared.sinks.content", "shared.sinks.contracts", "shared.sinks.options", "shared.sinks.place"},
    "post_cards": HTTP_EDGE
    | NEITHER_MESSAGES_NOR_SINKS - {"shared.sinks"}
    | {"shared.listings.contracts", "shared.listings.views", "shared.scraping", "shared.files"}
    | {"shared.sinks.contracts", "shared.sinks.options", "shared.discord.interaction"},
    "receive_messages": QUEUES
    | SNAPSHOT
    | {"shared.listings", "shared.scraping", "shared.files", "shared.deliveries", "shared.runtime.http"}
    | {"shared.sinks.contracts", "shared.sinks.delivering"},
    "receive_webhooks": QUEUES
    | NEITHER_MESSAGES_NOR_SINKS
    | {"shared.listings.views", "shared.files", "shared.deliveries", "shared.runtime.http"},
    "record_spans": HTTP_EDGE
    | QUEUES
    | NEITHER_MESSAGES_NOR_SINKS
    | {"pydantic", "shared.listings", "shared.scraping", "shared.runtime.http"},
    "relay_events": HTTP_EDGE
    | QUEUES
    | NEITHER_MESSAGES_NOR_SINKS
    | {"pydantic", "shared.listings", "shared.scraping", "shared.runtime.http"},
    # Commands are loaded when the first is used.
    "run_commands": HTTP_EDGE
    | NEITHER_MESSAGES_NOR_SINKS - {"shared.sinks"}
    | {"shared.listings.contracts", "shared.listings.views", "shared.files", "shared.status", "PIL"}
    | {"shared.control"}
    | {"shared.sinks.contracts", "shared.sinks.options", "functions.run_commands.commands.listing"},
    # Jobs, and what steps do, are loaded when the first of them is to be done.
    "run_jobs": HTTP_EDGE
    | NEITHER_MESSAGES_NOR_SINKS - {"yaml", "shared.runtime.yaml_file"}
    | {"shared.listings", "shared.scraping", "shared.files", "shared.deliveries", "shared.status", "shared.discord"}
    | {"shared.control.ingestion", "shared.control.letters", "shared.control.proxies", "shared.control.registry"},
    "run_searches": HTTP_EDGE
    | QUEUES
    | NEITHER_MESSAGES_NOR_SINKS
    | {"shared.listings", "shared.files", "shared.deliveries"},
    "run_workflow_step": HTTP_EDGE
    | QUEUES
    | NEITHER_MESSAGES_NOR_SINKS - {"yaml", "shared.runtime.yaml_file"}
    | {"shared.listings", "shared.scraping", "shared.files", "shared.deliveries", "shared.status", "shared.discord"}
    | {"shared.control.history", "shared.control.ingestion", "shared.control.letters", "shared.control.registry"},
    "serve_admin": QUEUES | SNAPSHOT | ROUTING | {"shared.listings.report", "shared.messages.contracts"},
    "serve_blackboard": QUEUES
    | NEITHER_MESSAGES_NOR_SINKS
    | {"shared.listings", "shared.scraping", "shared.deliveries", "shared.runtime.http"},
    # Routes are loaded with the first request for their part.
    "serve_control": QUEUES
    | NEITHER_MESSAGES_NOR_SINKS
    | {"pydantic", "shared.control", "shared.listings", "shared.blackboard", "shared.runtime.http"},
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
    loaded = json.loads(done.stdout.splitlines()[-1])  # some say that they start
    forbidden = FORBIDDEN[function] | FOR_S3_AND_RESOURCES | NOT_FOR_US | NEVER_AT_ONCE
    assert [name for name in loaded if any(f"{name}.".startswith(f"{bad}.") for bad in forbidden)] == []


def test_no_function_takes_longer_to_load_than_its_budget() -> None:
    taken: dict[str, float] = {}
    for _ in range(TRIES):  # other work on this machine makes it seem longer, never shorter
        again = import_seconds(runs=3)
        taken = {name: min(seconds, taken.get(name, seconds)) for name, seconds in again.items()}
        over = {name: seconds for name, seconds in taken.items() if seconds > FACTOR * taken[FLOOR]}
        if not over:
            return
    assert over == {}


def test_discord_is_answered_within_three_times_what_an_empty_function_takes_to_start() -> None:
    """From the start of a process to the answer, with the message sent: in processor time, the least of some runs."""
    taken = cold_starts.measure(cold_starts.OURS, runs=7)
    assert taken[cold_starts.RECEIVER].processor <= 3 * taken[cold_starts.FLOOR].processor
