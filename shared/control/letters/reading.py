"""Messages of dead-letter queues, read: there are seven kinds of them, and others that nobody can read."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import isfinite
from typing import Any, Final, Protocol

from shared.control.letters.cause import UNKNOWN, Reason, reason_of
from shared.control.letters.letter import Kind, Letter, Window
from shared.control.letters.message import Message, Parcel
from shared.ledger.envelope import from_text
from shared.runtime.text import clean

ANSWERED_FOR: Final = timedelta(minutes=15)  # Discord takes an answer to an interaction for so long
# An event is dated before it is written, by the longest a function runs at most; what arrives is dated to the second.
WRITTEN_WITHIN: Final = timedelta(minutes=2)
_ROUNDED: Final = timedelta(seconds=1)
_LONGEST_TEXT: Final = 300  # of an id or a type

# What EventBridge writes on a letter, of why it is one: user guides of EventBridge, "Using dead-letter queues", and of
# EventBridge Scheduler. It is not the message's own, so it does not go back with it.
_FROM_THE_BUS: Final = frozenset(
    {
        "ERROR_CODE",
        "ERROR_MESSAGE",
        "EXECUTION_ID",
        "EXHAUSTED_RETRY_CONDITION",
        "IS_PAYLOAD_TRUNCATED",
        "RETRY_ATTEMPTS",
        "RULE_ARN",
        "SCHEDULED_TIME",
        "SCHEDULE_ARN",
        "TARGET_ARN",
    }
)
_TOO_LATE: Final = "nobody waits for it any more: who used it in Discord was told, and uses it again"
_NO_SOURCE: Final = "it came from no queue, so there is none to send it back to"
_CLOCK: Final = "the clock calls the function again by itself; this call is over"
_NO_WINDOW: Final = "it does not say when what is lost was written; replay the events of that time"
_MANY: Final = "it was called with several messages at once, of which some may be done"

Content = Mapping[str, Any]


class Noted(Protocol):
    """What a function has noted of the message as it failed: the class of the error, and what it says."""

    @property
    def error(self) -> str: ...
    @property
    def said(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The queue a message lies in, where its letters go back to, and the moment it is read."""

    queue: str
    source: str | None
    at: datetime


def read_letter(message: Message, place: Place, *, noted: Noted | None = None) -> Letter:
    """Whatever the message is, there is a letter to it."""
    content = _content(message.body)
    kind = Kind.SCHEDULE if message.said("SCHEDULE_ARN") else kind_of(content)
    letter = Letter(message=message, kind=kind, queue=place.queue, source=place.source, content=content)
    about = _READERS[kind](letter, place)
    return replace(about, reason=_reason(about, noted), of_command=_tells_command(content))


def kind_of(content: Any) -> Kind:
    """By what its body has in it."""
    if not isinstance(content, Mapping):
        return Kind.UNREADABLE
    return next((kind for kind, fits in _MARKS.items() if fits(content)), Kind.UNREADABLE)


def _content(body: str) -> Any:
    try:
        return json.loads(body, parse_constant=str, parse_float=_fraction)  # NaN and its like are no JSON
    except (ValueError, RecursionError):
        return body


def _fraction(text: str) -> float | str:
    """One that is too large to be written again as JSON stays text."""
    number = float(text)
    return number if isfinite(number) else text


def _tells_command(content: Any) -> bool:
    """Also where it is what a function was called with."""
    if kind_of(content) is Kind.CALL:
        return any(_tells_command(_content(body)) for body in _bodies(content) if isinstance(body, str))
    return isinstance(content, Mapping) and "interaction" in _detail(content)


def _bodies(content: Content) -> list[Any]:
    """Of the messages that a function was called with, as they were."""
    asked = content["requestPayload"]
    records = asked.get("Records") if isinstance(asked, Mapping) else None
    return [one.get("body") for one in records or () if isinstance(one, Mapping)]


def _detail(content: Content) -> Content:
    detail = content.get("detail")
    return detail if isinstance(detail, Mapping) else {}


_MARKS: Final[Mapping[Kind, Callable[[Content], bool]]] = {
    Kind.RELAY: lambda content: isinstance(content.get("DDBStreamBatchInfo"), Mapping),
    Kind.CALL: lambda content: "requestPayload" in content and isinstance(content.get("requestContext"), Mapping),
    Kind.INTERACTION: lambda content: "interaction" in _detail(content),
    Kind.GIVEN_UP: lambda content: bool(_detail(content)) and isinstance(content.get("reason"), str),
    Kind.PUT_BACK: lambda content: bool(_detail(content)) and "not_before" in content,
    Kind.EVENT: lambda content: bool(_detail(content)),
    Kind.SCHEDULE: lambda content: isinstance(content.get("task") or content.get("job"), str),
}


