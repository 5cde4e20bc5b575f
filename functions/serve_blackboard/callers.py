"""Who is asking, of which blackboard, and for whom that key may speak."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final

from aws_lambda_powertools.event_handler.openapi.params import Query

from shared.blackboard.agent import Agent
from shared.blackboard.artefact import PERSON
from shared.blackboard.instance import checked_instance
from shared.blackboard.results import Author
from shared.ledger.envelope import Cause
from shared.runtime.auth import Role
from shared.runtime.errors import ForbiddenError, InvalidInputError, NotFoundError
from shared.runtime.settings import settings

InstanceName = Annotated[
    str | None, Query(min_length=1, max_length=32, description="Which blackboard; without it, that of the stack")
]

_PEOPLE: Final = (Role.OPERATOR, Role.ADMIN)


def open_to(*roles: Role) -> dict[str, list[str]]:
    """What the description of a route says of who is let in there: what its handler checks, as far as roles go."""
    return {"x-roles": [str(role) for role in roles]}


PEOPLE: Final = open_to(*_PEOPLE)
AGENTS: Final = open_to(Role.AGENT)
READERS: Final = open_to(Role.VIEWER, *_PEOPLE, Role.SERVICE)
READERS_AND_AGENTS: Final = open_to(*Role)
POSTERS: Final = open_to(*_PEOPLE, Role.SERVICE, Role.AGENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    cause: Cause
    role: Role
    instance: str
    agent: str | None = None  # whose key it is, for role `agent`

    def as_person(self) -> Author:
        """Raises ForbiddenError."""
        self.check_person()
        return Author(role=PERSON, by=self.cause.actor, holder=PERSON)

    def as_agent(self, agent: Agent) -> Author:
        return Author(role=agent.role, by=f"agent:{agent.name}", holder=agent.name)

    def check_person(self) -> None:
        """Raises ForbiddenError."""
        if self.role not in _PEOPLE:
            raise ForbiddenError("this is for operators")

    def check_no_agent(self) -> None:
        """Raises ForbiddenError for who sees only what it was granted."""
        if self.role is Role.AGENT:
            raise ForbiddenError("an agent's key shows what it was granted; see /blackboard/work")

    def named(self) -> str:
        """The agent it is. Raises ForbiddenError."""
        if self.agent is None:
            raise ForbiddenError("this is for agents, each with its own key")
        return self.agent


def caller(context: Mapping[str, Any], instance: str | None) -> Caller:
    """Raises InvalidInputError for what is no name, ForbiddenError where an agent asks for another blackboard."""
    said, cause = context["request"].context, context["cause"]
    role = Role(said["role"])
    if role is not Role.AGENT:
        chosen = instance or settings().sett_instance_name or "default"
        return Caller(cause=cause, role=role, instance=checked_instance(chosen))
    own, _, name = str(said.get("sources", "")).partition("/")
    if not (own and name):
        raise ForbiddenError("this key is bound to no agent")
    if instance not in (None, own):
        raise ForbiddenError(f"this key is for {own}")
    return Caller(cause=replace(cause, actor=f"agent:{name}"), role=role, instance=own, agent=name)


def author_of(who: Caller, role: str | None, crew: Mapping[str, Agent]) -> Author:
    """For whom an artefact is posted. Raises ForbiddenError, InvalidInputError."""
    if who.role is Role.SERVICE:
        if role is None:
            raise InvalidInputError("who speaks for others says for whom: produced_by_role")
        return Author(role=role, by=who.cause.actor, holder="")  # holds no grants
    if role is not None:
        raise ForbiddenError("only a service speaks for others: leave produced_by_role out")
    return who.as_agent(known(who.named(), crew)) if who.role is Role.AGENT else who.as_person()


def known(name: str, crew: Mapping[str, Agent]) -> Agent:
    """Raises NotFoundError."""
    agent = crew.get(name)
    if agent is None or agent.is_removed:
        raise NotFoundError(f"there is no agent {name}")
    return agent
