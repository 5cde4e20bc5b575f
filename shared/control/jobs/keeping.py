"""What is kept of a job's parameters and result: no secret, nothing the ledger has no place for, and not too much."""

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from shared.runtime.redaction import BLOT, redacted

MOST_BYTES: Final = 16 * 1024  # of a result: an event has room for more, a page of two hundred of them has not
_CUT: Final = "is_cut"


def kept_parameters(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Of an address only where it leads: the rest of a webhook's is what lets one in."""
    told = {name: _place(value) if name.endswith("_url") else value for name, value in parameters.items()}
    return dict(fractions_as_text(redacted(told)))


def kept_result(result: Mapping[str, Any]) -> dict[str, Any]:
    """All of it where there is room; else its longest lists are cut, and `is_cut` says so."""
    kept = dict(result)
    while _size(kept) > MOST_BYTES:
        lists = {name: value for name, value in kept.items() if isinstance(value, list) and value}
        if not lists:
            return {_CUT: True}
        name = max(lists, key=lambda one: _size(lists[one]))
        kept |= {name: lists[name][: len(lists[name]) // 2], _CUT: True}
    return kept


def fractions_as_text(value: Any) -> Any:
    """The ledger keeps whole numbers only."""
    match value:
        case float():
            return str(value)
        case Mapping():
            return {name: fractions_as_text(one) for name, one in value.items()}
        case list() | tuple():
            return [fractions_as_text(one) for one in value]
        case _:
            return value


def _place(url: Any) -> Any:
    if not isinstance(url, str) or not url:
        return url
    try:
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.hostname}/{BLOT}" if parts.scheme and parts.hostname else BLOT
    except ValueError:
        return BLOT


def _size(value: Any) -> int:
    return len(json.dumps(value))
