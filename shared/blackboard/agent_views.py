"""What the blackboard answers about agents, and about itself."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from shared.blackboard.agent import Agent
from shared.blackboard.fields import of_settings
from shared.blackboard.instance import Instance


class AgentView(BaseModel):
    name: str
    instance: str
    role: str
    bidding_strategy: str | None
    target_types: list[str]
    capacity: int
    delivery: str
    url: str | None
    queue: str | None
    working_on: list[UUID]
    queue_length: int
    registered_at: datetime
    version: int
    webhook_secret: str | None = None

    @classmethod
    def of(cls, agent: Agent, *, webhook_secret: str | None = None) -> "AgentView":
        return cls(
            name=agent.name,
            instance=agent.instance,
            role=agent.role,
            bidding_strategy=agent.bidding_strategy,
            target_types=list(agent.target_types),
            capacity=agent.capacity,
            delivery=agent.delivery,
            url=agent.url,
            queue=agent.queue,
            working_on=[UUID(one) for one in agent.working],
            queue_length=len(agent.waiting),
            registered_at=agent.registered_at,
            version=agent.version,
            webhook_secret=webhook_secret,
        )


class Crew(BaseModel):
    agents: list[AgentView]


class Removal(BaseModel):
    removed: bool


class InstanceView(BaseModel):
    name: str
    settings: dict[str, Any]
    version: int

    @classmethod
    def of(cls, instance: Instance) -> "InstanceView":
        return cls(name=instance.name, settings=of_settings(instance.settings), version=instance.version)
