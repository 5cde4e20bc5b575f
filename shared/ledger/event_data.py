"""What the data of every type of event has in common."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

Amount = Annotated[str, StringConstraints(pattern=r"^-?\d+(\.\d+)?$")]


class EventData(BaseModel):
    """What one type of event says beyond its envelope. Nothing undeclared gets in."""

    model_config = ConfigDict(extra="forbid")
