"""Whose circuits there are, beside those of sinks: of all that is asked under a name that is known beforehand, of each
host of `SWAGGER_URLS`, and of each agent that is told of its work at a URL.
"""

from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

BUSINESS: Final = ("scraper", "chatterbot", "ebay", "github")
CONTROL: Final = (
    "reporting",
    "doc-store",
    "notification-service",
    "secure-analyzer",
    "log-collector",
    "consistency-engine",
    "jira",
    "confluence",
    "github-agent",
    "jira-agent",
    "confluence-agent",
    "swagger-agent",
)


def circuit_names(*, descriptions: Iterable[str] = (), agents: Iterable[str] = ()) -> tuple[str, ...]:
    """`descriptions`: addresses of descriptions of APIs that are read; `agents`: ids."""
    others = (*map(circuit_of_host, descriptions), *map(circuit_of_agent, agents))
    return tuple(dict.fromkeys((*BUSINESS, *CONTROL, *others)))


def circuit_of_agent(agent_id: str) -> str:
    return f"agent:{agent_id}"


def circuit_of_host(url: str) -> str:
    """Of what is asked for a description at an address of somebody's: one for each host."""
    return f"swagger:{urlsplit(url).hostname}"
