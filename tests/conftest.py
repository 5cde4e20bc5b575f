"""The environment that product code reads: set before anything of it is imported, the same for every suite."""

import os

import moto.core  # noqa: F401 - has to be there before the first client of boto3 is, and functions make theirs on import

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
