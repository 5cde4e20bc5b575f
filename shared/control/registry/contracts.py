"""What arrives at the registry, from callers and from peers, checked by pydantic before anything else sees it."""

import json
import re
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator
from pydantic_core import PydanticCustomError

from shared.control.registry.description import Description, Written
from shared.control.registry.replication import MOST_IN_BATCH
from shared.control.registry.stamp import Stamp
from shared.control.registry.statuses import Presence
from shared.runtime.nesting import DEEPEST, is_too_deep

LARGEST_METADATA: Final = 4 * 1_024  # bytes of JSON
HEALTH_PATH: Final = "health_path"  # of the metadata: where it is asked how it is
_PATH: Final = re.compile(r"/[\x21\x23-\x5b\x5d-\x7e]{0,199}")
_NAME: Final = r"^[a-z0-9][a-z0-9._-]{0,62}$"

Name = Annotated[str, StringConstraints(pattern=_NAME), Field(examples=["doc-store"])]
BaseUrl = Annotated[
    str, StringConstraints(pattern=r"^https?://[!-~]{1,492}$"), Field(examples=["https://docs.example"])
]
Address = Annotated[str, StringConstraints(pattern=r"^https?://[!-~]{1,492}$")]
Endpoint = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,200}$")]
Owner = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9:._@-]{0,63}$")]
Origin = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][!-~]{0,499}$")]
Seconds = Annotated[int, Field(ge=10, le=7 * 86_400, strict=True)]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Described(Body):
    base_url: BaseUrl
    openapi_url: Address | None = None
    endpoints: Annotated[list[Endpoint], Field(max_length=50)] = []
    metadata: dict[str, Any] = Field(default={}, description=f"At most {LARGEST_METADATA:,} bytes")
    lease_seconds: Seconds | None = Field(default=None, description="Renewed by heartbeats; none: it stays")

    @field_validator("base_url")
    @classmethod
    def _without_end(cls, url: str) -> str:
        """A path of the service is put behind it."""
        if "?" in url or "#" in url:
            raise PydanticCustomError("base_url", "a base_url has no query and no fragment")
        return url.rstrip("/")

    @field_validator("metadata")
    @classmethod
    def _can_be_kept(cls, metadata: dict[str, Any]) -> dict[str, Any]:
        if is_too_deep(metadata):
            raise PydanticCustomError("metadata", f"lists and objects stand in each other more than {DEEPEST} deep")
        text = _as_text(metadata)
        if len(text.encode()) > LARGEST_METADATA:
            raise PydanticCustomError("metadata", "the metadata is too large")
        path = metadata.get(HEALTH_PATH)
        if path is not None and not (isinstance(path, str) and _PATH.fullmatch(path)):
            raise PydanticCustomError("metadata", "health_path is a path: it begins with /")
        return metadata

    def described(self, owner: str, *, in_maintenance: bool) -> Description:
        return Description(
            base_url=self.base_url,
            openapi_url=self.openapi_url,
            endpoints=tuple(self.endpoints),
            metadata=_as_text(self.metadata),
            lease_seconds=self.lease_seconds,
            owner=owner,
            in_maintenance=in_maintenance,
        )


class ServiceIn(_Described):
    """A service. What is left out is at its default again; its owner stays."""

    name: Name
    owner: Owner | None = Field(default=None, description="Id of the key that may change it; yours, if none is given")


class MaintenanceIn(Body):
    on: Annotated[bool, Field(strict=True)]


class PollIn(Body):
    service: Name | None = Field(default=None, description="Left out: all that have an openapi_url")


class WrittenIn(_Described):
    """What a peer says of one service."""

    name: Name
    owner: Owner
    in_maintenance: Annotated[bool, Field(strict=True)]
    presence: Literal["registered", "expired", "deregistered"]
    clock: Annotated[int, Field(ge=0, lt=2**53, strict=True)]
    origin: Origin
    hops: Annotated[int, Field(strict=True)]

    def written(self, via: str) -> Written:
        return Written(
            name=self.name,
            said=self.described(self.owner, in_maintenance=self.in_maintenance),
            presence=Presence(self.presence),
            stamp=Stamp(self.clock, self.origin),
            hops=self.hops,
            via=via,
        )


class BatchIn(BaseModel):
    """What a peer says. Each service is looked at for itself: one that cannot be read refuses no other."""

    sender: Origin = Field(alias="from")
    services: Annotated[list[Any], Field(max_length=MOST_IN_BATCH)]


def is_name(text: str) -> bool:
    return re.fullmatch(_NAME, text, re.ASCII) is not None and not text.endswith("\n")


def _as_text(metadata: dict[str, Any]) -> str:
    """The same text for the same metadata."""
    try:
        text = json.dumps(
            metadata, allow_nan=False, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=float
        )
        text.encode()
    except (ValueError, RecursionError, OverflowError):
        raise PydanticCustomError("metadata", "this metadata cannot be kept") from None
    return text