def _event(letter: Letter, place: Place) -> Letter:
    detail = _detail(letter.content)
    named = replace(
        letter,
        event_id=_text(detail.get("id")),
        event_type=_text(detail.get("type")),
        trace_id=_text(detail.get("trace_id")),
    )
    return _sendable(named, _anew(letter))


def _anew(letter: Letter) -> str:
    """The body; of one that was put back time after time, as if it came for the first time: it has its tries again.

    In ASCII: SQS refuses some letters as they are.
    """
    if not letter.content.get("tries"):
        return letter.message.body
    return json.dumps({**json.loads(letter.message.body), "tries": 0})


def _interaction(letter: Letter, place: Place) -> Letter:
    known = _event(letter, place)
    received_at = _moment(_detail(letter.content).get("received_at"))
    if received_at is None or place.at - received_at >= ANSWERED_FOR:
        return known.refused(_TOO_LATE)
    return known


def _relay(letter: Letter, place: Place) -> Letter:
    told = letter.content["DDBStreamBatchInfo"]
    first = _moment(told.get("approximateArrivalOfFirstRecord"))
    last = _moment(told.get("approximateArrivalOfLastRecord"))
    if first is None or last is None or first > last:
        return letter.refused(_NO_WINDOW)
    return replace(letter, window=Window(since=first - WRITTEN_WITHIN, until=last + _ROUNDED))


def _call(letter: Letter, place: Place) -> Letter:
    """Called with one message of the queue, it is that message which is to be tried again."""
    bodies = _bodies(letter.content)
    if not bodies or not all(isinstance(body, str) for body in bodies):
        return letter.refused(_CLOCK)
    if len(bodies) > 1:
        return letter.refused(_MANY)
    return _sendable(letter, str(bodies[0]))


def _schedule(letter: Letter, place: Place) -> Letter:
    return letter.refused(_CLOCK)


def _unreadable(letter: Letter, place: Place) -> Letter:
    """It may be readable to a later release: it is for people to try."""
    return _sendable(letter, letter.message.body)


_READERS: Final[Mapping[Kind, Callable[[Letter, Place], Letter]]] = {
    Kind.EVENT: _event,
    Kind.PUT_BACK: _event,
    Kind.GIVEN_UP: _event,
    Kind.INTERACTION: _interaction,
    Kind.RELAY: _relay,
    Kind.CALL: _call,
    Kind.SCHEDULE: _schedule,
    Kind.UNREADABLE: _unreadable,
}


def _sendable(letter: Letter, body: str) -> Letter:
    if letter.source is None:
        return letter.refused(_NO_SOURCE)
    message = letter.message
    own = {name: value for name, value in message.attributes.items() if name not in _FROM_THE_BUS}
    parcel = Parcel(id=message.id, body=body, attributes=own, trace_header=message.trace_header)
    return replace(letter, parcel=parcel)


def _reason(letter: Letter, noted: Noted | None) -> Reason:
    """What was noted when it failed is the newest; what is written in or on it may be of an earlier time."""
    if noted is not None:
        return reason_of(noted.error, noted.said)
    if letter.message.was_moved:
        return UNKNOWN
    match letter.kind:
        case Kind.RELAY | Kind.CALL:
            return _of_record(letter.content)
        case Kind.GIVEN_UP:
            return reason_of(letter.content["reason"])
    return reason_of(letter.message.said("ERROR_CODE"), letter.message.said("ERROR_MESSAGE"))


def _of_record(content: Content) -> Reason:
    """Of what Lambda says of a call that failed: user guide, "Capturing records of Lambda asynchronous invocations"."""
    answered = content.get("responsePayload")
    if isinstance(answered, Mapping) and answered.get("errorType"):
        return reason_of(answered["errorType"], answered.get("errorMessage"))
    context = content.get("requestContext")
    response = content.get("responseContext")
    condition = context.get("condition") if isinstance(context, Mapping) else None
    return reason_of(condition, response.get("functionError") if isinstance(response, Mapping) else None)


def _text(value: Any) -> str | None:
    return clean(value)[:_LONGEST_TEXT] if isinstance(value, str) else None


def _moment(value: Any) -> datetime | None:
    try:
        moment = from_text(value)
    except (AttributeError, TypeError, ValueError):
        return None
    return moment if moment.tzinfo else None
