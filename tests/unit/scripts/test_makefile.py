"""The targets that people are told of."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from scripts.local_aws import ROOT

TARGETS = ["setup", "check", "test", "demo", "demo-blackboard", "up", "down", "build", "deploy"]
TARGETS += ["invoke", "logs", "discord", "lock", "bench", "cost", "help"]


def test_help_lists_every_target_and_no_other() -> None:
    makefile = (ROOT / "Makefile").read_text()
    assert re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE) == TARGETS


@pytest.mark.parametrize("failing", ["nothing", "setup", "check", "test"])
def test_the_gate_is_check_and_test_and_fails_with_either(failing: str, tmp_path: Path) -> None:
    make = tmp_path / "make"
    make.write_text(f'#!/bin/sh\necho "$1" >> asked\necho "said by $1"\ntest "$1" != {failing}\n')
    make.chmod(0o755)
    environment = {**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    gate = ROOT / ".ci" / "run"
    ended = subprocess.run([gate], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (ended.returncode != 0) == (failing != "nothing")
    asked = (tmp_path / "asked").read_text().split()
    assert sorted(asked) == (["setup"] if failing == "setup" else ["check", "setup", "test"])
    assert all(f"said by {target}" in ended.stdout for target in asked)
