"""Claims, and what people decide about them: answer, approve, reject, terminate."""

import argparse
import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

from scripts.api.shown import day_and_time, say, say_fields, say_json
from scripts.api.table import say_table
from scripts.blackboard.board import Board
from scripts.blackboard.ids import claim_id, short, whole_id
from scripts.blackboard.story import line_of

_COLUMNS = ("claim", "created", "about", "artefact", "status", "waits for", "who")
_FOR_PEOPLE = "person"


def claims(board: Board, options: argparse.Namespace) -> int:
    if options.id:
        return _show(board, claim_id(board, options.id), as_json=options.json)
    found = list(islice(_listed(board, options.status, options.waits_for), options.limit))
    if options.json:
        say_json(found)
    else:
        say_table(_COLUMNS, map(_row, found), empty="there are no such claims")
    return 0


def _listed(board: Board, statuses: list[str], waits_for: str | None) -> Iterator[dict[str, Any]]:
    return board.all("claims", status=statuses or None, waits_for=waits_for)


def _row(claim: dict[str, Any]) -> tuple[Any, ...]:
    return (
        short(claim["id"]),
        day_and_time(claim["created_at"]),
        claim["artefact_type"],
        short(claim["artefact_id"]),
        claim["status"],
        claim["waits_for"],
        _who(claim),
    )


def _who(claim: dict[str, Any]) -> list[str]:
    """Who has it in hand, or has still to bid."""
    live = [grant["agent"] for grant in claim["grants"] if grant["status"] in ("live", "queued")]
    if live or claim["waits_for"] != "bids":
        return live
    bids = claim["phase_state"]["all_bids"]
    return [name for name in claim["invited"] if name not in bids]


def _show(board: Board, claim: str, *, as_json: bool) -> int:
    found = board.get("claims", claim)
    events = list(board.all("events", "claims", claim, "history"))
    if as_json:
        say_json({"claim": found, "events": events})
        return 0
    say_fields(dict(_told(found)))
    say("")
    for event in events:
        say(line_of(event))
    return 0


def _told(claim: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    yield "claim", claim["id"]
    yield "about", f"{claim['artefact_type']} {claim['artefact_id']}"
    yield "status", claim["status"]
    yield "waits for", claim["waits_for"]
    if claim["termination_reason"]:
        yield "because", claim["termination_reason"]
    yield "created", day_and_time(claim["created_at"])
    yield "until", day_and_time(claim["deadline_at"])
    yield "bids", [f"{name} {bid}" for name, bid in claim["phase_state"]["all_bids"].items()]
    for grant in claim["grants"]:
        yield f"{grant['phase']}", f"{grant['agent']} {grant['status']}, granted {grant['times']} times"


def questions(board: Board, options: argparse.Namespace) -> int:
    waiting = list(_listed(board, [], _FOR_PEOPLE))
    if options.json:
        say_json([claim | {"asked": _asked(board, claim)} for claim in waiting])
        return 0
    if not waiting:
        say("nobody is asked anything")
    for claim in waiting:
        say(f"{short(claim['id'])}  {day_and_time(claim['created_at'])}  until {day_and_time(claim['deadline_at'])}")
        for line in _asked(board, claim).splitlines():
            say(f"    {line}")
        say(f"    -> switchyard blackboard {_way(claim)}")
    return 0


def _asked(board: Board, claim: dict[str, Any]) -> str:
    """In the agent's own words, where it asks."""
    artefact = board.get("artefacts", claim["artefact_id"])
    author = artefact["produced_by_role"]
    if claim["asks_for"] == "answer":
        return f"{author} asks: {claim['question'] or question_text(artefact['payload'])}"
    what = f"{author} made {artefact['type']} {short(artefact['id'])}"
    asks = "is it good?" if claim["asks_for"] == "review" else "it was sent back, and is to be made better"
    return f"{what}{_quoted(artefact['summary'])}: {asks}"


def _quoted(text: str | None) -> str:
    return f' "{text}"' if text else ""


def question_text(payload: str | None) -> str:
    """Of a Question, whose payload is JSON with `question_text`, or only text."""
    try:
        said = json.loads(payload or "")
    except (ValueError, RecursionError):
        return payload or ""
    text = said.get("question_text") if isinstance(said, dict) else None
    return text if isinstance(text, str) else payload or ""


def _way(claim: dict[str, Any]) -> str:
    """How it is decided."""
    known = short(claim["id"])
    if claim["asks_for"] == "review":
        return f"approve {known}   or: reject {known} --feedback TEXT"
    return f"answer {known} TEXT"


def answer(board: Board, options: argparse.Namespace) -> int:
    """The id is the claim's, or the question's own."""
    waiting = list(_listed(board, [], _FOR_PEOPLE))
    of_claim = {claim["artefact_id"]: claim["id"] for claim in waiting}
    known = whole_id(options.id, "question", [*of_claim.values(), *of_claim])
    made = board.post("claims", of_claim.get(known, known), "answer", body={"text": options.text})
    say(f"answered: {made['type']} {made['id']}")
    return 0


def approve(board: Board, options: argparse.Namespace) -> int:
    return _review(board, options.claim, {"approved": True})


def reject(board: Board, options: argparse.Namespace) -> int:
    return _review(board, options.claim, {"approved": False, "feedback": options.feedback})


def _review(board: Board, claim: str, said: dict[str, Any]) -> int:
    """What follows from it, the arbiter sees to a moment later."""
    known = claim_id(board, claim)
    board.post("claims", known, "review", body=said)
    say(f"{'approved' if said['approved'] else 'sent back'}: claim {known}")
    return 0


def terminate(board: Board, options: argparse.Namespace) -> int:
    known = claim_id(board, options.claim)
    ended = board.post("claims", known, "terminate", body={"reason": options.reason})
    say(f"{ended['status']}: claim {known}")
    return 0
