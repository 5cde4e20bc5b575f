"""What all suites share: the environment that product code reads, set before any of it is imported, and a local AWS."""

import os
from collections.abc import Iterator

import moto.core  # noqa: F401 - has to be there before the first client of boto3 is, and functions make theirs on import
import pytest

from tests.support.local_stack import LocalAws, local_aws

os.environ |= {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "STAGE": "local",
    "LEDGER_TABLE": "ledger",
    "STATE_TABLE": "state",
    "EVENT_BUS": "switchyard",
    "CURSOR_SECRET": "cursor",
    "SCRAPER_WEBHOOK_SECRET": "scraper",
    "DEFAULT_CURRENCY": "GBP",
    "POWERTOOLS_LOG_LEVEL": "INFO",
}
os.environ.pop("AWS_PROFILE", None)
os.environ.pop("AWS_ENDPOINT_URL", None)


@pytest.fixture(scope="session")
def aws() -> Iterator[LocalAws]:
    """Started when the first test asks, stopped after the last."""
    with local_aws() as running:
        yield running
