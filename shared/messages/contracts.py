"""What arrives as a message, checked field by field and put into one shape."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from hashlib import sha256
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, ValidationError, WithJsonSchema

from shared.ledger.catalogue import own_names
from shared.messages.amounts import read_price, read_whole
from shared.messages.attendees import MOST_ATTENDEES, read_attendees
from shared.messages.extras import read_extras, read_value
from shared.messages.message import DEFAULT_TYPE, Message, canonical, key_of, made_id, raw_text
from shared.messages.moments import read_moment
from shared.messages.texts import (
    LONGEST_CONTENT,
    LONGEST_TYPE,
    LONGEST_URL,
    RefusedError,
    line_of,
    read_author,
    read_channel,
    read_content,
    read_currency,
    read_type,
    read_url,
)
from shared.runtime.errors import InvalidInputError

LARGEST_MESSAGE: Final = 64 * 1024  # bytes of JSON in UTF-8, once it is put in order
LARGEST_RAW: Final = 128 * 1024  # as it came

_ALIASES: Final = {"created_at": "timestamp", "scheduled_for": "start_time"}
_OWN: Final = own_names()
_UNSAID: Final = (None, "")  # tables that are exported have empty cells


def _foreign_type(value: Any) -> str | None:
    name = read_type(value)
    if name is not None and name.partition(".")[0] in _OWN:
        raise RefusedError("this is a type of Switchyard's own")
    return name


def _author(value: Any) -> str | None:
    read_value(value)  # what an object has beside the name is kept as it came
    return read_author(value, 200)


def _line(longest: int) -> tuple[PlainValidator, WithJsonSchema]:
    return PlainValidator(line_of(longest)), _schema("string", "integer", "null", maxLength=longest)


def _whole(lowest: int, highest: int) -> tuple[PlainValidator, WithJsonSchema]:
    schema = {"anyOf": [{"type": "integer", "minimum": lowest, "maximum": highest}, {"type": ["string", "null"]}]}
    return PlainValidator(partial(read_whole, lowest=lowest, highest=highest)), WithJsonSchema(schema)


def _schema(*types: str, **more: Any) -> WithJsonSchema:
    return WithJsonSchema({"type": types[0] if len(types) == 1 else list(types), **more})


Text = Annotated[str, PlainValidator(read_content), _schema("string", maxLength=LONGEST_CONTENT)]
Author = Annotated[str, PlainValidator(_author), _schema("string", "integer", "object", maxLength=200)]
Channel = Annotated[
    str, PlainValidator(partial(read_channel, longest=100)), _schema("string", "integer", maxLength=101)
]
Moment = Annotated[
    datetime, PlainValidator(read_moment), _schema("string", "number", examples=["2026-11-20T15:00:00Z", 1795186800])
]
Url = Annotated[str, PlainValidator(read_url), _schema("string", format="uri", maxLength=LONGEST_URL)]
People = Annotated[
    tuple[str, ...],
    PlainValidator(read_attendees),
    _schema("array", "string", items={"type": ["string", "integer", "null"]}, maxItems=MOST_ATTENDEES),
]
EventType = Annotated[str, PlainValidator(_foreign_type), _schema("string", maxLength=LONGEST_TYPE)]
Price = Annotated[Decimal, PlainValidator(read_price), _schema("string", "number", examples=["12.50", 12])]
Currency = Annotated[str, PlainValidator(read_currency), _schema("string", examples=["EUR"])]


class MessageIn(BaseModel):
    """A message to be sorted. It has to say something: `content`, `item`, `url` or a `title`. Null is nothing
    said, and so is empty text.

    Any other field is kept in `metadata`. A time is ISO 8601, or seconds or milliseconds since 1970; without an offset
    it is UTC.
    """

    model_config = ConfigDict(extra="allow")

    id: Annotated[str | None, *_line(256), Field(description="Left out, it is made of what the message says")] = None
    content: Annotated[Text, Field(description="Control characters are taken out")] = ""
    author: Annotated[Author | None, Field(description="A name, or an object with a `username` or `name`")] = None
    channel: Annotated[Channel | None, Field(description="With # or without")] = None
    created_at: Annotated[Moment | None, Field(description="Or `timestamp`; left out, it is now")] = None
    url: Annotated[Url | None, Field(description="Where it was posted")] = None
    scheduled_for: Annotated[Moment | None, Field(description="Or `start_time`; a date alone is not enough")] = None
    duration_minutes: Annotated[int | None, *_whole(1, 10_080), Field(description="Up to a week")] = None
    attendees: Annotated[People, Field(description="A list, or one text with commas or semicolons")] = ()
    location: Annotated[str | None, *_line(500)] = None
    priority: Annotated[str | None, *_line(50), Field(description="Any word; the rules say what follows")] = None
    event_type: Annotated[EventType | None, Field(description=f"Left out, it is {DEFAULT_TYPE}")] = None
    item: Annotated[str | None, *_line(255), Field(description="What is sold")] = None
    price: Price | None = None
    currency: Annotated[Currency | None, Field(description="Of ISO 4217; left out, the business's own")] = None
    quantity: Annotated[int | None, *_whole(1, 100_000)] = None


_FIELDS: Final = tuple(name for name in MessageIn.model_fields if name != "event_type")
_KNOWN: Final = frozenset(MessageIn.model_fields) | {"metadata"}


def read_message(raw: Any, *, now: datetime, default_currency: str) -> Message:
    """A message in one shape, whatever the spelling it came in.

    Raises InvalidInputError with the first thing that is wrong, as `<field>: <reason>`; values are not repeated.
    """
    if not isinstance(raw, dict):
        raise InvalidInputError("message: a JSON object is needed")
    told, metadata = _read(raw)
    _check_it_speaks(told, metadata)
    said = {name: getattr(told, name) for name in _FIELDS}
    said |= {"type": told.event_type or DEFAULT_TYPE, "metadata": metadata}
    said["id"] = told.id or made_id(_digest(said))
    digest = _digest(said)
    _check_raw(raw)
    said["created_at"] = told.created_at or now.astimezone(UTC)
    said["currency"] = told.currency or (default_currency if told.price is not None else None)
    return Message(**said, key=key_of(said["id"]), digest=digest)


def _read(raw: Mapping[Any, Any]) -> tuple[MessageIn, dict[str, Any]]:
    """The fields we know, and the rest."""
    known, rest = _parts(raw)
    try:
        told = MessageIn.model_validate(known)
    except ValidationError as error:
        raise InvalidInputError(_reason(error)) from None
    try:
        return told, read_extras(rest, raw.get("metadata"))
    except RefusedError as refused:
        raise InvalidInputError(f"metadata: {refused}") from None


def _parts(raw: Mapping[Any, Any]) -> tuple[dict[str, Any], dict[Any, Any]]:
    known = {name: raw[name] for name in MessageIn.model_fields if raw.get(name) not in _UNSAID}
    rest = {name: value for name, value in raw.items() if name not in _KNOWN}
    for name, alias in _ALIASES.items():
        if name not in known and (value := rest.pop(alias, None)) not in _UNSAID:
            known[name] = value
    return known, rest


def _reason(error: ValidationError) -> str:
    """Every reader of a field says its own reason: pydantic has none to add."""
    first = error.errors(include_url=False, include_input=False)[0]
    return f"{first['loc'][0]}: {first['ctx']['error']}"


def _check_it_speaks(told: MessageIn, metadata: Mapping[str, Any]) -> None:
    title = metadata.get("title")
    if not (told.content.strip() or told.item or told.url or (isinstance(title, str) and title.strip())):
        raise InvalidInputError("content: a message needs text")


def _digest(said: Mapping[str, Any]) -> str:
    text = canonical({name: value for name, value in said.items() if value is not None})
    if len(text) > LARGEST_MESSAGE:
        raise InvalidInputError(f"message: more than {LARGEST_MESSAGE:,} bytes")
    return sha256(text).hexdigest()


def _check_raw(raw: Mapping[str, Any]) -> None:
    if len(raw_text(raw).encode()) > LARGEST_RAW:
        raise InvalidInputError(f"message: more than {LARGEST_RAW:,} bytes as it came")
