"""What a cold start may load. How long it takes is measured by `make bench`; here it is only kept within bounds."""

import json
import subprocess
import sys

import pytest

from scripts.import_time import FLOOR, environment, functions, import_seconds, importing

FACTOR = 12  # times a bare interpreter with the runtime client
FOR_S3_AND_RESOURCES = {"boto3", "s3transfer"}
NOT_FOR_US = {"aws_xray_sdk", "redis", "httpx", "requests", "moto", "scripts", "tests"}
# What no function has a use for, and what this one has not.
FORBIDDEN = {
    "authorize_requests": {"pydantic", "aws_lambda_powertools.event_handler", "shared.listings"},
    "receive_webhooks": {"aws_lambda_powertools.event_handler.openapi.swagger_ui", "shared.listings.views"},
    "relay_events": {"pydantic", "aws_lambda_powertools.event_handler", "shared.listings"},
    "serve_admin": {"aws_lambda_powertools.event_handler.openapi.swagger_ui"},
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
    forbidden = FORBIDDEN[function] | FOR_S3_AND_RESOURCES | NOT_FOR_US
    assert [name for name in loaded if any(f"{name}.".startswith(f"{bad}.") for bad in forbidden)] == []


def test_no_function_takes_longer_to_load_than_its_budget() -> None:
    taken = import_seconds(runs=5)
    assert {name: seconds for name, seconds in taken.items() if seconds > FACTOR * taken[FLOOR]} == {}
