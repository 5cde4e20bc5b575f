"""What is configured of the services around: the environment before `config/app.yaml`, the file before the defaults."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Final

from shared.runtime.environment import variable
from shared.runtime.errors import InvalidInputError
from shared.runtime.part import Part
from shared.runtime.yaml_file import read_document

FILE: Final = Path(__file__).resolve().parent.parent / "config" / "app.yaml"
LARGEST_FILE: Final = 64 * 1024  # bytes
LONGEST: Final = 2_000  # characters of a value


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """All values are text; an empty one says that there is none. The keys stand in the file under their section."""

    reporting_url: str = ""
    doc_store_url: str = ""
    notification_url: str = ""
    secure_analyzer_url: str = ""
    log_collector_url: str = ""
    notification_channel: str = ""
    notification_target: str = ""
    jira_url: str = ""
    jira_jql: str = "updated >= -365d"
    confluence_url: str = ""
    confluence_space_ids: str = ""
    swagger_urls: str = ""
    ingest_repositories: str = ""
    orchestrator_peers: str = ""
    instance_name: str = ""
    stale_days: str = "180"


SECTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "services": ("reporting_url", "doc_store_url", "notification_url", "secure_analyzer_url", "log_collector_url"),
    "notifications": ("notification_channel", "notification_target"),
    "sources": (
        "jira_url",
        "jira_jql",
        "confluence_url",
        "confluence_space_ids",
        "swagger_urls",
        "ingest_repositories",
    ),
    "orchestrator": ("orchestrator_peers", "instance_name"),
    "documents": ("stale_days",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A value, and where it is from: `environment`, `file` or `default`."""

    value: str
    source: str


def choose(text: str, environment: Mapping[str, str]) -> dict[str, Chosen]:
    """By the names of `Configuration`; an empty variable says nothing.

    `text` is that of the file. Raises InvalidInputError with the line and the key of what is wrong there.
    """
    said = _said(text)
    return {one.name: _chosen(one.name, str(one.default), said, environment) for one in fields(Configuration)}


def _chosen(name: str, default: str, said: Mapping[str, str], environment: Mapping[str, str]) -> Chosen:
    if value := environment.get(name.upper(), ""):
        return Chosen(value=value, source="environment")
    if value := said.get(name, ""):
        return Chosen(value=value, source="file")
    return Chosen(value=default, source="default")


def _said(text: str) -> dict[str, str]:
    document = read_document(text, largest=LARGEST_FILE, nothing="it has at least one of its sections")
    said: dict[str, str] = {}
    for section, part in document.fields(SECTIONS).items():
        if part.value is not None:
            said |= {name: _text(value) for name, value in part.fields(SECTIONS[section]).items()}
    return said


def _text(part: Part) -> str:
    return "" if part.value in (None, "") else part.text(LONGEST)


@cache
def chosen() -> Mapping[str, Chosen]:
    """Of this process. Raises InvalidInputError for a file that cannot be used."""
    environment = {one.name.upper(): variable(one.name.upper(), "") for one in fields(Configuration)}
    return choose(FILE.read_text(encoding="utf-8"), environment)


@cache
def configuration() -> Configuration:
    """Raises InvalidInputError for a file that cannot be used."""
    return Configuration(**{name: one.value for name, one in chosen().items()})


def listed(text: str) -> tuple[str, ...]:
    """What stands between commas."""
    return tuple(part for one in text.split(",") if (part := one.strip()))


def paired(text: str) -> dict[str, str]:
    """What stands between commas as `name=value`. Raises InvalidInputError."""
    pairs = [one.partition("=") for one in listed(text)]
    if wrong := [name for name, sign, value in pairs if not (sign and name.strip() and value.strip())]:
        raise InvalidInputError(f"{wrong[0][:60]}: name=value is needed")
    return {name.strip(): value.strip() for name, _, value in pairs}
