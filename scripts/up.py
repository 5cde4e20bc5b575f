"""`make up`: start the local AWS and the stand-ins, deploy, make keys; `.local/stack.json` says what is where."""

import argparse
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import httpx
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from scripts import local_aws, progress, sam, stack, stand_ins
from scripts.build import build
from scripts.deploy import deploy
from scripts.discord import places
from scripts.keys import create_key
from scripts.local_aws import REGION, LocalAws
from scripts.progress import StepError, say
from scripts.stack import Stack

TELEGRAM_CHAT = -1001234567890  # of the stand-in's operators
TELEGRAM_TOKEN = "1234567:telegram-key"
DISCORD_CHANNEL = places.CHANNELS["operations"]

# What the stand-ins of the sinks know by these names.
_PLACES = {
    "SinkMode": "apply",
    "TelegramChatId": str(TELEGRAM_CHAT),
    "NotionDatabaseId": "1f0c2b7a-5d3e-4c8b-9a61-7e2d4f8b0c35",
    "GoogleCalendarId": "switchyard@group.calendar.google.com",
    "ShopifyStoreDomain": "switchyard.myshopify.com",
    "DiscordChannelId": DISCORD_CHANNEL,
    "DiscordCardsChannelId": places.CHANNELS["cards"],
    "DiscordQuestionsChannelId": places.CHANNELS["questions"],
    "DiscordViewers": places.ROLES["viewer"],
    "DiscordOperators": places.ROLES["operator"],
    "DiscordAdmins": places.ROLES["admin"],
    "GithubRepository": "switchyard/camera-shop",
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
    known = stack.read(file)
    discord = (known and known.discord) or _discord_application()
    outputs = deploy(target, _parameters(services, discord))
    _introduce(outputs)
    fresh = _describe(aws, target, outputs, services, keys=known.keys if known else {})
    say("checking keys")
    ready = _with_keys(replace(fresh, discord=discord))
    stack.write(ready, file)
    say(f"ready: {ready.api_url} (addresses and keys: {file})")
    return ready


def _parameters(services: Mapping[str, str], discord: Mapping[str, str]) -> str:
    """The template's parameters that name the services, the places in them, and the Discord application."""
    sources = services["sources"]
    urls = {
        f"{name.title()}ApiUrl": f"{address}{_PATHS.get(name, '')}"
        for name, address in services.items()
        if address != sources
    }
    known = urls | _PLACES | {"GoogleTokenUrl": f"{services['google']}/token"}
    known |= {"JiraUrl": sources, "ConfluenceUrl": sources, "AllowedPrivateOrigins": sources}
    known |= {"SwaggerUrls": f"shop={sources}/openapi.json"}
    known |= {"DeployChecks": ",".join(f"{env}:shop={services['github']}/shop/{env}" for env in ("staging", "prod"))}
    known |= {"DiscordApplicationId": discord["application_id"], "DiscordPublicKey": discord["public_key"]}
    return " ".join(f"{name}={value}" for name, value in known.items())


def _introduce(outputs: Mapping[str, str]) -> None:
    """Put in the secrets what the stand-ins want to see."""
    keys = {name: f"{name}-key" for name in ("scraper", "chatterbot", "ebay")}
    _put_secret(outputs["ServiceKeysArn"], keys)
    _put_secret(outputs["TelegramSecretArn"], {"bot_token": TELEGRAM_TOKEN})
    _put_secret(outputs["NotionSecretArn"], {"token": "notion-key"})
    _put_secret(outputs["ShopifySecretArn"], {"client_id": "shopify-client", "client_secret": "shopify-secret"})
    _put_secret(outputs["DiscordSecretArn"], {"bot_token": "discord-key"})
    _put_secret(outputs["GithubSecretArn"], {"token": "github-token"})
    account = {"email": "bot@acme.example", "api_token": "sources-token"}
    _put_secret(outputs["SourcesSecretArn"], {"jira": account, "confluence": account})
    if "private_key" not in _secret(outputs["GoogleSecretArn"]):
        _put_secret(outputs["GoogleSecretArn"], _service_account())


def _service_account() -> dict[str, str]:
    """What is needed of a file as Google gives it to who asks for a key."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return {"client_email": "switchyard@project.iam.gserviceaccount.com", "private_key": pem.decode()}


def _discord_application() -> dict[str, str]:
    """One as Discord's portal makes it; here the key that signs is ours, too."""
    key = Ed25519PrivateKey.generate()
    public_key = key.public_key().public_bytes_raw().hex()
    return {
        "application_id": places.APPLICATION,
        "private_key": key.private_bytes_raw().hex(),
        "public_key": public_key,
    }


def _put_secret(arn: str, known: dict[str, Any]) -> None:
    before = dict[str, Any](_secret(arn))
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
        webhook_secrets=signing
        | {"telegram": _secret(outputs["TelegramSecretArn"])["webhook_token"]}
        | {"github": _secret(outputs["GithubSecretArn"])["webhook_secret"]},
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
