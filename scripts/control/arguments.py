"""What people give to the control plane on a command line, read."""

import argparse
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from scripts.api.arguments import WHEN, moment
from shared.ledger.envelope import to_text

Pair = tuple[str, Any]

_TRUTHS: Final = {"true": True, "yes": True, "false": False, "no": False}


def pair(text: str) -> tuple[str, str]:
    """Of `name=value`."""
    name, sign, value = text.partition("=")
    if not sign or not name.strip():
        raise argparse.ArgumentTypeError(f"{text!r:.50} is no NAME=VALUE")
    return name.strip(), value


def values(text: str) -> dict[str, Any]:
    """Of `name=value`, or of an object in JSON."""
    if not text.lstrip().startswith("{"):
        name, value = pair(text)
        return {name: value_of(value)}
    try:
        found = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise argparse.ArgumentTypeError(f"{text!r:.50} is no JSON object") from None
    return dict(found)


def value_of(text: str) -> Any:
    """JSON where it is some, and a text otherwise."""
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return text


def merged(given: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    return {name: value for one in given for name, value in one.items()}


def parameters(given: Iterable[tuple[str, str]], declared: Mapping[str, Any]) -> dict[str, Any]:
    """Each as the kind it is declared to be, as far as its text says one; the API judges the rest.

    A list is written with commas, in JSON, or by naming it again and again.
    """
    found: dict[str, Any] = {}
    for name, text in given:
        kind = _kind(declared.get(name))
        value = _READERS.get(kind, value_of)(text)
        found[name] = [*found.get(name, ()), *value] if kind == "list" else value
    return found


def seconds(lowest: float, highest: float) -> Callable[[str], float]:
    def read(text: str) -> float:
        try:
            found = float(text)
        except ValueError:
            found = -1.0
        if not lowest <= found <= highest:
            raise argparse.ArgumentTypeError(f"a number of seconds from {lowest:g} to {highest:g} is needed")
        return found

    return read


def add_times(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--since", type=moment, metavar="WHEN", help=f"from then on: {WHEN}")
    parser.add_argument("--until", type=moment, metavar="WHEN", help=f"up to then: {WHEN}")


def text_of(time: datetime | None) -> str | None:
    return None if time is None else to_text(time)


def without_none(**known: Any) -> dict[str, Any]:
    return {name: value for name, value in known.items() if value is not None}


def _kind(declared: Any) -> str:
    return str(declared.get("type")) if isinstance(declared, dict) else ""


def _integer(text: str) -> Any:
    return int(text) if text.removeprefix("-").isdecimal() and text.isascii() and len(text) < 20 else text


def _list(text: str) -> list[Any]:
    found = value_of(text)
    return found if isinstance(found, list) else [one.strip() for one in text.split(",") if one.strip()]


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number")


_READERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "string": str,
    "integer": _integer,
    "number": str,
    "boolean": lambda text: _TRUTHS.get(text.lower(), text),
    "list": _list,
}
