"""An instance: a blackboard of its own on this stack, and how its claims are treated."""

import re
from dataclasses import dataclass, field, replace
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import Any, Final

from shared.blackboard.artefact import RESERVED, STARTS_WORK
from shared.runtime.errors import InvalidInputError

MAX_AGENTS: Final = 25  # of one instance: what a claim asks of all of them at once fits one transaction
_INSTANCE: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
_AGENT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Seconds, numbers, and what starts work. A setting that is not given is as here."""

    max_review_iterations: int = 3  # how often work is sent back before it has failed; 0 for without end
    bidding_seconds: int = 30
    lease_seconds: int = 600  # how long an agent may be silent over its work
    max_generations: int = 100  # how many pieces of work may follow from one another without a person
    max_grants: int = 3  # how often work is given out before its claim has failed, beside the times it was given back
    dormant_seconds: int = 604_800  # how long a claim waits for an agent that fits
    person_seconds: int = 604_800  # how long a person has to answer
    queued_seconds: int = 86_400  # how long work waits for an agent that has its hands full
    starts_work: tuple[str, ...] = tuple(str(one) for one in STARTS_WORK)
    review_by_people: tuple[str, ...] = ()  # patterns of types that a person reviews, too

    @property
    def bidding(self) -> timedelta:
        return timedelta(seconds=self.bidding_seconds)

    @property
    def lease(self) -> timedelta:
        return timedelta(seconds=self.lease_seconds)

    @property
    def dormant(self) -> timedelta:
        return timedelta(seconds=self.dormant_seconds)

    @property
    def person(self) -> timedelta:
        return timedelta(seconds=self.person_seconds)

    @property
    def queued(self) -> timedelta:
        return timedelta(seconds=self.queued_seconds)

    def wants_people_for(self, artefact_type: str) -> bool:
        return matches(artefact_type, self.review_by_people)


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    name: str
    settings: Settings = field(default_factory=Settings)
    members: tuple[str, ...] = ()  # the names of the agents that take part
    version: int = 0  # 0 where nobody has used it yet

    def joined_by(self, name: str) -> "Instance":
        """Raises InvalidInputError where no more take part."""
        if name in self.members:
            return self
        if len(self.members) >= MAX_AGENTS:
            raise InvalidInputError(f"at most {MAX_AGENTS} agents take part in an instance")
        return replace(self, members=(*self.members, name))

    def left_by(self, name: str) -> "Instance":
        return replace(self, members=tuple(one for one in self.members if one != name))


# The least and the most of each number.
BOUNDS: Final = {
    "max_review_iterations": (0, 100),
    "bidding_seconds": (1, 86_400),
    "lease_seconds": (5, 86_400),
    "max_generations": (1, 10_000),
    "max_grants": (1, 20),
    "dormant_seconds": (1, 31_536_000),
    "person_seconds": (1, 31_536_000),
    "queued_seconds": (1, 31_536_000),
}


def checked_instance(name: str) -> str:
    """Raises InvalidInputError."""
    if not _INSTANCE.fullmatch(name):
        raise InvalidInputError("an instance is named with up to 32 of a-z, 0-9 and -, say `prod`")
    return name


def checked_agent(name: str) -> str:
    """Raises InvalidInputError."""
    if not _AGENT.fullmatch(name):
        raise InvalidInputError("an agent is named with up to 64 letters, digits and -, say `Writer`")
    if name in RESERVED:
        raise InvalidInputError(f"{name} is no agent's name: it is what people, or we, are known by")
    return name


def matches(text: str, patterns: Any) -> bool:
    return any(fnmatchcase(text, pattern) for pattern in patterns)
