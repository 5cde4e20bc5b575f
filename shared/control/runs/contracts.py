"""What arrives about runs of workflows, checked by pydantic before anything else sees it."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from shared.runtime.line import line

WorkflowName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
CorrelationId = Annotated[str, StringConstraints(pattern=r"^[ -~]{1,128}$")]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class RunIn(Body):
    """A workflow that is to run. What it takes as parameters, `GET /workflows` says."""

    workflow: WorkflowName = "ingestion"
    scope: dict[str, Any] = Field(default={}, description="What it is about, for those who look at it; at most 4 KB")
    correlation_id: CorrelationId | None = Field(
        default=None, description="Yours to choose: the same asked for again is known by it, and runs once"
    )
    parameters: dict[str, Any] = {}


class CancelIn(Body):
    reason: line(300)  # type: ignore[valid-type]
