"""The composition root of ingestion: what is read, where it is kept, who looks at it, who is told."""

import time
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from shared.runtime.clock import system_clock
from shared.runtime.configuration import Configuration, configuration, listed, paired
from shared.runtime.settings import settings
from shared.runtime.wiring import files, ledger, secret, service, url_guard
from shared.runtime.wiring_deploys import github_service
from shared.runtime.wiring_registry import registered, service_at

if TYPE_CHECKING:
    from shared.control.ingestion.analysing import Analyse
    from shared.control.ingestion.documents.remote import RemoteDocuments
    from shared.control.ingestion.documents.store import LedgerDocuments
    from shared.control.ingestion.engine import ConsistencyEngine
    from shared.control.ingestion.findings import LedgerFindings
    from shared.control.ingestion.forgetting import ForgetIngested
    from shared.control.ingestion.github import Trees
    from shared.control.ingestion.ingesting import Ingest, Ports
    from shared.control.ingestion.notifying import NotifyFindings, Recipient
    from shared.control.ingestion.runs import LedgerIngestions
    from shared.control.ingestion.source import Connector
    from shared.runtime.http import Service
    from shared.runtime.secret import Secret


def documents() -> "LedgerDocuments":
    from shared.control.ingestion.documents.store import LedgerDocuments

    return LedgerDocuments(ledger(), files=files(), mirror=_mirror(), pause=time.sleep)


@cache
def findings() -> "LedgerFindings":
    from shared.control.ingestion.findings import LedgerFindings

    return LedgerFindings(ledger(), files=files())


# The handlers of steps: each is asked for whenever a step is done, so what has been registered meanwhile is known.


def ingesting() -> "Ingest":
    from shared.control.ingestion.ingesting import Ingest

    return Ingest(connect, _ports())


def forgetting() -> "ForgetIngested":
    from shared.control.ingestion.forgetting import ForgetIngested

    return ForgetIngested(_ports())


def analysing() -> "Analyse":
    from shared.control.ingestion.analysing import Analyse, Ports

    ports = Ports(documents=documents(), findings=findings(), files=files(), guard=url_guard(), clock=system_clock)
    return Analyse(_engine, ports, stale_days=int(configuration().stale_days))


def notifying() -> "NotifyFindings":
    from shared.control.ingestion.notifying import NotifyFindings

    return NotifyFindings(_recipient, ingestions=_ingestions(), clock=system_clock)


def check_scope(source: str, scope: Mapping[str, Any]) -> None:
    """What an agent takes, it says itself. Raises InvalidInputError."""
    from shared.control.ingestion import scopes

    known = configuration()
    configured = scopes.Configured(
        repositories=listed(known.ingest_repositories) or listed(settings().github_repository),
        spaces=listed(known.confluence_space_ids),
        apis=tuple(paired(known.swagger_urls)),
    )
    if not registered(f"{source}-agent"):
        scopes.check_scope(source, scope, configured)


def connect(source: str) -> "Connector | str":
    """What reads a source: the agent that is registered for it, else our own connector; or why there is neither."""
    from shared.control.ingestion.agent import Agent

    agent = service_at(f"{source}-agent", "")
    return Agent(agent, source=source) if agent else _CONNECTORS[source](configuration())


@cache
def _trees() -> "Trees":
    """Those that this process has read."""
    return {}


def _github(known: Configuration) -> "Connector | str":
    from shared.control.ingestion.github import GithubFiles
    from shared.runtime.github import is_repository

    repositories = listed(known.ingest_repositories) or listed(settings().github_repository)
    if not repositories or not all(map(is_repository, repositories)):
        return "no repository is configured, as owner/name"
    asked = github_service()
    if asked is None:
        return "there is no token for GitHub"
    return GithubFiles(asked, repositories=repositories, clock=system_clock, trees=_trees())


def _jira(known: Configuration) -> "Connector | str":
    from shared.control.ingestion.jira import NAME, JiraIssues

    asked = _atlassian(NAME, known.jira_url)
    if isinstance(asked, str):
        return asked
    return JiraIssues(asked, site=known.jira_url, jql=known.jira_jql, clock=system_clock)


def _confluence(known: Configuration) -> "Connector | str":
    from shared.control.ingestion.confluence import NAME, ConfluencePages

    asked = _atlassian(NAME, known.confluence_url)
    if isinstance(asked, str):
        return asked
    spaces = listed(known.confluence_space_ids)
    return ConfluencePages(asked, site=known.confluence_url, spaces=spaces, clock=system_clock)


def _swagger(known: Configuration) -> "Connector | str":
    from shared.control.ingestion.swagger import SwaggerDocuments

    apis = paired(known.swagger_urls)
    return SwaggerDocuments(_guarded, apis=apis, clock=system_clock) if apis else "no address is configured"


_CONNECTORS: "Final[Mapping[str, Callable[[Configuration], Connector | str]]]" = {
    "github": _github,
    "jira": _jira,
    "confluence": _confluence,
    "swagger": _swagger,
}


def _atlassian(name: str, site: str) -> "Service | str":
    from shared.control.ingestion.atlassian import has_credential, locate

    if not site:
        return f"no address of {name} is configured"
    if not has_credential(_credentials()(), name):
        return f"there is no credential for {name}"
    return service(name, locate(site, _credentials(), name), send=url_guard().send_guarded)


def _credentials() -> "Secret":
    return secret(settings().sources_secret, "json")


def _guarded(url: str) -> "Service":
    """An address of somebody's; each host has a circuit of its own."""
    from shared.control.overview.circuits import circuit_of_host
    from shared.runtime.http import Address

    def locate(*, fresh: bool = False) -> Address:
        return Address(url=url)

    return service(circuit_of_host(url), locate, send=url_guard().send_guarded)


def _ports() -> "Ports":
    from shared.control.ingestion.feeds import LedgerFeeds
    from shared.control.ingestion.ingesting import Ports

    feeds = LedgerFeeds(ledger(), pause=time.sleep)
    return Ports(documents=documents(), feeds=feeds, ingestions=_ingestions(), clock=system_clock)


def _ingestions() -> "LedgerIngestions":
    from shared.control.ingestion.runs import LedgerIngestions

    return LedgerIngestions(ledger())


def _mirror() -> "RemoteDocuments | None":
    from shared.control.ingestion.documents.remote import NAME, RemoteDocuments

    asked = service_at(NAME, configuration().doc_store_url)
    return RemoteDocuments(asked) if asked else None


def _engine() -> "ConsistencyEngine | None":
    from shared.control.ingestion.engine import NAME, ConsistencyEngine

    asked = service_at(NAME, "")
    return ConsistencyEngine(asked) if asked else None


def _recipient() -> "Recipient | None":
    from shared.control.ingestion.notifying import NAME, Recipient

    known = configuration()
    asked = service_at(NAME, known.notification_url)
    if asked is None:
        return None
    return Recipient(service=asked, channel=known.notification_channel or "log", target=known.notification_target)
