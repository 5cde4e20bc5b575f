"""`make up`: start the local AWS and the stand-ins, deploy, make keys; `.local/stack.json` says what is where."""

import argparse
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import boto3
import httpx
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from scripts import local_aws, progress, sam, stack, stand_ins
from scripts.build import build
from scripts.deploy import deploy
from scripts.keys import create_key
from scripts.local_aws import REGION, LocalAws
from scripts.progress import StepError, say
from scripts.stack import Stack

TELEGRAM_CHAT = -1001234567890  # of the stand-in's operators
TELEGRAM_TOKEN = "1234567:telegram-key"
DISCORD_CHANNEL = "1180000000000000001"

# What the stand-ins of the sinks know by these names.
_PLACES = {
    "SinkMode": "apply",
    "TelegramChatId": str(TELEGRAM_CHAT),
    "NotionDatabaseId": "1f0c2b7a-5d3e-4c8b-9a61-7e2d4f8b0c35",
    "GoogleCalendarId": "switchyard@group.calendar.google.com",
    "ShopifyStoreDomain": "switchyard.myshopify.com",
    "DiscordChannelId": DISCORD_CHANNEL,
}
_PATHS = {"google": "/calendar/v3", "discord": "/api/v10"}  # of the stand-ins' APIs

_ROLES = ("admin", "operator", "viewer")


def up(target: str = "local", home: Path = local_aws.HOME) -> Stack:
    """Start, build, deploy `target`, a section of samconfig.toml; see to its keys. Again: only what changed."""
    say("starting the local AWS")
    aws = local_aws.start(home)
    local_aws.enter(aws.endpoint_url)
    build(target)
    file = home.parent / stack.FILE.name
    say("starting the stand-ins of the services around")
    services = stand_ins.start(home.parent, file)
    outputs = deploy(target, _addresses(services))
    _introduce(outputs)
    known = stack.read(file)
    fresh = _describe(aws, target, outputs, services, keys=known.keys if known else {})
    say("checking keys")
    ready = _with_keys(fresh)
    stack.write(ready, file)
    say(f"ready: {ready.api_url} (addresses and keys: {file})")
    return ready


def _addresses(services: Mapping[str, str]) -> str:
    """The template's parameters that name the services, and the places in them."""
    urls = {f"{name.title()}ApiUrl": f"{address}{_PATHS.get(name, '')}" for name, address in services.items()}
    known = urls | _PLACES | {"GoogleTokenUrl": f"{services['google']}/token"}
    return " ".join(f"{name}={value}" for name, value in known.items())


def _introduce(outputs: Mapping[str, str]) -> None:
    """Put in the secrets what the stand-ins want to see."""
    keys = {name: f"{name}-key" for name in ("scraper", "chatterbot", "ebay")}
    _put_secret(outputs["ServiceKeysArn"], keys)
    _put_secret(outputs["TelegramSecretArn"], {"bot_token": TELEGRAM_TOKEN})
    _put_secret(outputs["NotionSecretArn"], {"token": "notion-key"})
    _put_secret(outputs["ShopifySecretArn"], {"client_id": "shopify-client", "client_secret": "shopify-secret"})
    _put_secret(outputs["DiscordSecretArn"], {"bot_token": "discord-key"})
    if "private_key" not in _secret(outputs["GoogleSecretArn"]):
        _put_secret(outputs["GoogleSecretArn"], _service_account())


def _service_account() -> dict[str, str]:
    """What is needed of a file as Google gives it to who asks for a key."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return {"client_email": "switchyard@project.iam.gserviceaccount.com", "private_key": pem.decode()}


def _put_secret(arn: str, known: dict[str, str]) -> None:
    before = _secret(arn)
    if before | known != before:
        boto3.client("secretsmanager").put_secret_value(SecretId=arn, SecretString=json.dumps(before | known))


def _secret(arn: str) -> dict[str, str]:
    kept: dict[str, str] = json.loads(boto3.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"])
    return kept


def _describe(
    aws: LocalAws, target: str, outputs: dict[str, str], services: dict[str, str], *, keys: dict[str, str]
) -> Stack:
    signing = {
        name: f"whsec_{_secret(outputs[f'{name.title()}WebhookSecretArn'])['current']}"
        for name in ("scraper", "chatterbot", "ebay")
    }
    return Stack(
        # The ApiUrl of the outputs is that of a real account; a local API is known by path, not by host.
        api_url=f"{aws.endpoint_url}/_aws/execute-api/{outputs['ApiId']}/{outputs['StageName']}",
        aws_endpoint_url=aws.endpoint_url,
        region=REGION,
        stack_name=sam.setting(target, "stack_name"),
        outputs=outputs,
        keys=keys,
        webhook_secrets=signing | {"telegram": _secret(outputs["TelegramSecretArn"])["webhook_token"]},
        stand_ins=services,
    )


def _with_keys(known: Stack) -> Stack:
    """Keep the keys that still open the door, and make those that are missing."""
    stack.enter(known)
    keys = {
        role: key if (key := known.keys.get(role)) and _opens(known.api_url, key) else create_key(name=role, role=role)
        for role in _ROLES
    }
    return replace(known, keys=keys)


def _opens(api_url: str, key: str) -> bool:
    try:
        with httpx.Client(timeout=60, trust_env=False) as client:  # the first call starts the functions
            answer = client.get(f"{api_url}/admin/listings", headers={"Authorization": f"Bearer {key}"})
    except httpx.HTTPError as error:
        raise StepError(f"the API does not answer: {error!r}") from error
    return answer.status_code == 200


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--target", choices=["local", "test"], default="local")
    parser.add_argument("--home", type=Path, default=local_aws.HOME, help="where the local AWS keeps its state")
    arguments = parser.parse_args()
    up(arguments.target, arguments.home)


if __name__ == "__main__":
    progress.main(main)
