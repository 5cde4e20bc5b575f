"""What of the history is wanted: from when to when, of which types, of which agent."""

import argparse
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any, Final

from scripts.api.arguments import WHEN, moment
from shared.ledger.envelope import from_text

# Where an event says whose it is.
_WHO: Final = ("produced_by_role", "agent_name", "reviewer_role", "target_agent_role")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    since: datetime | None = None
    until: datetime | None = None
    type: str | None = None  # a pattern
    agent: str | None = None  # a role, or the name of an agent
    names: frozenset[str] = frozenset()  # of the agents of that role

    def is_in_time(self, iso: str) -> bool:
        moment = from_text(iso)
        return (self.since is None or moment >= self.since) and (self.until is None or moment <= self.until)

    def fits_type(self, artefact_type: str | None) -> bool:
        return self.type is None or (artefact_type is not None and fnmatchcase(artefact_type, self.type))

    def knowing(self, agents: Iterable[Mapping[str, Any]]) -> "Filters":
        """With the names of those that have the role: what it is asked to do, they are asked by their names."""
        mine = {one["name"] for one in agents if one.get("role") == self.agent}
        return replace(self, names=self.names | mine)

    def fits_agent(self, event: Mapping[str, Any]) -> bool:
        """Whether it did it, or is asked by it."""
        if self.agent is None:
            return True
        said, wanted = event["data"], {self.agent, *self.names}
        named = {*(said.get(name) for name in _WHO), *(said.get("invited") or ())}
        return not wanted.isdisjoint(named) or event.get("actor") in {f"agent:{name}" for name in wanted}


def add_filters(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--since", type=moment, metavar="WHEN", help=f"from then on: {WHEN}")
    parser.add_argument("--until", type=moment, metavar="WHEN", help=f"up to then: {WHEN}")
    parser.add_argument("--type", metavar="GLOB", help="only what is about artefacts of such a type, say 'Code*'")
    parser.add_argument(
        "--agent",
        metavar="ROLE",
        help="only what agents of this role, or the one of this name, made, did or are asked to do",
    )
    parser.add_argument(
        "--output", choices=["text", "jsonl"], default="text", help="jsonl: one JSON document a line, for programs"
    )


def filters_of(options: argparse.Namespace) -> Filters:
    return Filters(since=options.since, until=options.until, type=options.type, agent=options.agent)
