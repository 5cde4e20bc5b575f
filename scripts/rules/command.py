"""`switchyard rules`: what a file of routing rules says, in plain words, and the rules that are shipped."""

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from shared.messages.routing import Route, Rules, TagRule, When
from shared.messages.rules_file import default_text, read_rules
from shared.runtime.errors import InvalidInputError
from shared.sinks.contracts import read_options
from shared.sinks.names import NAMES

_ASKED: Final = (
    ("type", "types"),
    ("channel", "channels"),
    ("author", "authors"),
    ("priority", "priorities"),
    ("tag", "tags"),
)


OnStack = Callable[[Callable[[argparse.Namespace], None]], Callable[[argparse.Namespace], None]]


def add_rules(areas: Any, on_stack: OnStack) -> None:
    """`on_stack` has an action done on the stack that is named."""
    rules = areas.add_parser("rules", help="which messages go where").add_subparsers(required=True, metavar="ACTION")
    check = rules.add_parser("check", help="read a file of rules and say what it does")
    check.add_argument("file", metavar="FILE", help="in YAML; - reads what comes in")
    check.set_defaults(run=check_rules)
    rules.add_parser("show", help="print the rules that are shipped").set_defaults(run=show_rules)
    rules.add_parser("get", help="print the rules that are in place").set_defaults(run=on_stack(get_rules))
    put = rules.add_parser("put", help="put other rules in place; what is broken is refused")
    source = put.add_mutually_exclusive_group(required=True)
    source.add_argument("file", metavar="FILE", nargs="?", help="in YAML; - reads what comes in")
    source.add_argument("--shipped", action="store_true", help="those that are shipped")
    put.set_defaults(run=on_stack(put_rules))


def check_rules(options: argparse.Namespace) -> int:
    """Raises InvalidInputError, OSError."""
    _tell(rules_of(options.file))
    return 0


def show_rules(_: argparse.Namespace) -> int:
    print(default_text(), end="")
    return 0


def put_rules(options: argparse.Namespace) -> None:
    """Raises InvalidInputError, OSError; ConflictError where somebody else did so at the same moment."""
    from scripts.rules import in_place

    text = None if options.shipped else text_of(options.file)
    _tell(rules_of(None) if text is None else _read(text, options.file))
    version = in_place.put_rules(text)
    print(f"these rules are in place (version {version}); in a few seconds messages follow them")


def get_rules(_: argparse.Namespace) -> None:
    from scripts.rules import in_place

    print(in_place.get_rules(), end="")


def rules_of(file: str | None) -> Rules:
    """None: those that are shipped. Options of sinks are checked, too. Raises InvalidInputError, OSError."""
    if file is None:
        return read_rules(default_text(), sinks=NAMES)
    return _read(text_of(file), file)


def text_of(file: str) -> str:
    """Raises InvalidInputError, OSError."""
    try:
        return sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInputError(f"{file}: this is not UTF-8") from None


def _read(text: str, file: str) -> Rules:
    try:
        rules = read_rules(text, sinks=NAMES)
    except InvalidInputError as error:
        raise InvalidInputError(f"{file}: {error}") from None
    try:
        read_options(rules.options)
    except InvalidInputError as error:
        where, _, _ = str(error).partition(": ")
        raise InvalidInputError(f"{file}: sinks.{error} (line {rules.line_of(where)})") from None
    return rules


def _tell(rules: Rules) -> None:
    for line in in_words(rules):
        print(line)


def in_words(rules: Rules) -> Iterator[str]:
    yield f"{len(rules.tag_rules)} rules for tags, {len(rules.routes)} routes"
    yield from (f"  {_tag_rule(rule)}" for rule in rules.tag_rules)
    yield from (f"  {_route(route)}" for route in rules.routes)
    unserved = sorted(set(NAMES) - {name for route in rules.routes for name in route.to})
    if unserved:
        yield f"nothing goes to {_and(unserved)}"
    if rules.options:
        yield f"with options for {_and(sorted(rules.options))}"


def _tag_rule(rule: TagRule) -> str:
    return f"{rule.name}: {_when(rule.when)} is tagged {_and(rule.tags)}"


def _route(route: Route) -> str:
    return f"{route.name}: {_when(route.when)} goes to {_and(route.to)}"


def _when(when: When) -> str:
    said = [f"whose {name} is {_or(getattr(when, values))}" for name, values in _ASKED if getattr(when, values)]
    if when.words:
        quoted = [f'"{word}"' for word in when.words]
        said.append(f"that says {_or(quoted)}")
    if when.has_time is not None:
        said.append("that has a time" if when.has_time else "that has no time")
    return "a message " + " and ".join(said) if said else "every message"


def _or(values: Iterable[str]) -> str:
    return " or ".join(values)


def _and(values: Iterable[str]) -> str:
    return ", ".join(values)
