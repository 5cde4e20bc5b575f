"""What a scope may name of each source, so that it can be refused before anything is asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.control.ingestion.source import checked_keys, named, wanted, wanted_of_all


@dataclass(frozen=True, slots=True, kw_only=True)
class Configured:
    """What is configured of our own connectors; nothing where that is not known here."""

    repositories: tuple[str, ...] = ()
    spaces: tuple[str, ...] = ()
    apis: tuple[str, ...] = ()


def check_scope(source: str, scope: Mapping[str, Any], configured: Configured) -> None:
    """Raises InvalidInputError."""
    match source:
        case "github" if configured.repositories:
            wanted(scope, "repositories", configured.repositories)
        case "swagger" if configured.apis:
            wanted(scope, "apis", configured.apis)
        case "confluence":
            wanted_of_all(scope, "spaces", configured.spaces)
        case _:
            checked_keys(named(scope, "projects") or set(), "projects")
