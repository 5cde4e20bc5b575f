"""The SAM CLI: what it says goes to a log; what went wrong, in one line to the caller."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

from scripts.local_aws import ROOT
from scripts.progress import StepError, say

PROGRAM = ROOT / ".tools" / "sam" / "bin" / "sam"
_CONFIG = ROOT / "samconfig.toml"
_PATIENCE = 10.0  # seconds without a word


def folder(target: str) -> Path:
    """Where the build, the logs and the caches of a section of samconfig.toml are.

    SAM keeps downloaded dependencies in `.aws-sam` of the working folder and removes there what the build of
    another section has put. So each section has a working folder of its own.
    """
    return ROOT / ".aws-sam" / target


def setting(target: str, name: str) -> str:
    """Read `name` of [<target>.global.parameters] in samconfig.toml; a list is joined with spaces."""
    with _CONFIG.open("rb") as file:
        value: str | list[str] = tomllib.load(file)[target]["global"]["parameters"][name]
    return value if isinstance(value, str) else " ".join(value)


def run(target: str, command: str, *arguments: str) -> None:
    """Run `sam <command>` with the settings of `target`; raise StepError where it fails."""
    log = log_of(target, command)
    log.parent.mkdir(parents=True, exist_ok=True)
    line = [str(PROGRAM), command, "--config-file", str(_CONFIG), "--config-env", target, *arguments]
    with log.open("w") as output:
        process = subprocess.Popen(line, cwd=log.parent, env=environment(), stdout=output, stderr=subprocess.STDOUT)
        while not _ended(process):
            say(f"… {_last_words(log)}")
    if process.returncode:
        raise StepError(f"sam {command}: {_last_words(log)} (see {log})")


def log_of(target: str, command: str) -> Path:
    """Where everything is that `sam <command>` said the last time."""
    return folder(target) / f"{command}.log"


def environment() -> dict[str, str]:
    """Return this program's environment, its interpreter first on the path: SAM builds with that one's pip."""
    return os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "SAM_CLI_TELEMETRY": "0",
        "PYTHONUNBUFFERED": "1",
    }


def _ended(process: subprocess.Popen[bytes]) -> bool:
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        return False
    return True


def _last_words(log: Path) -> str:
    lines = [line.strip() for line in log.read_text().splitlines() if line.strip()]
    errors = [line.removeprefix("Error: ") for line in lines if line.startswith("Error:")]
    return (errors or lines or ["no output"])[-1]
