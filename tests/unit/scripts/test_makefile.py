"""The targets that people are told of."""

import re

from scripts.local_aws import ROOT

TARGETS = ["setup", "check", "test", "demo", "up", "down", "build", "deploy"]
TARGETS += ["invoke", "logs", "lock", "bench", "cost", "help"]


def test_help_lists_every_target_and_no_other() -> None:
    makefile = (ROOT / "Makefile").read_text()
    assert re.findall(r"^([a-z]+):.*## ", makefile, re.MULTILINE) == TARGETS


def test_the_gate_is_check_and_test() -> None:
    commands = [line for line in (ROOT / ".ci" / "run").read_text().splitlines() if line.startswith("make")]
    assert commands == ["make check", "make test"]
