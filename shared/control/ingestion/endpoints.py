"""Endpoints as texts name them, `GET /orders/{id}`, in the one spelling there is of each."""

import re
from typing import Final

METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE")
_PATH: Final = r"/(?:<[A-Za-z_][\w-]*>|[^\s`\"'<>|)\]*,;])*"
_NAMED: Final = re.compile(rf"\b({'|'.join(METHODS)})[ \t]+(?:https?://[^\s/`\"'<>|)\]]+)?({_PATH})")
_PARAMETER: Final = re.compile(r"\{[^{}/]*\}|<[^<>/]*>|(?<=/):[A-Za-z_]\w*")
_LONGEST: Final = 300  # characters; what goes on for longer is no path


def endpoints_of(text: str) -> list[str]:
    """Those that a text names, each once, in order."""
    found = (endpoint(method, path) for method, path in _NAMED.findall(text) if len(path) <= _LONGEST)
    return list(dict.fromkeys(found))


def endpoint(method: str, path: str) -> str:
    """Names of parameters make no difference, nor does a slash at the end, or a query."""
    bare = _PARAMETER.sub("{}", path.partition("?")[0].partition("#")[0].rstrip(".:!"))
    return f"{method.upper()} {bare.rstrip('/') or '/'}"
