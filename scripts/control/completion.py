"""`switchyard completion`: what can be typed next, as a script for the shell, made from the parser itself."""

import argparse
import shlex
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from scripts.control.codes import DONE

Parser = Callable[[], argparse.ArgumentParser]

# `at` goes from word to word as the command does; `wants` is the option whose value comes next.
_BASH: Final = """\
# Completion of switchyard for bash: eval "$(switchyard completion bash)"
_switchyard() {{
    local at="" wants="" word i
    for ((i = 1; i < COMP_CWORD; i++)); do
        word="${{COMP_WORDS[i]}}"
        if [[ -n "$wants" ]]; then wants=""; continue; fi
        case "$at|$word" in
{takes}
{steps}
        esac
    done
    local words=""
    case "$at|$wants" in
{words}
    esac
    COMPREPLY=($(compgen -W "$words" -- "${{COMP_WORDS[COMP_CWORD]}}"))
}}
complete -o default -F _switchyard switchyard
"""
_ZSH: Final = """\
# Completion of switchyard for zsh: eval "$(switchyard completion zsh)"
autoload -U +X compinit bashcompinit
(( ${{+functions[compdef]}} )) || compinit
bashcompinit
{bash}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where somebody is in the command: `path` is the words that lead there, each behind a space."""

    path: str
    steps: Sequence[str]  # words that lead on
    words: Sequence[str]  # all that can come next
    values: dict[str, Sequence[str]]  # options that want a value → what it may be; nothing where it is free


def add_completion(areas: Any, build: Parser) -> None:
    """`build` makes the parser with all areas."""
    completion = areas.add_parser("completion", help="a script that completes what is typed, for a shell")
    completion.add_argument("shell", choices=["bash", "zsh"])

    def run(options: argparse.Namespace) -> int:
        print(script(build(), options.shell), end="")
        return DONE

    completion.set_defaults(run=run)


def script(parser: argparse.ArgumentParser, shell: str) -> str:
    """Words only: nothing is asked of anybody when it is used."""
    known = list(places(parser))
    bash = _BASH.format(
        takes=_lines(_takes(known)),
        steps=_lines(_steps(known)),
        words=_lines(_words(known), by=4),
    )
    return bash if shell == "bash" else _ZSH.format(bash=bash)


def places(parser: argparse.ArgumentParser, path: str = "") -> Iterator[Place]:
    """This one and all behind it."""
    actions = parser._actions  # argparse has no public way to ask
    inside = [action for action in actions if isinstance(action, argparse._SubParsersAction)]
    steps = [name for action in inside for name in action.choices]
    options = [name for action in actions for name in action.option_strings if name.startswith("--")]
    free = [action for action in actions if not action.option_strings and action not in inside]
    fixed = [one for action in free for one in _choices(action)]
    yield Place(path=path, steps=steps, words=[*steps, *fixed, *options], values=dict(_values(actions)))
    for action in inside:
        for name, below in action.choices.items():
            yield from places(below, f"{path} {name}")


def _choices(action: argparse.Action) -> list[str]:
    return [str(one) for one in action.choices or ()]


def _values(actions: Sequence[argparse.Action]) -> Iterator[tuple[str, Sequence[str]]]:
    for action in actions:
        if action.nargs != 0:
            yield from ((name, _choices(action)) for name in action.option_strings)


def _takes(known: Sequence[Place]) -> Iterator[str]:
    for place in known:
        if place.values:
            yield f'{_either(place.path, place.values)}) wants="$word" ;;'


def _steps(known: Sequence[Place]) -> Iterator[str]:
    for place in known:
        if place.steps:
            yield f'{_either(place.path, place.steps)}) at="$at $word" ;;'


def _words(known: Sequence[Place]) -> Iterator[str]:
    for place in known:
        for option, values in place.values.items():
            yield f"{shlex.quote(f'{place.path}|{option}')}) words={shlex.quote(' '.join(values))} ;;"
        yield f"{shlex.quote(f'{place.path}|')}) words={shlex.quote(' '.join(place.words))} ;;"


def _either(path: str, words: Any) -> str:
    return " | ".join(shlex.quote(f"{path}|{word}") for word in words)


def _lines(found: Iterator[str], by: int = 8) -> str:
    return "\n".join(f"{' ' * by}{one}" for one in found)
