"""What arrives at the blackboard, checked by pydantic before anything else sees it."""

from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator
from pydantic_core import PydanticCustomError

from shared.blackboard.agent import MAX_CAPACITY, Bid
from shared.blackboard.artefact import MAX_SOURCES, RESERVED, StructuralType, as_text
from shared.blackboard.instance import BOUNDS, Settings
from shared.blackboard.posting import Wanted
from shared.runtime.line import line

Type = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"), Field(examples=["GoalDefined"])]
Pattern = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9*?\[\]!._-]{1,100}$"), Field(examples=["Draft*"])]
RoleName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,63}$")]
Patterns = Annotated[list[Pattern], Field(max_length=50)]
WebAddress = Annotated[
    str, StringConstraints(max_length=2_048, pattern=r"^https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?([/?][!-~]*)?$")
]
QueueName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,80}$")]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ArtefactIn(Body):
    """An artefact. Objects and lists as payload are kept as JSON text."""

    id: UUID = Field(default_factory=uuid4, description="Yours to choose: the same posted again is known by it")
    structural_type: StructuralType = StructuralType.STANDARD
    type: Type
    payload: Annotated[str | dict[str, Any] | list[Any], Field(description="At most 4 MiB")] = ""
    summary: line(500) | None = None  # type: ignore[valid-type]
    source_artefacts: Annotated[list[UUID], Field(max_length=MAX_SOURCES)] = []
    logical_id: UUID | None = Field(default=None, description="A thread that it is the next version of")
    claim_id: UUID | None = Field(default=None, description="The claim that it answers")
    produced_by_role: RoleName | None = Field(default=None, description="Said only by who speaks for others")

    @field_validator("payload")
    @classmethod
    def _as_text(cls, payload: Any) -> str:
        try:
            text = as_text(payload)
            text.encode()
        except (ValueError, RecursionError):
            raise PydanticCustomError("payload", "this payload cannot be kept as text") from None
        return text

    def wanted(self, instance: str) -> Wanted:
        return Wanted(
            instance=instance,
            id=str(self.id),
            structural_type=self.structural_type,
            type=self.type,
            payload=str(self.payload),
            summary=self.summary,
            source_artefacts=tuple(dict.fromkeys(str(one) for one in self.source_artefacts)),
            logical_id=str(self.logical_id) if self.logical_id else None,
            claim_id=str(self.claim_id) if self.claim_id else None,
        )


class BidIn(Body):
    bid: Bid


class ReleaseIn(Body):
    reason: line(500) = "it was given back"  # type: ignore[valid-type]


class ReviewIn(Body):
    approved: bool
    feedback: Annotated[str, StringConstraints(max_length=20_000)] = ""


class AnswerIn(Body):
    text: Annotated[str, StringConstraints(min_length=1, max_length=200_000)]


class TerminateIn(Body):
    reason: line(500)  # type: ignore[valid-type]


class AgentIn(Body):
    """How an agent takes part. What is left out is at its default again."""

    role: RoleName | None = Field(default=None, description="Its name, where none is given")
    bidding_strategy: Bid | None = Field(default=None, description="What it always bids; left out, it is asked")
    target_types: Patterns = Field(default=[], description="Types it is asked about; none for all but its own work")
    capacity: Annotated[int, Field(ge=1, le=MAX_CAPACITY, strict=True)] = 1
    delivery: Literal["poll", "webhook", "queue"] = "poll"
    url: WebAddress | None = Field(default=None, description="Where a webhook goes: https")
    queue: QueueName | None = Field(default=None, description="Of SQS, in the account of the stack")

    @field_validator("role")
    @classmethod
    def _not_reserved(cls, role: str | None) -> str | None:
        if role in RESERVED:
            raise PydanticCustomError("role", "this role is not an agent's")
        return role

    def registration(self, name: str) -> dict[str, Any]:
        return {
            "role": self.role or name,
            "bidding_strategy": self.bidding_strategy,
            "target_types": tuple(self.target_types),
            "capacity": self.capacity,
            "delivery": self.delivery,
            "url": self.url,
            "queue": self.queue,
        }


def _bounded(name: str) -> Any:
    low, high = BOUNDS[name]
    return Field(default=getattr(Settings(), name), ge=low, le=high, strict=True)


class SettingsIn(Body):
    """How claims are treated. What is left out is at its default again."""

    max_review_iterations: int = _bounded("max_review_iterations")
    bidding_seconds: int = _bounded("bidding_seconds")
    lease_seconds: int = _bounded("lease_seconds")
    max_generations: int = _bounded("max_generations")
    max_grants: int = _bounded("max_grants")
    dormant_seconds: int = _bounded("dormant_seconds")
    person_seconds: int = _bounded("person_seconds")
    queued_seconds: int = _bounded("queued_seconds")
    starts_work: list[StructuralType] = Field(default=[StructuralType(one) for one in Settings().starts_work])
    review_by_people: Patterns = []

    def settings(self) -> Settings:
        values: dict[str, Any] = self.model_dump(mode="json")
        kept: dict[str, Any] = {name: tuple(one) if isinstance(one, list) else one for name, one in values.items()}
        return Settings(**kept)
