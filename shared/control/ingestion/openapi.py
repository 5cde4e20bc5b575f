"""OpenAPI documents: whether a text is one, and which operations it has. 2.0, 3.0, 3.1 and 3.2; JSON and YAML."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from shared.control.ingestion.endpoints import METHODS, endpoint
from shared.control.ingestion.yaml_values import UnreadableYamlError, read_yaml

_METHODS: Final = frozenset(method.lower() for method in METHODS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """`operations` as `endpoint` writes them, below each of `prefixes`."""

    title: str
    version: str
    operations: tuple[str, ...]
    prefixes: tuple[str, ...]


def read_api(text: str) -> Api | None:
    """None where it is no OpenAPI document."""
    known = _read(text)
    if not isinstance(known, dict) or not isinstance(known.get("paths"), dict):
        return None
    if not any(isinstance(known.get(name), str) for name in ("openapi", "swagger")):
        return None
    info = known["info"] if isinstance(known.get("info"), dict) else {}
    return Api(
        title=_text(info.get("title")) or "API",
        version=_text(info.get("version")),
        operations=tuple(dict.fromkeys(_operations(known["paths"]))),
        prefixes=tuple(dict.fromkeys(_prefixes(known))),
    )


def _text(value: Any) -> str:
    """Of lists and mappings none: what is repeated by an alias may be of any size once it is written out."""
    return str(value) if isinstance(value, str | int | float) else ""


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    try:
        return read_yaml(text)
    except UnreadableYamlError:
        return None


def _operations(paths: Mapping[Any, Any]) -> Iterator[str]:
    for path, item in paths.items():
        if isinstance(path, str) and path.startswith("/") and isinstance(item, dict):
            yield from (endpoint(method, path) for method in item if method in _METHODS)


def _prefixes(known: Mapping[str, Any]) -> Iterator[str]:
    if isinstance(known.get("basePath"), str):
        yield known["basePath"].rstrip("/")
    servers = known.get("servers")
    for server in servers if isinstance(servers, list) else ():
        url = server.get("url") if isinstance(server, dict) else None
        if isinstance(url, str) and (path := _path(url)) is not None:
            yield path


def _path(url: str) -> str | None:
    try:
        return urlsplit(url).path.rstrip("/")
    except ValueError:
        return None
