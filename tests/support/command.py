"""The `switchyard` command, run as people run it."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def switchyard(environment: Mapping[str, str], *arguments: str) -> str:
    """What it prints. Raises CalledProcessError where it fails."""
    known = os.environ | dict(environment)
    command = [sys.executable, "-m", "scripts.cli", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=known, check=True, capture_output=True, text=True)
    return done.stdout.strip()
