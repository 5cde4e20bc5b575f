"""The commands that docs/control-cli.md shows, and the codes it explains: they are those that there are."""

import re
import shlex

import pytest

from scripts.cli import _AREAS, _parser
from scripts.control.codes import WORDS
from scripts.control.completion import places
from scripts.local_aws import ROOT

PAGE = (ROOT / "docs" / "control-cli.md").read_text()
COMMANDS = re.findall(r"^\$ (switchyard .*)$", PAGE, re.MULTILINE)
ELSEWHERE = {"keys", "route", "rules", "discord", "agent", "blackboard", "completion"}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_page_is_one(command: str) -> None:
    """argparse ends with 2 where it is none."""
    options = _parser(()).parse_args(shlex.split(command)[1:])
    assert callable(options.run)


def test_every_action_is_shown() -> None:
    shown = {f" {' '.join(words[1:3])}" for command in COMMANDS if (words := command.split())}
    alone = {f" {area}" for area in ("health", "replay")}
    actions = [place.path for place in places(_parser(())) if place.path and not place.steps]
    wanted = {path for path in actions if path.split()[0] in set(_AREAS) - ELSEWHERE} - alone
    assert wanted <= shown
    assert all(f"$ switchyard{path} " in PAGE for path in alone)


def test_every_code_is_explained() -> None:
    listed = re.findall(r"^\| (\d+) \|", PAGE, re.MULTILINE)
    assert listed == [line.split()[0] for line in WORDS.splitlines()[1:]]
