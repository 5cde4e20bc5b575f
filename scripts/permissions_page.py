"""The page of who may do what: every path of the API against every role."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from shared.ledger.envelope import from_text
from shared.runtime.auth import ApiKey, Role, new_key

_THEN: Final = from_text("2026-01-01T00:00:00Z")  # a key's age is nothing to its role
_METHODS: Final = ("get", "post", "put", "patch", "delete")
_HEAD: Final = (
    "# Who may do what",
    "",
    "Made from `shared/runtime/auth.py` and the routes of all functions by `python -m scripts.generate`.",
    "",
    "A key has one role; `switchyard keys create` makes one. What is not said here is refused with 403, no key or a",
    "wrong one with 401. A `service` may do what is ticked where its key names the first part of the path as a source,",
    "say `switchyard keys create --name mesh --role service --source registry`. An `agent` sees and does only what it",
    "was granted. A workflow may ask for more than its path does: `GET /workflows` says for which role each is.",
    "In Discord, `/help` says what a person may use.",
    "",
)


def page(paths: Mapping[str, Mapping[str, Any]]) -> str:
    """`paths` are those of the OpenAPI document."""
    keys = {role: _key(role, paths) for role in Role}
    rows = [
        "| method | path | how it is let in | " + " | ".join(Role) + " |",
        "| --- | --- | --- |" + " --- |" * len(Role),
        *(_row(method, path, operation, keys) for path, method, operation in _operations(paths)),
    ]
    return "\n".join([*_HEAD, *rows]) + "\n"


def _operations(paths: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, str, Any]]:
    for path, operations in paths.items():
        for method in _METHODS:
            if method in operations:
                yield path, method, operations[method]


def _row(method: str, path: str, operation: Mapping[str, Any], keys: Mapping[Role, ApiKey]) -> str:
    ways = _ways(operation)
    declared = operation.get("x-roles", list(Role))  # by routes that let in fewer than the authorizer does
    may = [_tick(method, path, key) if "key" in ways and role in declared else "" for role, key in keys.items()]
    return f"| {method.upper()} | `{path}` | {' or '.join(ways) or 'everyone'} | " + " | ".join(may) + " |"


def _ways(operation: Mapping[str, Any]) -> list[str]:
    names = {name for way in operation.get("security", ()) for name in way}
    ways = ["key"] if "api_key" in names else []
    return ways + (["signature"] if names - {"bearer", "api_key"} else [])


def _tick(method: str, path: str, key: ApiKey) -> str:
    return "✓" if key.may(method.upper(), path) else ""


def _key(role: Role, paths: Mapping[str, Any]) -> ApiKey:
    """A service speaks for all it may be asked to."""
    sources = sorted({path.split("/")[1] for path in paths}) if role is Role.SERVICE else []
    return new_key("anybody", role, sources=sources, at=_THEN)[1]
