"""`make invoke` and `make logs`: call a function deployed to the local AWS, or read what it logged."""

import argparse
import re
import subprocess
import sys

from scripts import local_aws, progress, sam, stack
from scripts.local_aws import ROOT
from scripts.progress import StepError
from scripts.sample_events import sample_event
from scripts.stack import Stack


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("function", help="a folder in functions/; deliver_events/Notion for one of several")
    parser.add_argument("--logs", action="store_true", help="read its logs instead of calling it")
    arguments = parser.parse_args()
    logical_id = _logical_id(arguments.function)
    known = stack.read()
    if known is None or local_aws.running() is None:
        raise StepError("the local AWS is not running; start it with `make up`")
    if arguments.logs:
        _sam(known, "logs", "--name", logical_id)
    else:
        event = sample_event(arguments.function, known.keys, discord_seed=known.discord.get("private_key", ""))
        _sam(known, "remote", "invoke", logical_id, "--event", event)


def _logical_id(wanted: str) -> str:
    """`deliver_events/Notion` is one of several deployments; without a name it is the first."""
    function, _, deployment = wanted.partition("/")
    folders = sorted(app.parent.name for app in ROOT.glob("functions/*/app.py"))
    if function not in folders:
        raise StepError(f"F={function} is not a function; there are {', '.join(folders)}")
    name = function.title().replace("_", "")
    deployed: list[str] = re.findall(
        rf"^  {name}(?:To(\w+))?Function:$", (ROOT / "template.yaml").read_text(), re.MULTILINE
    )
    if deployment and deployment not in deployed:
        raise StepError(f"{function} is deployed as {', '.join(deployed)}")
    chosen = deployment or deployed[0]
    return f"{name}To{chosen}Function" if chosen else f"{name}Function"


def _sam(known: Stack, *arguments: str) -> None:
    local_aws.enter(known.aws_endpoint_url)
    line = [str(sam.PROGRAM), *arguments, "--stack-name", known.stack_name, "--region", known.region]
    sys.exit(subprocess.run(line, env=sam.environment(), check=False).returncode)


if __name__ == "__main__":
    progress.main(main)
