"""`make deploy`: bring a built template to AWS, the local one or a real account."""

import argparse
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from scripts import progress, sam, stack
from scripts.build import build, parameters
from scripts.progress import StepError, say

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import StackEventTypeDef


def deploy(target: str, more_parameters: str = "") -> dict[str, str]:
    """Deploy what `build(target)` built to the AWS that the environment leads to; return the stack's outputs.

    Raise StepError with the reason CloudFormation gives for the first resource that failed.
    """
    stack_name = sam.setting(target, "stack_name")
    say(f"deploying (stack {stack_name})")
    region = sam.setting(target, "region")
    cloudformation = boto3.client("cloudformation", region_name=region)
    began = datetime.now(UTC)
    try:
        sam.run(
            target,
            "deploy",
            *("--template-file", "build/template.yaml"),
            *("--parameter-overrides", f"{parameters(target)} {more_parameters}".strip()),
        )
    except StepError as error:
        reason = first_failure(_events(cloudformation, stack_name), since=began)
        raise StepError(f"{reason} (see {sam.log_of(target, 'deploy')})" if reason else str(error)) from error
    return stack.outputs(stack_name, region=region)


def first_failure(events: Iterable["StackEventTypeDef"], *, since: datetime) -> str | None:
    """Say which resource failed first and why; the failures after it are only consequences."""
    failures = [
        event for event in events if event["Timestamp"] >= since and event.get("ResourceStatus", "").endswith("_FAILED")
    ]
    if not failures:
        return None
    first = min(failures, key=lambda event: event["Timestamp"])
    return f"{first.get('LogicalResourceId')}: {first.get('ResourceStatusReason', 'no reason given')}"


def _events(cloudformation: "CloudFormationClient", stack_name: str) -> list["StackEventTypeDef"]:
    try:
        return cloudformation.describe_stack_events(StackName=stack_name)["StackEvents"]
    except (BotoCoreError, ClientError):  # it failed before there was a stack
        return []


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", choices=["prod"], help="the local AWS is deployed to by scripts.up")
    target = parser.parse_args().target
    build(target)
    say(f"deployed: {deploy(target)['ApiUrl']}")


if __name__ == "__main__":
    progress.main(main)
