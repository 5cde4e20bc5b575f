"""What is known about the stack on the local AWS: addresses, names, keys."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from scripts import local_aws

FILE = local_aws.HOME.parent / "stack.json"

# The setting of a function (see Globals in template.yaml) and the output of the stack that holds its value.
_SETTINGS = {
    "STAGE": "StageName",
    "LEDGER_TABLE": "LedgerTableName",
    "STATE_TABLE": "StateTableName",
    "EVENT_BUS": "EventBusName",
    "FILES_BUCKET": "FilesBucketName",
    "DEFAULT_CURRENCY": "DefaultCurrency",
    "CURSOR_SECRET": "CursorSecretArn",
    "SCRAPER_WEBHOOK_SECRET": "ScraperWebhookSecretArn",
    "CHATTERBOT_WEBHOOK_SECRET": "ChatterbotWebhookSecretArn",
    "EBAY_WEBHOOK_SECRET": "EbayWebhookSecretArn",
    "TELEGRAM_SECRET": "TelegramSecretArn",
    "SERVICE_KEYS_SECRET": "ServiceKeysArn",
    "EBAY_CREDENTIALS_SECRET": "EbayCredentialsArn",
    "DISCORD_APPLICATION_ID": "DiscordApplicationId",
    "DISCORD_API_URL": "DiscordApiUrl",
    "DISCORD_SECRET": "DiscordSecretArn",
}
# What the `switchyard` command asks of no service, and decides of no deadline.
_NOT_FROM_OUTSIDE = (
    "SCRAPER_API_URL",
    "CHATTERBOT_API_URL",
    "EBAY_API_URL",
    "EBAY_INVENTORY_URL",
    "TELEGRAM_API_URL",
    "TELEGRAM_CHAT_ID",
    "FOUND_DAYS",
    "MESSAGING_DAYS",
    "NEGOTIATING_DAYS",
    "REMINDER_PERCENT",
    "CIRCUIT_SECONDS",
    "SPAN_QUEUE",
    "TRACE_SAMPLE_RATE",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """The contents of `.local/stack.json`."""

    api_url: str
    aws_endpoint_url: str
    region: str
    stack_name: str
    outputs: dict[str, str]
    keys: dict[str, str]  # by role
    webhook_secrets: dict[str, str]  # by sender, with the whsec_ prefix; Telegram's is the plain token
    stand_ins: dict[str, str]  # addresses of the services for trying out
    # The application of this stack: `application_id`, `private_key` (an Ed25519 seed, hexadecimal), `public_key`.
    discord: dict[str, str] = field(default_factory=dict)


def read(file: Path = FILE) -> Stack | None:
    """Return the stack as it was last deployed, or nothing before the first time."""
    if not file.exists():
        return None
    try:
        return Stack(**json.loads(file.read_text()))
    except TypeError:  # another version of this code wrote it
        return None


def write(stack: Stack, file: Path = FILE) -> None:
    """Keep it where only this user can read it: there are keys in it."""
    draft = file.with_suffix(".new")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(asdict(stack), indent=2) + "\n")
    draft.replace(file)


def environment(stack: Stack) -> dict[str, str]:
    """Return what leads product code, run from outside, to this stack and to no real account."""
    return local_aws.environment(stack.aws_endpoint_url) | _settings(stack.outputs)


def remote_environment(stack_name: str) -> dict[str, str]:
    """Return the same for a stack in the account and region that the AWS SDK finds by itself."""
    return _settings(outputs(stack_name))


def outputs(stack_name: str, *, region: str | None = None) -> dict[str, str]:
    """Ask CloudFormation for a stack's outputs. Raises botocore's ClientError where there is no such stack."""
    import boto3  # not before: who only reads the file has no use for it

    cloudformation = boto3.client("cloudformation", region_name=region)
    found = cloudformation.describe_stacks(StackName=stack_name)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}


def enter(stack: Stack) -> None:
    """Give this program the environment of the stack. Has to come before product code reads its settings."""
    local_aws.enter(stack.aws_endpoint_url)
    os.environ.update(environment(stack))


def _settings(known: Mapping[str, str]) -> dict[str, str]:
    return {setting: known[output] for setting, output in _SETTINGS.items()} | dict.fromkeys(_NOT_FROM_OUTSIDE, "")
