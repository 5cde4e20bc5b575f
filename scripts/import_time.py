"""What loading a function costs: processor time of fresh processes, against a bare one with Lambda's runtime client."""

import os
import resource
import subprocess
import sys
from typing import Final

from scripts.local_aws import ROOT
from shared.runtime.settings import Settings

FLOOR: Final = "interpreter + runtime client"
_RUNTIME_CLIENT: Final = "import awslambdaric.bootstrap"


def functions() -> list[str]:
    return sorted(app.parent.name for app in ROOT.glob("functions/*/app.py"))


def import_seconds(runs: int) -> dict[str, float]:
    """The least of some runs, for the floor and for each function.

    They take turns, so that all see the same machine; processor time, because others may be using it too.
    """
    programs = {FLOOR: _RUNTIME_CLIENT} | {name: f"{_RUNTIME_CLIENT}; {importing(name)}" for name in functions()}
    for program in programs.values():
        _seconds(program)  # the first run reads the disk and writes bytecode
    rounds = [{name: _seconds(program) for name, program in programs.items()} for _ in range(runs)]
    return {name: min(taken[name] for taken in rounds) for name in programs}


def importing(function: str) -> str:
    return f"import functions.{function}.app"


def environment() -> dict[str, str]:
    """Enough for a function's module to load; no call goes out while it does."""
    known = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return known | some_settings() | {"AWS_DEFAULT_REGION": "us-east-1", "PYTHONPATH": str(ROOT)}


def some_settings() -> dict[str, str]:
    """Numbers where numbers are wanted; of what is none, and is looked at while modules load, nothing."""
    numbers = {name.upper(): "1" for name in Settings.__slots__}
    return numbers | dict.fromkeys(("STATE_STORE_BACKEND", "REDIS_URL", "DATABASE_URL"), "")


def _seconds(program: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", program], env=environment(), check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
