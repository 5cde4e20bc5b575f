"""The options of sinks as an operator writes them, checked by pydantic before anything else sees them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from shared.runtime.errors import InvalidInputError
from shared.runtime.line import line
from shared.sinks.facts import LABELS, METADATA
from shared.sinks.options import (
    DEFAULT_PROPERTIES,
    MOST_PROPERTIES,
    CalendarOptions,
    NotionOptions,
    Options,
    Property,
    ShopifyOptions,
)

_MINUTES_A_WEEK: Final = 7 * 24 * 60
_FIELDS: Final = frozenset({"title", *LABELS})


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _PropertyIn(_Strict):
    name: line(200)  # type: ignore[valid-type]
    type: Literal["title", "rich_text", "select", "multi_select", "date", "url", "number", "checkbox"]


class _NotionIn(_Strict):
    properties: dict[str, _PropertyIn | None] = {}


class _CalendarIn(_Strict):
    default_duration: Annotated[int, Field(ge=1, le=_MINUTES_A_WEEK)] = CalendarOptions().default_duration


class _ShopifyIn(_Strict):
    # Source: MetaobjectDefinitionCreateInput.type, "only alphanumeric characters, hyphens and underscores", 3 to 255.
    metaobject_type: Annotated[str, StringConstraints(pattern=r"^(\$app:)?[A-Za-z0-9_-]{3,250}$")] = (
        ShopifyOptions().metaobject_type
    )


class _OptionsIn(_Strict):
    notion: _NotionIn = _NotionIn()
    google_calendar: Annotated[_CalendarIn, Field(alias="google-calendar")] = _CalendarIn()
    shopify: _ShopifyIn = _ShopifyIn()


def read_options(raw: Mapping[str, Any]) -> Options:
    """Of options by the name of their sink. Raises InvalidInputError, `<where>: <what is wrong>`."""
    try:
        given = _OptionsIn.model_validate(dict(raw))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InvalidInputError(f"{where}: {_IN_WORDS.get(first['type'], first['msg'])}") from None
    return Options(
        notion=NotionOptions(properties=_properties(given.notion.properties)),
        google_calendar=CalendarOptions(default_duration=given.google_calendar.default_duration),
        shopify=ShopifyOptions(metaobject_type=given.shopify.metaobject_type),
    )


# For people who write rules, not programs.
_IN_WORDS: Final = {
    "extra_forbidden": "there is no such option",
    "int_parsing": "a whole number is needed",
    "int_type": "a whole number is needed",
    "string_type": "text is needed",
    "dict_type": "this needs options of its own, indented below it",
    "model_type": "this needs options of its own, indented below it",
}


def _properties(given: Mapping[str, _PropertyIn | None]) -> dict[str, Property]:
    """The defaults, and instead of them what is given; null leaves a field out."""
    if strange := [field for field in given if not _is_field(field)]:
        raise _refusal(f"{strange[0]}: a message has no such field")
    changed = {name: Property(one.name, one.type) if one else None for name, one in given.items()}
    mapped = {field: one for field, one in {**DEFAULT_PROPERTIES, **changed}.items() if one}
    if "event_id" not in mapped or mapped["event_id"].type != "rich_text":
        raise _refusal("event_id: it has to be a rich_text, pages are found by it")
    _check_columns(list(mapped.values()))
    return mapped


def _is_field(name: str) -> bool:
    return name in _FIELDS or (name.startswith(METADATA) and name != METADATA)


def _check_columns(columns: Sequence[Property]) -> None:
    names = Counter(column.name for column in columns)
    if twice := [name for name, times in names.items() if times > 1]:
        raise _refusal(f"{twice[0]}: two fields go into it")
    if sum(column.type == "title" for column in columns) > 1:
        raise _refusal("title: a page has one")
    if len(columns) > MOST_PROPERTIES:
        raise _refusal(f"{MOST_PROPERTIES} of them at most")


def _refusal(said: str) -> InvalidInputError:
    return InvalidInputError(f"notion.properties: {said}")
