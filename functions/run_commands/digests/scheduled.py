"""By the clock: a digest is posted to the channel of the status, once for each time of the schedule."""

from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

from functions.run_commands.digests.taking import take_digest
from functions.run_commands.ports import Ports
from shared.discord.answers import Reply
from shared.discord.rest import create_message
from shared.ledger.envelope import Cause, from_text, to_text
from shared.runtime.discord import SENT_AGAIN_WITHIN, nonce_of
from shared.runtime.errors import DependencyError, InvalidInputError
from shared.runtime.http import ServiceError, Verdict
from shared.runtime.observability import count, logger
from shared.runtime.tracing import entry
from shared.status.period import Period, read_period

TASK: Final = "status-digest"
REMEMBERED_FOR: Final = 2 * 24 * 3_600  # seconds; no schedule's call comes again after that


class DoubtfulError(DependencyError):
    """The digest may be in the channel or not, and Discord cannot be asked any more."""


def run(event: Mapping[str, Any], *, ports: Ports) -> bool:
    """Whether it was posted now. `event`: {"task": "status-digest", "period": "daily", "time": <ISO 8601>}.

    Raises InvalidInputError for any other; DependencyError to be tried again; DoubtfulError.
    """
    period, at = _read(event)
    if reason := _why_not(ports):
        logger.info("digest not posted", period=period.value, reason=reason)
        return False
    key = f"digest:{period.value}:{to_text(at)}"
    if _is_posted(key, ports):
        return False
    cause = _cause(key)
    with entry("post digest", trace_id=cause.trace_id, period=period.value):
        return _post(key, take_digest(period, at, cause, ports=ports), ports=ports)


def _why_not(ports: Ports) -> str | None:
    if not ports.status_channel_id:
        return "no channel is configured"
    return None if ports.is_live else "it is a dry run"


def _post(key: str, reply: Reply, *, ports: Ports) -> bool:
    sending = {"sending_since": to_text(ports.clock())}
    is_first = ports.state.compare_and_set(key, None, sending, ttl=REMEMBERED_FOR)
    if not is_first and _is_posted(key, ports):
        return False
    try:
        message = create_message(ports.discord, ports.status_channel_id, reply, nonce=nonce_of(key))
    except ServiceError as error:
        if is_first and error.verdict is not Verdict.AMBIGUOUS:
            ports.state.delete(key)  # it is surely not there: it may be sent whenever it comes again
        raise
    ports.state.put(key, {"message_id": message["id"]}, ttl=REMEMBERED_FOR)
    logger.info("digest posted", digest=key, message_id=message["id"])
    count("DigestsPosted")
    return True


def _is_posted(key: str, ports: Ports) -> bool:
    """Raises DoubtfulError where it may be, and too long ago for Discord to know it again."""
    known = ports.state.get(key)
    if known is None:
        return False
    if "message_id" in known:
        return True
    if ports.clock() - from_text(known["sending_since"]) > SENT_AGAIN_WITHIN:
        raise DoubtfulError(f"{key} may be in the channel: look, and use the command where it is not")
    return False


def _read(event: Mapping[str, Any]) -> tuple[Period, datetime]:
    if event.get("task") != TASK:
        raise InvalidInputError(f"there is no task {event.get('task')}")
    try:
        at = from_text(str(event.get("time")))
    except ValueError:
        raise InvalidInputError("time: an ISO 8601 time") from None
    return read_period(event.get("period")), at.replace(tzinfo=at.tzinfo or UTC)


def _cause(key: str) -> Cause:
    """The same however often the schedule calls."""
    trace_id = sha256(key.encode()).hexdigest()[:32]
    return Cause(actor="timer", trace_id=trace_id, correlation_id=trace_id)
