"""`switchyard route`, run as people run it, in an environment that says no more than a test does."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[4]
PATIENCE = 120  # seconds


def switchyard(
    folder: Path, *arguments: str, said: str = "", environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """`said` is what comes in. Nothing of the environment of the tests is handed on."""
    known = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(folder)} | (environment or {})
    command = [sys.executable, "-W", "error", "-m", "scripts.cli", *arguments]
    return subprocess.run(
        command, cwd=folder, env=known, input=said, capture_output=True, text=True, timeout=PATIENCE, check=False
    )


def lines(done: subprocess.CompletedProcess[str], kind: str) -> list[dict[str, Any]]:
    """Of one kind, of what was printed with --json."""
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return [line for line in found if line["kind"] == kind]


def summary(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    (last,) = lines(done, "summary")
    return last


def snapshot(folder: Path, file: str = "adaptco-ssot/data/core-orchestrator/events.json") -> dict[str, Any]:
    kept: dict[str, Any] = json.loads((folder / file).read_text())
    return kept


def imported(folder: Path, *arguments: str) -> Sequence[str]:
    """The modules a command loads."""
    program = (
        "import sys\nfrom scripts.cli import main\n"
        f"sys.argv = ['switchyard', *{list(arguments)!r}]\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        "print('\\n'.join(sys.modules), file=sys.stderr)"
    )
    known = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(folder)}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=folder, env=known, capture_output=True, text=True, check=True
    )
    return done.stderr.splitlines()
