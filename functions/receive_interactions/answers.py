"""What Discord is answered at once. Source: discord.com/developers/docs/interactions/receiving-and-responding."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

PRIVATE: Final = 64  # flag EPHEMERAL: only who asked sees it
LONGEST_CUSTOM_ID: Final = 100
Answer = dict[str, Any]

PONG: Final[Answer] = {"type": 1}
_DEFERRED: Final[Mapping[str, Answer]] = {
    "defer": {"type": 5},
    "defer_private": {"type": 5, "data": {"flags": PRIVATE}},
    "defer_update": {"type": 6},
}


def said(text: str) -> Answer:
    """To who asked, and to nobody else."""
    return {"type": 4, "data": {"content": text, "flags": PRIVATE, "allowed_mentions": {"parse": []}}}


def acknowledged(entry: Mapping[str, Any]) -> Answer:
    """`entry` is a row of the table, of a kind that is not a form."""
    kind: str = entry["acknowledge"]
    return said(entry["text"]) if kind == "reply" else _DEFERRED[kind]


def suggested(choices: Sequence[Mapping[str, str]]) -> Answer:
    return {"type": 8, "data": {"choices": list(choices)}}


def form(modal: Mapping[str, Any], arguments: Sequence[str]) -> Answer | None:
    """The form with the arguments of the button that opens it; None where they are more than it can carry."""
    custom_id = ":".join([modal["prefix"], *arguments])
    if len(custom_id) > LONGEST_CUSTOM_ID:
        return None
    labels = [_filled(one, modal["prefill"].get(str(at)), arguments) for at, one in enumerate(modal["components"])]
    return {"type": 9, "data": {"custom_id": custom_id, "title": modal["title"], "components": labels}}


def _filled(label: Mapping[str, Any], number: int | None, arguments: Sequence[str]) -> Mapping[str, Any]:
    if number is None or number >= len(arguments) or not arguments[number]:
        return label
    field = label["component"]
    return {**label, "component": {**field, "value": arguments[number][: field["max_length"]]}}
