"""The file that says what is where, and the environment made of it."""

import os
from dataclasses import MISSING, fields
from pathlib import Path

import pytest

from scripts import stack
from scripts.stack import Stack
from shared.runtime.settings import Settings


@pytest.fixture
def known() -> Stack:
    return Stack(
        api_url="http://127.0.0.1:4566/_aws/execute-api/abc/local",
        aws_endpoint_url="http://127.0.0.1:4566",
        region="us-east-1",
        stack_name="switchyard",
        outputs={
            "LedgerTableName": "the-ledger",
            "StateTableName": "the-state",
            "EventBusName": "the-bus",
            "FilesBucketName": "the-files",
            "CursorSecretArn": "arn:cursor",
            "ScraperWebhookSecretArn": "arn:scraper",
            "ChatterbotWebhookSecretArn": "arn:chatterbot",
            "EbayWebhookSecretArn": "arn:ebay",
            "TelegramSecretArn": "arn:telegram",
            "ServiceKeysArn": "arn:keys",
            "EbayCredentialsArn": "arn:credentials",
            "DiscordApplicationId": "42",
            "DiscordApiUrl": "https://discord.example",
            "DiscordSecretArn": "arn:discord",
            "StageName": "local",
            "DefaultCurrency": "EUR",
        },
        keys={"admin": "swy_1"},
        webhook_secrets={"scraper": "whsec_1"},
        stand_ins={"scraper": "http://127.0.0.1:5001"},
    )


def test_a_stack_is_read_as_it_was_written(known: Stack, tmp_path: Path) -> None:
    stack.write(known, tmp_path / "stack.json")
    assert stack.read(tmp_path / "stack.json") == known


def test_before_the_first_deployment_there_is_no_stack(tmp_path: Path) -> None:
    assert stack.read(tmp_path / "stack.json") is None


def test_keys_are_for_this_user_only_whatever_the_file_was_before(known: Stack, tmp_path: Path) -> None:
    file = tmp_path / "stack.json"
    file.touch(mode=0o644)
    stack.write(known, file)
    assert file.stat().st_mode & 0o777 == 0o600


def test_every_setting_the_product_cannot_do_without_is_in_the_environment(known: Stack) -> None:
    names = {field.name.upper() for field in fields(Settings) if field.default is MISSING}
    assert names <= stack.environment(known).keys()
    assert stack.environment(known)["LEDGER_TABLE"] == "the-ledger"
    assert stack.environment(known)["DEFAULT_CURRENCY"] == "EUR"


def test_nothing_the_caller_had_set_for_aws_is_left(known: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", os.environ.copy())
    os.environ |= {"AWS_PROFILE": "real", "AWS_ENDPOINT_URL_S3": "https://real", "AWS_SESSION_TOKEN": "real"}
    stack.enter(known)
    mine = {name for name, value in stack.environment(known).items() if os.environ[name] == value}
    assert {name for name in os.environ if name.startswith("AWS_")} <= mine
