"""POST /messages -> what was posted in chat becomes events, with tags, on their way to the sinks that want them."""

import shared.runtime.cold_start  # noqa: F401 - before all else, see there

# isort: split
import time
from typing import Annotated, Any, Final

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Query

from functions.receive_messages.views import Routing, routing
from shared.messages.json_stream import decoded
from shared.messages.recording import record, route
from shared.runtime import wiring
from shared.runtime.api import answer, resolver
from shared.runtime.clock import system_clock
from shared.runtime.errors import InvalidInputError, UnreadableBodyError
from shared.runtime.observability import count, logger, observed
from shared.runtime.request import principal
from shared.runtime.settings import settings

MAX_MESSAGES: Final = 1_000  # in one call
MAX_BODY_BYTES: Final = 4 * 1024 * 1024

DryRun = Annotated[bool, Query(description="Show which rules fire and why; record nothing")]


def read_messages(text: str) -> Any:
    """A number beyond reason spoils the message it stands in, and no other. Raises UnreadableBodyError."""
    try:
        return decoded(text, strict=True)
    except (ValueError, RecursionError):
        raise UnreadableBodyError("the body is not JSON we can read") from None


app = resolver(read=read_messages)
messages = wiring.messages()
rules = wiring.current_rules()


@app.post(
    "/messages",
    summary="Post messages: one, a list, or {messages: [...]}",
    tags=["messages"],
    responses={
        200: {
            "description": "A dry run: what would become of them",
            "content": {"application/json": {"model": Routing}},
        },
        202: {
            "description": "Taken; what could not be is refused by index, with the reason",
            "content": {"application/json": {"model": Routing}},
        },
    },
)
def post_messages(posted: Annotated[list[Any] | dict[str, Any], Body()], dry_run: DryRun = False) -> Response[Routing]:
    raws = _listed(posted)
    now = system_clock()
    outcome = route(raws, rules=rules(), at=now, default_currency=settings().default_currency)
    if not dry_run:
        record(outcome, app.context["cause"], messages=messages, at=now, pause=time.sleep)
    view = routing(outcome, dry_run=dry_run)
    if not dry_run:
        _report(view)
    if outcome.refused and raws == [posted]:
        raise InvalidInputError(outcome.refused[0])
    return Response(status_code=200 if dry_run else 202, content_type="application/json", body=view)


def _listed(posted: list[Any] | dict[str, Any]) -> list[Any]:
    """The messages of a body in any of its three shapes. Raises InvalidInputError."""
    listed = posted.get("messages", [posted]) if isinstance(posted, dict) else posted
    if not isinstance(listed, list):
        raise InvalidInputError("a message, a list of messages, or {messages: [...]} is needed")
    if not 1 <= len(listed) <= MAX_MESSAGES:
        raise InvalidInputError(f"1 to {MAX_MESSAGES} messages can be posted at once")
    return listed


def _report(view: Routing) -> None:
    count("MessagesRecorded", view.recorded)
    count("MessagesKnown", view.known)
    count("MessagesRefused", len(view.refused))
    logger.info("messages received", recorded=view.recorded, refused=len(view.refused))


@observed
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return answer(app, event, context, admit=principal, max_body=MAX_BODY_BYTES)
