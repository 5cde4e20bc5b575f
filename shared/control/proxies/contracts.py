"""What is asked of the proxies, checked by pydantic before anything else sees it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StringConstraints,
    ValidationError,
)
from pydantic_core import PydanticCustomError

from shared.control.proxies.levels import Level
from shared.runtime.errors import InvalidInputError
from shared.runtime.line import line
from shared.runtime.moment import Moment

MAX_CONTENT: Final = 256 * 1024  # bytes of UTF-8
MAX_KEYWORDS: Final = 200
MOST_LOGS: Final = 1_000
_MOST_KEYS: Final = 100
_DEEPEST: Final = 8

Format = Literal["json", "markdown"]
Kind = Literal["generate", "life_of_ticket", "pr_confidence"]


def _json_number(value: Any, depth: int = 0) -> Any:
    """Bodies are read with decimals, which nobody writes as JSON again."""
    if depth > _DEEPEST:
        raise PydanticCustomError("depth", f"objects and lists may stand in each other {_DEEPEST} deep")
    match value:
        case Decimal():
            return int(value) if value == value.to_integral_value() and abs(value) < 2**53 else float(value)
        case dict():
            return {name: _json_number(one, depth + 1) for name, one in value.items()}
        case list():
            return [_json_number(one, depth + 1) for one in value]
        case _:
            return value


def _not_too_long(content: str) -> str:
    try:
        size = len(content.encode())
    except UnicodeError:
        raise PydanticCustomError("content", "this is no text") from None
    if size > MAX_CONTENT:
        raise PydanticCustomError("content", f"at most {MAX_CONTENT} bytes are read")
    if not content.strip():
        raise PydanticCustomError("content", "there is nothing to read in it")
    return content


Payload = Annotated[dict[str, Any], Field(max_length=_MOST_KEYS), AfterValidator(_json_number)]
Content = Annotated[str, AfterValidator(_not_too_long), Field(description="At most 256 KiB")]
Keyword = line(200)
Url = Annotated[str, StringConstraints(min_length=8, max_length=2_048)]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


B = TypeVar("B", bound=Body)


class ReportIn(Body):
    """What the payload may say depends on the kind, and on who makes the report: see docs/control-proxies.md."""

    kind: Kind
    format: Format = "json"
    payload: Payload = {}


class SpanIn(Body):
    """The payload of `generate`, where Switchyard makes the report itself."""

    since: Moment | None = None
    until: Moment | None = None


class TicketIn(SpanIn):
    """That of `life_of_ticket`."""

    ticket_id: line(200)  # type: ignore[valid-type]


class PullRequestIn(SpanIn):
    """That of `pr_confidence`."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    pr_id: line(200)  # type: ignore[valid-type]
    ref: line(256) | None = None  # type: ignore[valid-type]


class DemoIn(Body):
    format: Format = "json"
    log_service: line(128) | None = None  # type: ignore[valid-type]
    log_level: Level | None = None
    log_limit: Annotated[int, Field(strict=True, ge=1, le=MOST_LOGS)] = 100


class SuggestIn(Body):
    content: Content
    keywords: Annotated[list[Keyword], Field(max_length=MAX_KEYWORDS)] | None = None  # type: ignore[valid-type]
    keyword_document: Annotated[Url | None, Field(description="A text with words, one a line or with commas")] = None
    override_policy: StrictBool = False


class ConsolidationIn(Body):
    """What is to be told of documents that say the same."""

    min_confidence: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 0.0
    webhook_url: Url | None = None
    limit: Annotated[int, Field(strict=True, ge=1, le=200)] = 20


def read(model: type[B], values: Mapping[str, Any], *, name: str) -> B:
    """Values that came another way than as a body. Raises InvalidInputError, naming each field that is wrong."""
    try:
        return model.model_validate(values)
    except ValidationError as refused:
        wrong = (f"{'.'.join(map(str, (name, *one['loc'])))[:100]}: {one['msg'][:100]}" for one in refused.errors()[:5])
        raise InvalidInputError("; ".join(wrong)) from None
