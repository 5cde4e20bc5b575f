"""What can be typed next, as the shell is told."""

import shutil
import subprocess

import pytest

from scripts.cli import _AREAS, _parser
from scripts.control.completion import places, script

BASH = shutil.which("bash")
TRY = """
try() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _switchyard; echo "${COMPREPLY[*]}"; }
"""


@pytest.fixture(scope="module")
def bash() -> str:
    return script(_parser(()), "bash")


def completed(program: str, *lines: str) -> list[str]:
    """Each line is what is typed; its last word is not finished."""
    assert BASH
    asked = "\n".join(f"try {line}" for line in lines)
    done = subprocess.run(
        [BASH, "--norc"], input=f"{program}\n{TRY}\n{asked}\n", capture_output=True, text=True, check=True, env={}
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


@pytest.mark.skipif(BASH is None, reason="there is no bash")
def test_bash_completes_areas_actions_options_and_what_is_chosen_from(bash: str) -> None:
    areas, runs, listed, status, shell, state, free = completed(
        bash,
        'switchyard ""',
        'switchyard runs ""',
        "switchyard runs list --s",
        "switchyard runs list --status comp",
        'switchyard completion ""',
        "switchyard services maintenance doc-store o",
        'switchyard --stack ""',
    )
    assert set(_AREAS) <= set(areas.split())
    assert runs.split() == ["list", "stats", "show", "cancel", "redrive", "watch", "--help"]
    assert listed.split() == ["--status", "--since"]
    assert status.split() == ["compensating", "completed", "compensated"]
    assert shell.split() == ["bash", "zsh", "--help"]
    assert state.split() == ["on", "off"]
    assert free == ""


@pytest.mark.skipif(BASH is None, reason="there is no bash")
def test_the_value_of_an_option_leads_nowhere(bash: str) -> None:
    (after,) = completed(bash, "switchyard --stack runs ev")
    assert after == "events"


def test_every_area_and_action_is_in_it(bash: str) -> None:
    known = {place.path for place in places(_parser(()))}
    assert {f" {area}" for area in _AREAS} <= known
    assert {" services poll-openapi", " dead-letters discard", " events tail", " blackboard watch"} <= known
    assert all(f"'{path}|'" in bash or path == "" for path in known)


def test_zsh_does_as_bash_does(bash: str) -> None:
    zsh = script(_parser(()), "zsh")
    assert zsh.endswith(bash)
    assert "bashcompinit" in zsh
