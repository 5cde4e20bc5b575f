"""`switchyard blackboard watch` and `forage`: what happens on a blackboard, as it happens and as it happened."""

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final
from uuid import uuid4

from scripts.api.patience import persistently
from scripts.api.shown import note, say, say_json
from scripts.blackboard.board import PAGE, Board
from scripts.blackboard.completion import DONE, Completion
from scripts.blackboard.filters import Filters, filters_of
from scripts.blackboard.ids import artefact_id
from scripts.blackboard.story import line_of
from scripts.blackboard.subjects import Event, Subjects
from shared.ledger.envelope import from_text, to_text

EACH: Final = 1.0  # seconds between two looks
LAG: Final = timedelta(seconds=5)  # what happens is listed a little later
LONGEST: Final = timedelta(days=31)  # what the API looks through at once


def watch(board: Board, options: argparse.Namespace) -> int:
    """0 when it is over or a Terminal artefact appears, 1 when a Failure does."""
    completion = Completion(artefact_id(board, options.goal_id) if options.goal_id else None)
    filters, ends = _with_names(filters_of(options), board), bool(options.exit_on_completion or options.goal_id)
    began = datetime.now(UTC)
    completion.look_back(board)
    if ends and completion.code is not None:
        return _told(board, filters, completion, as_json=options.output == "jsonl")
    if options.goal_id and not (filters.since or filters.until):
        filters = replace(filters, since=began - LAG)  # its end may come while we look back: nobody would see it
    return _follow(board, filters, completion, ends=ends, as_json=options.output == "jsonl")


def _with_names(filters: Filters, board: Board) -> Filters:
    return filters.knowing(board.get("agents")["agents"]) if filters.agent else filters


def forage(board: Board, options: argparse.Namespace) -> int:
    """Put a goal there; its id is printed."""
    goal = {"id": str(uuid4()), "structural_type": "Standard", "type": "GoalDefined", "payload": options.goal}
    made = persistently(lambda: board.post("artefacts", body=goal))
    if options.json:
        say_json(made)
    else:
        say(made["id"])
    if not options.watch:
        return 0
    since = from_text(made["created_at"])
    return _follow(board, Filters(since=since), Completion(made["id"]), ends=True, as_json=options.json)


def _told(board: Board, filters: Filters, completion: Completion, *, as_json: bool) -> int:
    """It was over before anybody watched: how it came to that, where that is asked for."""
    assert completion.code is not None
    code = completion.code
    if filters.since is not None:
        so_far = replace(filters, until=filters.until or datetime.now(UTC))
        _follow(board, so_far, completion, ends=False, as_json=as_json)
    return _ended(code)


def _follow(board: Board, filters: Filters, completion: Completion, *, ends: bool, as_json: bool) -> int:
    """`ends`: with what completes it."""
    subjects = Subjects(board)
    for event in events(board, filters):
        completion.see(event)
        if event["type"] == "agent.registered":
            filters = filters.knowing([event["data"] | {"name": event["data"]["agent_name"]}])
        if filters.fits_agent(event) and _is_wanted(event, subjects, filters, completion):
            say_json(event) if as_json else say(line_of(event))
        if ends and completion.code is not None:
            return _ended(completion.code)
    return 0


def _is_wanted(event: Event, subjects: Subjects, filters: Filters, completion: Completion) -> bool:
    if filters.type is None and completion.goal_id is None:
        return True
    subject = subjects.of(event)
    return filters.fits_type(subject.type) and completion.is_about_it(subject.id)


def _ended(code: int) -> int:
    note("it is done" if code == DONE else "it has failed")
    return code


def events(
    board: Board, filters: Filters, *, pause: Callable[[float], None] = time.sleep, each: float = EACH
) -> Iterator[Event]:
    """Each once, the oldest first; for ever, or until the time that was said is over.

    Without a word, from now on; up to a time, from the beginning of what can be asked for at once.
    """
    since = filters.since or (filters.until - LONGEST if filters.until else datetime.now(UTC))
    said: dict[str, Any] = {"since": to_text(since), "until": filters.until and to_text(filters.until)}
    cursor: str | None = None
    while True:
        is_over = filters.until is not None and datetime.now(UTC) > filters.until + LAG
        page = persistently(partial(board.get, "events", limit=PAGE, cursor=cursor, **said), pause)
        yield from page["events"]
        is_end = not page["events"] and page["next_cursor"] == cursor
        cursor = page["next_cursor"]
        if is_end and is_over:
            return
        if not page["events"]:
            pause(0 if is_over else each)
