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
    "FILES_BUCKET": "files",
    "DEFAULT_CURRENCY": "GBP",
    "CURSOR_SECRET": "cursor",
    "SCRAPER_WEBHOOK_SECRET": "scraper",
    "CHATTERBOT_WEBHOOK_SECRET": "chatterbot",
    "EBAY_WEBHOOK_SECRET": "ebay",
    "TELEGRAM_SECRET": "telegram",
    "SERVICE_KEYS_SECRET": "service-keys",
    "EBAY_CREDENTIALS_SECRET": "ebay-credentials",
    "SCRAPER_API_URL": "http://scraper.test",
    "CHATTERBOT_API_URL": "http://chatterbot.test",
    "EBAY_API_URL": "http://ebay.test",
    "EBAY_INVENTORY_URL": "https://api.ebay.test",
    "TELEGRAM_API_URL": "http://telegram.test",
    "TELEGRAM_CHAT_ID": "-1001234567890",
    "FOUND_DAYS": "3",
    "MESSAGING_DAYS": "7",
    "NEGOTIATING_DAYS": "14",
    "REMINDER_PERCENT": "50",
    "CIRCUIT_SECONDS": "30",
    "SPAN_QUEUE": "",  # see tests/support/traced.py
    "TRACE_SAMPLE_RATE": "1",
    "TRACE_TABLE": "traces",
    "PUBLIC_URL": "https://api.switchyard.test/local",
    "QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/queue",
    "DEAD_LETTERS_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/dead-letters",
    "TIMER_MACHINE": "arn:aws:states:us-east-1:123456789012:stateMachine:timer",
    "POWERTOOLS_LOG_LEVEL": "INFO",
}
os.environ.pop("AWS_PROFILE", None)
os.environ.pop("AWS_ENDPOINT_URL", None)


@pytest.fixture(scope="session")
def aws() -> Iterator[LocalAws]:
    """Started when the first test asks, stopped after the last."""
    with local_aws() as running:
        yield running
