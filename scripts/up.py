"""`make up`: start the local AWS, deploy to it, make keys; `.local/stack.json` says what is where."""

import argparse
import json
from dataclasses import replace
from pathlib import Path

import boto3
import httpx

from scripts import local_aws, progress, sam, stack
from scripts.build import build
from scripts.deploy import deploy
from scripts.keys import create_key
from scripts.local_aws import REGION, LocalAws
from scripts.progress import StepError, say
from scripts.stack import Stack

_ROLES = ("admin", "operator", "viewer")


def up(target: str = "local", home: Path = local_aws.HOME) -> Stack:
    """Start, build, deploy `target`, a section of samconfig.toml; see to its keys. Again: only what changed."""
    say("starting the local AWS")
    aws = local_aws.start(home)
    local_aws.enter(aws.endpoint_url)
    build(target)
    outputs = deploy(target)
    file = home.parent / stack.FILE.name
    known = stack.read(file)
    fresh = _describe(aws, target, outputs, keys=known.keys if known else {})
    say("checking keys")
    ready = _with_keys(fresh)
    stack.write(ready, file)
    say(f"ready: {ready.api_url} (addresses and keys: {file})")
    return ready


def _describe(aws: LocalAws, target: str, outputs: dict[str, str], *, keys: dict[str, str]) -> Stack:
    secrets = boto3.client("secretsmanager")
    secret = secrets.get_secret_value(SecretId=outputs["ScraperWebhookSecretArn"])["SecretString"]
    return Stack(
        # The ApiUrl of the outputs is that of a real account; a local API is known by path, not by host.
        api_url=f"{aws.endpoint_url}/_aws/execute-api/{outputs['ApiId']}/{outputs['StageName']}",
        aws_endpoint_url=aws.endpoint_url,
        region=REGION,
        stack_name=sam.setting(target, "stack_name"),
        outputs=outputs,
        keys=keys,
        webhook_secrets={"scraper": f"whsec_{json.loads(secret)['current']}"},
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
