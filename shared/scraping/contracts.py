"""What arrives about scraping, and what leaves."""

from collections.abc import Sequence
from typing import Annotated, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)
from pydantic_core import PydanticCustomError

from shared.runtime.line import one_line
from shared.scraping.job import Job
from shared.scraping.rotation import Rotation, Search

MAX_SEARCHES = 200

_Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=128),
    AfterValidator(one_line),
]


class Trigger(BaseModel):
    """A search to be run now: for one brand, or for some."""

    model_config = ConfigDict(extra="forbid")

    brand: _Text | None = None
    brands: Annotated[list[_Text], Field(min_length=1, max_length=100)] | None = None
    search: _Text = "Camera"

    @model_validator(mode="after")
    def _names_brands_once(self) -> "Trigger":
        if (self.brand is None) == (self.brands is None):
            raise PydanticCustomError("brands", "say either brand or brands")
        return self

    def all_brands(self) -> list[str]:
        return list(self.brands) if self.brands is not None else [str(self.brand)]


class OutcomeView(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    matches: int
    created_listings: int
    skipped: int
    refused: int


class JobView(BaseModel):
    """A scrape job. Times are UTC."""

    model_config = ConfigDict(from_attributes=True)

    job_id: UUID
    status: Annotated[Literal["running", "completed", "overdue"], BeforeValidator(str)]
    brands: list[str]
    search: str
    requested_by: str
    created_at: AwareDatetime
    changed_at: AwareDatetime
    due_at: Annotated[AwareDatetime | None, Field(description="Flagged as overdue when it has not reported by then")]
    outcome: OutcomeView | None

    @classmethod
    def of(cls, job: Job) -> "JobView":
        said = {name: getattr(job, name) for name in cls.model_fields if name != "job_id"}
        return cls.model_validate({"job_id": job.id, **said})


class JobList(BaseModel):
    jobs: Annotated[list[JobView], Field(description="Newest change first")]


class SearchEntry(BaseModel):
    """One search of the rotation; `id` is yours to choose and stays the same when the rest changes."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
    brand: _Text
    search: _Text
    enabled: bool = True


class SearchList(BaseModel):
    """The whole list, in the order of its turns."""

    model_config = ConfigDict(extra="forbid")

    searches: Annotated[list[SearchEntry], Field(max_length=MAX_SEARCHES)]

    def entries(self) -> Sequence[Search]:
        return [Search(**entry.model_dump()) for entry in self.searches]


class RotationView(BaseModel):
    searches: list[SearchEntry]
    last: Annotated[str | None, Field(description="Id of the search that had the last turn")]
    next: Annotated[str | None, Field(description="Id of the one that has the next")]
    version: Annotated[int, Field(description="Send it back as If-Match to change just what you saw")]

    @classmethod
    def of(cls, rotation: Rotation) -> "RotationView":
        following = rotation.following()
        entries = [SearchEntry.model_validate(search) for search in rotation.searches]
        return cls(
            searches=entries,
            last=rotation.last,
            next=following.id if following else None,
            version=rotation.version,
        )
