"""Endpoints as texts name them, `GET /orders/{id}`, in the one spelling there is of each."""

import re
from collections.abc import Set
from itertools import combinations
from typing import Final

METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE")
_PATH: Final = r"/(?:<[A-Za-z_][\w-]*>|[^\s`\"'<>|)\]*,;])*"
_EITHER: Final = rf"(?!/[ \t]+(?:{'|'.join(METHODS)})\b)"  # "PUT / PATCH" is one or the other, and no root
_NAMED: Final = re.compile(rf"\b({'|'.join(METHODS)})[ \t]+{_EITHER}(?:https?://[^\s/`\"'<>|)\]]+)?({_PATH})")
_PARAMETER: Final = re.compile(r"\{[^{}/]*\}|<[^<>/]*>|(?<=/):[A-Za-z_]\w*")
_LONGEST: Final = 300  # characters; what goes on for longer is no path
_MOST_VALUES: Final = 3  # that one example has


def endpoints_of(text: str) -> list[str]:
    """Those that a text names, each once, in order."""
    found = (endpoint(method, path) for method, path in _NAMED.findall(text) if len(path) <= _LONGEST)
    return list(dict.fromkeys(found))


def endpoint(method: str, path: str) -> str:
    """Names of parameters make no difference, nor does a slash at the end, or a query."""
    bare = _PARAMETER.sub("{}", path.partition("?")[0].partition("#")[0].rstrip(".:!"))
    return f"{method.upper()} {bare.rstrip('/') or '/'}"


def meant(named: str, known: Set[str]) -> str:
    """The one of those that are known which it is an example of, `GET /orders/{}` for `GET /orders/42`; or else itself.

    A value has a digit in it: `/orders/open` is as likely a path of its own.
    """
    if named in known:
        return named
    parts = named.split("/")
    places = [place for place, part in enumerate(parts) if any(map(str.isdigit, part))][-_MOST_VALUES:]
    chosen = (some for number in range(1, len(places) + 1) for some in combinations(places, number))
    forms = ("/".join("{}" if place in some else part for place, part in enumerate(parts)) for some in chosen)
    return next((form for form in forms if form in known), named)
